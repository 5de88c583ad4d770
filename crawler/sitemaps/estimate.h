/* Estimate: what a crawl would come to, from what its sites say of themselves. No page is fetched:
 * robots.txt of each seed's origin, and the sitemaps that lead from there (sitemaps.h), read like a
 * crawl reads them, but counted instead of stored. Loop thread.
 *
 * Memory is bounded: sites and sitemaps are listed up to ESTIMATE_LISTED, hosts counted up to
 * ESTIMATE_HOSTS, pages told apart up to ESTIMATE_PAGES; what lies beyond says so.
 */
#ifndef IMGCRAWL_ESTIMATE_H
#define IMGCRAWL_ESTIMATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crawler/base/outcome.h"
#include "crawler/job/job_settings.h"

struct address_policy;
struct promise;
struct services;

enum {
    ESTIMATE_LISTED = 1000,
    ESTIMATE_HOSTS = 10000,
    ESTIMATE_PAGES = 1000000,
    ESTIMATE_LASTMOD_BYTES = 40
};

/* An origin that seeds are of. Counts are of what its sitemaps name, each page once in all. */
struct estimate_site {
    char *origin;
    bool robots_known;   /* false: the time was over before */
    enum outcome robots; /* as robots_entry.outcome */
    int robots_status;   /* HTTP; 0: no answer */
    char *robots_detail;
    int64_t crawl_delay_ms;  /* that robots.txt asks for; -1: none */
    int64_t delay_ms;        /* that is kept between two requests */
    double pages_per_second; /* at most, at that pace */
    int64_t seeds, disallowed_seeds;
    unsigned disallow_line; /* of robots.txt, for the first of those */
    char disallow_rule[256];
    int64_t sitemaps, pages, out_of_scope, disallowed, images;
    char newest_lastmod[ESTIMATE_LASTMOD_BYTES]; /* as written, "" */
};

struct estimate_sitemap {
    char *url, *detail;
    const char *via, *kind; /* kind NULL: nothing was parsed */
    enum outcome outcome;
    int status;
    uint32_t flags; /* enum sitemap_flags */
    int64_t entries, images;
};

/* What stands in the way, and what to do about it. */
struct estimate_obstacle {
    const char *code;
    char *detail;
};

struct estimate {
    bool is_complete; /* false: the time was over, or a sitemap broke off: this is what was had */
    bool is_at_least; /* there may be more pages than were counted */
    int64_t pages;    /* in scope and allowed, the seeds included */
    int64_t visits;   /* of these, within max_pages and max_host_pages */
    int64_t out_of_scope, disallowed, images;
    double seconds; /* for the visits, at the allowed pace, within max_seconds */
    struct estimate_site *sites;
    size_t site_count;
    struct estimate_sitemap *sitemaps; /* the first of them */
    size_t sitemap_count;
    int64_t sitemaps_read; /* all */
    struct estimate_obstacle *obstacles;
    size_t obstacle_count;
};
struct estimate *estimate_free(struct estimate *estimate);

/* Resolves with a struct estimate * within deadline_ms. Cancelling it ends what is under way; the
 * rest goes by itself: on_end is called when nothing is left. settings are consumed; policy and
 * services live until on_end. */
struct promise *estimate_start(const struct services *services, struct job_settings *take_settings,
                               const struct address_policy *policy, int64_t deadline_ms,
                               void (*on_end)(void *arg), void *arg);

#endif
