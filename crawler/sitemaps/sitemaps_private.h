/* The inside of a walk through sitemaps, shared by the two files that make it up: sitemaps.c (which
 * ones there are, which site is next) and sitemap_site.c (the task that reads those of one site).
 * Nobody else includes this. */
#ifndef IMGCRAWL_SITEMAPS_PRIVATE_H
#define IMGCRAWL_SITEMAPS_PRIVATE_H

#include "crawler/extract/url.h"
#include "crawler/hosts/host.h"
#include "crawler/sitemaps/sitemaps.h"

struct body_slot;
struct fetch_result;
struct text_map;

struct sitemaps {
    struct sitemaps_config config;
    struct lane_group lanes;
    struct text_map *known;   /* URLs of sitemaps */
    struct text_map *origins; /* that were asked for */
    int64_t last_id, count;
    int64_t left_out; /* named, but more than max_sitemaps, or nested too deep */
    struct sitemap_site *waiting, **waiting_end;
    struct sitemap_site *running; /* a list */
    unsigned running_count;
    bool cancelled;
};

/* A source in its site's queue. */
struct sitemap_item {
    struct sitemap_item *next;
    struct sitemap_source source;
};

/* One origin and the sitemaps that it leads to. */
struct sitemap_site {
    struct lane lane; /* first: a lane is its site */
    struct sitemaps *sitemaps;
    struct sitemap_site *next, *prev;
    char *origin; /* NULL: only what is in the queue, from an earlier run */
    struct sitemap_item *first, **end;
    struct promise *task;

    /* The turn at a host: begin() is called when it has come. */
    struct promise *granted;
    struct promise *(*begin)(struct sitemap_site *site);
    bool at_host;                /* begin() made a request, */
    struct host_request request; /* which the host counts */

    /* The sitemap that is being read. */
    struct url *url; /* where it is asked for, after redirects */
    struct body_slot *slot;
    struct sitemap_reading *reading;
};

/* Puts a sitemap into the site's queue. 0: it is known, or one too many; else its id. */
int64_t sitemaps_queue(struct sitemap_site *site, const char *url, size_t bytes,
                       enum sitemap_via via, const struct sitemap_source *parent);
/* Remembers a URL; false where it was known. */
bool sitemaps_add_known(struct sitemaps *sitemaps, const char *url, size_t bytes);
/* The next of its queue, owned by the caller; false where it is empty. */
bool sitemaps_next(struct sitemap_site *site, struct sitemap_source *ret_source);

/* A task_fn for a site; ends with sitemaps_site_ended(). */
struct promise *sitemap_site_run(struct task *task, void *arg);
void sitemaps_site_ended(struct sitemap_site *take_site);
/* A lane_start_fn. */
struct host_request *sitemap_site_start(struct lane *lane);
/* A lane_free_fn: it waited to ask for a robots.txt that is known by now. */
bool sitemap_site_is_free(const struct lane *lane);

#endif
