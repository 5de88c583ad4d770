/* Writes page records. Runs in a parse process; the rows' arrays are made once and reused. */
#include "crawler/extract/record_writer.h"

#include <stdlib.h>
#include <string.h>

#include "crawler/extract/record.h"
#include "crawler/extract/record_block.h"

struct record_writer {
    struct record_block block;
    struct flat_header header;
    struct flat_image images[RECORD_MAX_IMAGES];
    struct flat_link links[RECORD_MAX_LINKS];
    struct flat_text style_sheets[RECORD_MAX_STYLE_SHEETS];
};

struct record_writer *record_writer_new(void)
{
    struct record_writer *writer =
        malloc(sizeof *writer); /* its arrays stay untouched until used */
    if (!writer)
        abort();
    writer->block = (struct record_block){0};
    return writer;
}

struct record_writer *record_writer_free(struct record_writer *writer)
{
    free(writer);
    return NULL;
}

int record_writer_begin(struct record_writer *writer, void *out, size_t capacity)
{
    int rc = record_block_begin(&writer->block, out, capacity, sizeof writer->header);
    if (rc < 0)
        return rc;
    writer->header = (struct flat_header){.magic = RECORD_MAGIC};
    for (size_t i = 0; i < RECORD_FACT_COUNT; i++)
        writer->header.facts[i] = record_text_absent;
    return 0;
}

struct flat_text record_writer_text(struct record_writer *writer, const char *data, size_t bytes)
{
    return record_block_text(&writer->block, data, bytes);
}

void record_writer_fact(struct record_writer *writer, enum record_fact fact, const char *data,
                        size_t bytes)
{
    writer->header.facts[fact] = record_writer_text(writer, data, bytes);
}

void record_writer_flag(struct record_writer *writer, uint32_t flags)
{
    writer->header.flags |= flags;
}

void record_writer_directives(struct record_writer *writer, uint32_t directives)
{
    writer->header.directives |= directives;
}

void record_writer_text_print(struct record_writer *writer, uint64_t print)
{
    writer->header.text_print = print;
}

void record_writer_sniffed_type(struct record_writer *writer, enum mime_type type)
{
    writer->header.sniffed_type = (uint16_t)type;
}

void record_writer_verdict(struct record_writer *writer, enum page_verdict verdict,
                           const char *evidence)
{
    writer->header.verdict = (uint16_t)verdict;
    record_writer_fact(writer, RECORD_EVIDENCE, evidence, strlen(evidence));
}

void record_writer_elements(struct record_writer *writer, uint32_t links, uint32_t images,
                            uint32_t image_places)
{
    writer->header.link_elements = links;
    writer->header.image_elements = images;
    writer->header.image_places = image_places;
}

bool record_writer_takes_images(struct record_writer *writer)
{
    return record_block_takes(&writer->block, writer->header.image_count, RECORD_MAX_IMAGES);
}

bool record_writer_takes_links(struct record_writer *writer)
{
    return record_block_takes(&writer->block, writer->header.link_count, RECORD_MAX_LINKS);
}

struct flat_image record_writer_no_image(void)
{
    struct flat_image image = {0};
#define X(text) image.text = record_text_absent;
    RECORD_IMAGE_TEXTS(X)
#undef X
    return image;
}

void record_writer_image(struct record_writer *writer, const struct flat_image *image)
{
    if (record_writer_takes_images(writer) && record_block_row(&writer->block, sizeof *image))
        writer->images[writer->header.image_count++] = *image;
}

void record_writer_style_sheet(struct record_writer *writer, const char *url, size_t bytes)
{
    uint32_t *count = &writer->header.style_sheet_count;
    if (!record_block_takes(&writer->block, *count, RECORD_MAX_STYLE_SHEETS))
        return;
    struct flat_text text = record_writer_text(writer, url, bytes);
    if (text.bytes == bytes && record_block_row(&writer->block, sizeof text))
        writer->style_sheets[(*count)++] = text;
}

int64_t record_writer_link(struct record_writer *writer, const struct flat_link *link)
{
    if (!record_writer_takes_links(writer) || !record_block_row(&writer->block, sizeof *link))
        return -1;
    writer->links[writer->header.link_count] = *link;
    return writer->header.link_count++;
}

struct flat_link *record_writer_link_at(struct record_writer *writer, size_t index)
{
    return &writer->links[index];
}

const char *record_writer_string(const struct record_writer *writer, struct flat_text text)
{
    return record_block_string(&writer->block, text);
}

int64_t record_writer_finish(struct record_writer *writer)
{
    struct flat_header *header = &writer->header;
    header->heap_bytes = writer->block.heap_bytes;
    if (writer->block.full || writer->block.cut)
        header->flags |= RECORD_TRUNCATED;
    const struct record_rows rows[] = {
        {writer->images, header->image_count * sizeof *writer->images},
        {writer->links, header->link_count * sizeof *writer->links},
        {writer->style_sheets, header->style_sheet_count * sizeof *writer->style_sheets},
    };
    return record_block_finish(&writer->block, header, rows, sizeof rows / sizeof *rows);
}
