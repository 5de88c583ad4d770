/* Loop call: a thread of the API asks something of the crawler, which lives on the loop, and is
 * woken when the promise of the answer settles. No thread waits meanwhile: the connection is
 * suspended.
 *
 *   API thread                     loop thread
 *   loop_call_post() ──mailbox──▶  command->start() → promise
 *                                  settled: command->collect()
 *   wake() ◀───────────────────────┘ or the deadline thread, when the loop has not answered in time
 *   loop_call_result(), loop_call_free()
 *
 * Exactly one of the two sides wins the right to wake. A call that expired before the loop took it
 * up is never started; one that expired later goes on, unheard.
 */
#ifndef IMGCRAWL_SERVER_LOOP_CALL_H
#define IMGCRAWL_SERVER_LOOP_CALL_H

#include <stdint.h>

struct engine;
struct loop;
struct loop_call;
struct loop_calls;
struct promise;

struct loop_command {
    /* Loop thread. The promise is the answer; the reference is consumed. */
    struct promise *(*start)(struct loop *loop, struct engine *engine, void *arg);
    /* Loop thread, when it resolved: takes what is wanted of the value into arg. May be NULL. */
    void (*collect)(struct promise *resolved, void *arg);
    void (*free_arg)(void *arg);
};

enum loop_call_state {
    LOOP_CALL_WAITING,   /* in the mailbox */
    LOOP_CALL_RUNNING,   /* the loop has started it */
    LOOP_CALL_SETTLED,   /* answered: code and message are valid, and arg may be read */
    LOOP_CALL_DROPPED,   /* expired before it was started: nothing was done */
    LOOP_CALL_ABANDONED, /* expired while it ran: what comes of it is not known here */
};

struct loop_call_result {
    enum loop_call_state state; /* one of the last three */
    int code;                   /* 0, or the code of the rejection */
    const char *message;        /* of the rejection; lives as long as the call */
};

/* Loop thread. loop and engine are borrowed. */
int loop_calls_new(struct loop *loop, struct engine *engine, struct loop_calls **ret_calls);
/* Any thread: from now on every call expires at once, those under way too. */
void loop_calls_stop(struct loop_calls *calls);
/* Loop thread, after loop_calls_stop(), when no thread can post any more. */
struct loop_calls *loop_calls_free(struct loop_calls *calls);

/* Any thread. wake(wake_arg) is called once, on the loop thread or the deadline thread, maybe
 * before this returns. take_arg is freed by command->free_arg when both sides are done with it. */
struct loop_call *loop_call_post(struct loop_calls *calls, const struct loop_command *command,
                                 void *take_arg, int64_t deadline_ms, void (*wake)(void *wake_arg),
                                 void *wake_arg);
/* After wake. */
void loop_call_result(const struct loop_call *call, struct loop_call_result *ret_result);
void *loop_call_arg(const struct loop_call *call); /* only of a settled one */
struct loop_call *loop_call_free(struct loop_call *call);

#endif
