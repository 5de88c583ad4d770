/* What the engine remembers of hosts: the ledger and robots.txt as they are made, and what goes to
 * the catalog and comes back from it at start. Loop thread; the catalog is written by the writer
 * thread. See engine.h.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/async/loop.h"
#include "crawler/async/promise.h"
#include "crawler/base/clock.h"
#include "crawler/base/log.h"
#include "crawler/base/memory.h"
#include "crawler/engine_private.h"
#include "crawler/fetch/fetch.h"
#include "crawler/fetch/resolver.h"
#include "crawler/hosts/host.h"
#include "crawler/hosts/robots.h"
#include "crawler/hosts/robots_saver.h"
#include "crawler/workers/body_slots.h"
#include "crawler/workers/store_writer.h"
#include "storage/catalog.h"

enum { ROBOTS_MEMORY_BYTES = 64 * 1024 * 1024 }; /* some thirty thousand usual robots.txt files */

/* What the parts call back */

static bool has_room(unsigned aside, void *arg)
{
    const struct engine *engine = arg;
    return body_slots_in_use(engine->services.slots) < engine->config.pages_in_flight + aside &&
           store_writer_pending(engine->services.writer) < engine->config.pages_in_flight;
}

static bool end_slow(const struct host *host, int64_t begun_ms, void *arg)
{
    const struct engine *engine = arg;
    return fetch_end_slow(engine->services.fetcher, host, begun_ms);
}

static void save_hosts(const struct host_memory *memories, size_t count, bool is_pause, void *arg)
{
    const struct engine *engine = arg;
    int64_t now_ms = clock_epoch_ms();
    struct host_row *rows = memory_new(count * sizeof *rows);
    for (size_t i = 0; i < count; i++)
        rows[i] = (struct host_row){.host = memories[i].name,
                                    .next_at_ms = memories[i].next_at_ms,
                                    .backoff_ms = memories[i].backoff_ms,
                                    .latency_ms = memories[i].latency_ms,
                                    .baseline_ms = memories[i].baseline_ms,
                                    .brake_ms = memories[i].brake_ms,
                                    .saved_ms = now_ms};
    if (is_pause)
        log_info("host %s: asked for a pause of %lld ms", memories->name,
                 (long long)(memories->next_at_ms - now_ms));
    catalog_calls_save_hosts(&engine->catalog, rows, count);
    free(rows);
}

static void save_robots(const struct robots_row *row, void *arg)
{
    const struct engine *engine = arg;
    if (strcmp(row->outcome, outcome_name(OUTCOME_OK)) == 0)
        robots_saver_add(engine->robots_saver, row);
    else
        log_warning("origin %s: robots.txt cannot be had (%s), so nothing is fetched from it; it "
                    "is asked for again when its pause and a minute are over",
                    row->origin, row->outcome);
}

/* What was learned a moment ago goes first: the writer does one after the other. */
static struct promise *load_robots(const char *origin, void *arg)
{
    const struct engine *engine = arg;
    robots_saver_flush(engine->robots_saver);
    return catalog_calls_get_robots(&engine->catalog, origin);
}

/* Where hosts are */

static int compare_addresses(const union resolved_address *a, const union resolved_address *b)
{
    if (a->any.sa_family != b->any.sa_family)
        return a->any.sa_family < b->any.sa_family ? -1 : 1;
    if (a->any.sa_family == AF_INET)
        return memcmp(&a->v4.sin_addr, &b->v4.sin_addr, sizeof a->v4.sin_addr);
    return memcmp(&a->v6.sin6_addr, &b->v6.sin6_addr, sizeof a->v6.sin6_addr);
}

static bool is_loopback(const union resolved_address *address)
{
    return address->any.sa_family == AF_INET ? ntohl(address->v4.sin_addr.s_addr) >> 24 == 127
                                             : IN6_IS_ADDR_LOOPBACK(&address->v6.sin6_addr);
}

/* One for all who have the same ones, in whichever order they were told: the least. NULL: this
 * machine, which is one's own. */
static const char *address_text(const struct resolved *resolved, char *text, socklen_t bytes)
{
    const union resolved_address *least = &resolved->addresses[0];
    for (unsigned i = 1; i < resolved->count; i++) {
        if (compare_addresses(&resolved->addresses[i], least) < 0)
            least = &resolved->addresses[i];
    }
    if (resolved->count == 0 || is_loopback(least))
        return NULL;
    if (least->any.sa_family == AF_INET)
        return inet_ntop(AF_INET, &least->v4.sin_addr, text, bytes);
    return inet_ntop(AF_INET6, &least->v6.sin6_addr, text, bytes);
}

/* A name that does not resolve is let go: its fetch tells why. */
static struct promise *located(struct promise *settled, void *arg)
{
    struct host *host = arg;
    char text[INET6_ADDRSTRLEN];
    if (promise_state_of(settled) == PROMISE_REJECTED) {
        host_located(host, NULL, 0);
        return NULL;
    }
    const struct resolved *resolved = promise_value(settled);
    host_located(host, address_text(resolved, text, sizeof text), resolved->expires_ms);
    return NULL;
}

static void locate(struct host *host, void *arg)
{
    const struct engine *engine = arg;
    const char *name = host_name(host);
    promise_unref(promise_finally(resolver_lookup(engine->services.resolver, name, strlen(name)),
                                  located, host));
}

/* Making */

void engine_make_hosts(struct engine *engine)
{
    const struct engine_config *config = &engine->config;
    struct hosts_config hosts = {
        .pace = {.delay_ms = config->host_delay_ms,
                 .adaptive = config->adaptive_delay,
                 .factor = config->adaptive_factor,
                 .max_delay_ms = config->adaptive_max_delay_ms,
                 .max_crawl_delay_ms = config->max_crawl_delay_ms,
                 .backoff_base_ms = config->retry_base_ms,
                 .backoff_max_ms = config->retry_max_ms},
        .connections = config->host_connections,
        .own_connections = config->own_host_connections,
        .own_hosts = (const char *const *)(config->own_hosts ? config->own_hosts->items : NULL),
        .own_host_count = config->own_hosts ? config->own_hosts->count : 0,
        .address_connections = config->address_connections,
        .slots = config->unproven_percent > 0 ? config->pages_in_flight : 0,
        .unproven_percent = config->unproven_percent,
        .slow_lane = config->slow_lane,
        .slow_after_ms = config->slow_after_ms,
        .room = has_room,
        .save = save_hosts,
        .locate = locate,
        .end_slow = end_slow,
        .arg = engine,
    };
    engine->services.hosts = hosts_new(engine->services.loop, &hosts);
}

void engine_make_robots(struct engine *engine)
{
    struct services *services = &engine->services;
    const struct engine_config *config = &engine->config;
    engine->robots_saver = robots_saver_new(services->loop, &engine->catalog);
    services->robots = robots_new(&(struct robots_config){.loop = services->loop,
                                                          .fetcher = services->fetcher,
                                                          .slots = services->slots,
                                                          .parser = services->parser,
                                                          .hosts = services->hosts,
                                                          .agent = config->robots_agent,
                                                          .max_attempts = config->max_attempts,
                                                          .max_tries = config->robots_tries,
                                                          .max_wait_ms = config->robots_max_wait_ms,
                                                          .retry_base_ms = config->retry_base_ms,
                                                          .patience_ms = config->robots_patience_ms,
                                                          .save = save_robots,
                                                          .load = load_robots,
                                                          .max_rules_bytes = ROBOTS_MEMORY_BYTES,
                                                          .arg = engine});
}

/* Restoring */

static int restore_host(const struct host_row *row, void *arg)
{
    const struct engine *engine = arg;
    hosts_restore(engine->services.hosts, &(struct host_memory){.name = row->host,
                                                                .next_at_ms = row->next_at_ms,
                                                                .backoff_ms = row->backoff_ms,
                                                                .latency_ms = row->latency_ms,
                                                                .baseline_ms = row->baseline_ms,
                                                                .brake_ms = row->brake_ms});
    return 0;
}

static int restore_robots(const struct robots_row *row, void *arg)
{
    const struct engine *engine = arg;
    robots_restore(engine->services.robots, row);
    return 0;
}

static int restore_rule(const char *pattern, const char *text, void *arg)
{
    const struct engine *engine = arg;
    struct host_rule rule;
    struct settings_error error;
    json_t *object = json_loads(text, 0, NULL);
    if (object && host_rule_from_json(object, &rule, &error) == 0)
        hosts_put_rule(engine->services.hosts, &rule);
    else
        log_error("host rule %s: the catalog's row is not understood and it is left alone",
                  pattern);
    json_decref(object);
    return 0;
}

int engine_restore_hosts(struct engine *engine)
{
    struct catalog *catalog = engine->catalog.catalog;
    int64_t now_ms = clock_epoch_ms();
    int rc = catalog_forget_before(catalog, now_ms);
    if (rc == 0)
        rc = catalog_each_host_rule(catalog, restore_rule, engine);
    if (rc == 0)
        rc = catalog_each_host(catalog, now_ms, restore_host, engine);
    if (rc == 0)
        rc = catalog_each_robots(catalog, now_ms, restore_robots, engine);
    return rc;
}

/* Rules */

const struct hosts *engine_hosts(const struct engine *engine)
{
    return engine->services.hosts;
}

/* A change on its way to the catalog; in effect once it is there. */
struct rule_change {
    struct engine *engine;
    struct host_rule rule;
    bool is_removal;
};

static struct promise *rule_saved(struct promise *settled, void *arg)
{
    struct rule_change *change = arg;
    struct engine *engine = change->engine;
    struct hosts *hosts = engine->services.hosts;
    if (promise_state_of(settled) == PROMISE_RESOLVED && change->is_removal)
        hosts_remove_rule(hosts, change->rule.pattern);
    else if (promise_state_of(settled) == PROMISE_RESOLVED)
        hosts_put_rule(hosts, &change->rule);
    free(change);
    engine->saves--;
    engine_check_stopped(engine);
    return NULL;
}

static struct promise *change_rule(struct engine *engine, const struct host_rule *rule,
                                   const char *text)
{
    struct rule_change *change = memory_new(sizeof *change);
    *change = (struct rule_change){.engine = engine, .rule = *rule, .is_removal = !text};
    engine->saves++;
    return promise_finally(catalog_calls_put_host_rule(&engine->catalog, rule->pattern, text),
                           rule_saved, change);
}

struct promise *engine_put_host_rule(struct engine *engine, const struct host_rule *rule)
{
    json_t *object = host_rule_to_json(rule);
    char *text = json_dumps(object, JSON_COMPACT);
    struct promise *promise = change_rule(engine, rule, text);
    json_decref(object);
    free(text);
    return promise;
}

struct promise *engine_remove_host_rule(struct engine *engine, const char *pattern)
{
    struct host_rule rule = {0};
    if (strlen(pattern) >= sizeof rule.pattern)
        return promise_rejected(engine->services.loop, ENOENT, "engine", "there is no such rule");
    memcpy(rule.pattern, pattern, strlen(pattern) + 1);
    return change_rule(engine, &rule, NULL);
}
