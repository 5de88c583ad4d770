/* What is known of robots.txt files: one entry for each origin, and as many of their rules in
 * memory as there is room for. See robots.h, robots_private.h. */
#include <stdlib.h>
#include <string.h>

#include "crawler/async/loop.h"
#include "crawler/async/promise.h"
#include "crawler/base/clock.h"
#include "crawler/base/memory.h"
#include "crawler/base/text_map.h"
#include "crawler/extract/url.h"
#include "crawler/hosts/robots_private.h"
#include "storage/catalog.h"

struct robots *robots_new(const struct robots_config *config)
{
    struct robots *robots = memory_new(sizeof *robots);
    robots->config = *config;
    robots->by_origin = text_map_new();
    TAILQ_INIT(&robots->in_memory);
    return robots;
}

struct robots *robots_new_apart(const struct robots *robots, struct fetch_session *session)
{
    struct robots_config config = robots->config;
    config.session = session;
    config.save = NULL;
    config.load = NULL;
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
    if (entry->host)
        host_set_crawl_delay(entry->host, entry, 0);
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

struct robots_entry *robots_entry_of(struct robots *robots, const char *origin)
{
    struct robots_entry *entry = text_map_get(robots->by_origin, origin, strlen(origin));
    if (entry)
        return entry;
    entry = memory_new(sizeof *entry);
    entry->rules = memory_strndup("", 0);
    entry->detail = memory_strndup("", 0);
    entry->robots = robots;
    entry->origin = text_map_put(robots->by_origin, origin, strlen(origin), entry);
    return entry;
}

/* Rules in memory: those that were asked for longest ago leave it first. */

static void leave_memory_list(struct robots *robots, struct robots_entry *entry)
{
    size_t bytes = strlen(entry->rules);
    if (bytes == 0)
        return;
    TAILQ_REMOVE(&robots->in_memory, entry, link);
    robots->rules_bytes -= bytes;
}

static void enter_memory_list(struct robots *robots, struct robots_entry *entry)
{
    size_t bytes = strlen(entry->rules);
    if (bytes == 0)
        return;
    TAILQ_INSERT_TAIL(&robots->in_memory, entry, link);
    robots->rules_bytes += bytes;
}

static void forget_rules(struct robots *robots, struct robots_entry *entry)
{
    robots_keep_rules(robots, entry, "", 0);
    entry->is_stored = entry->known && robots->config.load;
    entry->known = false;
}

void robots_keep_rules(struct robots *robots, struct robots_entry *entry, const char *rules,
                       size_t bytes)
{
    char *copy = memory_strndup(rules, bytes);
    leave_memory_list(robots, entry);
    free(entry->rules);
    entry->rules = copy;
    enter_memory_list(robots, entry);
    while (robots->config.max_rules_bytes > 0 &&
           robots->rules_bytes > robots->config.max_rules_bytes &&
           TAILQ_FIRST(&robots->in_memory) != entry)
        forget_rules(robots, TAILQ_FIRST(&robots->in_memory));
}

/* While it cannot be had, what it said last of delays counts. */
void robots_obey_delay(struct robots *robots, struct robots_entry *entry)
{
    struct url url;
    if (!robots->config.hosts || entry->outcome != OUTCOME_OK ||
        url_parse(entry->origin, strlen(entry->origin), NULL, &url) != URL_OK)
        return;
    struct url_slice name = url_host(&url);
    entry->host = hosts_get(robots->config.hosts, name.data, name.bytes);
    host_set_crawl_delay(entry->host, entry, robots_rules_delay_ms(entry->rules));
}

void robots_restore(struct robots *robots, const struct robots_row *row)
{
    enum outcome outcome;
    if (outcome_parse(row->outcome, &outcome) < 0)
        return;
    struct robots_entry *entry = robots_entry_of(robots, row->origin);
    entry->known = true;
    entry->outcome = outcome;
    entry->status = row->status;
    entry->fetched_ms = row->fetched_ms;
    entry->expires_ms = row->expires_ms;
    entry->is_stored = false;
    robots_keep_rules(robots, entry, row->rules, strlen(row->rules));
    robots_obey_delay(robots, entry);
}

const struct robots_entry *robots_of(struct robots *robots, const char *origin,
                                     const struct address_policy *policy)
{
    struct robots_entry *entry = robots_entry_of(robots, origin);
    bool is_of_others = entry->outcome == OUTCOME_ADDRESS_BLOCKED && entry->policy != policy;
    if (entry->known && (is_of_others || entry->expires_ms <= clock_epoch_ms()))
        entry->known = false;
    if (entry->is_stored && entry->expires_ms <= clock_epoch_ms())
        entry->is_stored = false;
    leave_memory_list(robots, entry);
    enter_memory_list(robots, entry);
    return entry;
}

bool robots_is_pausing(const struct robots *robots, const struct robots_entry *entry)
{
    return entry->failures > 0 && entry->retry_at_ms > loop_now_ms(robots->config.loop);
}

bool robots_is_fetching(struct robots *robots, const struct robots_entry *entry)
{
    return entry->fetching || entry->is_stored || robots_is_pausing(robots, entry);
}
