/* See robots.h. A try is sequential logic that waits (ask, follow a redirect, wait for the turn at
 * another host, have it parsed), so it is written as a task. */
#include "crawler/hosts/robots.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/async/loop.h"
#include "crawler/async/process_pool.h"
#include "crawler/async/promise.h"
#include "crawler/async/task.h"
#include "crawler/base/clock.h"
#include "crawler/base/memory.h"
#include "crawler/extract/url.h"
#include "crawler/fetch/fetch.h"
#include "crawler/hosts/robots_private.h"
#include "crawler/workers/body_slots.h"
#include "crawler/workers/parse.h"
#include "storage/catalog.h"

enum {
    MAX_REDIRECTS = 5,
    KEEP_MS = 24 * 3600 * 1000,        /* §2.4 */
    KEEP_LEAST_MS = 10 * 60 * 1000,    /* whatever Cache-Control says: it is asked for all jobs */
    KEEP_FAILURE_MS = 60 * 1000,       /* after the pause asked for: somebody may be mending it */
    REDIRECT_WAIT_MOST_MS = 30 * 1000, /* for the turn at another host */
};

/* The task */

struct visit {
    struct robots *robots;
    struct robots_entry *entry;
    const struct address_policy *policy;
    const struct host *host; /* of the origin; NULL: there is no ledger */
    struct body_slot *slot;
    struct promise *fetched;      /* the last answer */
    struct fetch_result given_up; /* what stands for an answer that took too long */
    struct url url;               /* where robots.txt is looked for */
};

static const struct fetch_result *result_of(const struct visit *visit)
{
    return visit->fetched ? promise_value(visit->fetched) : &visit->given_up;
}

/* A tarpit gets little patience at first, and more from try to try. */
static struct promise *with_patience(const struct visit *visit, struct promise *take_promise)
{
    int64_t patience_ms = visit->robots->config.patience_ms;
    unsigned doublings = visit->entry->failures < 16 ? visit->entry->failures : 16;
    return patience_ms > 0 ? promise_timeout(take_promise, patience_ms << doublings) : take_promise;
}

static int fetch_once(struct task *task, struct visit *visit)
{
    struct fetch_request request = {
        .url = visit->url.href,
        .slot = visit->slot,
        .max_body_bytes = ROBOTS_TXT_MAX_BYTES < visit->slot->capacity ? ROBOTS_TXT_MAX_BYTES
                                                                       : visit->slot->capacity,
        .cut_body = true,
        .accept = FETCH_ACCEPT_ANY,
        .policy = visit->policy,
        .session = visit->robots->config.session,
        .host = visit->host,
        .impersonal = true,
    };
    int64_t started_ms = loop_now_ms(task_loop(task));
    visit->slot->used = 0;
    promise_unref(visit->fetched);
    visit->fetched = with_patience(visit, fetch_start(visit->robots->config.fetcher, &request));
    int rc = task_await(task, visit->fetched);
    if (rc != -ETIMEDOUT)
        return rc;
    visit->fetched = promise_unref(visit->fetched);
    visit->given_up.elapsed_ms = loop_now_ms(task_loop(task)) - started_ms;
    return 0;
}

static struct host_feedback feedback_of(const struct fetch_result *result)
{
    return (struct host_feedback){.overloaded = result->status == 429 || result->status == 503,
                                  .retry_after_ms = result->retry_after_ms,
                                  .answered = result->status != 0,
                                  .first_byte_ms = result->first_byte_ms,
                                  .elapsed_ms = result->elapsed_ms};
}

static struct url_slice host_of(const struct visit *visit)
{
    return url_host(&visit->url);
}

/* Whether what was asked last is the host of the origin, whose turn whoever began this has. */
static bool is_at_origins_host(const struct visit *visit)
{
    struct url origin;
    if (url_parse(visit->entry->origin, strlen(visit->entry->origin), NULL, &origin) != URL_OK)
        return true;
    struct url_slice asked = host_of(visit), own = url_host(&origin);
    return asked.bytes == own.bytes && memcmp(asked.data, own.data, own.bytes) == 0;
}

/* Another host that a redirect leads to is asked when its delay is over, as if for a page. */
static int wait_for_host(struct task *task, const struct visit *visit)
{
    struct hosts *hosts = visit->robots->config.hosts;
    if (!hosts || is_at_origins_host(visit))
        return 0;
    int64_t wait_ms = host_reserve(hosts_get(hosts, host_of(visit).data, host_of(visit).bytes));
    if (wait_ms > REDIRECT_WAIT_MOST_MS)
        return -EBUSY;
    struct promise *pause = promise_sleep(task_loop(task), wait_ms);
    int rc = wait_ms > 0 ? task_await(task, pause) : 0;
    promise_cancel(pause);
    promise_unref(pause);
    return rc;
}

/* The answer counts for the host that gave it. */
static void tell_host(const struct visit *visit)
{
    struct hosts *hosts = visit->robots->config.hosts;
    struct host_feedback feedback = feedback_of(result_of(visit));
    if (is_at_origins_host(visit))
        visit->entry->feedback = feedback;
    else if (hosts)
        host_observe(hosts_get(hosts, host_of(visit).data, host_of(visit).bytes), &feedback);
}

/* Where a redirect leads, as the next place to look; false when it leads nowhere. */
static bool follow(struct visit *visit, const struct fetch_result *result)
{
    struct url target;
    if (url_parse(result->location, strlen(result->location), &visit->url, &target) != URL_OK)
        return false;
    url_canonicalise(&target);
    visit->url = target;
    return true;
}

static int fetch_through_redirects(struct task *task, struct visit *visit)
{
    for (int hops = 0;; hops++) {
        int rc = wait_for_host(task, visit);
        if (rc == -EBUSY) {
            visit->fetched = promise_unref(visit->fetched); /* as if it had not answered in time */
            return 0;
        }
        if (rc == 0)
            rc = fetch_once(task, visit);
        if (rc < 0)
            return rc;
        tell_host(visit);
        const struct fetch_result *result = result_of(visit);
        if (result->outcome != OUTCOME_REDIRECTED || hops == MAX_REDIRECTS ||
            !follow(visit, result))
            return 0;
    }
}

static int parse_rules(struct task *task, struct visit *visit)
{
    const struct robots_config *config = &visit->robots->config;
    struct promise *parsed = parser_submit(config->parser, PARSE_ROBOTS, visit->slot,
                                           visit->url.href, "", config->agent);
    int rc = task_await(task, parsed);
    if (rc == 0) {
        const struct process_reply *reply = promise_value(parsed);
        robots_keep_rules(visit->robots, visit->entry, (const char *)reply->data, reply->bytes);
    }
    promise_unref(parsed);
    return rc;
}

/* Whether what was asked last is the origin itself, not where a redirect led. */
static bool is_at_origin(const struct visit *visit)
{
    size_t bytes = strlen(visit->entry->origin);
    return strncmp(visit->url.href, visit->entry->origin, bytes) == 0 &&
           visit->url.href[bytes] == '/';
}

/* Whether the origin itself could not be reached, as opposed to its robots.txt. */
static bool is_dead_origin(const struct visit *visit, enum outcome outcome)
{
    switch (outcome) {
    case OUTCOME_DNS_FAILED:
    case OUTCOME_CONNECT_REFUSED:
    case OUTCOME_CONNECT_FAILED:
    case OUTCOME_TIMEOUT_CONNECT:
    case OUTCOME_TLS_INVALID:
    case OUTCOME_TLS_FAILED:
    case OUTCOME_ADDRESS_BLOCKED:
        return is_at_origin(visit);
    default:
        return false;
    }
}

static void settle_failure(const struct visit *visit, enum outcome outcome, const char *detail,
                           const char *given_up)
{
    struct robots_entry *entry = visit->entry;
    char text[512];
    snprintf(text, sizeof text, "robots.txt: %s%s%s%s", outcome_name(outcome), *detail ? ": " : "",
             detail, given_up);
    free(entry->detail);
    entry->detail = memory_strndup(text, strlen(text));
    robots_keep_rules(visit->robots, entry, "", 0);
    entry->outcome = is_dead_origin(visit, outcome) ? outcome : OUTCOME_ROBOTS_UNREACHABLE;
}

/* As long as the answer asks for, and longer from try to try. */
static int64_t pause_after(const struct visit *visit, const struct fetch_result *result)
{
    unsigned doublings = visit->entry->failures < 20 ? visit->entry->failures : 20;
    int64_t pause_ms = visit->robots->config.retry_base_ms << doublings;
    return result->retry_after_ms > pause_ms ? result->retry_after_ms : pause_ms;
}

static unsigned tries_of(const struct visit *visit, const struct fetch_result *result)
{
    const struct robots_config *config = &visit->robots->config;
    return is_dead_origin(visit, result->outcome) ? config->max_attempts : config->max_tries;
}

static void settle_given_up(const struct visit *visit, const struct fetch_result *result)
{
    char why[160] = "";
    unsigned tries = visit->entry->failures + 1;
    if (outcome_is_transient(result->outcome) && tries >= tries_of(visit, result))
        snprintf(why, sizeof why, "; given up after %u tries", tries);
    else if (outcome_is_transient(result->outcome))
        snprintf(why, sizeof why,
                 "; given up: the next try, in %lld s, would come after robots_max_wait_ms",
                 (long long)(pause_after(visit, result) + 999) / 1000);
    settle_failure(visit, result->outcome, result->detail, why);
}

/* RFC 9309 §2.3.1: what the answer to the request for robots.txt means. */
static int judge(struct task *task, struct visit *visit)
{
    struct robots_entry *entry = visit->entry;
    const struct fetch_result *result = result_of(visit);
    entry->status = result->status;
    switch (result->outcome) {
    case OUTCOME_OK:
        entry->outcome = OUTCOME_OK;
        return parse_rules(task, visit);
    case OUTCOME_HTTP_4XX:
    case OUTCOME_REDIRECTED: /* more than five, or to nowhere: as if there were none (§2.3.1.2) */
    case OUTCOME_HTTP_OTHER:
        entry->outcome = OUTCOME_OK;
        robots_keep_rules(visit->robots, entry, "", 0);
        return 0;
    default:
        settle_given_up(visit, result);
        return 0;
    }
}

static void save_entry(struct robots *robots, const struct robots_entry *entry)
{
    struct robots_row row = {.origin = entry->origin,
                             .fetched_ms = entry->fetched_ms,
                             .expires_ms = entry->expires_ms,
                             .status = entry->status,
                             .outcome = outcome_name(entry->outcome),
                             .rules = entry->rules};
    if (robots->config.save)
        robots->config.save(&row, robots->config.arg);
}

/* Another try */

/* Whether the answer may be better next time, and there is a next time within the bounds. */
static bool is_worth_another_try(const struct visit *visit, int64_t now_ms)
{
    const struct robots_config *config = &visit->robots->config;
    const struct fetch_result *result = result_of(visit);
    const struct robots_entry *entry = visit->entry;
    int64_t since_ms = entry->failures > 0 ? entry->first_failure_ms : now_ms;
    return outcome_is_transient(result->outcome) && entry->failures + 1 < tries_of(visit, result) &&
           now_ms + pause_after(visit, result) - since_ms <= config->max_wait_ms;
}

static void plan_another_try(struct visit *visit, int64_t now_ms)
{
    struct robots_entry *entry = visit->entry;
    entry->retry_at_ms = now_ms + pause_after(visit, result_of(visit));
    if (entry->failures++ == 0)
        entry->first_failure_ms = now_ms;
}

static int64_t keep_ms(const struct visit *visit)
{
    int64_t retry_after_ms = visit->entry->feedback.retry_after_ms;
    if (visit->entry->outcome != OUTCOME_OK)
        return KEEP_FAILURE_MS + (retry_after_ms > 0 ? retry_after_ms : 0);
    int64_t max_age_s = visit->fetched ? result_of(visit)->cache_max_age_s : -1;
    if (max_age_s < 0 || max_age_s > KEEP_MS / 1000)
        return KEEP_MS;
    return max_age_s * 1000 > KEEP_LEAST_MS ? max_age_s * 1000 : KEEP_LEAST_MS;
}

static void settle_entry(struct visit *visit)
{
    struct robots_entry *entry = visit->entry;
    entry->known = true;
    entry->failures = 0;
    entry->policy = visit->policy;
    entry->fetched_ms = clock_epoch_ms();
    entry->expires_ms = entry->fetched_ms + keep_ms(visit);
    robots_obey_delay(visit->robots, entry);
    save_entry(visit->robots, entry);
}

static void visit_free(struct visit *visit)
{
    struct robots_entry *entry = visit->entry;
    struct robots *robots = visit->robots;
    entry->fetching = promise_unref(entry->fetching);
    robots->fetches--;
    body_slots_give(robots->config.slots, visit->slot);
    promise_unref(visit->fetched);
    free(visit);
}

static struct promise *run_visit(struct task *task, void *arg)
{
    struct visit *visit = arg;
    struct loop *loop = task_loop(task);
    int rc = fetch_through_redirects(task, visit);
    if (rc == 0 && is_worth_another_try(visit, loop_now_ms(loop))) {
        plan_another_try(visit, loop_now_ms(loop));
    } else {
        if (rc == 0)
            rc = judge(task, visit);
        if (rc < 0 && rc != -ECANCELED)
            settle_failure(visit, OUTCOME_PARSE_FAILED, "", "");
        if (rc != -ECANCELED)
            settle_entry(visit);
    }
    visit_free(visit);
    return rc == -ECANCELED ? promise_rejected(loop, ECANCELED, "robots", "cancelled") : NULL;
}

/* One for all who wait; made anew where somebody has cancelled it. */
static struct promise *join_pause(struct robots *robots, struct robots_entry *entry)
{
    struct loop *loop = robots->config.loop;
    if (!entry->pause || promise_state_of(entry->pause) != PROMISE_PENDING) {
        promise_unref(entry->pause);
        entry->pause = promise_sleep(loop, entry->retry_at_ms - loop_now_ms(loop));
    }
    return promise_ref(entry->pause);
}

/* What was known and did not fit into memory comes back. */
static struct promise *run_load(struct task *task, void *arg)
{
    struct robots_entry *entry = arg;
    struct robots *robots = entry->robots;
    struct promise *loaded = robots->config.load(entry->origin, robots->config.arg);
    int rc = task_await(task, loaded);
    entry->is_stored = false; /* where it is not found, it is fetched */
    if (rc == 0)
        robots_restore(robots, promise_value(loaded));
    promise_unref(loaded);
    entry->fetching = promise_unref(entry->fetching);
    robots->fetches--;
    return rc == -ECANCELED ? promise_rejected(task_loop(task), ECANCELED, "robots", "cancelled")
                            : NULL;
}

static char no_detail[] = "";

static struct visit *visit_new(struct robots *robots, struct robots_entry *entry,
                               const struct address_policy *policy)
{
    struct visit *visit = memory_new(sizeof *visit);
    char text[URL_MAX_BYTES + sizeof "/robots.txt"];
    int bytes = snprintf(text, sizeof text, "%s/robots.txt", entry->origin);
    url_parse(text, (size_t)bytes, NULL, &visit->url);
    visit->robots = robots;
    visit->entry = entry;
    visit->policy = policy;
    struct url_slice host = url_host(&visit->url);
    if (robots->config.hosts)
        visit->host = hosts_get(robots->config.hosts, host.data, host.bytes);
    visit->given_up = (struct fetch_result){.outcome = OUTCOME_TIMEOUT_TOTAL,
                                            .detail = no_detail,
                                            .location = no_detail,
                                            .retry_after_ms = -1};
    visit->slot = body_slots_take(robots->config.slots);
    entry->feedback = (struct host_feedback){.retry_after_ms = -1};
    return visit;
}

struct promise *robots_fetch(struct robots *robots, const char *origin,
                             const struct address_policy *policy)
{
    struct robots_entry *entry = robots_entry_of(robots, origin);
    if (robots_of(robots, origin, policy)->known)
        return promise_resolved(robots->config.loop, NULL, NULL);
    if (entry->fetching)
        return promise_ref(entry->fetching);
    if (robots_is_pausing(robots, entry))
        return join_pause(robots, entry);
    robots->fetches++;
    entry->fetching =
        task_start(robots->config.loop, entry->is_stored ? run_load : run_visit,
                   entry->is_stored ? (void *)entry : visit_new(robots, entry, policy));
    return promise_ref(entry->fetching);
}

void robots_cancel(struct robots *robots, const char *origin)
{
    const struct robots_entry *entry = robots_entry_of(robots, origin);
    if (entry->fetching)
        promise_cancel(entry->fetching);
    if (entry->pause)
        promise_cancel(entry->pause);
}
