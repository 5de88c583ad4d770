/* The inside of an estimate, shared by estimate.c (its life), estimate_count.c (what sitemaps name)
 * and estimate_sum.c (what it comes to). Nobody else includes this. */
#ifndef IMGCRAWL_ESTIMATE_PRIVATE_H
#define IMGCRAWL_ESTIMATE_PRIVATE_H

#include "crawler/extract/url.h"
#include "crawler/sitemaps/estimate.h"

struct fetch_session;
struct loop_timer;
struct scope;
struct seen;
struct sitemap_reading;
struct sitemaps;
struct text_map;

/* A host and how much of it would be fetched. */
struct estimate_host {
    char *name;
    int64_t pages;
};

struct estimating {
    const struct services *services;
    const struct address_policy *policy;
    struct job_settings *settings;
    struct fetch_session *session;
    struct sitemaps *sitemaps;
    struct scope *scope;
    struct seen *seen;        /* pages that were counted */
    struct text_map *sites;   /* by origin: struct estimate_site */
    struct text_map *host_of; /* by name: struct estimate_host */
    struct estimate_host *hosts;
    size_t host_count;
    struct estimate *result;
    struct promise *promise;
    struct loop_timer *deadline;
    unsigned countings; /* sitemaps that are being counted */
    bool timed_out, cancelled, ending;
    char example[256]; /* a page that is out of scope */
    void (*on_end)(void *arg);
    void *arg;
};

struct estimate_site *estimate_site_of(struct estimating *estimating, const char *origin,
                                       size_t bytes);
/* A page of the scope: one more for its host, unless it was counted. True where it was not. */
bool estimate_add_page(struct estimating *estimating, const struct url *url);
/* The sink of the walk through sitemaps: counts its entries, some in each turn of the loop. */
struct promise *estimate_count(struct sitemap_reading *take_reading, void *arg);
/* Calls for the end when nothing is under way. */
void estimate_check_end(struct estimating *estimating);
/* Fills in what the counts come to. */
void estimate_sum(struct estimating *estimating);

#endif
