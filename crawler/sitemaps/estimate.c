/* An estimate's life: begins with the seeds, ends when their sitemaps are read or the time is over.
 * See estimate.h. */
#include "crawler/sitemaps/estimate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/async/loop.h"
#include "crawler/async/promise.h"
#include "crawler/base/memory.h"
#include "crawler/base/services.h"
#include "crawler/base/text_map.h"
#include "crawler/fetch/fetch_session.h"
#include "crawler/frontier/scope.h"
#include "crawler/frontier/seen.h"
#include "crawler/hosts/robots.h"
#include "crawler/sitemaps/estimate_private.h"
#include "crawler/sitemaps/sitemaps.h"

/* The result */

static void free_lists(struct estimate *estimate)
{
    for (size_t i = 0; i < estimate->site_count; i++) {
        free(estimate->sites[i].origin);
        free(estimate->sites[i].robots_detail);
    }
    for (size_t i = 0; i < estimate->sitemap_count; i++) {
        free(estimate->sitemaps[i].url);
        free(estimate->sitemaps[i].detail);
    }
    for (size_t i = 0; i < estimate->obstacle_count; i++)
        free(estimate->obstacles[i].detail);
}

struct estimate *estimate_free(struct estimate *estimate)
{
    if (!estimate)
        return NULL;
    free_lists(estimate);
    free(estimate->sites);
    free(estimate->sitemaps);
    free(estimate->obstacles);
    free(estimate);
    return NULL;
}

static void free_value(void *value)
{
    estimate_free(value);
}

/* The seeds */

struct estimate_site *estimate_site_of(struct estimating *estimating, const char *origin,
                                       size_t bytes)
{
    return text_map_get(estimating->sites, origin, bytes);
}

static void add_site(struct estimating *estimating, const struct url *seed)
{
    struct url_slice origin = url_origin(seed);
    struct estimate *result = estimating->result;
    struct estimate_site *site = estimate_site_of(estimating, origin.data, origin.bytes);
    if (!site) {
        site = &result->sites[result->site_count++]; /* room for all seeds */
        *site = (struct estimate_site){.origin = memory_strndup(origin.data, origin.bytes),
                                       .robots_detail = memory_strndup("", 0),
                                       .crawl_delay_ms = -1};
        text_map_put(estimating->sites, origin.data, origin.bytes, site);
    }
    site->seeds++;
}

static void add_seeds(struct estimating *estimating)
{
    const struct text_list *seeds = &estimating->settings->seeds;
    struct url url;
    estimating->result->sites = memory_new((seeds->count + 1) * sizeof *estimating->result->sites);
    for (size_t i = 0; i < seeds->count; i++) {
        if (url_parse(seeds->items[i], strlen(seeds->items[i]), NULL, &url) == URL_OK)
            add_site(estimating, &url);
    }
    for (size_t i = 0; i < seeds->count; i++) {
        if (url_parse(seeds->items[i], strlen(seeds->items[i]), NULL, &url) == URL_OK)
            sitemaps_add_origin(estimating->sitemaps, &url);
    }
}

static void judge_seed(struct estimating *estimating, const struct robots_entry *robots,
                       struct estimate_site *site, const struct url *seed)
{
    struct url_slice path = url_path_and_query(seed);
    struct robots_decision decision;
    robots_rules_match(robots->rules, path.data, path.bytes, &decision);
    if (robots->outcome == OUTCOME_OK && decision.allowed) {
        estimate_add_page(estimating, seed);
    } else if (site->disallowed_seeds++ == 0 && robots->outcome == OUTCOME_OK) {
        site->disallow_line = decision.line;
        snprintf(site->disallow_rule, sizeof site->disallow_rule, "%s", decision.rule);
    }
}

static void judge_seeds(struct estimating *estimating, const struct robots_entry *robots,
                        struct estimate_site *site)
{
    const struct text_list *seeds = &estimating->settings->seeds;
    size_t origin_bytes = strlen(site->origin);
    struct url url;
    for (size_t i = 0; i < seeds->count; i++) {
        const char *seed = seeds->items[i];
        if (strncmp(seed, site->origin, origin_bytes) == 0 && seed[origin_bytes] == '/' &&
            url_parse(seed, strlen(seed), NULL, &url) == URL_OK)
            judge_seed(estimating, robots, site, &url);
    }
}

static void on_robots(const struct robots_entry *robots, void *arg)
{
    struct estimating *estimating = arg;
    struct estimate_site *site =
        estimate_site_of(estimating, robots->origin, strlen(robots->origin));
    if (!site || site->robots_known)
        return;
    site->robots_known = true;
    site->robots = robots->outcome;
    site->robots_status = robots->status;
    free(site->robots_detail);
    site->robots_detail = memory_strndup(robots->detail, strlen(robots->detail));
    site->crawl_delay_ms = robots_rules_delay_ms(robots->rules);
    judge_seeds(estimating, robots, site);
}

/* The end */

static void estimating_free(struct estimating *estimating)
{
    for (size_t i = 0; i < estimating->host_count; i++)
        free(estimating->hosts[i].name);
    free(estimating->hosts);
    loop_timer_free(estimating->deadline);
    sitemaps_free(estimating->sitemaps);
    fetch_session_unref(estimating->session);
    text_map_free(estimating->sites);
    text_map_free(estimating->host_of);
    scope_free(estimating->scope);
    seen_free(estimating->seen);
    estimate_free(estimating->result);
    job_settings_free(estimating->settings);
    promise_unref(estimating->promise);
    free(estimating);
}

static void end(void *arg)
{
    struct estimating *estimating = arg;
    void (*on_end)(void *) = estimating->on_end;
    void *on_end_arg = estimating->arg;
    promise_on_cancel(estimating->promise, NULL, NULL);
    if (!estimating->cancelled) {
        estimating->result->is_complete = !estimating->timed_out;
        estimate_sum(estimating);
        promise_resolve(estimating->promise, estimating->result, free_value);
        estimating->result = NULL;
    }
    estimating_free(estimating);
    on_end(on_end_arg);
}

void estimate_check_end(struct estimating *estimating)
{
    if (estimating->countings == 0 && sitemaps_is_quiet(estimating->sitemaps) &&
        !estimating->ending) {
        estimating->ending = true;
        loop_call_soon(estimating->services->loop, end, estimating);
    }
}

static void on_quiet(void *arg)
{
    estimate_check_end(arg);
}

static void on_deadline(void *arg)
{
    struct estimating *estimating = arg;
    estimating->timed_out = true;
    sitemaps_cancel(estimating->sitemaps);
    estimate_check_end(estimating);
}

static void on_cancel(void *arg)
{
    struct estimating *estimating = arg;
    estimating->cancelled = true;
    on_deadline(arg);
}

struct promise *estimate_start(const struct services *services, struct job_settings *take_settings,
                               const struct address_policy *policy, int64_t deadline_ms,
                               void (*on_end)(void *arg), void *arg)
{
    struct estimating *estimating = memory_new(sizeof *estimating);
    *estimating = (struct estimating){.services = services,
                                      .policy = policy,
                                      .settings = take_settings,
                                      .scope = scope_new(take_settings),
                                      .seen = seen_new(0),
                                      .sites = text_map_new(),
                                      .host_of = text_map_new(),
                                      .result = memory_new(sizeof *estimating->result),
                                      .promise = promise_new(services->loop),
                                      .on_end = on_end,
                                      .arg = arg};
    struct promise *promise = promise_ref(estimating->promise);
    promise_on_cancel(estimating->promise, on_cancel, estimating);
    estimating->session = fetch_session_new(take_settings);
    estimating->deadline = loop_timer_new(services->loop, on_deadline, estimating);
    loop_timer_start_in(estimating->deadline, deadline_ms);
    estimating->sitemaps =
        sitemaps_new(&(struct sitemaps_config){.services = services,
                                               .policy = policy,
                                               .session = estimating->session,
                                               .use = take_settings->sitemaps,
                                               .max_sitemaps = take_settings->max_sitemaps,
                                               .delay_ms = take_settings->delay_ms,
                                               .on_robots = on_robots,
                                               .take = estimate_count,
                                               .on_quiet = on_quiet,
                                               .arg = estimating});
    add_seeds(estimating);
    estimate_check_end(estimating);
    return promise;
}
