/* See parquet_column.h. Pages are data pages of version 1: definition levels, then values, all of
 * it one zstd frame. Field numbers and enums are those of parquet.thrift.
 */
#include "storage/parquet_column.h"

#include <errno.h>

#include "storage/parquet_encode.h"
#include "storage/parquet_thrift.h"

enum { DATA_PAGE = 0, DICTIONARY_PAGE = 2 };
enum { ZSTD_LEVEL = 1, LENGTH_BYTES = 4 };

/* --- pages --------------------------------------------------------------------------------- */

struct page {
    int type;
    int32_t values;
    enum parquet_encoding encoding;
    int32_t uncompressed, compressed;
};

static int put_header(struct export_buffer *out, const struct page *page)
{
    struct thrift thrift = thrift_begin(out);
    thrift_put_i32(&thrift, 1, page->type);
    thrift_put_i32(&thrift, 2, page->uncompressed);
    thrift_put_i32(&thrift, 3, page->compressed);
    thrift_open_struct(&thrift, page->type == DATA_PAGE ? 5 : 7);
    thrift_put_i32(&thrift, 1, page->values);
    thrift_put_i32(&thrift, 2, (int32_t)page->encoding);
    if (page->type == DATA_PAGE) {
        thrift_put_i32(&thrift, 3, PARQUET_RLE); /* definition levels */
        thrift_put_i32(&thrift, 4, PARQUET_RLE); /* repetition levels, of which there are none */
    }
    thrift_end(&thrift);
    thrift_end(&thrift);
    return thrift.error;
}

/* The header says how long the compressed body is, and stands before it. */
static int put_page(struct parquet_column *column, struct parquet_scratch *scratch,
                    const struct export_buffer *body, struct page page, struct export_buffer *out)
{
    struct export_buffer *frame = &scratch->page;
    frame->bytes = 0;
    if (body->bytes > INT32_MAX / 2)
        return -E2BIG;
    int r = export_buffer_reserve(frame, ZSTD_compressBound(body->bytes));
    if (r < 0)
        return r;
    size_t bytes = ZSTD_compressCCtx(scratch->compressor, frame->data, frame->capacity, body->data,
                                     body->bytes, ZSTD_LEVEL);
    if (ZSTD_isError(bytes))
        return -ENOMEM;
    page.uncompressed = (int32_t)body->bytes;
    page.compressed = (int32_t)bytes;
    size_t before = out->bytes;
    r = put_header(out, &page);
    column->chunk.uncompressed_bytes += (int64_t)(out->bytes - before + body->bytes);
    return r < 0 ? r : export_buffer_append(out, frame->data, bytes);
}

static int add_levels(const struct parquet_column *column, struct export_buffer *body)
{
    if (!column->is_optional)
        return 0;
    size_t start = body->bytes;
    int r = parquet_encode_number(body, 0, LENGTH_BYTES);
    if (r == 0)
        r = parquet_encode_hybrid(body, column->levels, column->rows, 1);
    if (r < 0)
        return r;
    size_t bytes = body->bytes - start - LENGTH_BYTES, end = body->bytes;
    body->bytes = start;
    r = parquet_encode_number(body, (int64_t)bytes, LENGTH_BYTES);
    body->bytes = end;
    return r;
}

static int add_indexes(const struct parquet_column *column, struct export_buffer *body)
{
    unsigned bit_width = parquet_bit_width(column->dictionary.count - 1);
    char width = (char)bit_width;
    int r = export_buffer_append(body, &width, 1);
    return r < 0 ? r : parquet_encode_hybrid(body, column->numbers, column->indexes, bit_width);
}

static int add_values(const struct parquet_column *column, bool by_index,
                      struct export_buffer *body)
{
    if (by_index)
        return add_indexes(column, body);
    if (column->type == PARQUET_BOOLEAN)
        return parquet_encode_bits(body, column->numbers, column->indexes);
    return export_buffer_append(body, column->plain.data, column->plain.bytes);
}

static int end_page(struct parquet_column *column, struct parquet_scratch *scratch)
{
    struct export_buffer body = {0};
    bool by_index = column->type == PARQUET_TEXT && column->indexes > 0;
    if (column->rows == 0)
        return 0;
    struct page page = {.type = DATA_PAGE,
                        .values = (int32_t)column->rows,
                        .encoding = by_index ? PARQUET_RLE_DICTIONARY : PARQUET_PLAIN};
    int r = add_levels(column, &body);
    if (r == 0)
        r = add_values(column, by_index, &body);
    if (r == 0)
        r = put_page(column, scratch, &body, page, &column->pages);
    export_buffer_done(&body);
    column->chunk.values += (int64_t)column->rows;
    column->rows = column->indexes = column->plain.bytes = 0;
    return r;
}

/* --- values -------------------------------------------------------------------------------- */

static int end_value(struct parquet_column *column, struct parquet_scratch *scratch, uint32_t level)
{
    column->levels[column->rows++] = level;
    bool is_full = column->rows == PARQUET_PAGE_ROWS || column->plain.bytes >= PARQUET_PAGE_BYTES;
    return is_full ? end_page(column, scratch) : 0;
}

int parquet_column_put_null(struct parquet_column *column, struct parquet_scratch *scratch)
{
    return end_value(column, scratch, 0);
}

/* Pages before the one with the first text that finds no room keep to the dictionary. */
static int put_indexed(struct parquet_column *column, struct parquet_scratch *scratch,
                       const char *text, size_t bytes)
{
    uint32_t index;
    int r = parquet_dictionary_index(&column->dictionary, text, bytes, &index);
    if (r == 0) {
        column->numbers[column->indexes++] = index;
    } else if (r == -ENOSPC) {
        column->is_dictionary_full = true;
        r = end_page(column, scratch);
        if (r == 0)
            r = parquet_encode_text(&column->plain, text, bytes);
    }
    return r;
}

int parquet_column_put_text(struct parquet_column *column, struct parquet_scratch *scratch,
                            const char *text, size_t bytes)
{
    int r = column->is_dictionary_full ? parquet_encode_text(&column->plain, text, bytes)
                                       : put_indexed(column, scratch, text, bytes);
    return r < 0 ? r : end_value(column, scratch, 1);
}

int parquet_column_put_number(struct parquet_column *column, struct parquet_scratch *scratch,
                              int64_t number)
{
    int r = 0;
    if (column->type == PARQUET_BOOLEAN)
        column->numbers[column->indexes++] = number != 0;
    else
        r = parquet_encode_number(&column->plain, number, column->type == PARQUET_INT32 ? 4 : 8);
    return r < 0 ? r : end_value(column, scratch, 1);
}

/* --- the chunk ----------------------------------------------------------------------------- */

size_t parquet_column_bytes(const struct parquet_column *column)
{
    return column->pages.bytes + column->plain.bytes + column->dictionary.plain.bytes;
}

static int put_dictionary(struct parquet_column *column, struct parquet_scratch *scratch,
                          struct export_buffer *out)
{
    size_t start = out->bytes;
    if (column->dictionary.count == 0)
        return 0;
    struct page page = {.type = DICTIONARY_PAGE,
                        .values = (int32_t)column->dictionary.count,
                        .encoding = PARQUET_PLAIN};
    int r = put_page(column, scratch, &column->dictionary.plain, page, out);
    column->chunk.dictionary_bytes = (int64_t)(out->bytes - start);
    return r;
}

int parquet_column_flush(struct parquet_column *column, struct parquet_scratch *scratch,
                         struct export_buffer *out, struct parquet_chunk *ret_chunk)
{
    size_t start = out->bytes;
    int r = end_page(column, scratch);
    if (r == 0)
        r = put_dictionary(column, scratch, out);
    if (r == 0)
        r = export_buffer_append(out, column->pages.data, column->pages.bytes);
    if (r < 0)
        return r;
    column->chunk.compressed_bytes = (int64_t)(out->bytes - start);
    *ret_chunk = column->chunk;
    column->chunk = (struct parquet_chunk){0};
    column->pages.bytes = 0;
    column->is_dictionary_full = false;
    parquet_dictionary_clear(&column->dictionary);
    return 0;
}

void parquet_column_done(struct parquet_column *column)
{
    export_buffer_done(&column->plain);
    export_buffer_done(&column->pages);
    parquet_dictionary_done(&column->dictionary);
}
