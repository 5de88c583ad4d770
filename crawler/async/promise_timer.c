/* Promises and time: sleep and timeout. Loop thread only; each owns its timer until it ends. */
#include <errno.h>

#include "crawler/async/loop.h"
#include "crawler/async/must_alloc.h"
#include "crawler/async/promise_core.h"

/* ---- sleep ---- */

struct sleep {
    struct promise *promise;
    struct loop_timer *timer;
};

static void sleep_end(void *arg)
{
    struct sleep *sleep = arg;
    loop_timer_free(sleep->timer);
    promise_unref(sleep->promise);
    free(sleep);
}

static void on_slept(void *arg)
{
    struct sleep *sleep = arg;
    promise_resolve(sleep->promise, NULL, NULL);
    sleep_end(sleep);
}

struct promise *promise_sleep(struct loop *loop, int64_t delay_ms)
{
    struct sleep *sleep = must_calloc(1, sizeof(*sleep));
    sleep->promise = promise_new(loop);
    sleep->timer = loop_timer_new(loop, on_slept, sleep);
    promise_on_cancel(sleep->promise, sleep_end, sleep);
    loop_timer_start_in(sleep->timer, delay_ms);
    return promise_ref(sleep->promise);
}

/* ---- timeout ---- */

struct timeout {
    struct promise *result;
    struct promise *observer; /* of the source */
    struct loop_timer *timer;
    int64_t delay_ms;
};

static void timeout_end(void *arg)
{
    struct timeout *timeout = arg;
    promise_cancel(timeout->observer);
    promise_unref(timeout->observer);
    promise_unref(timeout->result);
    loop_timer_free(timeout->timer);
    free(timeout);
}

static struct promise *on_source_settled(struct promise *settled, void *arg)
{
    struct timeout *timeout = arg;
    promise_follow(timeout->result, promise_ref(settled));
    timeout_end(timeout);
    return NULL;
}

static void on_time_over(void *arg)
{
    struct timeout *timeout = arg;
    promise_reject(timeout->result, ETIMEDOUT, "promise", "no outcome within %lld ms",
                   (long long)timeout->delay_ms);
    timeout_end(timeout);
}

struct promise *promise_timeout(struct promise *take_promise, int64_t delay_ms)
{
    struct loop *loop = promise_loop(take_promise);
    struct timeout *timeout = must_calloc(1, sizeof(*timeout));
    timeout->delay_ms = delay_ms;
    timeout->result = promise_new(loop);
    timeout->observer = promise_observe(take_promise, on_source_settled, timeout);
    timeout->timer = loop_timer_new(loop, on_time_over, timeout);
    promise_on_cancel(timeout->result, timeout_end, timeout);
    loop_timer_start_in(timeout->timer, delay_ms);
    return promise_ref(timeout->result);
}
