/* Sitemap record: what a parse process found in one sitemap or feed, as one flat block of memory.
 *
 * Written in the worker by sitemap_writer_* into its result lane; opened in the parent by
 * sitemap_record_open(), which trusts nothing, as record_open() does for pages. Strings are UTF-8.
 */
#ifndef IMGCRAWL_EXTRACT_SITEMAP_RECORD_H
#define IMGCRAWL_EXTRACT_SITEMAP_RECORD_H

#include <stdint.h>

#include "crawler/extract/record_text.h"

enum sitemap_kind {
    SITEMAP_UNKNOWN, /* nothing that lists URLs */
    SITEMAP_URLSET,
    SITEMAP_INDEX,
    SITEMAP_TEXT,
    SITEMAP_RSS, /* every RSS, RDF included */
    SITEMAP_ATOM,
    SITEMAP_KIND_COUNT
};
/* "unknown" "urlset" "index" "text" "rss" "atom" */
const char *sitemap_kind_name(enum sitemap_kind kind);

enum sitemap_flags {
    SITEMAP_TRUNCATED = 1, /* longer, or with more entries, than a sitemap may be */
    SITEMAP_BROKEN = 2,    /* what comes before the fault was kept */
    SITEMAP_REFUSED = 4    /* means harm: entities of entities, absurd nesting */
};

enum sitemap_entry_flags {
    SITEMAP_ENTRY_NESTED = 1 /* leads to another sitemap, not to a page */
};

struct sitemap_entry {
    struct record_text loc;                           /* canonical; of any host */
    struct record_text lastmod, changefreq, priority; /* as written */
    uint32_t flags;
};

struct sitemap_image {
    struct record_text loc;            /* canonical */
    struct record_text title, caption; /* as written */
    uint32_t entry;                    /* index of the page that shows it */
};

/* A checked view into a record's memory. */
struct sitemap_record {
    enum sitemap_kind kind;
    uint32_t flags;
    uint32_t fault_line; /* of the XML; 0: none */
    uint32_t unusable;   /* entries and images without a URL that can be fetched */
    uint32_t entry_count, image_count;
    const struct sitemap_entry *entries; /* in the order of the file, repetitions included */
    const struct sitemap_image *images;  /* by entry */
    void *owned;                         /* the view's own arrays */
};

/* 0, -EBADMSG where anything does not hold, or -ENOMEM. The view points into data, which must
 * outlive it. */
int sitemap_record_open(const void *data, size_t bytes, struct sitemap_record *ret_record);
void sitemap_record_close(struct sitemap_record *record);

#endif
