/* Thrift's compact protocol, as much of it as the headers and the footer of a Parquet file need:
 * the structs are written field by field, in order of their ids. Writes to a buffer; the first
 * failure is kept. Any thread, one at a time. Private to storage/.
 */
#ifndef IMGCRAWL_STORAGE_PARQUET_THRIFT_H
#define IMGCRAWL_STORAGE_PARQUET_THRIFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/export_buffer.h"

enum { THRIFT_MOST_DEPTH = 8 };

struct thrift {
    struct export_buffer *out;
    int16_t
        last_ids[THRIFT_MOST_DEPTH]; /* of the field written last, in each struct that is open */
    int depth;                       /* structs that are open, the outermost included */
    int error;
};

enum thrift_type {
    THRIFT_TRUE = 1,
    THRIFT_FALSE = 2,
    THRIFT_I32 = 5,
    THRIFT_I64 = 6,
    THRIFT_TEXT = 8,
    THRIFT_LIST = 9,
    THRIFT_STRUCT = 12
};

/* Begins the outermost struct. */
struct thrift thrift_begin(struct export_buffer *out);
/* Ends the struct that was opened last. */
void thrift_end(struct thrift *thrift);

void thrift_put_i32(struct thrift *thrift, int16_t id, int32_t value);
void thrift_put_i64(struct thrift *thrift, int16_t id, int64_t value);
void thrift_put_text(struct thrift *thrift, int16_t id, const char *text);
void thrift_put_bool(struct thrift *thrift, int16_t id, bool value);
void thrift_open_struct(struct thrift *thrift, int16_t id);

/* A list, followed by its items, of which structs are opened by thrift_open_item(). */
void thrift_open_list(struct thrift *thrift, int16_t id, enum thrift_type type, size_t count);
void thrift_open_item(struct thrift *thrift);
void thrift_item_i32(struct thrift *thrift, int32_t value);
void thrift_item_text(struct thrift *thrift, const char *text);

#endif
