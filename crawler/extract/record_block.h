/* The memory that a flat record (record_text.h) is written into: its heap, its room, its end.
 *
 * Strings go to the heap as they come; rows wait with the record's own writer, which asks here for
 * their room, until record_block_finish() puts them behind the heap. Once something did not fit,
 * no further row does, so that what is there is a beginning. Embedded in record_writer and
 * sitemap_writer; runs in a parse process.
 */
#ifndef IMGCRAWL_EXTRACT_RECORD_BLOCK_H
#define IMGCRAWL_EXTRACT_RECORD_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crawler/extract/record_text.h"

struct record_block {
    unsigned char *out; /* aligned to 8, borrowed */
    size_t capacity;
    size_t header_bytes;
    size_t heap_bytes;
    size_t row_bytes; /* promised to rows */
    bool full;        /* memory: no further row is taken */
    bool cut;         /* some row was refused */
};

/* A run of rows of one kind. */
struct record_rows {
    const void *data;
    size_t bytes;
};

/* -E2BIG when not even an empty record fits. */
int record_block_begin(struct record_block *block, void *out, size_t capacity, size_t header_bytes);

/* Puts a string into the heap, cut after RECORD_TEXT_MAX_BYTES at a whole character. data == NULL,
 * or no room: absent. */
struct flat_text record_block_text(struct record_block *block, const char *data, size_t bytes);
const char *record_block_string(const struct record_block *block, struct flat_text text);

/* Whether one more row of a kind that has count, and may have max, would be taken. A no is
 * remembered. */
bool record_block_takes(struct record_block *block, uint32_t count, uint32_t max);
/* Makes room for a row, unless it or one of its strings did not fit. */
bool record_block_row(struct record_block *block, size_t bytes);

/* Writes header, padding and rows; returns the record's bytes. */
int64_t record_block_finish(struct record_block *block, const void *header,
                            const struct record_rows *rows, size_t kinds);

#endif
