/* Sitemaps: finding and reading the sitemaps of the sites that a job begins at. A task
 * (async/task.h) for each origin, a few of them side by side:
 *
 *     robots.txt ──▶ the sitemaps it names, else /sitemap.xml ──▶ fetch ──▶ parse ──▶ take()
 *                                                                   ▲ those that an index names │
 *                                                                   └───────────────────────────┘
 *
 * Each request has its turn at its host like a page's (host.h): delay, connections, Retry-After.
 * robots.txt of a sitemap's own host is obeyed, also for one that a robots.txt names: who forbids
 * the file and names it at once is taken at the word that costs him nothing. Other hosts are asked
 * only for what robots.txt, an index or a redirect names (sitemaps.org, "cross submits"); which
 * pages belong to the job is for the scope to say.
 *
 * What is read goes to the owner, one sitemap at a time from each site: a crawl stores it
 * (crawl_sitemaps.h), an estimate counts it (estimate.h). Loop thread.
 */
#ifndef IMGCRAWL_SITEMAPS_H
#define IMGCRAWL_SITEMAPS_H

#include <stdbool.h>
#include <stdint.h>

#include "crawler/base/outcome.h"
#include "crawler/extract/sitemap_record.h"
#include "crawler/job/job_settings.h"

struct address_policy;
struct fetch_session;
struct process_reply;
struct promise;
struct robots_entry;
struct services;
struct sitemaps;
struct url;

enum sitemap_via {
    SITEMAP_VIA_ROBOTS,     /* named in robots.txt */
    SITEMAP_VIA_WELL_KNOWN, /* /sitemap.xml, where robots.txt names none */
    SITEMAP_VIA_INDEX,      /* named in another sitemap */
    SITEMAP_VIA_COUNT
};
/* "robots" "well_known" "index" */
const char *sitemap_via_name(enum sitemap_via via);

/* A sitemap that is to be read. */
struct sitemap_source {
    int64_t id, parent_id; /* from 1 in a job; 0: no parent */
    enum sitemap_via via;
    uint32_t depth; /* indexes above it */
    int64_t taken;  /* entries that were taken in by an earlier run of the job */
    char *url;
};

/* A sitemap that was asked for, and what came of it. */
struct sitemap_reading {
    struct sitemap_source source;
    char *origin; /* of the site that it was found for; "" where an earlier run did */
    enum outcome outcome;
    int status;                   /* HTTP; 0: no answer */
    uint32_t flags;               /* enum sitemap_flags */
    char *detail;                 /* for people, "" */
    int64_t fetched_ms;           /* epoch; 0: it was not fetched */
    struct sitemap_record record; /* empty where there was nothing to read */
    struct process_reply *reply;  /* that the record looks into; NULL: nothing was parsed */
    /* Entries of the record that are sitemaps, to be read next; the others of that kind were known,
     * or one too many. Ids from first_nested_id on. */
    uint32_t *nested;
    uint32_t nested_count;
    int64_t first_nested_id;
};
struct sitemap_reading *sitemap_reading_free(struct sitemap_reading *reading);

struct sitemaps_config {
    const struct services *services;
    const struct address_policy *policy; /* borrowed */
    struct fetch_session *session;       /* the job's; borrowed */
    enum sitemaps_use use;
    int64_t max_sitemaps; /* in all, indexes included */
    int64_t delay_ms;     /* the job's own between two requests to a host; 0: the host's */
    /* An origin's robots.txt is known; NULL where nobody asks. */
    void (*on_robots)(const struct robots_entry *robots, void *arg);
    /* The site goes on when the promise has settled. */
    struct promise *(*take)(struct sitemap_reading *take_reading, void *arg);
    /* Nothing is under way any more: it may be freed here. */
    void (*on_quiet)(void *arg);
    void *arg;
};

struct sitemaps *sitemaps_new(const struct sitemaps_config *config);
/* Only when it is quiet. */
struct sitemaps *sitemaps_free(struct sitemaps *sitemaps);

/* Before the first origin: a sitemap that an earlier run knew; read to its end, or else it is read
 * now, from the entry on that was not taken in yet. */
void sitemaps_restore(struct sitemaps *sitemaps, const struct sitemap_source *source, bool is_read);
/* Looks for the sitemaps of the URL's origin, unless that was asked for before. */
void sitemaps_add_origin(struct sitemaps *sitemaps, const struct url *url);
/* Ends all that is under way; on_quiet follows unless it is quiet. */
void sitemaps_cancel(struct sitemaps *sitemaps);
bool sitemaps_is_quiet(const struct sitemaps *sitemaps);
#endif
