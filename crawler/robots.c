/* See robots.h. The fetch is sequential logic that waits (try, wait, try again, follow a redirect,
 * have it parsed), so it is written as a task. */
#include "crawler/robots.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/async/process_pool.h"
#include "crawler/async/promise.h"
#include "crawler/async/task.h"
#include "crawler/body_slots.h"
#include "crawler/clock.h"
#include "crawler/extract/url.h"
#include "crawler/fetch.h"
#include "crawler/memory.h"
#include "crawler/parse.h"
#include "crawler/text_map.h"
#include "storage/catalog.h"

enum {
    MAX_REDIRECTS = 5,
    KEEP_MS = 24 * 3600 * 1000,
    MAX_PAUSE_MS = 10 * 60 * 1000, /* between two tries, whatever Retry-After says */
    KEEP_FAILURE_MS = 60 * 1000,   /* asked for again soon: somebody may be mending it */
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

static void free_entry(void *value, void *arg)
{
    (void)arg;
    struct robots_entry *entry = value;
    promise_unref(entry->fetching);
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
    entry->retry_after_ms = -1;
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

bool robots_is_overloaded(const struct robots_entry *entry)
{
    return entry->status == 429 || entry->status == 503;
}

bool robots_is_fetching(const struct robots_entry *entry)
{
    return entry->fetching;
}

/* The task */

struct visit {
    struct robots *robots;
    struct robots_entry *entry;
    const struct address_policy *policy;
    struct body_slot *slot;
    struct promise *fetched; /* the last answer */
    unsigned failures;       /* tries that another might better */
    struct url url;          /* where robots.txt is looked for */
};

static bool is_transient(const struct fetch_result *result)
{
    return outcome_is_transient(result->outcome) &&
           (result->outcome != OUTCOME_HTTP_5XX || result->status >= 502);
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
    };
    visit->slot->used = 0;
    visit->fetched = promise_unref(visit->fetched);
    visit->fetched = fetch_start(visit->robots->config.fetcher, &request);
    return task_await(task, visit->fetched);
}

/* As long as the answer asks for, and longer from try to try. */
static int64_t pause_after(const struct fetch_result *result, int64_t backoff_ms)
{
    int64_t pause_ms = result->retry_after_ms > backoff_ms ? result->retry_after_ms : backoff_ms;
    return pause_ms < MAX_PAUSE_MS ? pause_ms : MAX_PAUSE_MS;
}

static int wait_a_while(struct task *task, int64_t pause_ms)
{
    struct promise *pause = promise_sleep(task_loop(task), pause_ms);
    int rc = task_await(task, pause);
    promise_unref(pause);
    return rc;
}

/* Again, with growing pauses, while that may help. The tries are counted over all redirects. */
static int fetch_patiently(struct task *task, struct visit *visit)
{
    const struct robots_config *config = &visit->robots->config;
    for (int64_t backoff_ms = config->retry_base_ms;; backoff_ms *= 2) {
        int rc = fetch_once(task, visit);
        if (rc < 0)
            return rc;
        const struct fetch_result *result = promise_value(visit->fetched);
        if (!is_transient(result) || ++visit->failures >= config->max_attempts)
            return 0;
        rc = wait_a_while(task, pause_after(result, backoff_ms));
        if (rc < 0)
            return rc;
    }
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
        int rc = fetch_patiently(task, visit);
        if (rc < 0)
            return rc;
        const struct fetch_result *result = promise_value(visit->fetched);
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
    const struct fetch_result *result = promise_value(visit->fetched);
    entry->status = result->status;
    entry->retry_after_ms = result->retry_after_ms;
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
    robots->config.save(&row, robots->config.arg);
}

static void end_visit(struct visit *visit, int rc)
{
    struct robots_entry *entry = visit->entry;
    struct robots *robots = visit->robots;
    if (rc < 0 && rc != -ECANCELED)
        settle_failure(visit, OUTCOME_PARSE_FAILED, "");
    if (rc != -ECANCELED) {
        entry->known = true;
        entry->policy = visit->policy;
        entry->fetched_ms = clock_epoch_ms();
        entry->expires_ms =
            entry->fetched_ms + (entry->outcome == OUTCOME_OK ? KEEP_MS : KEEP_FAILURE_MS);
        save_entry(robots, entry);
    }
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
    if (rc == 0)
        rc = judge(task, visit);
    end_visit(visit, rc);
    return rc == -ECANCELED ? promise_rejected(loop, ECANCELED, "robots", "cancelled") : NULL;
}

struct promise *robots_fetch(struct robots *robots, const char *origin,
                             const struct address_policy *policy)
{
    struct robots_entry *entry = entry_of(robots, origin);
    if (entry->fetching)
        return promise_ref(entry->fetching);
    struct visit *visit = memory_new(sizeof *visit);
    char text[URL_MAX_BYTES + sizeof "/robots.txt"];
    int bytes = snprintf(text, sizeof text, "%s/robots.txt", origin);
    url_parse(text, (size_t)bytes, NULL, &visit->url);
    visit->robots = robots;
    visit->entry = entry;
    visit->policy = policy;
    visit->slot = body_slots_take(robots->config.slots);
    robots->fetches++;
    entry->fetching = task_start(robots->config.loop, run_visit, visit);
    return promise_ref(entry->fetching);
}

void robots_cancel(struct robots *robots, const char *origin)
{
    const struct robots_entry *entry = entry_of(robots, origin);
    if (entry->fetching)
        promise_cancel(entry->fetching);
}
