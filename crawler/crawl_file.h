/* Crawl file: what a crawl does with its job's file besides appending pages, as blocking functions
 * for the writer thread: opening it with all that must be in memory, and closing it.
 */
#ifndef IMGCRAWL_CRAWL_FILE_H
#define IMGCRAWL_CRAWL_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "crawler/job/job_counts.h"
#include "crawler/sitemaps/sitemaps.h"
#include "storage/job_probes.h"
#include "storage/job_store.h"

struct job_store;
struct limits;
struct seen;
struct traps;

/* The caller fills path, job_id and what the job asks for; the rest is the answer, owned by it. */
struct crawl_opening {
    const char *path;
    int64_t job_id;
    bool is_there; /* the caller's: the file was made before; it is not made anew if it is lost */
    struct job_store *store;
    struct seen *seen, *unfollowed;
    uint64_t seed; /* of the job's fingerprints */
    struct limits *limits;
    struct traps *traps;
    struct job_counts counts;
    struct store_totals totals;
    struct store_asset_tally assets[STORE_ASSET_COUNT];
    struct opened_origin {
        char *name; /* "https://example.com" */
        int64_t id, queued;
    } * origins;
    size_t origin_count;
    char **redirect_seeds; /* URLs that seeds redirected to: they widen the scope */
    size_t redirect_seed_count;
    struct opened_sitemap {
        struct sitemap_source source;
        bool is_read; /* to its end */
    } * sitemaps;
    size_t sitemap_count;
    bool asks_images, asks_style_sheets; /* the caller's: the job does */
    const char *reason;                  /* why it could not be opened */
};
/* A thread_fn. On failure everything in it is released but the caller's own. */
int crawl_file_open(void *arg);
/* Frees what is left in it: store, seen and unfollowed, too, unless taken (set to NULL). */
void crawl_opening_done(struct crawl_opening *opening);

struct crawl_closing {
    struct job_store *store; /* consumed */
    const char *skip_reason; /* for what is left in the frontier; NULL: it stays queued */
    bool is_final;           /* builds the indexes */
    bool asks_images, asks_style_sheets; /* the job does */
    const char *event;                   /* a line for the job's history */
    int64_t at_ms;                       /* epoch */
    int64_t released;                    /* the answer: how many came out of released traps first */
    int64_t skipped;                     /* the answer: how many were left, with these */
};
/* A thread_fn. */
int crawl_file_close(void *arg);

#endif
