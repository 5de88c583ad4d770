/* What the tests of this folder share: cmocka with its includes, and waiting for a promise. */
#ifndef IMGCRAWL_TESTS_ASYNC_TEST_H
#define IMGCRAWL_TESTS_ASYNC_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "crawler/async/loop.h"
#include "crawler/async/promise.h"

static inline struct loop *new_loop(void)
{
    struct loop *loop = NULL;
    assert_int_equal(loop_new(LOOP_BACKEND_AUTO, &loop), 0);
    return loop;
}

static inline struct promise *stop_loop_when_settled(struct promise *settled, void *arg)
{
    (void)settled;
    loop_stop(arg);
    return NULL;
}

/* Runs the loop until the promise (borrowed) has settled. */
static inline enum promise_state wait_for(struct promise *promise)
{
    struct loop *loop = promise_loop(promise);
    promise_unref(promise_finally(promise_ref(promise), stop_loop_when_settled, loop));
    loop_run(loop);
    return promise_state_of(promise);
}

static inline void stop_loop(void *arg)
{
    loop_stop(arg);
}

/* Runs the loop for a few rounds of its queue, enough for what is settled to reach its readers. */
static inline void run_queue(struct loop *loop)
{
    for (int i = 0; i < 20; i++) {
        loop_call_soon(loop, stop_loop, loop);
        loop_run(loop);
    }
}

#endif
