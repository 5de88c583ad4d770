/* Discovery: what becomes of the URLs that a page (or a list of seeds) leads to. A URL that is new
 * gets its id, is remembered as seen, and is admitted to the frontier or skipped for a reason. It
 * counts as known only once its row is in the job's file: finds_announce(). Loop thread.
 */
#ifndef IMGCRAWL_DISCOVERY_H
#define IMGCRAWL_DISCOVERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crawler/extract/url.h"
#include "crawler/outcome.h"
#include "storage/job_store.h"

struct frontier;
struct frontier_origin;
struct job_counts;
struct scope;
struct seen;

struct discovery {
    struct seen *seen;
    struct scope *scope;
    struct frontier *frontier;
    int64_t last_url_id;
    int64_t max_urls; /* known ones; what comes after is not even remembered */
    bool is_full;     /* that has happened */
};

/* New URLs on their way to disk. */
struct finds {
    struct store_url *urls;
    struct find {
        struct frontier_origin *origin; /* NULL: skipped */
        enum outcome skip_reason;       /* where urls[i].skipped */
    } * finds;                          /* beside urls */
    struct store_origin *origins;       /* those that are not in the file yet */
    size_t count, capacity, origin_count, origin_capacity;
};
void finds_done(struct finds *finds);

enum discovery_via { VIA_SEED, VIA_LINK, VIA_REDIRECT, VIA_COUNT };

/* A URL that something leads to. */
struct lead {
    const struct url *url;
    struct store_text text; /* the same as text; must live until the finds are done */
    enum discovery_via via;
    int64_t parent_id;
    uint32_t depth;
    uint16_t hops;
};
/* Adds the URL to finds where it is new; false where it was known, or there are max_urls already.
 */
bool discovery_follow(struct discovery *discovery, const struct lead *lead, struct finds *finds);
/* Whether a URL, by its canonical text, is known: cheap, so ask before parsing it. */
bool discovery_knows(const struct discovery *discovery, const char *url, size_t bytes);

/* The finds are in the file: counts them, and gives the frontier what is to be fetched. */
void finds_announce(const struct finds *finds, struct job_counts *counts);

#endif
