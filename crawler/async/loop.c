/* The event loop over libev; nothing else in the program sees ev.h.
 *
 * Thread: the one that called loop_new(), for every function here.
 * A turn is: run what is queued (before_wait), wait for descriptors and timers, note the time
 * (after_wait, ahead of every other callback), call back for what is ready.
 */
#include "crawler/async/loop.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <ev.h>

#include "crawler/async/must_alloc.h"

enum {
    /* Rounds of the queue in one turn: a chain of a few continuations ends without a system call
     * between its links, and descriptors still get their turn after a bounded amount of work. */
    ROUNDS_PER_TURN = 8,
    CALLS_MIN = 256,
    CALLS_KEPT = 16 * 1024, /* a queue that grew beyond this is given back when it has run */
    HEARTBEAT_MS = 100,
    STALL_US = 50 * 1000
};

struct call {
    loop_fn fn;
    void *arg;
};

struct call_queue {
    struct call *calls;
    size_t count;
    size_t capacity;
};

struct loop_signal {
    ev_signal watcher;
    loop_signal_fn fn;
    void *arg;
    struct loop_signal *next;
};

struct loop {
    struct ev_loop *ev;
    pthread_t thread;
    bool running;
    bool stop_asked;
    int64_t now_ms;
    struct call_queue soon;          /* where loop_call_soon() appends */
    struct call_queue running_calls; /* the round being run; empty between rounds */
    ev_prepare before_wait;
    ev_check after_wait;
    ev_idle calls_left; /* active: the next wait must not block */
    ev_timer heartbeat;
    int64_t heartbeat_due_us;
    int64_t worst_lag_us;
    int64_t woken_us;   /* when the turn began */
    int64_t stalled_us; /* sum of the turns that took too long */
    struct loop_signal *signals;
};

struct loop_timer {
    struct loop *loop;
    ev_timer watcher;
    int64_t at_ms;
    int64_t every_ms; /* 0: once */
    loop_fn fn;
    void *arg;
};

struct loop_watch {
    struct loop *loop;
    ev_io watcher;
    loop_fd_fn fn;
    void *arg;
};

static const struct {
    const char *name;
    unsigned ev_backend;
} backends[] = {
    [LOOP_BACKEND_AUTO] = {"auto", 0},
    [LOOP_BACKEND_EPOLL] = {"epoll", EVBACKEND_EPOLL},
    [LOOP_BACKEND_POLL] = {"poll", EVBACKEND_POLL},
    [LOOP_BACKEND_SELECT] = {"select", EVBACKEND_SELECT},
    [LOOP_BACKEND_IO_URING] = {"io_uring", EVBACKEND_IOURING},
};
static_assert(sizeof(backends) / sizeof(backends[0]) == LOOP_BACKEND_COUNT, "a name for each");

static int64_t clock_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void assert_own_thread(const struct loop *loop)
{
    assert(pthread_equal(loop->thread, pthread_self()));
    (void)loop;
}

/* ---- backends ---- */

const char *loop_backend_name(enum loop_backend backend)
{
    assert(backend < LOOP_BACKEND_COUNT);
    return backends[backend].name;
}

int loop_backend_parse(const char *name, enum loop_backend *ret_backend)
{
    for (unsigned i = 0; i < LOOP_BACKEND_COUNT; i++) {
        if (strcmp(name, backends[i].name) == 0) {
            *ret_backend = (enum loop_backend)i;
            return 0;
        }
    }
    return -EINVAL;
}

/* One backend and no other: libev by itself would fall back to what it likes better. */
static struct ev_loop *new_ev_loop(enum loop_backend backend)
{
    unsigned wanted = backends[backend].ev_backend;
    if (!(ev_supported_backends() & wanted))
        return NULL;
    return ev_loop_new(wanted | EVFLAG_NOENV);
}

static struct ev_loop *open_backend(enum loop_backend backend)
{
    if (backend != LOOP_BACKEND_AUTO)
        return new_ev_loop(backend);
    struct ev_loop *ev = new_ev_loop(LOOP_BACKEND_EPOLL);
    return ev ? ev : new_ev_loop(LOOP_BACKEND_POLL);
}

enum loop_backend loop_backend_of(const struct loop *loop)
{
    unsigned used = ev_backend(loop->ev);
    unsigned i = LOOP_BACKEND_AUTO + 1;
    while (i < LOOP_BACKEND_COUNT - 1 && backends[i].ev_backend != used)
        i++;
    return (enum loop_backend)i;
}

/* ---- the queue ---- */

static void call_queue_push(struct call_queue *queue, struct call call)
{
    if (queue->count == queue->capacity) {
        queue->capacity = queue->capacity ? queue->capacity * 2 : CALLS_MIN;
        queue->calls = must_reallocarray(queue->calls, queue->capacity, sizeof(struct call));
    }
    queue->calls[queue->count++] = call;
}

static void call_queue_clear(struct call_queue *queue)
{
    queue->count = 0;
    if (queue->capacity > CALLS_KEPT) {
        free(queue->calls);
        *queue = (struct call_queue){0};
    }
}

void loop_call_soon(struct loop *loop, loop_fn fn, void *arg)
{
    assert_own_thread(loop);
    call_queue_push(&loop->soon, (struct call){fn, arg});
}

static void run_round(struct loop *loop)
{
    struct call_queue round = loop->soon;
    loop->soon = loop->running_calls;
    loop->running_calls = round;
    for (size_t i = 0; i < round.count; i++)
        round.calls[i].fn(round.calls[i].arg);
    call_queue_clear(&loop->running_calls);
}

static void count_stall(struct loop *loop)
{
    int64_t took_us = clock_us() - loop->woken_us;
    if (took_us >= STALL_US)
        loop->stalled_us += took_us;
}

static void on_before_wait(struct ev_loop *ev, ev_prepare *watcher, int revents)
{
    (void)revents;
    struct loop *loop = watcher->data;
    for (int i = 0; i < ROUNDS_PER_TURN && loop->soon.count > 0; i++)
        run_round(loop);
    count_stall(loop);
    if (loop->soon.count > 0)
        ev_idle_start(ev, &loop->calls_left);
    else
        ev_idle_stop(ev, &loop->calls_left);
}

static void on_calls_left(struct ev_loop *ev, ev_idle *watcher, int revents)
{
    (void)ev;
    (void)watcher;
    (void)revents;
}

/* ---- time ---- */

static void on_after_wait(struct ev_loop *ev, ev_check *watcher, int revents)
{
    (void)ev;
    (void)revents;
    struct loop *loop = watcher->data;
    loop->woken_us = clock_us();
    loop->now_ms = loop->woken_us / 1000;
}

/* Between two runs nobody keeps the time, neither we nor libev: both look at the clock. */
static void refresh_time(struct loop *loop)
{
    if (!loop->running) {
        ev_now_update(loop->ev);
        loop->now_ms = clock_us() / 1000;
    }
}

int64_t loop_now_ms(const struct loop *loop)
{
    assert_own_thread(loop);
    return loop->running ? loop->now_ms : clock_us() / 1000;
}

static void on_heartbeat(struct ev_loop *ev, ev_timer *watcher, int revents)
{
    (void)revents;
    struct loop *loop = watcher->data;
    int64_t now_us = clock_us();
    int64_t lag_us = now_us - loop->heartbeat_due_us;
    if (lag_us > loop->worst_lag_us)
        loop->worst_lag_us = lag_us;
    loop->heartbeat_due_us = now_us + HEARTBEAT_MS * 1000;
    ev_now_update(ev); /* or the next beat would be due from the start of a long turn */
    ev_timer_again(ev, watcher);
}

static void start_heartbeat(struct loop *loop)
{
    loop->heartbeat_due_us = clock_us() + HEARTBEAT_MS * 1000;
    ev_timer_again(loop->ev, &loop->heartbeat);
}

int64_t loop_lag_us(struct loop *loop)
{
    assert_own_thread(loop);
    int64_t worst_us = loop->worst_lag_us;
    loop->worst_lag_us = 0;
    return worst_us;
}

int64_t loop_stalled_ms(const struct loop *loop)
{
    assert_own_thread(loop);
    return loop->stalled_us / 1000;
}

/* ---- the loop ---- */

static void init_internal_watchers(struct loop *loop)
{
    ev_prepare_init(&loop->before_wait, on_before_wait);
    ev_check_init(&loop->after_wait, on_after_wait);
    ev_idle_init(&loop->calls_left, on_calls_left);
    ev_timer_init(&loop->heartbeat, on_heartbeat, 0., HEARTBEAT_MS / 1000.);
    ev_set_priority(&loop->after_wait, EV_MAXPRI);
    loop->before_wait.data = loop;
    loop->after_wait.data = loop;
    loop->heartbeat.data = loop;
    ev_prepare_start(loop->ev, &loop->before_wait);
    ev_check_start(loop->ev, &loop->after_wait);
}

int loop_new(enum loop_backend backend, struct loop **ret_loop)
{
    struct ev_loop *ev = open_backend(backend);
    if (!ev)
        return -ENOTSUP;
    struct loop *loop = must_calloc(1, sizeof(*loop));
    loop->ev = ev;
    loop->thread = pthread_self();
    init_internal_watchers(loop);
    *ret_loop = loop;
    return 0;
}

struct loop *loop_free(struct loop *loop)
{
    if (!loop)
        return NULL;
    assert_own_thread(loop);
    assert(!loop->running);
    while (loop->soon.count > 0)
        run_round(loop);
    while (loop->signals) {
        struct loop_signal *signal = loop->signals;
        loop->signals = signal->next;
        ev_signal_stop(loop->ev, &signal->watcher);
        free(signal);
    }
    ev_loop_destroy(loop->ev);
    free(loop->soon.calls);
    free(loop->running_calls.calls);
    free(loop);
    return NULL;
}

void loop_run(struct loop *loop)
{
    assert_own_thread(loop);
    assert(!loop->running);
    refresh_time(loop);
    start_heartbeat(loop);
    loop->woken_us = clock_us();
    loop->running = true;
    if (!loop->stop_asked)
        ev_run(loop->ev, 0);
    loop->running = false;
    loop->stop_asked = false;
}

void loop_stop(struct loop *loop)
{
    assert_own_thread(loop);
    loop->stop_asked = true;
    ev_break(loop->ev, EVBREAK_ONE);
}

/* ---- timers ---- */

static void arm(struct loop_timer *timer, int64_t at_ms)
{
    struct loop *loop = timer->loop;
    assert_own_thread(loop);
    refresh_time(loop);
    timer->at_ms = at_ms;
    int64_t wait_ms = at_ms > loop->now_ms ? at_ms - loop->now_ms : 0;
    ev_timer_stop(loop->ev, &timer->watcher);
    ev_timer_set(&timer->watcher, (double)wait_ms / 1000., 0.);
    ev_timer_start(loop->ev, &timer->watcher);
}

static void on_timer(struct ev_loop *ev, ev_timer *watcher, int revents)
{
    (void)ev;
    (void)revents;
    struct loop_timer *timer = watcher->data;
    int64_t now_ms = timer->loop->now_ms;
    if (now_ms < timer->at_ms) { /* libev's clock and ours were read microseconds apart */
        arm(timer, timer->at_ms);
        return;
    }
    if (timer->every_ms > 0) {
        int64_t next_ms = timer->at_ms + timer->every_ms;
        arm(timer, next_ms > now_ms ? next_ms : now_ms + timer->every_ms);
    }
    timer->fn(timer->arg); /* which may free the timer */
}

struct loop_timer *loop_timer_new(struct loop *loop, loop_fn fn, void *arg)
{
    assert_own_thread(loop);
    struct loop_timer *timer = must_calloc(1, sizeof(*timer));
    timer->loop = loop;
    timer->fn = fn;
    timer->arg = arg;
    ev_timer_init(&timer->watcher, on_timer, 0., 0.);
    timer->watcher.data = timer;
    return timer;
}

struct loop_timer *loop_timer_free(struct loop_timer *timer)
{
    if (timer)
        loop_timer_stop(timer);
    free(timer);
    return NULL;
}

void loop_timer_start_at(struct loop_timer *timer, int64_t at_ms)
{
    timer->every_ms = 0;
    arm(timer, at_ms);
}

void loop_timer_start_in(struct loop_timer *timer, int64_t delay_ms)
{
    loop_timer_start_at(timer, loop_now_ms(timer->loop) + delay_ms);
}

void loop_timer_repeat(struct loop_timer *timer, int64_t every_ms)
{
    assert(every_ms > 0);
    timer->every_ms = every_ms;
    arm(timer, loop_now_ms(timer->loop) + every_ms);
}

void loop_timer_stop(struct loop_timer *timer)
{
    assert_own_thread(timer->loop);
    ev_timer_stop(timer->loop->ev, &timer->watcher);
}

/* ---- descriptors and signals ---- */

static int to_ev_events(unsigned events)
{
    return (events & LOOP_READ ? EV_READ : 0) | (events & LOOP_WRITE ? EV_WRITE : 0);
}

static void on_fd(struct ev_loop *ev, ev_io *watcher, int revents)
{
    (void)ev;
    struct loop_watch *watch = watcher->data;
    unsigned events = (revents & EV_READ ? LOOP_READ : 0) | (revents & EV_WRITE ? LOOP_WRITE : 0);
    watch->fn(watcher->fd, events, watch->arg);
}

struct loop_watch *loop_watch_new(struct loop *loop, int fd, unsigned events, loop_fd_fn fn,
                                  void *arg)
{
    assert_own_thread(loop);
    struct loop_watch *watch = must_calloc(1, sizeof(*watch));
    watch->loop = loop;
    watch->fn = fn;
    watch->arg = arg;
    ev_io_init(&watch->watcher, on_fd, fd, 0);
    watch->watcher.data = watch;
    loop_watch_set(watch, events);
    return watch;
}

void loop_watch_set(struct loop_watch *watch, unsigned events)
{
    assert_own_thread(watch->loop);
    ev_io_stop(watch->loop->ev, &watch->watcher);
    ev_io_set(&watch->watcher, watch->watcher.fd, to_ev_events(events));
    if (events)
        ev_io_start(watch->loop->ev, &watch->watcher);
}

struct loop_watch *loop_watch_free(struct loop_watch *watch)
{
    if (watch)
        loop_watch_set(watch, 0);
    free(watch);
    return NULL;
}

static void on_signal(struct ev_loop *ev, ev_signal *watcher, int revents)
{
    (void)ev;
    (void)revents;
    struct loop_signal *signal = watcher->data;
    signal->fn(watcher->signum, signal->arg);
}

void loop_on_signal(struct loop *loop, int signum, loop_signal_fn fn, void *arg)
{
    assert_own_thread(loop);
    struct loop_signal *signal = must_calloc(1, sizeof(*signal));
    signal->fn = fn;
    signal->arg = arg;
    signal->next = loop->signals;
    loop->signals = signal;
    ev_signal_init(&signal->watcher, on_signal, signum);
    signal->watcher.data = signal;
    ev_signal_start(loop->ev, &signal->watcher);
}
