/* What the counts of an estimate come to: pages within the limits, time at the allowed pace, and
 * what stands in the way. See estimate.h. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/base/memory.h"
#include "crawler/base/services.h"
#include "crawler/extract/sitemap_record.h"
#include "crawler/hosts/host.h"
#include "crawler/sitemaps/estimate_private.h"

/* Pace */

enum { USUAL_ANSWER_MS = 200 /* of a host whose own time is not known yet */ };

struct pace_seen {
    int64_t delay_ms;
    double page_seconds; /* one page after the other, or side by side, on average */
};

static struct pace_seen pace_of(const struct estimating *estimating, const char *name)
{
    struct host *host = hosts_get(estimating->services->hosts, name, strlen(name));
    struct host_view view;
    host_look(host, &view);
    int64_t delay_ms = estimating->settings->delay_ms > view.delay_ms
                           ? estimating->settings->delay_ms
                           : view.delay_ms;
    double answer_ms = view.latency_ms > 0 ? (double)view.latency_ms
                       : view.is_own       ? 1
                                           : USUAL_ANSWER_MS;
    unsigned side_by_side = delay_ms > 0 || view.connections == 0 ? 1 : view.connections;
    return (struct pace_seen){.delay_ms = delay_ms,
                              .page_seconds = ((double)delay_ms + answer_ms) / side_by_side / 1000};
}

static void pace_sites(struct estimating *estimating)
{
    struct estimate *result = estimating->result;
    for (size_t i = 0; i < result->site_count; i++) {
        struct estimate_site *site = &result->sites[i];
        struct url url;
        if (url_parse(site->origin, strlen(site->origin), NULL, &url) != URL_OK)
            continue;
        struct url_slice slice = url_host(&url);
        char *name = memory_strndup(slice.data, slice.bytes);
        struct pace_seen pace = pace_of(estimating, name);
        site->delay_ms = pace.delay_ms;
        site->pages_per_second = 1 / pace.page_seconds;
        free(name);
    }
}

/* Visits and their time. Hosts are fetched from side by side, so the slowest decides, unless
 * max_in_flight lets no more through. */
static void sum_hosts(struct estimating *estimating)
{
    const struct job_settings *settings = estimating->settings;
    struct estimate *result = estimating->result;
    double slowest = 0, together = 0;
    for (size_t i = 0; i < estimating->host_count; i++) {
        const struct estimate_host *host = &estimating->hosts[i];
        int64_t pages = host->pages;
        if (settings->max_host_pages > 0 && pages > settings->max_host_pages)
            pages = settings->max_host_pages;
        double seconds = (double)pages * pace_of(estimating, host->name).page_seconds;
        result->visits += pages;
        together += seconds;
        slowest = seconds > slowest ? seconds : slowest;
    }
    result->seconds = slowest;
    if (settings->max_in_flight > 0 && together / (double)settings->max_in_flight > slowest)
        result->seconds = together / (double)settings->max_in_flight;
}

static void apply_limits(struct estimating *estimating)
{
    const struct job_settings *settings = estimating->settings;
    struct estimate *result = estimating->result;
    int64_t most =
        settings->max_pages < settings->max_urls ? settings->max_pages : settings->max_urls;
    if (result->visits > most) {
        result->seconds *= (double)most / (double)result->visits;
        result->visits = most;
    }
}

/* Obstacles */

static void add_obstacle(struct estimate *result, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void add_obstacle(struct estimate *result, const char *code, const char *format, ...)
{
    if (result->obstacle_count == ESTIMATE_LISTED)
        return;
    if (!result->obstacles)
        result->obstacles = memory_new(ESTIMATE_LISTED * sizeof *result->obstacles);
    struct estimate_obstacle *obstacle = &result->obstacles[result->obstacle_count++];
    va_list arguments;
    va_start(arguments, format);
    obstacle->code = code;
    if (vasprintf(&obstacle->detail, format, arguments) < 0)
        abort();
    va_end(arguments);
}

static const char *remedy_of(enum outcome outcome)
{
    switch (outcome) {
    case OUTCOME_ROBOTS_UNREACHABLE:
        return "nothing may be fetched before it answers: try again later, or ask who runs it";
    case OUTCOME_ADDRESS_BLOCKED:
        return "if it is yours, the operator can allow its network (allowed_networks)";
    case OUTCOME_DNS_FAILED:
        return "check how the host name is written";
    case OUTCOME_TLS_INVALID:
    case OUTCOME_TLS_FAILED:
        return "its certificate has to be mended, or the operator's ca_file has to know it";
    default:
        return "check that the host is up and the port is right";
    }
}

static void judge_robots(struct estimate *result, const struct estimate_site *site)
{
    if (!site->robots_known)
        add_obstacle(result, "not_asked",
                     "%s: its robots.txt was not had in time; ask again for the rest",
                     site->origin);
    else if (site->robots != OUTCOME_OK)
        add_obstacle(result, outcome_name(site->robots), "%s: %s (%s); %s", site->origin,
                     outcome_text(site->robots), site->robots_detail, remedy_of(site->robots));
    else if (site->disallowed_seeds > 0)
        add_obstacle(result, "seed_disallowed",
                     "%s: robots.txt line %u (%s) forbids %lld of its seeds; begin at URLs that it "
                     "allows, or ask who runs the site",
                     site->origin, site->disallow_line, site->disallow_rule,
                     (long long)site->disallowed_seeds);
}

static void judge_pace(struct estimating *estimating, const struct estimate_site *site)
{
    struct url url;
    int64_t obeyed_ms = 0;
    if (site->crawl_delay_ms <= 0 ||
        url_parse(site->origin, strlen(site->origin), NULL, &url) != URL_OK)
        return;
    struct url_slice name = url_host(&url);
    struct host *host = hosts_get(estimating->services->hosts, name.data, name.bytes);
    if (host_crawl_delay_is_capped(host, site->crawl_delay_ms, &obeyed_ms))
        add_obstacle(estimating->result, "crawl_delay_capped",
                     "%s asks for %lld s between two requests, and %lld s are kept "
                     "(max_crawl_delay_ms): a crawl would say that its coverage is partial",
                     site->origin, (long long)site->crawl_delay_ms / 1000,
                     (long long)obeyed_ms / 1000);
}

/* Whether a sitemap of the site was read that names pages. */
static void judge_sitemaps(struct estimating *estimating, const struct estimate_site *site)
{
    struct estimate *result = estimating->result;
    if (!site->robots_known || site->robots != OUTCOME_OK)
        return;
    if (site->pages + site->out_of_scope + site->disallowed == 0) {
        result->is_at_least = true;
        add_obstacle(result, "no_sitemap",
                     "%s tells of no pages by a sitemap, so how many it has is not known before it "
                     "is crawled: at least its seeds",
                     site->origin);
    } else if (site->pages == 0 && site->out_of_scope > 0) {
        add_obstacle(result, "out_of_scope",
                     "every page that the sitemaps of %s name is out of scope, such as %s: begin "
                     "there, or widen the scope",
                     site->origin, estimating->example);
    }
}

static void judge_sites(struct estimating *estimating)
{
    struct estimate *result = estimating->result;
    for (size_t i = 0; i < result->site_count; i++) {
        judge_robots(result, &result->sites[i]);
        judge_pace(estimating, &result->sites[i]);
        judge_sitemaps(estimating, &result->sites[i]);
    }
}

/* That /sitemap.xml is not there is told with the site. */
static bool is_missing(const struct estimate_sitemap *sitemap)
{
    return sitemap->outcome == OUTCOME_HTTP_4XX && strcmp(sitemap->via, "well_known") == 0;
}

static void judge_each_sitemap(struct estimate *result)
{
    for (size_t i = 0; i < result->sitemap_count; i++) {
        const struct estimate_sitemap *sitemap = &result->sitemaps[i];
        bool is_failed = outcome_class_of(sitemap->outcome) != OUTCOME_DONE;
        if (is_failed || sitemap->flags)
            result->is_at_least = true;
        if (is_failed && !is_missing(sitemap))
            add_obstacle(result, "sitemap_failed", "%s could not be read: %s%s%s", sitemap->url,
                         outcome_text(sitemap->outcome), *sitemap->detail ? "; " : "",
                         sitemap->detail);
        else if (sitemap->flags)
            add_obstacle(result, "sitemap_damaged", "%s was read only in part: %s", sitemap->url,
                         sitemap->detail);
    }
}

static void judge_limits(struct estimating *estimating)
{
    const struct job_settings *settings = estimating->settings;
    struct estimate *result = estimating->result;
    if (result->visits < result->pages)
        add_obstacle(result, "max_pages",
                     "of %lld pages that are known, the job's limits (max_pages, max_urls, "
                     "max_host_pages) let %lld be visited; raise them for the rest",
                     (long long)result->pages, (long long)result->visits);
    if (result->seconds > (double)settings->max_seconds) {
        add_obstacle(result, "max_seconds",
                     "at the allowed pace it would take %.0f s, and max_seconds is %lld; raise it, "
                     "or crawl a part",
                     result->seconds, (long long)settings->max_seconds);
        result->seconds = (double)settings->max_seconds;
    }
    if (!result->is_complete) {
        result->is_at_least = true;
        add_obstacle(result, "time_limit",
                     "the time for an estimate was over before all sitemaps were read; there are "
                     "at least the pages told here");
    }
}

void estimate_sum(struct estimating *estimating)
{
    struct estimate *result = estimating->result;
    sum_hosts(estimating);
    apply_limits(estimating);
    pace_sites(estimating);
    judge_sites(estimating);
    judge_each_sitemap(result);
    judge_limits(estimating);
    for (size_t i = 0; i < result->sitemap_count; i++)
        result->is_complete = result->is_complete && !result->sitemaps[i].flags;
    if (estimating->settings->sitemaps == SITEMAPS_OFF)
        result->is_at_least = true;
}
