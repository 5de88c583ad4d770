/* Discovery: what becomes of the URLs that a page (or a list of seeds) leads to. A URL that is new
 * gets its id, is remembered as seen, and is admitted to the frontier or skipped for a reason. It
 * counts as known only once its row is in the job's file: finds_announce(). Loop thread.
 */
#ifndef IMGCRAWL_DISCOVERY_H
#define IMGCRAWL_DISCOVERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crawler/base/outcome.h"
#include "crawler/extract/url.h"
#include "storage/job_store.h"

struct frontier;
struct frontier_origin;
struct job_counts;
struct job_settings;
struct limits;
struct scope;
struct seen;
struct trap_marks;
struct traps;

struct discovery {
    struct seen *seen;
    struct seen *unfollowed; /* URLs of links that were not followed, see unfollowed.h */
    const struct job_settings *settings;
    struct scope *scope;
    struct limits *limits;
    struct traps *traps; /* NULL: not looked for */
    struct frontier *frontier;
    int64_t last_url_id;
    int64_t max_urls; /* known ones; what comes after is not even remembered */
    bool is_full;     /* that has happened */
    /* A pattern took too long, told once; may be NULL. */
    void (*on_cut_off)(const char *detail, const struct url *url, void *arg);
    void *arg;
    bool cut_off_told;
};

/* New URLs on their way to disk. */
struct finds {
    struct store_url *urls;
    struct find {
        struct frontier_origin *origin; /* NULL: skipped */
        enum outcome skip_reason;       /* where urls[i].skipped */
    } * finds;                          /* beside urls */
    struct store_origin *origins;       /* those that are not in the file yet */
    char **cleaned;                     /* texts of URLs that are not as their leads had them */
    size_t count, capacity, origin_count, origin_capacity, cleaned_count;
};
void finds_done(struct finds *finds);

enum discovery_via { VIA_SEED, VIA_LINK, VIA_REDIRECT, VIA_SITEMAP, VIA_COUNT };

/* A URL that something leads to. */
struct lead {
    const struct url *url;
    struct store_text text; /* the same as text; must live until the finds are done */
    enum discovery_via via;
    int64_t parent_id;
    uint32_t depth;
    uint16_t hops;
    const struct trap_marks *from; /* of the page that leads here; may be NULL */
};
/* Adds the URL to finds where it is new, cleaned as the settings ask (url_cleaning.h); false where
 * it was known, or there are max_urls already. */
bool discovery_follow(struct discovery *discovery, const struct lead *lead, struct finds *finds);
/* Whether a URL, by its canonical text, is known: cheap, so ask before parsing it. */
bool discovery_knows(const struct discovery *discovery, const char *url, size_t bytes);

/* The finds are in the file: counts them, and gives the frontier what is to be fetched. */
void finds_announce(const struct finds *finds, struct job_counts *counts);

#endif
