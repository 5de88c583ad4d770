/* Writes sitemap records; see sitemap_writer.h. Runs in a parse process; the rows' arrays are made
 * once and reused. */
#include "crawler/extract/sitemap_writer.h"

#include <stdlib.h>

#include "crawler/extract/html_text.h"
#include "crawler/extract/record_block.h"
#include "crawler/extract/url.h"

struct sitemap_writer {
    struct record_block block;
    struct flat_sitemap_header header;
    uint32_t images_of_entries; /* images before those of the entry that comes next */
    struct url url;             /* the one at hand */
    struct flat_sitemap_entry entries[SITEMAP_MAX_ENTRIES];
    struct flat_sitemap_image images[SITEMAP_MAX_IMAGES];
};

struct sitemap_writer *sitemap_writer_new(void)
{
    struct sitemap_writer *writer =
        malloc(sizeof *writer); /* its arrays stay untouched until used */
    if (!writer)
        abort();
    writer->block = (struct record_block){0};
    return writer;
}

struct sitemap_writer *sitemap_writer_free(struct sitemap_writer *writer)
{
    free(writer);
    return NULL;
}

int sitemap_writer_begin(struct sitemap_writer *writer, void *out, size_t capacity)
{
    int rc = record_block_begin(&writer->block, out, capacity, sizeof writer->header);
    if (rc < 0)
        return rc;
    writer->header = (struct flat_sitemap_header){.magic = SITEMAP_MAGIC};
    writer->images_of_entries = 0;
    return 0;
}

void sitemap_writer_kind(struct sitemap_writer *writer, enum sitemap_kind kind)
{
    writer->header.kind = kind;
}

void sitemap_writer_flag(struct sitemap_writer *writer, uint32_t flags)
{
    writer->header.flags |= flags;
}

void sitemap_writer_fault(struct sitemap_writer *writer, uint32_t line)
{
    writer->header.fault_line = line;
}

struct flat_text sitemap_writer_text(struct sitemap_writer *writer, const char *text, size_t bytes)
{
    text = html_trim(text, bytes, &bytes);
    return record_block_text(&writer->block, bytes ? text : NULL, bytes);
}

struct flat_text sitemap_writer_url(struct sitemap_writer *writer, const struct url *base,
                                    const char *text, size_t bytes)
{
    text = html_trim(text, bytes, &bytes);
    if (!bytes || url_parse(text, bytes, base, &writer->url) != URL_OK)
        return record_text_absent;
    url_canonicalise(&writer->url);
    return record_block_text(&writer->block, writer->url.href, writer->url.length);
}

void sitemap_writer_image(struct sitemap_writer *writer, const struct flat_sitemap_image *image)
{
    struct flat_sitemap_header *header = &writer->header;
    if (image->loc.offset == FLAT_TEXT_ABSENT) {
        header->unusable++;
        return;
    }
    if (!record_block_takes(&writer->block, header->image_count, SITEMAP_MAX_IMAGES) ||
        !record_block_row(&writer->block, sizeof *image))
        return;
    writer->images[header->image_count] = *image;
    writer->images[header->image_count++].entry = header->entry_count;
}

static void take_images_back(struct sitemap_writer *writer)
{
    uint32_t count = writer->header.image_count - writer->images_of_entries;
    writer->header.image_count -= count;
    writer->block.row_bytes -= count * sizeof *writer->images;
}

bool sitemap_writer_entry(struct sitemap_writer *writer, const struct flat_sitemap_entry *entry)
{
    struct flat_sitemap_header *header = &writer->header;
    bool takes = record_block_takes(&writer->block, header->entry_count, SITEMAP_MAX_ENTRIES);
    bool is_usable = entry->loc.offset != FLAT_TEXT_ABSENT;
    if (takes && is_usable && record_block_row(&writer->block, sizeof *entry)) {
        writer->entries[header->entry_count++] = *entry;
    } else {
        header->unusable += takes && !is_usable;
        take_images_back(writer);
    }
    writer->images_of_entries = header->image_count;
    return takes && !writer->block.full;
}

int64_t sitemap_writer_finish(struct sitemap_writer *writer)
{
    struct flat_sitemap_header *header = &writer->header;
    take_images_back(writer);
    header->heap_bytes = writer->block.heap_bytes;
    if (writer->block.full || writer->block.cut)
        header->flags |= SITEMAP_TRUNCATED;
    const struct record_rows rows[] = {
        {writer->entries, header->entry_count * sizeof *writer->entries},
        {writer->images, header->image_count * sizeof *writer->images},
    };
    return record_block_finish(&writer->block, header, rows, sizeof rows / sizeof *rows);
}
