/* See parquet_thrift.h. A field's header is one byte where its id is at most 15 above that of the
 * field before it, which holds for all that Parquet has.
 */
#include "storage/parquet_thrift.h"

#include <assert.h>
#include <string.h>

enum { MOST_ID_STEP = 15, SHORT_LIST = 15 };

static void put_bytes(struct thrift *thrift, const void *data, size_t bytes)
{
    if (thrift->error == 0)
        thrift->error = export_buffer_append(thrift->out, data, bytes);
}

static void put_byte(struct thrift *thrift, unsigned byte)
{
    unsigned char one = (unsigned char)byte;
    put_bytes(thrift, &one, 1);
}

static void put_varint(struct thrift *thrift, uint64_t value)
{
    while (value >= 0x80) {
        put_byte(thrift, (unsigned)(value & 0x7f) | 0x80);
        value >>= 7;
    }
    put_byte(thrift, (unsigned)value);
}

/* Small numbers of either sign become small ones. */
static void put_zigzag(struct thrift *thrift, int64_t value)
{
    uint64_t doubled = (uint64_t)value << 1;
    put_varint(thrift, value < 0 ? ~doubled : doubled);
}

static void put_field(struct thrift *thrift, int16_t id, enum thrift_type type)
{
    int16_t *last = &thrift->last_ids[thrift->depth - 1];
    assert(id > *last && id - *last <= MOST_ID_STEP);
    put_byte(thrift, (unsigned)(id - *last) << 4 | (unsigned)type);
    *last = id;
}

static void open_struct(struct thrift *thrift)
{
    assert(thrift->depth < THRIFT_MOST_DEPTH);
    thrift->last_ids[thrift->depth++] = 0;
}

struct thrift thrift_begin(struct export_buffer *out)
{
    return (struct thrift){.out = out, .depth = 1};
}

void thrift_end(struct thrift *thrift)
{
    put_byte(thrift, 0);
    thrift->depth--;
}

void thrift_put_i32(struct thrift *thrift, int16_t id, int32_t value)
{
    put_field(thrift, id, THRIFT_I32);
    put_zigzag(thrift, value);
}

void thrift_put_i64(struct thrift *thrift, int16_t id, int64_t value)
{
    put_field(thrift, id, THRIFT_I64);
    put_zigzag(thrift, value);
}

void thrift_put_text(struct thrift *thrift, int16_t id, const char *text)
{
    put_field(thrift, id, THRIFT_TEXT);
    thrift_item_text(thrift, text);
}

void thrift_put_bool(struct thrift *thrift, int16_t id, bool value)
{
    put_field(thrift, id, value ? THRIFT_TRUE : THRIFT_FALSE);
}

void thrift_open_struct(struct thrift *thrift, int16_t id)
{
    put_field(thrift, id, THRIFT_STRUCT);
    open_struct(thrift);
}

void thrift_open_list(struct thrift *thrift, int16_t id, enum thrift_type type, size_t count)
{
    put_field(thrift, id, THRIFT_LIST);
    put_byte(thrift, (unsigned)(count < SHORT_LIST ? count : SHORT_LIST) << 4 | (unsigned)type);
    if (count >= SHORT_LIST)
        put_varint(thrift, count);
}

void thrift_open_item(struct thrift *thrift)
{
    open_struct(thrift);
}

void thrift_item_i32(struct thrift *thrift, int32_t value)
{
    put_zigzag(thrift, value);
}

void thrift_item_text(struct thrift *thrift, const char *text)
{
    size_t bytes = strlen(text);
    put_varint(thrift, bytes);
    put_bytes(thrift, text, bytes);
}
