/* The event loop: one thread, one queue of things to run soon, timers, descriptors, signals.
 *
 * A small face over libev, whose header is seen only in loop.c. Everything here is called on the
 * loop's own thread (asserted); other threads reach a loop through a mailbox.
 */
#ifndef IMGCRAWL_ASYNC_LOOP_H
#define IMGCRAWL_ASYNC_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct loop;
struct loop_timer;
struct loop_watch;

enum loop_backend {
    LOOP_BACKEND_AUTO, /* epoll on Linux */
    LOOP_BACKEND_EPOLL,
    LOOP_BACKEND_POLL,
    LOOP_BACKEND_SELECT,
    LOOP_BACKEND_IO_URING, /* where libev was built with it */
    LOOP_BACKEND_COUNT
};

enum loop_events { LOOP_READ = 1, LOOP_WRITE = 2 };

typedef void (*loop_fn)(void *arg);
typedef void (*loop_fd_fn)(int fd, unsigned events, void *arg);
typedef void (*loop_signal_fn)(int signum, void *arg);

const char *loop_backend_name(enum loop_backend backend);
/* 0, or -EINVAL for a name that is not in the table. */
int loop_backend_parse(const char *name, enum loop_backend *ret_backend);

/* 0, or -ENOTSUP where this backend is not available on the machine. Every backend but AUTO is that
 * one or nothing. The loop belongs to the calling thread. */
int loop_new(enum loop_backend backend, struct loop **ret_loop);
/* First runs what is queued, and what that queues, to the end: so what was settled last still
 * reaches its readers. Timers and descriptors are not waited for; free their owners before. */
struct loop *loop_free(struct loop *loop);
/* The backend in use, never LOOP_BACKEND_AUTO. */
enum loop_backend loop_backend_of(const struct loop *loop);

/* Runs until loop_stop(), also one that came before the run. Not to be called from inside itself.
 */
void loop_run(struct loop *loop);
void loop_stop(struct loop *loop);

/* Monotonic milliseconds, as of the start of this turn of the loop. */
int64_t loop_now_ms(const struct loop *loop);

/* Queues fn to run soon, in the order of the calls, never inline. What is queued while the queue
 * runs makes the next round; a turn of the loop runs a few rounds and then looks at timers and
 * descriptors again, so that a chain costs little and nothing is starved by an endless one. */
void loop_call_soon(struct loop *loop, loop_fn fn, void *arg);

/* A timer is made stopped; starting a running one moves it; it may be freed in its own callback.
 * It never runs before loop_now_ms() has reached its time. A repeated one that comes late leaves
 * out the beats it missed. */
struct loop_timer *loop_timer_new(struct loop *loop, loop_fn fn, void *arg);
struct loop_timer *loop_timer_free(struct loop_timer *timer);
void loop_timer_start_at(struct loop_timer *timer, int64_t at_ms);
void loop_timer_start_in(struct loop_timer *timer, int64_t delay_ms);
void loop_timer_repeat(struct loop_timer *timer, int64_t every_ms);
void loop_timer_stop(struct loop_timer *timer);

/* Calls fn while fd is ready for one of events (an or of enum loop_events; 0 pauses the watch).
 * One watch for a descriptor, freed before the descriptor is closed. */
struct loop_watch *loop_watch_new(struct loop *loop, int fd, unsigned events, loop_fd_fn fn,
                                  void *arg);
void loop_watch_set(struct loop_watch *watch, unsigned events);
struct loop_watch *loop_watch_free(struct loop_watch *watch);

/* One handler for a signal for the life of the loop; it runs on the loop, not in the signal. Only
 * one loop of a process may have a given signal. */
void loop_on_signal(struct loop *loop, int signum, loop_signal_fn fn, void *arg);

/* How late the loop runs what is due: the worst delay, in microseconds, of a repeated internal
 * timer since the last call of this function. */
int64_t loop_lag_us(struct loop *loop);
/* The sum of all turns so far that took 50 ms or longer. Who measures how long others take to
 * answer leaves out what grew here meanwhile. */
int64_t loop_stalled_ms(const struct loop *loop);

#endif
