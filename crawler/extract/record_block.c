/* Writing flat records; see record_block.h. Matched by record_text.c and the records' readers. */
#include "crawler/extract/record_block.h"

#include <errno.h>
#include <string.h>

#include "crawler/extract/html_text.h"
#include "crawler/extract/utf8.h"

int record_block_begin(struct record_block *block, void *out, size_t capacity, size_t header_bytes)
{
    if (capacity < header_bytes)
        return -E2BIG;
    *block = (struct record_block){
        .out = out,
        .capacity = capacity < UINT32_MAX ? capacity : UINT32_MAX,
        .header_bytes = header_bytes,
    };
    return 0;
}

static char *heap(const struct record_block *block)
{
    return (char *)block->out + block->header_bytes;
}

/* Whether the finished record may grow by so much heap and so many bytes of rows. */
static bool has_room(const struct record_block *block, size_t heap_bytes, size_t row_bytes)
{
    return record_align(block->header_bytes + block->heap_bytes + heap_bytes) + block->row_bytes +
               row_bytes <=
           block->capacity;
}

/* Each malformed part becomes one U+FFFD, as long as there is room. Returns the bytes written. */
static size_t replace_malformed(const char *data, size_t bytes,
                                char ret_text[RECORD_TEXT_MAX_BYTES])
{
    size_t written = 0, skip = 0;
    for (;;) {
        size_t valid = utf8_valid_prefix(data, bytes);
        size_t kept = utf8_cut(data, valid, RECORD_TEXT_MAX_BYTES - written);
        memcpy(ret_text + written, data, kept);
        written += kept;
        if (valid == bytes || kept < valid ||
            written + sizeof UTF8_REPLACEMENT - 1 > RECORD_TEXT_MAX_BYTES)
            return written;
        memcpy(ret_text + written, UTF8_REPLACEMENT, sizeof UTF8_REPLACEMENT - 1);
        written += sizeof UTF8_REPLACEMENT - 1;
        utf8_sequence(data + valid, bytes - valid, &skip);
        data += valid + skip;
        bytes -= valid + skip;
    }
}

/* A parser's text may be malformed where the page was not: "&#xBBBBBBBBBBBB" overflows in gumbo. */
struct flat_text record_block_text(struct record_block *block, const char *data, size_t bytes)
{
    char clean[RECORD_TEXT_MAX_BYTES];
    if (!data)
        return record_text_absent;
    bytes = utf8_cut(data, bytes, RECORD_TEXT_MAX_BYTES);
    if (utf8_valid_prefix(data, bytes) != bytes) {
        bytes = replace_malformed(data, bytes, clean);
        data = clean;
    }
    if (!has_room(block, bytes + 1, 0)) {
        block->full = true;
        return record_text_absent;
    }
    struct flat_text text = {(uint32_t)block->heap_bytes, (uint32_t)bytes};
    if (bytes)
        memcpy(heap(block) + text.offset, data, bytes);
    heap(block)[text.offset + bytes] = '\0';
    block->heap_bytes += bytes + 1;
    return text;
}

const char *record_block_string(const struct record_block *block, struct flat_text text)
{
    return text.offset == FLAT_TEXT_ABSENT ? NULL : heap(block) + text.offset;
}

/* Rows are refused by kind at their maximum, and all of them once memory is out. */
bool record_block_takes(struct record_block *block, uint32_t count, uint32_t max)
{
    if (block->full || count >= max)
        block->cut = true;
    return !block->full && count < max;
}

/* A string of the row that found no room has set `full` before: no row goes without its strings. */
bool record_block_row(struct record_block *block, size_t bytes)
{
    if (!has_room(block, 0, bytes))
        block->full = true;
    if (!block->full)
        block->row_bytes += bytes;
    return !block->full;
}

static size_t put(const struct record_block *block, size_t at, const void *data, size_t bytes)
{
    if (bytes)
        memcpy(block->out + at, data, bytes);
    return at + bytes;
}

int64_t record_block_finish(struct record_block *block, const void *header,
                            const struct record_rows *rows, size_t kinds)
{
    size_t heap_end = put(block, 0, header, block->header_bytes) + block->heap_bytes;
    size_t at = record_align(heap_end);
    memset(block->out + heap_end, 0, at - heap_end);
    for (size_t i = 0; i < kinds; i++)
        at = put(block, at, rows[i].data, rows[i].bytes);
    return (int64_t)at;
}
