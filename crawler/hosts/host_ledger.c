/* What is known of hosts; host_memory.c remembers it over restarts. See host.h, host_private.h. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "crawler/async/loop.h"
#include "crawler/base/clock.h"
#include "crawler/base/memory.h"
#include "crawler/base/text_map.h"
#include "crawler/hosts/host_private.h"

/* Beginning and end */

struct hosts *hosts_new(struct loop *loop, const struct hosts_config *config)
{
    struct hosts *hosts = memory_new(sizeof *hosts);
    hosts->loop = loop;
    hosts->config = *config;
    hosts->by_name = text_map_new();
    hosts->by_address = text_map_new();
    hosts->rules = host_rules_new();
    host_share_init(&hosts->share, config->slots, config->unproven_percent, config->slow_lane);
    hosts_init_requests(hosts);
    hosts->timer = loop_timer_new(loop, hosts_on_timer, hosts);
    hosts_init_saves(hosts);
    return hosts;
}

static void free_host(void *value, void *arg)
{
    (void)arg;
    host_guests_free(value);
    host_crawl_delays_free(value);
    free(value);
}

struct hosts *hosts_free(struct hosts *hosts)
{
    if (!hosts)
        return NULL;
    if (hosts->pump_queued) { /* the queued call frees it */
        hosts->closing = true;
        return NULL;
    }
    loop_timer_free(hosts->timer);
    loop_timer_free(hosts->aside_timer);
    hosts_free_saves(hosts);
    text_map_each(hosts->by_name, free_host, NULL);
    text_map_free(hosts->by_name);
    host_addresses_free(hosts);
    host_rules_free(hosts->rules);
    host_heap_done(&hosts->waiting);
    free(hosts);
    return NULL;
}

const struct host_share *hosts_share(const struct hosts *hosts)
{
    return &hosts->share;
}

/* Hosts */

static bool ends_with(const char *name, const char *end)
{
    size_t bytes = strlen(name), end_bytes = strlen(end);
    return bytes >= end_bytes && strcasecmp(name + bytes - end_bytes, end) == 0;
}

bool host_name_is_loopback(const char *name)
{
    bool is_ipv4 = name[strspn(name, "0123456789.")] == '\0';
    return (is_ipv4 && strncmp(name, "127.", 4) == 0) || strcmp(name, "[::1]") == 0 ||
           strcmp(name, "localhost") == 0 || ends_with(name, ".localhost");
}

static bool is_own(const struct hosts_config *config, const char *name)
{
    for (size_t i = 0; i < config->own_host_count; i++) {
        if (strcasecmp(config->own_hosts[i], name) == 0)
            return true;
    }
    return host_name_is_loopback(name);
}

static unsigned connections_of(const struct host *host)
{
    const struct hosts_config *config = &host->hosts->config;
    if (host->pace.crawl_delay_ms > 0 && !host->pace.is_own)
        return 1;
    if (host->pace.rule && host->pace.rule->connections > 0)
        return host->pace.rule->connections;
    return host->pace.is_own ? config->own_connections : config->connections;
}

void host_refresh_pace(struct host *host)
{
    host->delay_ms = pace_delay_ms(&host->pace, &host->hosts->config.pace, NULL);
    host->connections = connections_of(host);
}

/* The rules may have moved in memory, so the host keeps a copy. */
static void apply_rule(struct host *host)
{
    const struct pace_rule *rule = host_rules_find(host->hosts->rules, host->name);
    host->pace.rule = rule ? &host->rule : NULL;
    if (rule)
        host->rule = *rule;
    host_refresh_pace(host);
}

struct host *hosts_get(struct hosts *hosts, const char *name, size_t bytes)
{
    struct host *host = text_map_get(hosts->by_name, name, bytes);
    if (host)
        return host;
    host = memory_new(sizeof *host);
    host->hosts = hosts;
    host->name = text_map_put(hosts->by_name, name, bytes, host);
    host->pace.is_own = is_own(&hosts->config, host->name);
    host->wait.index = HEAP_OUT;
    host->class = HOST_NEW;
    apply_rule(host);
    return host;
}

const char *host_name(const struct host *host)
{
    return host->name;
}

bool host_is_own(const struct host *host)
{
    return host->pace.is_own;
}

/* Rules */

const struct host_rules *hosts_rules(const struct hosts *hosts)
{
    return hosts->rules;
}

/* A shorter delay counts at once, also for the pause that has begun. */
static void obey_rules(void *value, void *arg)
{
    (void)arg;
    struct host *host = value;
    int64_t soonest_ms;
    int64_t was_ms = host->delay_ms;
    apply_rule(host);
    soonest_ms = loop_now_ms(host->hosts->loop) + host->delay_ms;
    if (host->delay_ms < was_ms && host->next_at_ms > soonest_ms)
        host->next_at_ms =
            soonest_ms > host->pace.backoff_until_ms ? soonest_ms : host->pace.backoff_until_ms;
    host_update(host);
}

void hosts_put_rule(struct hosts *hosts, const struct host_rule *rule)
{
    host_rules_put(hosts->rules, rule);
    text_map_each(hosts->by_name, obey_rules, NULL);
}

int hosts_remove_rule(struct hosts *hosts, const char *pattern)
{
    int rc = host_rules_remove(hosts->rules, pattern);
    if (rc == 0)
        text_map_each(hosts->by_name, obey_rules, NULL);
    return rc;
}

/* Feedback */

void host_refresh_class(struct host *host)
{
    struct hosts *hosts = host->hosts;
    if (hosts->config.slow_after_ms == 0)
        return;
    struct host_haste haste = {host->answered_pages >= HOST_PROOF_PAGES,
                               host->overdue > 0 || host->set_aside > 0, host->elapsed_ms};
    enum host_class class = host_class_of(&haste, hosts->config.slow_after_ms);
    if (class == host->class)
        return;
    host->class = class;
    hosts_pump(hosts);
}

static void learn_haste(struct host *host, const struct host_feedback *feedback)
{
    host->elapsed_ms =
        host_haste_learn(host->elapsed_ms, feedback->elapsed_ms, host->hosts->config.slow_after_ms);
    host->answered_pages += feedback->is_page && feedback->answered;
    host_refresh_class(host);
}

static void learn_pace(struct host *host, const struct host_feedback *feedback)
{
    struct hosts *hosts = host->hosts;
    int64_t now_ms = loop_now_ms(hosts->loop);
    if (feedback->answered) {
        pace_answered(&host->pace, &hosts->config.pace, feedback->first_byte_ms);
        host_mark_dirty(host);
    }
    if (!feedback->overloaded) {
        pace_recovered(&host->pace, now_ms);
        return;
    }
    int64_t until_ms =
        pace_overloaded(&host->pace, &hosts->config.pace, now_ms, feedback->retry_after_ms);
    if (until_ms <= host->next_at_ms)
        return;
    host->next_at_ms = until_ms;
    host_save_pause(host);
}

void host_observe(struct host *host, const struct host_feedback *feedback)
{
    learn_pace(host, feedback);
    host_refresh_pace(host);
    int64_t next_ms = loop_now_ms(host->hosts->loop) + host->delay_ms;
    if (host->delay_ms > 0 && next_ms > host->next_at_ms)
        host->next_at_ms = next_ms;
    host_mark_wait(host);
    learn_haste(host, feedback);
    host_update(host);
}

int64_t host_reserve(struct host *host)
{
    int64_t now_ms = loop_now_ms(host->hosts->loop);
    int64_t at_ms = host->next_at_ms > now_ms ? host->next_at_ms : now_ms;
    if (host->delay_ms > 0)
        host->next_at_ms = at_ms + host->delay_ms;
    host_mark_wait(host);
    host_update(host);
    return at_ms - now_ms;
}

/* Groups */

static void forget_guest(void *value, void *arg)
{
    host_guest_forget(value, arg);
}

void lane_group_done(struct lane_group *group)
{
    if (group->delay_ms > 0)
        text_map_each(group->hosts->by_name, forget_guest, group);
}

static void update_host(void *value, void *arg)
{
    (void)arg;
    host_update(value);
}

/* A shorter one counts from the next request on. */
void lane_group_set_delay(struct lane_group *group, int64_t delay_ms)
{
    if (delay_ms == 0)
        lane_group_done(group);
    group->delay_ms = delay_ms;
    text_map_each(group->hosts->by_name, update_host, NULL);
}

/* Looking */

void host_look(const struct host *host, struct host_view *ret_view)
{
    int64_t now_ms = loop_now_ms(host->hosts->loop);
    *ret_view =
        (struct host_view){.name = host->name,
                           .address = host->address ? host->address->text : NULL,
                           .class = host->class,
                           .next_in_ms = host->next_at_ms > now_ms ? host->next_at_ms - now_ms : 0,
                           .latency_ms = host->pace.latency_ms,
                           .baseline_ms = host->pace.baseline_ms,
                           .backoff_ms = host->pace.backoff_ms,
                           .connections = host->connections,
                           .active = host->active,
                           .is_own = host->pace.is_own,
                           .is_wanted = host->parked.first || host->claims > 0};
    ret_view->delay_ms = pace_delay_ms(&host->pace, &host->hosts->config.pace, &ret_view->why);
    if (host->pace.backoff_until_ms > now_ms)
        ret_view->why = PACE_BACKOFF;
}

struct each {
    host_view_fn fn;
    void *arg;
};

static void look_at_each(void *value, void *arg)
{
    const struct each *each = arg;
    struct host_view view;
    host_look(value, &view);
    each->fn(&view, each->arg);
}

void hosts_each(const struct hosts *hosts, host_view_fn fn, void *arg)
{
    text_map_each(hosts->by_name, look_at_each, &(struct each){fn, arg});
}
