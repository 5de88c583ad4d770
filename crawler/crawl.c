/* See crawl.h. The phase changes in set_phase() only; the counts change together with the frontier
 * in lease_next() and page_ended(), so that they add up whenever somebody looks. */
#include "crawler/crawl.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/async/loop.h"
#include "crawler/async/promise.h"
#include "crawler/clock.h"
#include "crawler/crawl_file.h"
#include "crawler/discovery.h"
#include "crawler/engine.h"
#include "crawler/frontier.h"
#include "crawler/log.h"
#include "crawler/memory.h"
#include "crawler/page.h"
#include "crawler/rate.h"
#include "crawler/robots.h"
#include "crawler/scope.h"
#include "crawler/seen.h"
#include "crawler/store_writer.h"

enum phase { PHASE_OPENING, PHASE_RUNNING, PHASE_DRAINING, PHASE_CLOSING, PHASE_CLOSED };

enum { LOGGED_FAILURES = 100 }; /* of a job, one line each; more are only counted */

struct crawl {
    struct crawl_config config;
    const struct services *services;
    enum phase phase;
    struct crawl_outcome outcome; /* where it is going, from DRAINING on */
    enum outcome limit;           /* the limit that ended it; OUTCOME_OK: none did */

    struct crawl_opening opening;
    struct crawl_closing closing;
    char closing_event[400];

    struct job_store *store;
    struct lane_group lanes;
    struct frontier *frontier;
    struct discovery discovery; /* owns seen and scope */
    struct page_owner page_owner;
    struct page *pages; /* in flight */
    unsigned page_count;
    unsigned waits; /* for robots.txt, and for the seeds to be stored */

    struct job_counts counts;
    int64_t visited; /* URLs visited at least once */
    int64_t opened_at_ms;
    struct rate rate;
    struct loop_timer *time_limit;
    char first_failure[256]; /* why the first URL that failed did, for a crawl that gets no page */
    enum outcome first_failure_outcome;
    int64_t failures_logged;

    bool report_queued, freed;
};

static void check_progress(struct crawl *crawl);

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

static void changed(struct crawl *crawl)
{
    if (crawl->report_queued)
        return;
    crawl->report_queued = true;
    loop_call_soon(crawl->services->loop, report, crawl);
}

int64_t crawl_job_id(const struct crawl *crawl)
{
    return crawl->config.job_id;
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

static void set_phase(struct crawl *crawl, enum phase phase)
{
    assert(phase > crawl->phase);
    crawl->phase = phase;
    if (crawl->frontier)
        frontier_open(crawl->frontier, phase == PHASE_RUNNING, false);
    if (phase != PHASE_RUNNING)
        loop_timer_stop(crawl->time_limit);
    changed(crawl);
}

void crawl_end(struct crawl *crawl, const struct crawl_outcome *outcome)
{
    if (crawl->phase >= PHASE_CLOSING)
        return;
    crawl->outcome = *outcome;
    if (crawl->phase == PHASE_RUNNING)
        set_phase(crawl, PHASE_DRAINING);
    check_progress(crawl);
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

static void end_by_storage(struct crawl *crawl, int error)
{
    char detail[256];
    if (crawl->phase > PHASE_RUNNING)
        return; /* it is ending, and one line of this is enough */
    snprintf(detail, sizeof detail, "%s: %s; free space or repair it, then start the job anew",
             crawl->config.path, strerror(error));
    log_error("job %lld: %s", (long long)crawl->config.job_id, detail);
    end_self(crawl, JOB_FAILED, "storage_error", detail);
}

static void end_by_time(void *arg)
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
    else
        end_self(crawl, JOB_FINISHED, "complete", "");
}

static void close_memory(struct crawl *crawl)
{
    crawl->frontier = frontier_free(crawl->frontier);
    crawl->discovery.scope = scope_free(crawl->discovery.scope);
    crawl->discovery.seen = seen_free(crawl->discovery.seen);
    lane_group_done(&crawl->lanes);
}

static struct promise *closed(struct promise *settled, void *arg)
{
    struct crawl *crawl = arg;
    if (promise_state_of(settled) == PROMISE_REJECTED)
        log_error("job %lld: closing %s: %s", (long long)crawl->config.job_id, crawl->config.path,
                  promise_error(settled)->message);
    enum outcome reason;
    if (crawl->closing.skipped > 0 && outcome_parse(crawl->closing.skip_reason, &reason) == 0)
        job_counts_skip_queued(&crawl->counts, reason, crawl->closing.skipped);
    set_phase(crawl, PHASE_CLOSED);
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
    set_phase(crawl, PHASE_CLOSING);
    close_memory(crawl);
    snprintf(crawl->closing_event, sizeof crawl->closing_event, "%s%s%s%s%s",
             job_state_name(outcome->state), *outcome->reason ? ": " : "", outcome->reason,
             *outcome->detail ? ": " : "", outcome->detail);
    crawl->closing = (struct crawl_closing){.store = crawl->store,
                                            .skip_reason = leftover_reason(crawl),
                                            .is_final = job_state_is_final(outcome->state),
                                            .event = crawl->closing_event,
                                            .at_ms = clock_epoch_ms()};
    crawl->store = NULL;
    promise_unref(promise_finally(
        store_writer_call(crawl->services->writer, crawl_file_close, &crawl->closing), closed,
        crawl));
}

/* Whether there is still something to do; the only place that decides that it is over. */
static void check_progress(struct crawl *crawl)
{
    changed(crawl);
    if (crawl->page_count > 0 || crawl->waits > 0 || !crawl->frontier ||
        !frontier_is_quiet(crawl->frontier))
        return;
    if (crawl->phase == PHASE_DRAINING) {
        close_file(crawl);
        return;
    }
    if (crawl->phase != PHASE_RUNNING || frontier_waiting_retries(crawl->frontier) > 0)
        return;
    bool at_limit = crawl->visited >= crawl->config.settings->max_pages;
    int64_t queued = frontier_queued(crawl->frontier);
    if (queued == 0 || at_limit)
        end_by_completion(crawl, queued > 0);
}

/* Pages */

static void list_add(struct crawl *crawl, struct page *page)
{
    struct page_links *links = page_links(page);
    *links = (struct page_links){.next = crawl->pages};
    if (crawl->pages)
        page_links(crawl->pages)->prev = page;
    crawl->pages = page;
    crawl->page_count++;
}

static void list_remove(struct crawl *crawl, struct page *page)
{
    struct page_links *links = page_links(page);
    if (links->prev)
        page_links(links->prev)->next = links->next;
    else
        crawl->pages = links->next;
    if (links->next)
        page_links(links->next)->prev = links->prev;
    crawl->page_count--;
}

static void cancel_robots(struct frontier_origin *origin, void *arg)
{
    struct crawl *crawl = arg;
    if (origin->blocked)
        robots_cancel(crawl->services->robots, origin->name);
}

void crawl_cancel_visits(struct crawl *crawl)
{
    for (struct page *page = crawl->pages; page; page = page_links(page)->next)
        page_cancel(page);
    if (crawl->frontier)
        frontier_each_origin(crawl->frontier, cancel_robots, crawl);
}

static void log_failure(struct crawl *crawl, const struct frontier_url *url,
                        const struct page_result *result)
{
    if (crawl->failures_logged++ < LOGGED_FAILURES)
        log_info("job %lld host %s: %s %s%s%s", (long long)crawl->config.job_id,
                 host_name(url->origin->lane.host), outcome_name(result->outcome), url->url,
                 result->detail && *result->detail ? ": " : "",
                 result->detail ? result->detail : "");
    if (crawl->failures_logged == LOGGED_FAILURES)
        log_info("job %lld: further failures are counted, not logged; see its pages",
                 (long long)crawl->config.job_id);
}

static void note_failure(struct crawl *crawl, const struct frontier_url *url,
                         const struct page_result *result)
{
    if (outcome_class_of(result->outcome) == OUTCOME_DONE)
        return;
    if (!*crawl->first_failure) {
        crawl->first_failure_outcome = result->outcome;
        snprintf(crawl->first_failure, sizeof crawl->first_failure, "%s: %s", url->url,
                 result->detail && *result->detail ? result->detail
                                                   : outcome_text(result->outcome));
    }
    if (outcome_class_of(result->outcome) == OUTCOME_FAILED)
        log_failure(crawl, url, result);
}

static void count_totals(struct crawl *crawl, const struct store_totals *totals)
{
    struct job_counts *counts = &crawl->counts;
    counts->images = totals->images;
    counts->occurrences = totals->occurrences;
    counts->alt_missing = totals->alt_missing;
    counts->alt_empty = totals->alt_empty;
    counts->alt_whitespace = totals->alt_whitespace;
    counts->alt_text = totals->alt_text;
    counts->body_bytes = totals->body_bytes;
}

static void page_stored(struct crawl *crawl, struct frontier_url *take_url,
                        const struct page_result *result)
{
    note_failure(crawl, take_url, result);
    job_counts_settle(&crawl->counts, result->outcome);
    count_totals(crawl, result->totals);
    finds_announce(result->finds, &crawl->counts);
    rate_count(&crawl->rate, loop_now_ms(crawl->services->loop));
    frontier_settle(take_url);
}

static void page_ended(struct page *page, struct frontier_url *take_url,
                       const struct page_result *result, void *arg)
{
    struct crawl *crawl = arg;
    list_remove(crawl, page);
    if (result->end == PAGE_STORED) {
        page_stored(crawl, take_url, result);
    } else {
        job_counts_unlease(&crawl->counts);
        frontier_return(take_url, result->end == PAGE_RETRY ? result->retry_at_ms : 0);
    }
    if (result->end == PAGE_NOT_STORED)
        end_by_storage(crawl, result->error);
    hosts_pump(crawl->services->hosts);
    check_progress(crawl);
}

/* Starting, when the host ledger gives a lane its turn */

/* An origin's robots.txt is on its way. */
struct robots_wait {
    struct crawl *crawl;
    struct frontier_origin *origin;
    bool is_request; /* this wait made the request, and the host counts it */
};

static struct promise *robots_known(struct promise *settled, void *arg)
{
    (void)settled;
    struct robots_wait *wait = arg;
    struct crawl *crawl = wait->crawl;
    const struct robots_entry *robots = robots_of(crawl->services->robots, wait->origin->name);
    struct host *host = wait->origin->lane.host;
    long delay_ms = robots_rules_delay_ms(robots->rules);
    if (delay_ms > 0 && !host_is_own(host))
        host_set_crawl_delay(host, delay_ms);
    if (wait->is_request)
        host_finished(host, &(struct host_feedback){.retry_after_ms = -1});
    crawl->waits--;
    frontier_block(wait->origin, false);
    hosts_pump(crawl->services->hosts);
    check_progress(crawl);
    free(wait);
    return NULL;
}

static bool await_robots(struct crawl *crawl, struct frontier_origin *origin)
{
    const struct robots_entry *robots = robots_of(crawl->services->robots, origin->name);
    struct robots_wait *wait = memory_new(sizeof *wait);
    *wait = (struct robots_wait){
        .crawl = crawl, .origin = origin, .is_request = !robots_is_fetching(robots)};
    bool is_request = wait->is_request;
    crawl->waits++;
    frontier_block(origin, true);
    struct promise *known =
        robots_fetch(crawl->services->robots, origin->name, crawl->config.policy);
    promise_unref(promise_finally(known, robots_known, wait));
    return is_request;
}

/* What robots.txt says of a URL; OUTCOME_OK: it may be fetched. */
static enum outcome check_robots(const struct robots_entry *robots, const struct frontier_url *url,
                                 char *detail, size_t detail_bytes)
{
    if (robots->outcome != OUTCOME_OK) {
        snprintf(detail, detail_bytes, "%s", robots->detail);
        return robots->outcome;
    }
    struct robots_decision decision;
    size_t origin_bytes = strlen(url->origin->name);
    robots_rules_match(robots->rules, url->url + origin_bytes, url->bytes - origin_bytes,
                       &decision);
    if (decision.allowed)
        return OUTCOME_OK;
    snprintf(detail, detail_bytes, "robots.txt line %u: %s", decision.line, decision.rule);
    return OUTCOME_ROBOTS_DISALLOWED;
}

static void count_visit(struct crawl *crawl, const struct frontier_url *url)
{
    if (url->attempts > 0)
        return;
    crawl->visited++;
    if (crawl->visited == crawl->config.settings->max_pages)
        frontier_open(crawl->frontier, true, true);
}

static bool lease_next(struct crawl *crawl, struct frontier_origin *origin,
                       const struct robots_entry *robots)
{
    bool at_limit = crawl->visited >= crawl->config.settings->max_pages;
    struct frontier_url *url = frontier_lease(origin, at_limit);
    if (!url)
        return false;
    job_counts_lease(&crawl->counts);
    changed(crawl);
    char detail[320];
    enum outcome verdict = check_robots(robots, url, detail, sizeof detail);
    if (verdict == OUTCOME_OK) {
        count_visit(crawl, url);
        list_add(crawl, page_visit(&crawl->page_owner, url));
        return true;
    }
    list_add(crawl, page_settle_unvisited(&crawl->page_owner, url, verdict, detail));
    return false;
}

static bool start_lane(struct lane *lane)
{
    struct frontier_origin *origin = (struct frontier_origin *)lane;
    struct crawl *crawl =
        (struct crawl *)(void *)((char *)lane->group - offsetof(struct crawl, lanes));
    const struct robots_entry *robots = robots_of(crawl->services->robots, origin->name);
    if (!robots->known)
        return await_robots(crawl, origin);
    return lease_next(crawl, origin, robots);
}

/* Opening */

static void refill_ended(int rc, void *arg)
{
    if (rc < 0)
        end_by_storage(arg, -rc);
    check_progress(arg);
}

static void restore(struct crawl *crawl)
{
    struct crawl_opening *opening = &crawl->opening;
    crawl->counts = opening->counts;
    count_totals(crawl, &opening->totals);
    crawl->visited = crawl->counts.by_class[OUTCOME_DONE] + crawl->counts.by_class[OUTCOME_FAILED] +
                     crawl->counts.by_outcome[OUTCOME_NOT_HTML];
    crawl->discovery.last_url_id = opening->totals.last_url_id;
    struct url url;
    for (size_t i = 0; i < opening->redirect_seed_count; i++) {
        const char *text = opening->redirect_seeds[i];
        if (url_parse(text, strlen(text), NULL, &url) == URL_OK)
            scope_add_seed(crawl->discovery.scope, &url);
    }
    for (size_t i = 0; i < opening->origin_count; i++) {
        const struct opened_origin *origin = &opening->origins[i];
        if (url_parse(origin->name, strlen(origin->name), NULL, &url) == URL_OK)
            frontier_restore_origin(crawl->frontier, origin->id, &url, origin->queued,
                                    opening->totals.last_url_id);
    }
}

static void run(struct crawl *crawl)
{
    const struct job_settings *settings = crawl->config.settings;
    if (crawl->outcome.state != JOB_RUNNING || *crawl->outcome.reason) {
        set_phase(crawl, PHASE_DRAINING); /* it was ended while it was being opened */
    } else {
        set_phase(crawl, PHASE_RUNNING);
        int64_t left_ms = settings->max_seconds * 1000 - crawl->config.active_ms_before;
        loop_timer_start_in(crawl->time_limit, left_ms > 0 ? left_ms : 0);
        if (crawl->visited >= settings->max_pages)
            frontier_open(crawl->frontier, true, true);
    }
    check_progress(crawl);
}

/* The seeds on their way to disk. */
struct seeding {
    struct crawl *crawl;
    struct finds finds;
    struct store_append append;
};

static struct promise *seeds_stored(struct promise *settled, void *arg)
{
    struct seeding *seeding = arg;
    struct crawl *crawl = seeding->crawl;
    crawl->waits--;
    if (promise_state_of(settled) == PROMISE_REJECTED)
        end_by_storage(crawl, promise_error(settled)->code);
    else
        finds_announce(&seeding->finds, &crawl->counts);
    finds_done(&seeding->finds);
    free(seeding);
    run(crawl);
    return NULL;
}

static void offer_seeds(struct crawl *crawl)
{
    const struct text_list *seeds = &crawl->config.settings->seeds;
    struct seeding *seeding = memory_new(sizeof *seeding);
    seeding->crawl = crawl;
    for (size_t i = 0; i < seeds->count; i++) {
        struct url url;
        size_t bytes = strlen(seeds->items[i]);
        if (url_parse(seeds->items[i], bytes, NULL, &url) == URL_OK)
            discovery_follow(
                &crawl->discovery,
                &(struct lead){.url = &url, .text = {seeds->items[i], bytes}, .via = VIA_SEED},
                &seeding->finds);
    }
    const struct finds *finds = &seeding->finds;
    seeding->append = (struct store_append){.store = crawl->store,
                                            .batch = {.origins = finds->origins,
                                                      .origin_count = finds->origin_count,
                                                      .urls = finds->urls,
                                                      .url_count = finds->count}};
    crawl->waits++;
    promise_unref(promise_finally(store_writer_append(crawl->services->writer, &seeding->append),
                                  seeds_stored, seeding));
}

static void open_memory(struct crawl *crawl)
{
    const struct services *services = crawl->services;
    crawl->store = crawl->opening.store;
    crawl->discovery.seen = crawl->opening.seen;
    crawl->opening.store = NULL;
    crawl->opening.seen = NULL;
    crawl->discovery.scope = scope_new(crawl->config.settings);
    crawl->frontier = frontier_new(&(struct frontier_config){.loop = services->loop,
                                                             .hosts = services->hosts,
                                                             .lanes = &crawl->lanes,
                                                             .writer = services->writer,
                                                             .store = crawl->store,
                                                             .on_loaded = refill_ended,
                                                             .arg = crawl});
    crawl->discovery.frontier = crawl->frontier;
    crawl->page_owner = (struct page_owner){.services = services,
                                            .policy = crawl->config.policy,
                                            .store = crawl->store,
                                            .discovery = &crawl->discovery,
                                            .on_end = page_ended,
                                            .arg = crawl};
}

static void opening_failed(struct crawl *crawl, const struct promise_error *error)
{
    struct crawl_outcome outcome = {.state = JOB_FAILED, .reason = "storage_error"};
    snprintf(outcome.detail, sizeof outcome.detail, "%s: %s (%s)", crawl->config.path,
             crawl->opening.reason, strerror(error->code));
    log_error("job %lld: %s", (long long)crawl->config.job_id, outcome.detail);
    crawl->outcome = outcome;
    crawl->phase = PHASE_CLOSED;
    crawl->config.on_closed(crawl, &outcome, crawl->config.arg);
}

static struct promise *opened(struct promise *settled, void *arg)
{
    struct crawl *crawl = arg;
    if (promise_state_of(settled) == PROMISE_REJECTED) {
        opening_failed(crawl, promise_error(settled));
        return NULL;
    }
    open_memory(crawl);
    restore(crawl);
    if (crawl->discovery.last_url_id == 0)
        offer_seeds(crawl);
    else
        run(crawl);
    return NULL;
}

struct crawl *crawl_new(const struct crawl_config *config)
{
    struct crawl *crawl = memory_new(sizeof *crawl);
    const struct services *services = config->services;
    crawl->config = *config;
    crawl->services = services;
    crawl->outcome.state = JOB_RUNNING;
    crawl->opened_at_ms = loop_now_ms(services->loop);
    crawl->time_limit = loop_timer_new(services->loop, end_by_time, crawl);
    lane_group_init(&crawl->lanes, services->hosts, start_lane);
    crawl->opening = (struct crawl_opening){.path = config->path, .job_id = config->job_id};
    promise_unref(promise_finally(
        store_writer_call(services->writer, crawl_file_open, &crawl->opening), opened, crawl));
    return crawl;
}

struct crawl *crawl_free(struct crawl *crawl)
{
    if (!crawl)
        return NULL;
    assert(crawl->phase == PHASE_CLOSED);
    crawl_opening_done(&crawl->opening);
    loop_timer_free(crawl->time_limit);
    if (crawl->report_queued)
        crawl->freed = true; /* the queued report frees it */
    else
        free(crawl);
    return NULL;
}
