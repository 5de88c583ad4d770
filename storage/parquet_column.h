/* One column of the row group that is being made: values come in, pages are made of them and
 * compressed as soon as they are full, so that what is held of a row group is about what it takes
 * in the file. Belongs to its writer. Private to storage/.
 */
#ifndef IMGCRAWL_STORAGE_PARQUET_COLUMN_H
#define IMGCRAWL_STORAGE_PARQUET_COLUMN_H

#include <stdbool.h>

#include <zstd.h>

#include "storage/parquet_dictionary.h"
#include "storage/parquet_writer.h"

enum { PARQUET_PAGE_ROWS = 8192, PARQUET_PAGE_BYTES = 256 * 1024 };

/* What the footer says of a column in a row group. Offsets count from the start of the chunk, which
 * begins with the dictionary page where there is one. */
struct parquet_chunk {
    int64_t offset; /* in the file, set by the writer */
    int64_t values, uncompressed_bytes, compressed_bytes;
    int64_t dictionary_bytes; /* of that page with its header; 0: none */
};

struct parquet_column {
    enum parquet_type type;
    bool is_optional;
    bool is_dictionary_full; /* the rest of the row group is PLAIN */
    /* the page that is being filled */
    size_t rows, indexes;
    uint32_t levels[PARQUET_PAGE_ROWS]; /* 0: null, 1: a value */
    uint32_t
        numbers[PARQUET_PAGE_ROWS]; /* of texts indexes into the dictionary, of booleans 0, 1 */
    struct export_buffer plain;     /* values that are in no dictionary */
    struct parquet_dictionary dictionary;
    /* the pages that are done */
    struct export_buffer pages;
    struct parquet_chunk chunk;
};

/* What all columns of a file use for a moment. */
struct parquet_scratch {
    ZSTD_CCtx *compressor;
    struct export_buffer page;
};

/* 0 or -errno, as all below. */
int parquet_column_put_null(struct parquet_column *column, struct parquet_scratch *scratch);
int parquet_column_put_text(struct parquet_column *column, struct parquet_scratch *scratch,
                            const char *text, size_t bytes);
int parquet_column_put_number(struct parquet_column *column, struct parquet_scratch *scratch,
                              int64_t number);
/* About what it holds in memory for the row group. */
size_t parquet_column_bytes(const struct parquet_column *column);
/* Appends the whole chunk to out, tells of it, and is empty again. */
int parquet_column_flush(struct parquet_column *column, struct parquet_scratch *scratch,
                         struct export_buffer *out, struct parquet_chunk *ret_chunk);
void parquet_column_done(struct parquet_column *column);

#endif
