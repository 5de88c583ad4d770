/* Opens page records that a parse process wrote: the trusting side of nothing.
 *
 * Runs in the parent (and in the command line). The order of the checks is the order in which the
 * bytes become meaningful: size, header, heap, rows. Matched by record_writer.c; the layout is in
 * record_format.h.
 */
#include "crawler/extract/record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/extract/record_format.h"

enum {
    KNOWN_FLAGS = RECORD_TRUNCATED | RECORD_DEPTH_FLATTENED | RECORD_ATTRIBUTES_CUT |
                  RECORD_META_NOFOLLOW | RECORD_STYLE_SHEET,
    KNOWN_LINK_FLAGS = LINK_NOFOLLOW
};

/* The record under examination. */
struct source {
    const unsigned char *data;
    struct flat_header header;
    struct record_heap heap;
    size_t images_at, links_at, style_sheets_at;
};

static bool header_holds(const struct flat_header *header)
{
    return header->magic == RECORD_MAGIC && !(header->flags & ~(uint32_t)KNOWN_FLAGS) &&
           !(header->directives & ~(uint32_t)DIRECTIVES_ALL) &&
           header->sniffed_type < MIME_TYPE_COUNT && header->verdict < VERDICT_COUNT &&
           header->link_count <= RECORD_MAX_LINKS && header->image_count <= RECORD_MAX_IMAGES &&
           header->style_sheet_count <= RECORD_MAX_STYLE_SHEETS;
}

/* Places the parts and demands that they fill the record exactly. */
static bool parts_fill(struct source *source, size_t bytes)
{
    const struct flat_header *header = &source->header;
    if (header->heap_bytes > bytes - sizeof *header)
        return false;
    source->images_at = record_align(sizeof *header + (size_t)header->heap_bytes);
    source->heap = (struct record_heap){(const char *)source->data + sizeof *header,
                                        (size_t)header->heap_bytes};
    source->links_at = source->images_at + header->image_count * sizeof(struct flat_image);
    source->style_sheets_at = source->links_at + header->link_count * sizeof(struct flat_link);
    return source->style_sheets_at + header->style_sheet_count * sizeof(struct flat_text) == bytes;
}

static bool absent_or_web_url(const struct record_text *text)
{
    return !text->data || record_text_is_web_url(text);
}

static bool open_facts(const struct source *source, struct page_record *ret_record)
{
    struct record_text *facts[] = {
        [RECORD_TITLE] = &ret_record->title,
        [RECORD_BASE] = &ret_record->base,
        [RECORD_CANONICAL] = &ret_record->canonical,
        [RECORD_META_ROBOTS] = &ret_record->meta_robots,
        [RECORD_META_REFRESH] = &ret_record->meta_refresh,
        [RECORD_CHARSET] = &ret_record->charset,
        [RECORD_TDM_POLICY] = &ret_record->tdm_policy,
        [RECORD_EVIDENCE] = &ret_record->evidence,
    };
    _Static_assert(sizeof facts / sizeof *facts == RECORD_FACT_COUNT, "each fact has its place");
    for (size_t i = 0; i < RECORD_FACT_COUNT; i++)
        if (!record_heap_text(&source->heap, source->header.facts[i], facts[i]))
            return false;
    return absent_or_web_url(&ret_record->base) && absent_or_web_url(&ret_record->canonical) &&
           absent_or_web_url(&ret_record->meta_refresh) &&
           absent_or_web_url(&ret_record->tdm_policy);
}

/* The alt's state and its text say the same. */
static bool alt_holds(const struct record_image *image)
{
    switch (image->alt_state) {
    case ALT_MISSING:
    case ALT_NOT_APPLICABLE:
        return !image->alt.data;
    case ALT_EMPTY:
        return image->alt.data && !image->alt.bytes;
    case ALT_WHITESPACE:
    case ALT_TEXT:
        return image->alt.bytes > 0;
    default:
        return false;
    }
}

static bool image_url_holds(const struct record_image *image)
{
    if (image->url.data && record_text_starts_with(&image->url, "data:"))
        return true;
    return absent_or_web_url(&image->url) && image->data_bytes == 0;
}

static bool enums_hold(const struct flat_image *flat)
{
    static const uint8_t none[sizeof flat->reserved];
    return flat->alt_state < ALT_STATE_COUNT && flat->source < IMAGE_SOURCE_COUNT &&
           flat->source != IMAGE_SOURCE_SITEMAP && flat->landmark < LANDMARK_COUNT &&
           flat->name_source < NAME_SOURCE_COUNT && !(flat->flags & ~(unsigned)IMAGE_FLAGS_ALL) &&
           !memcmp(flat->reserved, none, sizeof none);
}

static bool open_image(const struct source *source, const struct flat_image *flat,
                       struct record_image *ret_image)
{
    bool is_style_sheet = source->header.flags & RECORD_STYLE_SHEET;
    if (!enums_hold(flat) || is_style_sheet != (flat->source == IMAGE_SOURCE_STYLE_SHEET))
        return false;
    ret_image->data_bytes = flat->data_bytes;
    ret_image->position = flat->position;
    ret_image->flags = flat->flags;
    ret_image->alt_state = flat->alt_state;
    ret_image->source = flat->source;
    ret_image->landmark = flat->landmark;
    ret_image->name_source = flat->name_source;
#define X(text)                                                                                    \
    if (!record_heap_text(&source->heap, flat->text, &ret_image->text))                            \
        return false;
    RECORD_IMAGE_TEXTS(X)
#undef X
    return alt_holds(ret_image) && image_url_holds(ret_image) &&
           absent_or_web_url(&ret_image->link) &&
           !ret_image->name.data == (ret_image->name_source == NAME_NONE);
}

/* Positions are those of tree order. */
static bool open_images(const struct source *source, struct record_image *ret_images)
{
    uint32_t last = 1;
    for (uint32_t i = 0; i < source->header.image_count; i++) {
        struct flat_image flat;
        memcpy(&flat, source->data + source->images_at + i * sizeof flat, sizeof flat);
        if (flat.position < last || flat.position > source->header.image_places)
            return false;
        last = flat.position;
        if (!open_image(source, &flat, &ret_images[i]))
            return false;
    }
    return true;
}

static bool open_links(const struct source *source, struct record_link *ret_links)
{
    for (uint32_t i = 0; i < source->header.link_count; i++) {
        struct flat_link flat;
        memcpy(&flat, source->data + source->links_at + i * sizeof flat, sizeof flat);
        struct record_link *link = &ret_links[i];
        link->flags = flat.flags;
        if ((flat.flags & ~(uint32_t)KNOWN_LINK_FLAGS) || flat.reserved ||
            !record_heap_text(&source->heap, flat.url, &link->url) ||
            !record_heap_text(&source->heap, flat.rel, &link->rel) ||
            !record_text_is_web_url(&link->url))
            return false;
    }
    return true;
}

static bool open_style_sheets(const struct source *source, struct record_text *ret_urls)
{
    for (uint32_t i = 0; i < source->header.style_sheet_count; i++) {
        struct flat_text flat;
        memcpy(&flat, source->data + source->style_sheets_at + i * sizeof flat, sizeof flat);
        if (!record_heap_text(&source->heap, flat, &ret_urls[i]) ||
            !record_text_is_web_url(&ret_urls[i]))
            return false;
    }
    return true;
}

/* One allocation for all arrays of the view. */
static int open_rows(const struct source *source, struct page_record *record)
{
    size_t image_bytes = source->header.image_count * sizeof(struct record_image);
    size_t link_bytes = source->header.link_count * sizeof(struct record_link);
    size_t sheet_bytes = source->header.style_sheet_count * sizeof(struct record_text);
    if (!(image_bytes + link_bytes + sheet_bytes))
        return 0;
    struct record_image *images = malloc(image_bytes + link_bytes + sheet_bytes);
    if (!images)
        return -ENOMEM;
    struct record_link *links = (struct record_link *)(void *)(images + source->header.image_count);
    struct record_text *sheets = (struct record_text *)(void *)(links + source->header.link_count);
    if (!open_images(source, images) || !open_links(source, links) ||
        !open_style_sheets(source, sheets)) {
        free(images);
        return -EBADMSG;
    }
    record->owned = images;
    record->images = images;
    record->links = links;
    record->style_sheets = sheets;
    return 0;
}

int record_open(const void *data, size_t bytes, struct page_record *ret_record)
{
    struct source source = {.data = data};
    if (bytes < sizeof source.header)
        return -EBADMSG;
    memcpy(&source.header, data, sizeof source.header);
    const struct flat_header *header = &source.header;
    struct page_record record = {
        .flags = header->flags,
        .directives = header->directives,
        .sniffed_type = header->sniffed_type,
        .verdict = header->verdict,
        .link_elements = header->link_elements,
        .image_elements = header->image_elements,
        .image_places = header->image_places,
        .text_print = header->text_print,
        .link_count = header->link_count,
        .image_count = header->image_count,
        .style_sheet_count = header->style_sheet_count,
    };
    if (!header_holds(header) || !parts_fill(&source, bytes) || !record_heap_holds(&source.heap) ||
        !open_facts(&source, &record))
        return -EBADMSG;
    int rc = open_rows(&source, &record);
    if (rc < 0)
        return rc;
    *ret_record = record;
    return 0;
}

void record_close(struct page_record *record)
{
    free(record->owned);
    *record = (struct page_record){0};
}
