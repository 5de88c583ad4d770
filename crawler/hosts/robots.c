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
#include "crawler/base/text_map.h"
#include "crawler/extract/url.h"
#include "crawler/fetch/fetch.h"
#include "crawler/workers/body_slots.h"
#include "crawler/workers/parse.h"
#include "storage/catalog.h"

enum {
    MAX_REDIRECTS = 5,
    KEEP_MS = 24 * 3600 * 1000,        /* §2.4 */
    KEEP_LEAST_MS = 10 * 60 * 1000,    /* whatever Cache-Control says: it is asked for all jobs */
    KEEP_FAILURE_MS = 60 * 1000,       /* asked for again soon: somebody may be mending it */
    REDIRECT_WAIT_MOST_MS = 30 * 1000, /* for the turn at another host */
};

struct robots {
    struct robots_config config;
    struct text_map *by_origin;
    unsigned fetches; /* under way */
};

struct robots *robots_new(const struct robots_config *config)
{
    struct robots *robots = memory_new(sizeof *robots);
    robots->config = *config;
    robots->by_origin = text_map_new();
    return robots;
}

struct robots *robots_new_apart(const struct robots *robots, struct fetch_session *session)
{
    struct robots_config config = robots->config;
    config.session = session;
    config.save = NULL;
    return robots_new(&config);
}

static void free_entry(void *value, void *arg)
{
    (void)arg;
    struct robots_entry *entry = value;
    promise_unref(entry->fetching);
    if (entry->pause)
        promise_cancel(entry->pause);
    promise_unref(entry->pause);
    free(entry->rules);
    free(entry->detail);
    free(entry);
}

struct robots *robots_free(struct robots *robots)
{
    if (!robots)
        return NULL;
    text_map_each(robots->by_origin, free_entry, NULL);
    text_map_free(robots->by_origin);
    free(robots);
    return NULL;
}

bool robots_is_quiet(const struct robots *robots)
{
    return robots->fetches == 0;
}

static struct robots_entry *entry_of(struct robots *robots, const char *origin)
{
    struct robots_entry *entry = text_map_get(robots->by_origin, origin, strlen(origin));
    if (entry)
        return entry;
    entry = memory_new(sizeof *entry);
    entry->rules = memory_strndup("", 0);
    entry->detail = memory_strndup("", 0);
    entry->origin = text_map_put(robots->by_origin, origin, strlen(origin), entry);
    return entry;
}

static void set_text(char **place, const char *text)
{
    free(*place);
    *place = memory_strndup(text, strlen(text));
}

void robots_restore(struct robots *robots, const struct robots_row *row)
{
    enum outcome outcome;
    if (outcome_parse(row->outcome, &outcome) < 0)
        return;
    struct robots_entry *entry = entry_of(robots, row->origin);
    entry->known = true;
    entry->outcome = outcome;
    entry->status = row->status;
    entry->fetched_ms = row->fetched_ms;
    entry->expires_ms = row->expires_ms;
    set_text(&entry->rules, row->rules);
}

const struct robots_entry *robots_of(struct robots *robots, const char *origin,
                                     const struct address_policy *policy)
{
    struct robots_entry *entry = entry_of(robots, origin);
    bool is_of_others = entry->outcome == OUTCOME_ADDRESS_BLOCKED && entry->policy != policy;
    if (entry->known && (is_of_others || entry->expires_ms <= clock_epoch_ms()))
        entry->known = false;
    return entry;
}

static bool is_pausing(const struct robots *robots, const struct robots_entry *entry)
{
    return entry->failures > 0 && entry->retry_at_ms > loop_now_ms(robots->config.loop);
}

bool robots_is_fetching(struct robots *robots, const struct robots_entry *entry)
{
    return entry->fetching || is_pausing(robots, entry);
}

/* The task */

struct visit {
    struct robots *robots;
    struct robots_entry *entry;
    const struct address_policy *policy;
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
        free(visit->entry->rules);
        visit->entry->rules = memory_strndup((const char *)reply->data, reply->bytes);
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

static void settle_failure(const struct visit *visit, enum outcome outcome, const char *detail)
{
    struct robots_entry *entry = visit->entry;
    char text[512];
    snprintf(text, sizeof text, "robots.txt: %s%s%s", outcome_name(outcome), *detail ? ": " : "",
             detail);
    set_text(&entry->detail, text);
    set_text(&entry->rules, "");
    entry->outcome = is_dead_origin(visit, outcome) ? outcome : OUTCOME_ROBOTS_UNREACHABLE;
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
        set_text(&entry->rules, "");
        return 0;
    default:
        settle_failure(visit, result->outcome, result->detail);
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

/* As long as the answer asks for, and longer from try to try. */
static int64_t pause_after(const struct visit *visit, const struct fetch_result *result)
{
    unsigned doublings = visit->entry->failures < 20 ? visit->entry->failures : 20;
    int64_t pause_ms = visit->robots->config.retry_base_ms << doublings;
    return result->retry_after_ms > pause_ms ? result->retry_after_ms : pause_ms;
}

/* Whether the answer may be better next time, and there is a next time within the bounds. */
static bool is_worth_another_try(const struct visit *visit, int64_t now_ms)
{
    const struct robots_config *config = &visit->robots->config;
    const struct fetch_result *result = result_of(visit);
    const struct robots_entry *entry = visit->entry;
    unsigned tries =
        is_dead_origin(visit, result->outcome) ? config->max_attempts : config->max_tries;
    int64_t since_ms = entry->failures > 0 ? entry->first_failure_ms : now_ms;
    return outcome_is_transient(result->outcome) && entry->failures + 1 < tries &&
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
    if (visit->entry->outcome != OUTCOME_OK)
        return KEEP_FAILURE_MS;
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
            settle_failure(visit, OUTCOME_PARSE_FAILED, "");
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

static char no_detail[] = "";

struct promise *robots_fetch(struct robots *robots, const char *origin,
                             const struct address_policy *policy)
{
    struct robots_entry *entry = entry_of(robots, origin);
    if (robots_of(robots, origin, policy)->known)
        return promise_resolved(robots->config.loop, NULL, NULL);
    if (entry->fetching)
        return promise_ref(entry->fetching);
    if (is_pausing(robots, entry))
        return join_pause(robots, entry);
    struct visit *visit = memory_new(sizeof *visit);
    char text[URL_MAX_BYTES + sizeof "/robots.txt"];
    int bytes = snprintf(text, sizeof text, "%s/robots.txt", origin);
    url_parse(text, (size_t)bytes, NULL, &visit->url);
    visit->robots = robots;
    visit->entry = entry;
    visit->policy = policy;
    visit->given_up = (struct fetch_result){.outcome = OUTCOME_TIMEOUT_TOTAL,
                                            .detail = no_detail,
                                            .location = no_detail,
                                            .retry_after_ms = -1};
    visit->slot = body_slots_take(robots->config.slots);
    entry->feedback = (struct host_feedback){.retry_after_ms = -1};
    robots->fetches++;
    entry->fetching = task_start(robots->config.loop, run_visit, visit);
    return promise_ref(entry->fetching);
}

void robots_cancel(struct robots *robots, const char *origin)
{
    const struct robots_entry *entry = entry_of(robots, origin);
    if (entry->fetching)
        promise_cancel(entry->fetching);
    if (entry->pause)
        promise_cancel(entry->pause);
}
