/* The flat layout of a page record, shared by its writer and its reader and by nobody else.
 *
 *     flat_header | heap: NUL-ended strings | padding to 8 | flat_image … | flat_link …
 *
 * Native byte order: writer and reader are processes of one machine. The parts follow each other
 * without gaps, so that the counts in the header determine every offset.
 */
#ifndef IMGCRAWL_EXTRACT_RECORD_FORMAT_H
#define IMGCRAWL_EXTRACT_RECORD_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#include "crawler/extract/record.h"
#include "crawler/extract/record_text.h"

enum {
    RECORD_MAGIC = 0x31726769, /* "igr1" */
    RECORD_MAX_LINKS = 50000,
    RECORD_MAX_IMAGES = 50000,
    RECORD_MAX_STYLE_SHEETS = 1000
};

enum record_fact {
    RECORD_TITLE,
    RECORD_BASE,
    RECORD_CANONICAL,
    RECORD_META_ROBOTS,
    RECORD_META_REFRESH,
    RECORD_CHARSET,
    RECORD_TDM_POLICY,
    RECORD_EVIDENCE,
    RECORD_FACT_COUNT
};

struct flat_header {
    uint32_t magic;
    uint32_t flags;
    uint32_t link_elements, image_elements;
    uint32_t link_count, image_count;
    uint32_t image_places;
    uint32_t style_sheet_count;
    uint32_t directives;   /* enum robots_directive */
    uint16_t sniffed_type; /* enum mime_type */
    uint16_t verdict;      /* enum page_verdict */
    uint64_t heap_bytes;
    uint64_t text_print;
    struct flat_text facts[RECORD_FACT_COUNT];
};

struct flat_image {
#define X(text) struct flat_text text;
    RECORD_IMAGE_TEXTS(X)
#undef X
    uint64_t data_bytes;
    uint32_t position;
    uint16_t flags;
    uint16_t source;
    uint8_t alt_state;
    uint8_t landmark;
    uint8_t name_source;
    uint8_t reserved[5]; /* 0 */
};

struct flat_link {
    struct flat_text url, rel;
    uint32_t flags;
    uint32_t reserved; /* 0 */
};

_Static_assert(sizeof(struct flat_header) == 120, "no hidden padding");
_Static_assert(sizeof(struct flat_image) == 176, "no hidden padding");
_Static_assert(sizeof(struct flat_link) == 24, "no hidden padding");

#endif
