/* Opens sitemap records that a parse process wrote. Runs in the parent (and in the command line).
 * Matched by sitemap_writer.c; the layout is in sitemap_format.h. */
#include "crawler/extract/sitemap_record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/extract/sitemap_format.h"

enum {
    KNOWN_FLAGS = SITEMAP_TRUNCATED | SITEMAP_BROKEN | SITEMAP_REFUSED,
    KNOWN_ENTRY_FLAGS = SITEMAP_ENTRY_NESTED
};

/* The record under examination. */
struct source {
    const unsigned char *data;
    struct flat_sitemap_header header;
    struct record_heap heap;
    size_t entries_at, images_at;
};

const char *sitemap_kind_name(enum sitemap_kind kind)
{
    static const char *const names[] = {
        [SITEMAP_UNKNOWN] = "unknown", [SITEMAP_URLSET] = "urlset", [SITEMAP_INDEX] = "index",
        [SITEMAP_TEXT] = "text",       [SITEMAP_RSS] = "rss",       [SITEMAP_ATOM] = "atom",
    };
    _Static_assert(sizeof names / sizeof *names == SITEMAP_KIND_COUNT, "each kind has its name");
    return names[kind];
}

static bool header_holds(const struct flat_sitemap_header *header)
{
    return header->magic == SITEMAP_MAGIC && header->kind < SITEMAP_KIND_COUNT &&
           !(header->flags & ~(uint32_t)KNOWN_FLAGS) && !header->reserved &&
           header->entry_count <= SITEMAP_MAX_ENTRIES && header->image_count <= SITEMAP_MAX_IMAGES;
}

/* Places the parts and demands that they fill the record exactly. */
static bool parts_fill(struct source *source, size_t bytes)
{
    const struct flat_sitemap_header *header = &source->header;
    if (header->heap_bytes > bytes - sizeof *header)
        return false;
    source->heap = (struct record_heap){(const char *)source->data + sizeof *header,
                                        (size_t)header->heap_bytes};
    source->entries_at = record_align(sizeof *header + source->heap.bytes);
    source->images_at =
        source->entries_at + header->entry_count * sizeof(struct flat_sitemap_entry);
    return source->images_at + header->image_count * sizeof(struct flat_sitemap_image) == bytes;
}

static bool open_entries(const struct source *source, struct sitemap_entry *ret_entries)
{
    const struct record_heap *heap = &source->heap;
    for (uint32_t i = 0; i < source->header.entry_count; i++) {
        struct flat_sitemap_entry flat;
        memcpy(&flat, source->data + source->entries_at + i * sizeof flat, sizeof flat);
        struct sitemap_entry *entry = &ret_entries[i];
        entry->flags = flat.flags;
        if ((flat.flags & ~(uint32_t)KNOWN_ENTRY_FLAGS) || flat.reserved ||
            !record_heap_text(heap, flat.loc, &entry->loc) ||
            !record_heap_text(heap, flat.lastmod, &entry->lastmod) ||
            !record_heap_text(heap, flat.changefreq, &entry->changefreq) ||
            !record_heap_text(heap, flat.priority, &entry->priority) ||
            !record_text_is_web_url(&entry->loc))
            return false;
    }
    return true;
}

static bool open_images(const struct source *source, struct sitemap_image *ret_images)
{
    const struct record_heap *heap = &source->heap;
    uint32_t last = 0;
    for (uint32_t i = 0; i < source->header.image_count; i++) {
        struct flat_sitemap_image flat;
        memcpy(&flat, source->data + source->images_at + i * sizeof flat, sizeof flat);
        struct sitemap_image *image = &ret_images[i];
        if (flat.entry < last || flat.entry >= source->header.entry_count || flat.reserved ||
            !record_heap_text(heap, flat.loc, &image->loc) ||
            !record_heap_text(heap, flat.title, &image->title) ||
            !record_heap_text(heap, flat.caption, &image->caption) ||
            !record_text_is_web_url(&image->loc))
            return false;
        image->entry = last = flat.entry;
    }
    return true;
}

/* One allocation for both arrays of the view. */
static int open_rows(const struct source *source, struct sitemap_record *record)
{
    size_t entry_bytes = source->header.entry_count * sizeof(struct sitemap_entry);
    size_t image_bytes = source->header.image_count * sizeof(struct sitemap_image);
    if (!(entry_bytes + image_bytes))
        return 0;
    struct sitemap_entry *entries = malloc(entry_bytes + image_bytes);
    if (!entries)
        return -ENOMEM;
    struct sitemap_image *images =
        (struct sitemap_image *)(void *)(entries + source->header.entry_count);
    if (!open_entries(source, entries) || !open_images(source, images)) {
        free(entries);
        return -EBADMSG;
    }
    record->owned = entries;
    record->entries = entries;
    record->images = images;
    return 0;
}

int sitemap_record_open(const void *data, size_t bytes, struct sitemap_record *ret_record)
{
    struct source source = {.data = data};
    if (bytes < sizeof source.header)
        return -EBADMSG;
    memcpy(&source.header, data, sizeof source.header);
    const struct flat_sitemap_header *header = &source.header;
    if (!header_holds(header) || !parts_fill(&source, bytes) || !record_heap_holds(&source.heap))
        return -EBADMSG;
    struct sitemap_record record = {
        .kind = header->kind,
        .flags = header->flags,
        .fault_line = header->fault_line,
        .unusable = header->unusable,
        .entry_count = header->entry_count,
        .image_count = header->image_count,
    };
    int rc = open_rows(&source, &record);
    if (rc < 0)
        return rc;
    *ret_record = record;
    return 0;
}

void sitemap_record_close(struct sitemap_record *record)
{
    free(record->owned);
    *record = (struct sitemap_record){0};
}
