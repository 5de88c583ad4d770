/* The probes of a job as a whole, and what becomes of a turn. See probes.h. */
#include "crawler/probe/probes.h"

#include <assert.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/async/loop.h"
#include "crawler/async/process_pool.h"
#include "crawler/async/promise.h"
#include "crawler/base/memory.h"
#include "crawler/base/text_map.h"
#include "crawler/extract/url.h"
#include "crawler/hosts/robots.h"
#include "crawler/probe/probes_private.h"
#include "crawler/workers/store_writer.h"

void probes_changed(struct probes *probes)
{
    probes->config.on_change(probes->config.arg);
}

/* Calls of the writer thread */

void probes_call(struct probes *probes, int (*fn)(void *arg),
                 struct promise *(*done)(struct promise *settled, void *arg), void *arg)
{
    probes->calls++;
    promise_unref(
        promise_finally(store_writer_call(probes->config.services->writer, fn, arg), done, arg));
}

void probes_call_ended(struct probes *probes, struct promise *settled)
{
    struct probes_config config = probes->config; /* either may free the probes */
    probes->calls--;
    if (promise_state_of(settled) == PROMISE_REJECTED)
        config.on_error(promise_error(settled)->code, config.arg);
    config.on_change(config.arg);
}

/* A turn */

/* An origin's robots.txt is on its way. */
struct robots_wait {
    struct probe_origin *origin;
    struct host_request request; /* where this wait made it, and the host counts it */
};

static const struct robots_entry *robots_entry_of(const struct probe_origin *origin)
{
    const struct probes_config *config = &origin->probes->config;
    return robots_of(config->services->robots, origin->name, config->policy);
}

static struct promise *robots_known(struct promise *settled, void *arg)
{
    (void)settled;
    struct robots_wait *wait = arg;
    struct probe_origin *origin = wait->origin;
    struct probes *probes = origin->probes;
    if (wait->request.host)
        lane_finished(&wait->request, &robots_entry_of(origin)->feedback);
    free(wait);
    probes->waits--;
    origin->blocked = false;
    probe_origin_update(origin);
    hosts_pump(probes->config.services->hosts);
    probes_changed(probes);
    return NULL;
}

static struct host_request *await_robots(struct probe_origin *origin,
                                         const struct robots_entry *robots)
{
    const struct probes_config *config = &origin->probes->config;
    struct robots_wait *wait = memory_new(sizeof *wait);
    bool is_request = !robots_is_fetching(config->services->robots, robots);
    wait->origin = origin;
    origin->probes->waits++;
    origin->blocked = true;
    probe_origin_update(origin);
    promise_unref(promise_finally(
        robots_fetch(config->services->robots, origin->name, config->policy), robots_known, wait));
    return is_request ? &wait->request : NULL;
}

static enum outcome check_robots(const struct robots_entry *robots, const struct probe *probe,
                                 char *detail, size_t detail_bytes)
{
    struct robots_decision decision;
    const char *path = probe->url + strlen(probe->origin->name);
    *detail = '\0';
    if (robots->outcome != OUTCOME_OK) {
        snprintf(detail, detail_bytes, "%s", robots->detail);
        return robots->outcome;
    }
    robots_rules_match(robots->rules, path, strlen(path), &decision);
    if (decision.allowed)
        return OUTCOME_OK;
    snprintf(detail, detail_bytes, "robots.txt line %u: %s", decision.line, decision.rule);
    return OUTCOME_ROBOTS_DISALLOWED;
}

/* Somebody is asking for the same image, or has since it was looked up. */
static bool is_known_elsewhere(struct probe *probe)
{
    struct probes *probes = probe->probes;
    struct probe_shared *shared = probes->config.services->probe_shared;
    if (!probes->is_shared || probe->key < 0 || probe->flight.shared)
        return false;
    if (probe_shared_is_newer(shared, probe->fingerprint, probe->loaded_ms)) {
        probe_forget(probe);
        return true;
    }
    struct probe_flight *flight = probe_shared_find(shared, probe->fingerprint);
    if (!flight)
        return false;
    TAILQ_INSERT_TAIL(&probes->waiting, probe, link);
    probe_wait(flight, &probe->waiter);
    return true;
}

static bool lane_is_free(const struct lane *lane)
{
    const struct robots_entry *robots = robots_entry_of((const struct probe_origin *)lane);
    return robots->known && robots->outcome != OUTCOME_OK;
}

static struct host_request *start_next(struct probe_origin *origin,
                                       const struct robots_entry *robots)
{
    struct probe *probe;
    char detail[320];
    while ((probe = probe_take(origin)) != NULL) {
        if (is_known_elsewhere(probe))
            continue;
        enum outcome outcome = check_robots(robots, probe, detail, sizeof detail);
        if (outcome == OUTCOME_OK)
            return probe_visit(probe);
        probe_set_outcome(probe, outcome, detail);
        probe_save(probe);
    }
    return NULL;
}

static struct host_request *start_lane(struct lane *lane)
{
    struct probe_origin *origin = (struct probe_origin *)lane;
    const struct robots_entry *robots = robots_entry_of(origin);
    struct host_request *request = NULL;
    if (!robots->known)
        return lane->is_free ? NULL : await_robots(origin, robots);
    if (!lane->is_free || robots->outcome != OUTCOME_OK)
        request = start_next(origin, robots);
    probe_origin_update(origin);
    return request;
}

/* Beginning and end */

/* What another job may be told: the answer must depend on nothing that is this job's own. */
static bool can_share(const struct probes_config *config)
{
    const struct job_settings *settings = config->settings;
    return config->services->probe_cache && settings->headers.count == 0 &&
           settings->credentials.count == 0 && (!settings->proxy || !*settings->proxy);
}

static void begin_kind(struct probes *probes, enum store_asset kind, bool is_wanted)
{
    const struct store_asset_tally *before = &probes->config.before[kind];
    if (!is_wanted)
        return;
    probes->scans[kind] =
        (struct probe_scan){.is_wanted = true, .is_due = true, .counted = before->last_id};
    probes->counts[kind] = (struct asset_counts){.known = before->done + before->failed +
                                                          before->skipped + before->queued,
                                                 .queued = before->queued,
                                                 .done = before->done,
                                                 .failed = before->failed,
                                                 .skipped = before->skipped};
}

struct probes *probes_new(const struct probes_config *config)
{
    struct probes *probes = memory_new(sizeof *probes);
    probes->config = *config;
    probes->origins = text_map_new();
    probes->is_open = true;
    probes->is_shared = can_share(config);
    probes->to_save_end = &probes->to_save;
    TAILQ_INIT(&probes->visiting);
    TAILQ_INIT(&probes->waiting);
    lane_group_init(&probes->lanes, config->services->hosts, start_lane);
    probes->lanes.is_free = lane_is_free;
    probes->lanes.delay_of = config->pages;
    lane_group_set_delay(&probes->lanes, config->settings->delay_ms);
    begin_kind(probes, STORE_IMAGE, config->settings->probe != PROBE_OFF);
    begin_kind(probes, STORE_STYLE_SHEET, config->settings->style_sheets);
    probes_scan(probes);
    return probes;
}

void probe_free(struct probe *probe)
{
    probe_facts_done(&probe->facts);
    probe_leave(&probe->waiter);
    probe_flight_end(&probe->flight, false, 0);
    free(probe->own_url);
    free(probe->url);
    free(probe->etag);
    free(probe);
}

static void free_origin(void *value, void *arg)
{
    (void)arg;
    probe_origin_free(value);
}

struct probes *probes_free(struct probes *probes)
{
    if (!probes)
        return NULL;
    assert(probes_is_quiet(probes) && !probes->is_open);
    text_map_each(probes->origins, free_origin, NULL);
    text_map_free(probes->origins);
    lane_group_done(&probes->lanes);
    free(probes);
    return NULL;
}

/* The face */

static void look(struct probes *probes, enum store_asset kind, int64_t total)
{
    struct probe_scan *scan = &probes->scans[kind];
    if (!scan->is_wanted || scan->total == total)
        return;
    scan->total = total;
    scan->is_due = true;
}

void probes_look(struct probes *probes, const struct store_totals *totals)
{
    look(probes, STORE_IMAGE, totals->images);
    look(probes, STORE_STYLE_SHEET, totals->style_sheets);
    probes_scan(probes);
}

static void close_origin(void *value, void *arg)
{
    struct probe_origin *origin = value;
    struct probes *probes = arg;
    probe_origin_update(origin);
    if (origin->blocked)
        robots_cancel(probes->config.services->robots, origin->name);
}

void probes_close(struct probes *probes)
{
    struct probe *probe;
    probes->is_open = false;
    while ((probe = TAILQ_FIRST(&probes->waiting)) != NULL) {
        TAILQ_REMOVE(&probes->waiting, probe, link);
        probe_forget(probe);
    }
    text_map_each(probes->origins, close_origin, probes);
}

void probes_cancel(struct probes *probes)
{
    struct probe *probe;
    TAILQ_FOREACH(probe, &probes->visiting, link)
    promise_cancel(probe->cancellable);
}

void probes_hold(struct probes *probes, bool is_held)
{
    lane_group_hold(&probes->lanes, is_held ? HOLD_ALL : HOLD_NONE);
}

void probes_set_delay(struct probes *probes, int64_t delay_ms)
{
    lane_group_set_delay(&probes->lanes, delay_ms);
}

unsigned probes_in_flight(const struct probes *probes)
{
    return probes->visit_count;
}

bool probes_is_quiet(const struct probes *probes)
{
    return probes->visit_count == 0 && probes->calls == 0 && probes->waits == 0 && !probes->to_save;
}

bool probes_is_done(const struct probes *probes)
{
    bool is_done = probes_is_quiet(probes);
    for (int kind = 0; kind < STORE_ASSET_COUNT; kind++) {
        const struct asset_counts *counts = &probes->counts[kind];
        is_done =
            is_done && !probes->scans[kind].is_due && counts->queued == 0 && counts->in_flight == 0;
    }
    return is_done;
}

const struct asset_counts *probes_counts(const struct probes *probes, enum store_asset kind)
{
    return &probes->counts[kind];
}
