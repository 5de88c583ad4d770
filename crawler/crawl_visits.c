/* A crawl's pages: what becomes of a turn that the host ledger gives, and of a page that has ended.
 * See crawl.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/async/loop.h"
#include "crawler/async/promise.h"
#include "crawler/base/log.h"
#include "crawler/base/memory.h"
#include "crawler/crawl_private.h"
#include "crawler/crawl_probes.h"
#include "crawler/crawl_sitemaps.h"
#include "crawler/crawl_traps.h"
#include "crawler/frontier/frontier.h"
#include "crawler/frontier/limits.h"
#include "crawler/hosts/robots.h"

enum { LOGGED_FAILURES = 100 }; /* of a job, one line each; more are only counted */

/* The list of pages in flight */

static void list_add(struct crawl *crawl, struct page *page)
{
    struct page_links *links = page_links(page);
    *links = (struct page_links){.next = crawl->pages};
    if (crawl->pages)
        page_links(crawl->pages)->prev = page;
    crawl->pages = page;
    crawl->page_count++;
    crawl_limit_in_flight(crawl);
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
    crawl_limit_in_flight(crawl);
}

static void cancel_robots(struct frontier_origin *origin, void *arg)
{
    struct crawl *crawl = arg;
    if (origin->blocked)
        robots_cancel(crawl->services->robots, origin->name);
}

void crawl_cancel_robots(struct crawl *crawl)
{
    if (crawl->frontier)
        frontier_each_origin(crawl->frontier, cancel_robots, crawl);
}

void crawl_cancel_visits(struct crawl *crawl)
{
    for (struct page *page = crawl->pages; page; page = page_links(page)->next)
        page_cancel(page);
    crawl_cancel_probes(crawl);
    crawl_cancel_robots(crawl);
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

/* They only grow: where several kinds of rows are stored, older ones may be told last. */
void crawl_count_totals(struct crawl *crawl, const struct store_totals *totals)
{
    struct job_counts *counts = &crawl->counts;
    if (totals->occurrences < counts->occurrences || totals->body_bytes < counts->body_bytes)
        return;
    counts->images = totals->images;
    counts->occurrences = totals->occurrences;
    counts->alt_missing = totals->alt_missing;
    counts->alt_empty = totals->alt_empty;
    counts->alt_whitespace = totals->alt_whitespace;
    counts->alt_text = totals->alt_text;
    counts->alt_not_applicable = totals->alt_not_applicable;
    counts->body_bytes = totals->body_bytes;
    memcpy(counts->verdicts, totals->verdicts, sizeof counts->verdicts);
    crawl_look_for_probes(crawl, totals);
}

static void page_stored(struct crawl *crawl, struct frontier_url *take_url,
                        const struct page_result *result)
{
    note_failure(crawl, take_url, result);
    job_counts_settle(&crawl->counts, result->outcome);
    rate_count(&crawl->rate, loop_now_ms(crawl->services->loop));
    frontier_settle(take_url);
}

void crawl_finds_stored(const struct finds *finds, const struct store_totals *totals, void *arg)
{
    struct crawl *crawl = arg;
    crawl_count_totals(crawl, totals);
    finds_announce(finds, &crawl->counts);
    crawl_follow_to_sitemaps(crawl, finds);
    crawl_changed(crawl);
    hosts_pump(crawl->services->hosts); /* the writer has room again */
}

void crawl_page_ended(struct page *page, struct frontier_url *take_url,
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
    if (result->end == PAGE_NOT_STORED) {
        crawl->page_owner.store_error = result->error;
        crawl_end_by_storage(crawl, result->error);
    }
    hosts_pump(crawl->services->hosts);
    crawl_pull_released(crawl, false);
    crawl_check_progress(crawl);
}

/* Starting, when the host ledger gives a lane its turn */

/* An origin's robots.txt is on its way. */
struct robots_wait {
    struct crawl *crawl;
    struct frontier_origin *origin;
    struct host_request request; /* where this wait made it, and the host counts it */
};

/* Once for each origin of the job. A delay above the limit is cut to it, and the job says so. */
static void note_crawl_delay(struct crawl *crawl, struct frontier_origin *origin,
                             const struct robots_entry *robots)
{
    struct host *host = origin->lane.host;
    int64_t asked_ms = robots_rules_delay_ms(robots->rules), obeyed_ms;
    origin->delay_known = true;
    if (host_crawl_delay_is_capped(host, asked_ms, &obeyed_ms))
        crawl_note(crawl, "crawl_delay_capped",
                   "host %s: its robots.txt asks for %lld s between requests, above "
                   "max_crawl_delay_ms; they are %lld s apart, and coverage may be partial",
                   host_name(host), (long long)asked_ms / 1000, (long long)obeyed_ms / 1000);
}

static struct promise *robots_known(struct promise *settled, void *arg)
{
    (void)settled;
    struct robots_wait *wait = arg;
    struct crawl *crawl = wait->crawl;
    const struct robots_entry *robots =
        robots_of(crawl->services->robots, wait->origin->name, crawl->config.policy);
    if (robots->known && !wait->origin->delay_known)
        note_crawl_delay(crawl, wait->origin, robots);
    if (wait->request.host)
        lane_finished(&wait->request, &robots->feedback);
    crawl->waits--;
    frontier_block(wait->origin, false);
    hosts_pump(crawl->services->hosts);
    crawl_check_progress(crawl);
    free(wait);
    return NULL;
}

static struct host_request *await_robots(struct crawl *crawl, struct frontier_origin *origin)
{
    const struct robots_entry *robots =
        robots_of(crawl->services->robots, origin->name, crawl->config.policy);
    struct robots_wait *wait = memory_new(sizeof *wait);
    bool is_request = !robots_is_fetching(crawl->services->robots, robots);
    *wait = (struct robots_wait){.crawl = crawl, .origin = origin};
    crawl->waits++;
    frontier_block(origin, true);
    struct promise *known =
        robots_fetch(crawl->services->robots, origin->name, crawl->config.policy);
    promise_unref(promise_finally(known, robots_known, wait));
    return is_request ? &wait->request : NULL;
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
    limits_count_visit(crawl->discovery.limits, host_name(url->origin->lane.host));
    if (crawl->visited == crawl->config.settings->max_pages)
        frontier_open(crawl->frontier, true, true);
}

static struct host_request *lease_next(struct crawl *crawl, struct frontier_origin *origin,
                                       const struct robots_entry *robots)
{
    bool at_limit = crawl->visited >= crawl->config.settings->max_pages;
    struct frontier_url *url = frontier_lease(origin, at_limit);
    if (!url)
        return NULL;
    job_counts_lease(&crawl->counts);
    crawl_changed(crawl);
    char detail[320];
    enum outcome verdict = crawl_judge_turn(crawl, url, detail, sizeof detail);
    if (verdict == OUTCOME_OK)
        verdict = check_robots(robots, url, detail, sizeof detail);
    if (verdict == OUTCOME_OK) {
        count_visit(crawl, url);
        struct page *page = page_visit(&crawl->page_owner, url);
        list_add(crawl, page);
        return page_request(page);
    }
    list_add(crawl, page_settle_unvisited(&crawl->page_owner, url, verdict, detail));
    return NULL;
}

static struct crawl *crawl_of(struct lane_group *group)
{
    return (struct crawl *)(void *)((char *)group - offsetof(struct crawl, lanes));
}

void crawl_pages_changed(struct lane_group *group)
{
    crawl_limit_in_flight(crawl_of(group));
}

/* An origin whose robots.txt cannot be had may have asked for an hour's pause: its URLs are settled
 * without it. */
bool crawl_lane_is_free(const struct lane *lane)
{
    const struct frontier_origin *origin = (const struct frontier_origin *)lane;
    const struct crawl *crawl = crawl_of(lane->group);
    const struct robots_entry *robots =
        robots_of(crawl->services->robots, origin->name, crawl->config.policy);
    return robots->known && robots->outcome != OUTCOME_OK;
}

struct host_request *crawl_start_lane(struct lane *lane)
{
    struct frontier_origin *origin = (struct frontier_origin *)lane;
    struct crawl *crawl = crawl_of(lane->group);
    const struct robots_entry *robots =
        robots_of(crawl->services->robots, origin->name, crawl->config.policy);
    if (!robots->known)
        return lane->is_free ? NULL : await_robots(crawl, origin);
    if (!origin->delay_known)
        note_crawl_delay(crawl, origin, robots);
    return lease_next(crawl, origin, robots);
}
