/* Writes a Parquet file: a flat table of texts, numbers and booleans, in row groups that are held
 * in memory until they are full, compressed with zstd. Texts are in dictionaries as far as these
 * reach. What is done lies in the buffer that the caller empties. Any thread, one at a time for
 * each writer. Private to storage/.
 */
#ifndef IMGCRAWL_STORAGE_PARQUET_WRITER_H
#define IMGCRAWL_STORAGE_PARQUET_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/export_buffer.h"

/* A row group ends with whichever comes first. */
enum { PARQUET_GROUP_ROWS = 65536, PARQUET_GROUP_BYTES = 32 * 1024 * 1024 };

/* Numbers of parquet.thrift. */
enum parquet_type { PARQUET_BOOLEAN = 0, PARQUET_INT32 = 1, PARQUET_INT64 = 2, PARQUET_TEXT = 6 };
enum parquet_encoding { PARQUET_PLAIN = 0, PARQUET_RLE = 3, PARQUET_RLE_DICTIONARY = 8 };

struct parquet_field {
    const char *name; /* outlives the writer */
    enum parquet_type type;
    bool is_optional;
};
struct parquet_writer;

/* out is borrowed and may be emptied between calls. 0 or -errno, as all below; after a failure
 * there is nothing to be done but to free it. */
int parquet_writer_new(const struct parquet_field *fields, size_t count, struct export_buffer *out,
                       struct parquet_writer **ret_writer);
struct parquet_writer *parquet_writer_free(struct parquet_writer *writer);

/* Each field once a row, then the end of the row. */
int parquet_put_null(struct parquet_writer *writer, size_t field);
int parquet_put_text(struct parquet_writer *writer, size_t field, const char *text, size_t bytes);
int parquet_put_number(struct parquet_writer *writer, size_t field, int64_t number);
int parquet_end_row(struct parquet_writer *writer);
/* The last row group and the footer. */
int parquet_finish(struct parquet_writer *writer);

#endif
