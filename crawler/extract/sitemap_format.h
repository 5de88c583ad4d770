/* The flat layout of a sitemap record, shared by its writer and its reader and by nobody else.
 *
 *     flat_sitemap_header | heap | padding to 8 | flat_sitemap_entry … | flat_sitemap_image …
 *
 * As record_format.h says of page records: native byte order, no gaps.
 */
#ifndef IMGCRAWL_EXTRACT_SITEMAP_FORMAT_H
#define IMGCRAWL_EXTRACT_SITEMAP_FORMAT_H

#include <stdint.h>

#include "crawler/extract/record_text.h"

enum {
    SITEMAP_MAGIC = 0x31736769,  /* "igs1" */
    SITEMAP_MAX_ENTRIES = 50000, /* the sitemap protocol's own limit */
    SITEMAP_MAX_IMAGES = 200000
};

struct flat_sitemap_header {
    uint32_t magic;
    uint32_t kind;
    uint32_t flags;
    uint32_t fault_line;
    uint32_t unusable;
    uint32_t entry_count, image_count;
    uint32_t reserved; /* 0 */
    uint64_t heap_bytes;
};

struct flat_sitemap_entry {
    struct flat_text loc, lastmod, changefreq, priority;
    uint32_t flags;
    uint32_t reserved; /* 0 */
};

struct flat_sitemap_image {
    struct flat_text loc, title, caption;
    uint32_t entry;
    uint32_t reserved; /* 0 */
};

_Static_assert(sizeof(struct flat_sitemap_header) == 40, "no hidden padding");
_Static_assert(sizeof(struct flat_sitemap_entry) == 40, "no hidden padding");
_Static_assert(sizeof(struct flat_sitemap_image) == 32, "no hidden padding");

#endif
