/* The engine's estimates: a few at a time, and none outlives the engine. See engine.h. */
#include <errno.h>
#include <stdlib.h>

#include "crawler/async/promise.h"
#include "crawler/base/memory.h"
#include "crawler/engine_private.h"
#include "crawler/sitemaps/estimate.h"

enum { SIDE_BY_SIDE = 4, DEADLINE_MS = 60 * 1000 };

struct engine_estimate {
    struct engine_estimate *next;
    struct engine *engine;
    struct promise *promise;
};

static void ended(void *arg)
{
    struct engine_estimate *estimate = arg;
    struct engine *engine = estimate->engine;
    struct engine_estimate **place = &engine->estimates;
    while (*place != estimate)
        place = &(*place)->next;
    *place = estimate->next;
    engine->estimate_count--;
    promise_unref(estimate->promise);
    free(estimate);
    engine_check_stopped(engine);
}

struct promise *engine_estimate(struct engine *engine, struct job_settings *take_settings)
{
    struct loop *loop = engine->services.loop;
    if (engine->stopping || engine->estimate_count >= SIDE_BY_SIDE) {
        job_settings_free(take_settings);
        return promise_rejected(loop, EAGAIN, "engine",
                                "%d estimates are being made already, or imgcrawl is stopping; try "
                                "again a little later",
                                SIDE_BY_SIDE);
    }
    struct engine_estimate *estimate = memory_new(sizeof *estimate);
    estimate->engine = engine;
    estimate->next = engine->estimates;
    engine->estimates = estimate;
    engine->estimate_count++;
    estimate->promise =
        estimate_start(&engine->services, take_settings, engine_policy_of(engine, take_settings),
                       DEADLINE_MS, ended, estimate);
    return promise_ref(estimate->promise);
}

void engine_cancel_estimates(struct engine *engine)
{
    for (struct engine_estimate *estimate = engine->estimates; estimate; estimate = estimate->next)
        promise_cancel(estimate->promise);
}
