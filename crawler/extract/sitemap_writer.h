/* Writes a sitemap record (sitemap_record.h) into a fixed piece of memory.
 *
 * An entry is put together by its reader: strings go to the heap first, then its images, then the
 * entry itself. An entry without a URL is counted as unusable, and its images are taken back. What
 * does not fit is left out and the record says SITEMAP_TRUNCATED. Matched by
 * sitemap_record_open(). One owner; lives for many sitemaps.
 */
#ifndef IMGCRAWL_EXTRACT_SITEMAP_WRITER_H
#define IMGCRAWL_EXTRACT_SITEMAP_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crawler/extract/sitemap_format.h"
#include "crawler/extract/sitemap_record.h"

struct url;
struct sitemap_writer;

struct sitemap_writer *sitemap_writer_new(void);
struct sitemap_writer *sitemap_writer_free(struct sitemap_writer *writer);

/* out: aligned to 8, borrowed until the finish. -E2BIG when not even an empty record fits. */
int sitemap_writer_begin(struct sitemap_writer *writer, void *out, size_t capacity);
void sitemap_writer_kind(struct sitemap_writer *writer, enum sitemap_kind kind);
void sitemap_writer_flag(struct sitemap_writer *writer, uint32_t flags);
void sitemap_writer_fault(struct sitemap_writer *writer, uint32_t line);

/* The text without white space at its ends; absent where nothing is left. */
struct flat_text sitemap_writer_text(struct sitemap_writer *writer, const char *text, size_t bytes);
/* The canonical form of a URL, relative ones against base (NULL: must be absolute); absent where
 * it is none of http or https. */
struct flat_text sitemap_writer_url(struct sitemap_writer *writer, const struct url *base,
                                    const char *text, size_t bytes);

/* Of the entry that comes next; absent loc: counted as unusable. image->entry is set here. */
void sitemap_writer_image(struct sitemap_writer *writer, const struct flat_sitemap_image *image);
/* False once no further entry will be taken. */
bool sitemap_writer_entry(struct sitemap_writer *writer, const struct flat_sitemap_entry *entry);

/* The record's bytes. */
int64_t sitemap_writer_finish(struct sitemap_writer *writer);

#endif
