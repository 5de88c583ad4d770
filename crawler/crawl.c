/* A crawl's life: what it tells, how it ends, and when. See crawl.h.
 *
 * The phase changes in crawl_set_phase() only; the counts change together with the frontier in
 * crawl_visits.c, so that they add up whenever somebody looks. */
#include "crawler/crawl.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/async/loop.h"
#include "crawler/async/promise.h"
#include "crawler/base/clock.h"
#include "crawler/base/log.h"
#include "crawler/base/memory.h"
#include "crawler/crawl_private.h"
#include "crawler/crawl_probes.h"
#include "crawler/crawl_sitemaps.h"
#include "crawler/crawl_traps.h"
#include "crawler/fetch/fetch_session.h"
#include "crawler/frontier/frontier.h"
#include "crawler/frontier/scope.h"
#include "crawler/frontier/seen.h"
#include "crawler/hosts/robots.h"
#include "crawler/indexer.h"
#include "crawler/probe/probes.h"
#include "crawler/repeat.h"
#include "crawler/sitemaps/sitemaps.h"
#include "crawler/workers/store_writer.h"

enum { CLOCK_MS = 1000 };

/* Telling */

static void report(void *arg)
{
    struct crawl *crawl = arg;
    crawl->report_queued = false;
    if (crawl->freed)
        free(crawl);
    else
        crawl->config.on_change(crawl, crawl->config.arg);
}

void crawl_changed(struct crawl *crawl)
{
    if (crawl->report_queued)
        return;
    crawl->report_queued = true;
    loop_call_soon(crawl->services->loop, report, crawl);
}

/* Time passes and the rate falls also while nothing ends. */
static void on_clock(void *arg)
{
    crawl_describe_wait(arg);
    crawl_changed(arg);
}

const struct job_counts *crawl_counts(const struct crawl *crawl)
{
    return &crawl->counts;
}

double crawl_pages_per_second(const struct crawl *crawl)
{
    return rate_per_second(&crawl->rate, loop_now_ms(crawl->services->loop));
}

int64_t crawl_remaining_ms(const struct crawl *crawl)
{
    double rate = crawl_pages_per_second(crawl);
    if (rate <= 0)
        return -1;
    int64_t left = crawl->counts.queued + crawl->counts.in_flight;
    int64_t allowed = crawl->config.settings->max_pages - crawl->visited + crawl->counts.in_flight;
    return (int64_t)((double)(left < allowed ? left : allowed) * 1000 / rate);
}

int64_t crawl_running_ms(const struct crawl *crawl)
{
    return loop_now_ms(crawl->services->loop) - crawl->opened_at_ms;
}

/* Ending */

static void end_turn(struct crawl *crawl)
{
    if (crawl->turn)
        promise_resolve(crawl->turn, NULL, NULL);
    crawl->turn = promise_unref(crawl->turn);
}

struct promise *crawl_await_turn(struct crawl *crawl)
{
    if (crawl->phase == PHASE_RUNNING)
        return NULL;
    if (crawl->turn && promise_state_of(crawl->turn) != PROMISE_PENDING)
        end_turn(crawl); /* who waited gave up */
    if (!crawl->turn)
        crawl->turn = promise_new(crawl->services->loop);
    return promise_ref(crawl->turn);
}

void crawl_set_phase(struct crawl *crawl, enum phase phase)
{
    assert(phase > crawl->phase);
    crawl->phase = phase;
    if (crawl->frontier)
        frontier_open(crawl->frontier, phase == PHASE_RUNNING, false);
    if (phase == PHASE_RUNNING) {
        loop_timer_repeat(crawl->clock, CLOCK_MS);
        end_turn(crawl);
    } else {
        loop_timer_stop(crawl->time_limit);
        loop_timer_stop(crawl->clock);
    }
    crawl_changed(crawl);
}

void crawl_end(struct crawl *crawl, const struct crawl_outcome *outcome)
{
    if (crawl->phase >= PHASE_CLOSING)
        return;
    crawl->outcome = *outcome;
    if (crawl->phase == PHASE_RUNNING) {
        crawl_set_phase(crawl, PHASE_DRAINING);
        crawl_cancel_robots(crawl); /* no page of ours is in flight there */
        crawl_cancel_sitemaps(crawl);
        crawl_close_probes(crawl);
    }
    crawl_check_progress(crawl);
}

/* The crawl has come to its end by itself. */
static void end_self(struct crawl *crawl, enum job_state state, const char *reason,
                     const char *detail)
{
    if (crawl->phase != PHASE_RUNNING && crawl->phase != PHASE_OPENING)
        return;
    struct crawl_outcome outcome = {.state = state};
    snprintf(outcome.reason, sizeof outcome.reason, "%s", reason);
    snprintf(outcome.detail, sizeof outcome.detail, "%s", detail);
    crawl_end(crawl, &outcome);
}

void crawl_end_by_storage(struct crawl *crawl, int error)
{
    char detail[256];
    if (crawl->phase > PHASE_RUNNING)
        return; /* it is ending, and one line of this is enough */
    snprintf(detail, sizeof detail, "%s: %s; free space or repair it, then start the job anew",
             crawl->config.path, strerror(error));
    log_error("job %lld: %s", (long long)crawl->config.job_id, detail);
    end_self(crawl, JOB_FAILED, "storage_error", detail);
}

void crawl_end_by_time(void *arg)
{
    struct crawl *crawl = arg;
    crawl->limit = OUTCOME_MAX_SECONDS;
    end_self(crawl, JOB_FINISHED, outcome_name(crawl->limit), outcome_text(crawl->limit));
}

static void end_by_completion(struct crawl *crawl, bool at_limit)
{
    if (at_limit)
        crawl->limit = OUTCOME_MAX_PAGES;
    if (crawl->counts.by_class[OUTCOME_DONE] == 0)
        end_self(crawl, JOB_FAILED,
                 *crawl->first_failure ? outcome_name(crawl->first_failure_outcome) : "no_page",
                 *crawl->first_failure ? crawl->first_failure : "no page could be fetched");
    else if (at_limit)
        end_self(crawl, JOB_FINISHED, outcome_name(crawl->limit), outcome_text(crawl->limit));
    else if (crawl->discovery.is_full)
        end_self(crawl, JOB_FINISHED, "max_urls",
                 "max_urls was reached: what was found after that is not recorded");
    else
        end_self(crawl, JOB_FINISHED, "complete", "");
}

static void close_memory(struct crawl *crawl)
{
    crawl->probes = probes_free(crawl->probes);
    crawl->sitemaps = sitemaps_free(crawl->sitemaps);
    crawl_free_traps(crawl);
    crawl->frontier = frontier_free(crawl->frontier);
    crawl->discovery.scope = scope_free(crawl->discovery.scope);
    crawl->discovery.seen = seen_free(crawl->discovery.seen);
    crawl->discovery.unfollowed = seen_free(crawl->discovery.unfollowed);
    lane_group_done(&crawl->lanes);
}

/* What is in the file stands; that it is complete cannot be said. */
static void closing_failed(struct crawl *crawl, const struct promise_error *error)
{
    struct crawl_outcome outcome = {.state = JOB_FAILED, .reason = "storage_error"};
    snprintf(outcome.detail, sizeof outcome.detail, "%s could not be finished: %s",
             crawl->config.path, strerror(error->code));
    log_error("job %lld: %s", (long long)crawl->config.job_id, outcome.detail);
    crawl->outcome = outcome;
}

static struct promise *closed(struct promise *settled, void *arg)
{
    struct crawl *crawl = arg;
    if (promise_state_of(settled) == PROMISE_REJECTED)
        closing_failed(crawl, promise_error(settled));
    enum outcome reason;
    for (int64_t i = 0; i < crawl->closing.released; i++)
        job_counts_release(&crawl->counts, OUTCOME_TRAP);
    if (crawl->closing.skipped > 0 && outcome_parse(crawl->closing.skip_reason, &reason) == 0)
        job_counts_skip_queued(&crawl->counts, reason, crawl->closing.skipped);
    if (crawl->closing.skip_reason && promise_state_of(settled) == PROMISE_RESOLVED)
        job_counts_skip_assets(&crawl->counts);
    if (crawl->closing.is_final && promise_state_of(settled) == PROMISE_RESOLVED)
        promise_unref(
            indexer_build(crawl->services->indexer, crawl->config.job_id, crawl->config.path));
    crawl_set_phase(crawl, PHASE_CLOSED);
    crawl->config.on_closed(crawl, &crawl->outcome, crawl->config.arg);
    return NULL;
}

/* What the URLs that are left over in the frontier are skipped for, once a job cannot go on. */
static const char *leftover_reason(const struct crawl *crawl)
{
    if (crawl->outcome.state == JOB_CANCELLED)
        return outcome_name(OUTCOME_CANCELLED);
    if (job_state_is_final(crawl->outcome.state) && crawl->limit != OUTCOME_OK)
        return outcome_name(crawl->limit);
    return NULL;
}

static void close_file(struct crawl *crawl)
{
    const struct crawl_outcome *outcome = &crawl->outcome;
    crawl_set_phase(crawl, PHASE_CLOSING);
    close_memory(crawl);
    snprintf(crawl->closing_event, sizeof crawl->closing_event, "%s%s%s%s%s",
             job_state_name(outcome->state), *outcome->reason ? ": " : "", outcome->reason,
             *outcome->detail ? ": " : "", outcome->detail);
    crawl->closing =
        (struct crawl_closing){.store = crawl->store,
                               .skip_reason = leftover_reason(crawl),
                               .is_final = job_state_is_final(outcome->state),
                               .asks_images = crawl->config.settings->probe != PROBE_OFF,
                               .asks_style_sheets = crawl->config.settings->style_sheets,
                               .event = crawl->closing_event,
                               .at_ms = clock_epoch_ms()};
    crawl->store = NULL;
    promise_unref(promise_finally(
        store_writer_call(crawl->services->writer, crawl_file_close, &crawl->closing), closed,
        crawl));
}

void crawl_check_progress(struct crawl *crawl)
{
    crawl_changed(crawl);
    if (crawl->page_count > 0 || crawl->waits > 0 || !crawl->frontier ||
        !frontier_is_quiet(crawl->frontier))
        return;
    bool reads_sitemaps = crawl_reads_sitemaps(crawl);
    if (crawl->phase == PHASE_DRAINING) {
        if (!reads_sitemaps && crawl_probes_are_quiet(crawl))
            close_file(crawl);
        return;
    }
    if (crawl->phase != PHASE_RUNNING || frontier_waiting_retries(crawl->frontier) > 0)
        return;
    bool at_limit = crawl->visited >= crawl->config.settings->max_pages;
    int64_t queued = frontier_queued(crawl->frontier);
    if (!at_limit && crawl_pull_released(crawl, queued == 0))
        return;
    if ((at_limit || (queued == 0 && !reads_sitemaps)) && crawl_probes_are_done(crawl))
        end_by_completion(crawl, queued > 0 || reads_sitemaps);
}
/* Beginning and end of the object */

/* robots.txt goes the way that its pages go: through the job's own proxy, if it has one. */
static void make_session(struct crawl *crawl)
{
    crawl->services = crawl->config.services;
    crawl->session = fetch_session_new(crawl->config.settings);
    const char *proxy = crawl->config.settings->proxy;
    if (!proxy || !*proxy)
        return;
    crawl->own_services = *crawl->services;
    crawl->own_services.robots = robots_new_apart(crawl->services->robots, crawl->session);
    crawl->services = &crawl->own_services;
}

/* No one waits for robots.txt by then, and what was cancelled has ended while the file was closed.
 */
static void free_session(struct crawl *crawl)
{
    struct robots *apart = crawl->own_services.robots;
    assert(!apart || robots_is_quiet(apart));
    robots_free(apart);
    crawl->session = fetch_session_unref(crawl->session);
}

struct crawl *crawl_new(const struct crawl_config *config)
{
    struct crawl *crawl = memory_new(sizeof *crawl);
    const struct services *services = config->services;
    crawl->config = *config;
    make_session(crawl);
    crawl->outcome.state = JOB_RUNNING;
    crawl->counts = *config->counts_before;
    crawl->opened_at_ms = loop_now_ms(services->loop);
    crawl->clock = loop_timer_new(services->loop, on_clock, crawl);
    crawl->time_limit = loop_timer_new(services->loop, crawl_end_by_time, crawl);
    lane_group_init(&crawl->lanes, services->hosts, crawl_start_lane);
    crawl->lanes.is_free = crawl_lane_is_free;
    crawl->lanes.on_pages = crawl_pages_changed;
    crawl->lanes.delay_ms = config->settings->delay_ms;
    crawl_open(crawl);
    return crawl;
}
struct crawl *crawl_free(struct crawl *crawl)
{
    if (!crawl)
        return NULL;
    assert(crawl->phase == PHASE_CLOSED);
    end_turn(crawl);
    crawl_opening_done(&crawl->opening);
    free_session(crawl);
    crawl->repeat = repeat_free(crawl->repeat);
    loop_timer_free(crawl->time_limit);
    loop_timer_free(crawl->clock);
    if (crawl->report_queued)
        crawl->freed = true; /* the queued report frees it */
    else
        free(crawl);
    return NULL;
}
