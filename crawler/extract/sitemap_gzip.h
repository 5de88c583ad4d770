/* Unpacking gzip, within bounds. Runs in a parse process, where sitemaps arrive as they were
 * served. */
#ifndef IMGCRAWL_EXTRACT_SITEMAP_GZIP_H
#define IMGCRAWL_EXTRACT_SITEMAP_GZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

/* By the first bytes: names and content types are often wrong. */
bool sitemap_is_gzip(const unsigned char *data, size_t bytes);

/* All members, one after the other, into the arena. Data that is damaged or cut short, or gives
 * more than max_bytes, is unpacked so far; then *flags gains SITEMAP_BROKEN or SITEMAP_TRUNCATED.
 * 0 or -ENOMEM. */
int sitemap_gunzip(struct arena *arena, const unsigned char *data, size_t bytes, size_t max_bytes,
                   uint32_t *flags, const unsigned char **ret_data, size_t *ret_bytes);

#endif
