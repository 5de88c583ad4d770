/* See api_health.h. */
#include "server/api_health.h"

#include <stdlib.h>

#include "crawler/async/promise.h"
#include "crawler/base/memory.h"
#include "crawler/engine.h"
#include "server/request.h"
#include "server/respond.h"

enum { HEALTH_DEADLINE_MS = 2000 };

static struct promise *read_stats(struct loop *loop, struct engine *engine, void *arg)
{
    engine_stats(engine, arg);
    return promise_resolved(loop, NULL, NULL);
}

static const struct loop_command stats_command = {.start = read_stats, .free_arg = free};

static json_t *stats_to_json(const struct engine_stats *stats)
{
    return json_pack(
        "{s:s, s:s, s:{s:s, s:I, s:I}, s:{s:i, s:i, s:i, s:i, s:i, s:i, s:I, s:I, "
        "s:I}, s:{s:i, s:I, s:I}, s:{s:I}}",
        "status", "ok", "version", IMGCRAWL_VERSION, "loop", "backend", stats->backend, "lag_us",
        (json_int_t)stats->loop_lag_us, "cpu_us", (json_int_t)stats->loop_cpu_us, "fetch", "active",
        (int)stats->active_fetches, "slots_in_use", (int)stats->slots_in_use, "slots",
        (int)stats->slots, "slots_of_new_hosts", (int)stats->slots_of_new_hosts, "slow_lane_in_use",
        (int)stats->slow_lane_in_use, "slow_lane", (int)stats->slow_lane, "set_aside",
        (json_int_t)stats->set_aside, "cut_off", (json_int_t)stats->cut_off, "cpu_us",
        (json_int_t)stats->fetch_cpu_us, "parse", "workers", (int)stats->parse_workers, "respawns",
        (json_int_t)stats->parse_respawns, "cpu_us", (json_int_t)stats->parse_cpu_us, "writer",
        "cpu_us", (json_int_t)stats->writer_cpu_us);
}

static void answer(struct request *request, const struct loop_call_result *result)
{
    (void)result;
    respond_json(request, MHD_HTTP_OK, stats_to_json(loop_call_arg(request->call)));
}

void api_health(struct request *request)
{
    struct engine_stats *stats = memory_new(sizeof *stats);

    request_call_loop(request, &stats_command, stats, HEALTH_DEADLINE_MS, answer);
}
