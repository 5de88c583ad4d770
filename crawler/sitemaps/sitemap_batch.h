/* Sitemap batch: a part of a sitemap as rows for the job's file, a bounded number at a time. Texts
 * point into the reading. Loop thread; the writer thread reads the rows between the append and its
 * promise. */
#ifndef IMGCRAWL_SITEMAP_BATCH_H
#define IMGCRAWL_SITEMAP_BATCH_H

#include <stdbool.h>

#include "crawler/frontier/discovery.h"
#include "crawler/sitemaps/sitemaps.h"
#include "storage/job_store.h"

struct sitemap_batch {
    const struct sitemap_reading *reading;
    struct discovery *discovery;
    uint32_t next_entry, next_image; /* of the record */
    struct finds finds;
    struct store_sitemap *sitemaps; /* the one that is read, then those that it names */
    struct store_sitemap_url *urls;
    struct store_image *images; /* by URL */
    size_t sitemap_count, url_count, image_count, image_capacity;
    char **texts; /* of URLs that are known under another text than the sitemap's */
    size_t text_count;
};

/* Both borrowed. Begins behind what was taken in by an earlier run. */
void sitemap_batch_init(struct sitemap_batch *batch, const struct sitemap_reading *reading,
                        struct discovery *discovery);
void sitemap_batch_done(struct sitemap_batch *batch);
/* The next rows, in place of those before. */
void sitemap_batch_fill(struct sitemap_batch *batch, struct store_batch *ret_rows);
/* Whether there is nothing behind them. */
bool sitemap_batch_is_last(const struct sitemap_batch *batch);

#endif
