/* Writes page records. Runs in a parse process; the rows' arrays are made once and reused. */
#include "crawler/extract/record_writer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/extract/html_text.h"
#include "crawler/extract/record.h"

struct record_writer {
    unsigned char *out;
    size_t capacity;
    size_t heap_bytes;
    struct flat_header header;
    bool full; /* memory: no further row is taken, so that what is there is a beginning */
    bool cut;  /* some row was refused */
    struct flat_image images[RECORD_MAX_IMAGES];
    struct flat_link links[RECORD_MAX_LINKS];
};

const struct flat_text record_text_absent = {FLAT_TEXT_ABSENT, 0};

struct record_writer *record_writer_new(void)
{
    struct record_writer *writer =
        malloc(sizeof *writer); /* its arrays stay untouched until used */
    if (!writer)
        abort();
    writer->out = NULL;
    return writer;
}

struct record_writer *record_writer_free(struct record_writer *writer)
{
    free(writer);
    return NULL;
}

int record_writer_begin(struct record_writer *writer, void *out, size_t capacity)
{
    if (capacity < sizeof writer->header)
        return -E2BIG;
    writer->out = out;
    writer->capacity = capacity < UINT32_MAX ? capacity : UINT32_MAX;
    writer->heap_bytes = 0;
    writer->full = writer->cut = false;
    writer->header = (struct flat_header){.magic = RECORD_MAGIC};
    for (size_t i = 0; i < RECORD_FACT_COUNT; i++)
        writer->header.facts[i] = record_text_absent;
    return 0;
}

static char *heap(const struct record_writer *writer)
{
    return (char *)writer->out + sizeof writer->header;
}

/* Bytes of the finished record were it to grow by so much heap and so many bytes of rows. */
static size_t size_with(const struct record_writer *writer, size_t heap_bytes, size_t row_bytes)
{
    return record_align(sizeof writer->header + writer->heap_bytes + heap_bytes) + row_bytes +
           writer->header.image_count * sizeof(struct flat_image) +
           writer->header.link_count * sizeof(struct flat_link);
}

struct flat_text record_writer_text(struct record_writer *writer, const char *data, size_t bytes)
{
    if (!data)
        return record_text_absent;
    bytes = utf8_cut(data, bytes, RECORD_TEXT_MAX_BYTES);
    if (size_with(writer, bytes + 1, 0) > writer->capacity) {
        writer->full = true;
        return record_text_absent;
    }
    struct flat_text text = {(uint32_t)writer->heap_bytes, (uint32_t)bytes};
    if (bytes)
        memcpy(heap(writer) + text.offset, data, bytes);
    heap(writer)[text.offset + bytes] = '\0';
    writer->heap_bytes += bytes + 1;
    return text;
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

void record_writer_elements(struct record_writer *writer, uint32_t links, uint32_t images)
{
    writer->header.link_elements = links;
    writer->header.image_elements = images;
}

/* Rows are refused by kind at their maximum, and all of them once memory is out. */
static bool takes(struct record_writer *writer, uint32_t count, uint32_t max)
{
    if (writer->full || count >= max)
        writer->cut = true;
    return !writer->full && count < max;
}

bool record_writer_takes_images(struct record_writer *writer)
{
    return takes(writer, writer->header.image_count, RECORD_MAX_IMAGES);
}

bool record_writer_takes_links(struct record_writer *writer)
{
    return takes(writer, writer->header.link_count, RECORD_MAX_LINKS);
}

/* A string of the row that found no room has set `full` before: no row goes without its strings. */
static bool row_fits(struct record_writer *writer, size_t bytes)
{
    if (size_with(writer, 0, bytes) > writer->capacity)
        writer->full = true;
    return !writer->full;
}

void record_writer_image(struct record_writer *writer, const struct flat_image *image)
{
    if (record_writer_takes_images(writer) && row_fits(writer, sizeof *image))
        writer->images[writer->header.image_count++] = *image;
}

int64_t record_writer_link(struct record_writer *writer, const struct flat_link *link)
{
    if (!record_writer_takes_links(writer) || !row_fits(writer, sizeof *link))
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
    return text.offset == FLAT_TEXT_ABSENT ? NULL : heap(writer) + text.offset;
}

static size_t put(const struct record_writer *writer, size_t at, const void *data, size_t bytes)
{
    if (bytes)
        memcpy(writer->out + at, data, bytes);
    return at + bytes;
}

int64_t record_writer_finish(struct record_writer *writer)
{
    struct flat_header *header = &writer->header;
    header->heap_bytes = writer->heap_bytes;
    if (writer->full || writer->cut)
        header->flags |= RECORD_TRUNCATED;
    size_t heap_end = put(writer, 0, header, sizeof *header) + writer->heap_bytes;
    size_t at = record_align(heap_end);
    memset(writer->out + heap_end, 0, at - heap_end);
    at = put(writer, at, writer->images, header->image_count * sizeof *writer->images);
    at = put(writer, at, writer->links, header->link_count * sizeof *writer->links);
    return (int64_t)at;
}
