/* See loop_call.h. A call is shared by two sides, the poster and the loop; the one that lets go
 * last frees it. The state is the only thing that both write, by compare-and-swap.
 */
#include "server/loop_call.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "crawler/async/mailbox.h"
#include "crawler/async/promise.h"
#include "crawler/base/memory.h"
#include "server/deadlines.h"

struct loop_calls {
    struct loop *loop;
    struct engine *engine;
    struct mailbox *mailbox;
    struct deadlines *deadlines;
    atomic_bool stopping;
};

struct loop_call {
    struct letter letter; /* first: the mailbox gives it back */
    struct deadline deadline;
    struct loop_calls *calls; /* not to be touched by the loop once the call has expired */
    const struct loop_command *command;
    void *arg;
    void (*wake)(void *wake_arg);
    void *wake_arg;
    _Atomic(enum loop_call_state) state;
    atomic_int sides; /* 2, 1, and at 0 it is freed */
    int code;
    char message[192];
};

static bool change_state(struct loop_call *call, enum loop_call_state from, enum loop_call_state to)
{
    return atomic_compare_exchange_strong(&call->state, &from, to);
}

static void let_go(struct loop_call *call)
{
    if (atomic_fetch_sub(&call->sides, 1) > 1)
        return;
    if (call->command->free_arg)
        call->command->free_arg(call->arg);
    free(call);
}

static void keep_outcome(struct loop_call *call, struct promise *settled)
{
    if (promise_state_of(settled) == PROMISE_RESOLVED) {
        if (call->command->collect)
            call->command->collect(settled, call->arg);
        return;
    }
    call->code = promise_error(settled)->code;
    snprintf(call->message, sizeof call->message, "%s", promise_error(settled)->message);
}

/* What is kept here is read by the other side only after it has seen SETTLED. */
static struct promise *on_settled(struct promise *settled, void *arg)
{
    struct loop_call *call = arg;

    keep_outcome(call, settled);
    if (change_state(call, LOOP_CALL_RUNNING, LOOP_CALL_SETTLED)) {
        deadlines_clear(call->calls->deadlines, &call->deadline);
        call->wake(call->wake_arg);
    }
    let_go(call);
    return NULL;
}

static void on_letter(struct letter *letter)
{
    struct loop_call *call = (struct loop_call *)letter;
    struct promise *answer;

    if (!change_state(call, LOOP_CALL_WAITING, LOOP_CALL_RUNNING)) {
        let_go(call);
        return;
    }
    answer = call->command->start(call->calls->loop, call->calls->engine, call->arg);
    promise_unref(promise_finally(answer, on_settled, call));
}

/* After wake() the other side may have freed the call. */
static void on_deadline(struct deadline *deadline)
{
    struct loop_call *call =
        (struct loop_call *)((char *)deadline - offsetof(struct loop_call, deadline));

    if (change_state(call, LOOP_CALL_WAITING, LOOP_CALL_DROPPED) ||
        change_state(call, LOOP_CALL_RUNNING, LOOP_CALL_ABANDONED))
        call->wake(call->wake_arg);
}

int loop_calls_new(struct loop *loop, struct engine *engine, struct loop_calls **ret_calls)
{
    struct loop_calls *calls = calloc(1, sizeof *calls);
    int rc;

    if (!calls)
        return -ENOMEM;
    calls->loop = loop;
    calls->engine = engine;
    rc = mailbox_new(loop, &calls->mailbox);
    if (rc < 0)
        goto fail;
    rc = deadlines_new(&calls->deadlines);
    if (rc < 0)
        goto fail;
    *ret_calls = calls;
    return 0;
fail:
    if (calls->mailbox)
        mailbox_free(calls->mailbox);
    free(calls);
    return rc;
}

void loop_calls_stop(struct loop_calls *calls)
{
    atomic_store(&calls->stopping, true);
    deadlines_fire_all(calls->deadlines);
}

struct loop_calls *loop_calls_free(struct loop_calls *calls)
{
    if (!calls)
        return NULL;
    calls->mailbox = mailbox_free(calls->mailbox);
    deadlines_fire_all(calls->deadlines);
    calls->deadlines = deadlines_free(calls->deadlines);
    free(calls);
    return NULL;
}

struct loop_call *loop_call_post(struct loop_calls *calls, const struct loop_command *command,
                                 void *take_arg, int64_t deadline_ms, void (*wake)(void *wake_arg),
                                 void *wake_arg)
{
    struct loop_call *call = memory_new(sizeof *call);

    *call = (struct loop_call){.letter = {.fn = on_letter},
                               .deadline = {.fn = on_deadline},
                               .calls = calls,
                               .command = command,
                               .arg = take_arg,
                               .wake = wake,
                               .wake_arg = wake_arg};
    atomic_init(&call->state, LOOP_CALL_WAITING);
    atomic_init(&call->sides, 2);
    deadlines_set(calls->deadlines, &call->deadline, deadline_ms);
    mailbox_post(calls->mailbox, &call->letter);
    /* loop_calls_stop() sees this call's deadline, or this sees that it is stopping. */
    if (atomic_load(&calls->stopping))
        deadlines_fire_all(calls->deadlines);
    return call;
}

void loop_call_result(const struct loop_call *call, struct loop_call_result *ret_result)
{
    *ret_result = (struct loop_call_result){
        .state = atomic_load(&call->state), .code = call->code, .message = call->message};
    if (ret_result->state != LOOP_CALL_SETTLED) { /* the loop may be writing them */
        ret_result->code = 0;
        ret_result->message = "";
    }
}

void *loop_call_arg(const struct loop_call *call)
{
    return call->arg;
}

struct loop_call *loop_call_free(struct loop_call *call)
{
    if (call)
        let_go(call);
    return NULL;
}
