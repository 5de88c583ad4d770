/* See parquet_writer.h. The footer needs of each row group where its columns lie: about 40 bytes a
 * column are kept for that.
 */
#include "storage/parquet_writer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "storage/parquet_column.h"
#include "storage/parquet_encode.h"
#include "storage/parquet_thrift.h"

enum { FORMAT_VERSION = 1, REQUIRED = 0, OPTIONAL = 1, CONVERTED_UTF8 = 0, CODEC_ZSTD = 6 };

static const char magic[] = {'P', 'A', 'R', '1'};

struct group {
    int64_t rows;
    struct parquet_chunk *chunks; /* one for each field */
};

struct parquet_writer {
    struct export_buffer *out;
    struct parquet_scratch scratch;
    struct parquet_field *fields;
    struct parquet_column *columns;
    size_t count;
    struct group *groups;
    size_t group_count, group_capacity;
    int64_t position; /* in the file, of what goes to out next */
    int64_t rows;     /* of the row group that is being made */
    int64_t all_rows;
};

/* --- beginning and end --------------------------------------------------------------------- */

static int put_magic(struct parquet_writer *writer)
{
    writer->position += (int64_t)sizeof(magic);
    return export_buffer_append(writer->out, magic, sizeof(magic));
}

int parquet_writer_new(const struct parquet_field *fields, size_t count, struct export_buffer *out,
                       struct parquet_writer **ret_writer)
{
    struct parquet_writer *writer = calloc(1, sizeof(*writer));
    if (!writer)
        abort();
    writer->out = out;
    writer->count = count;
    writer->fields = calloc(count, sizeof(*fields));
    writer->columns = calloc(count, sizeof(*writer->columns));
    writer->scratch.compressor = ZSTD_createCCtx();
    int r = !writer->fields || !writer->columns || !writer->scratch.compressor ? -ENOMEM : 0;
    for (size_t i = 0; i < count && r == 0; i++) {
        writer->fields[i] = fields[i];
        writer->columns[i].type = fields[i].type;
        writer->columns[i].is_optional = fields[i].is_optional;
    }
    if (r == 0)
        r = put_magic(writer);
    if (r < 0) {
        parquet_writer_free(writer);
        return r;
    }
    *ret_writer = writer;
    return 0;
}

struct parquet_writer *parquet_writer_free(struct parquet_writer *writer)
{
    if (!writer)
        return NULL;
    for (size_t i = 0; writer->columns && i < writer->count; i++)
        parquet_column_done(&writer->columns[i]);
    for (size_t i = 0; i < writer->group_count; i++)
        free(writer->groups[i].chunks);
    free(writer->groups);
    free(writer->columns);
    free(writer->fields);
    export_buffer_done(&writer->scratch.page);
    ZSTD_freeCCtx(writer->scratch.compressor);
    free(writer);
    return NULL;
}

/* --- row groups ---------------------------------------------------------------------------- */

static int add_group(struct parquet_writer *writer, struct group **ret_group)
{
    if (writer->group_count == writer->group_capacity) {
        size_t capacity = 2 * writer->group_capacity + 16;
        struct group *groups = realloc(writer->groups, capacity * sizeof(*groups));
        if (!groups)
            return -ENOMEM;
        writer->groups = groups;
        writer->group_capacity = capacity;
    }
    struct group *group = &writer->groups[writer->group_count];
    group->chunks = calloc(writer->count, sizeof(*group->chunks));
    if (!group->chunks)
        return -ENOMEM;
    group->rows = writer->rows;
    writer->group_count++;
    *ret_group = group;
    return 0;
}

static int end_group(struct parquet_writer *writer)
{
    struct group *group;
    if (writer->rows == 0)
        return 0;
    int r = add_group(writer, &group);
    for (size_t i = 0; i < writer->count && r == 0; i++) {
        r = parquet_column_flush(&writer->columns[i], &writer->scratch, writer->out,
                                 &group->chunks[i]);
        group->chunks[i].offset = writer->position;
        writer->position += group->chunks[i].compressed_bytes;
    }
    writer->all_rows += writer->rows;
    writer->rows = 0;
    return r;
}

static bool is_group_full(const struct parquet_writer *writer)
{
    if (writer->rows >= PARQUET_GROUP_ROWS)
        return true;
    if (writer->rows % 256 != 0)
        return false;
    size_t bytes = 0;
    for (size_t i = 0; i < writer->count; i++)
        bytes += parquet_column_bytes(&writer->columns[i]);
    return bytes >= PARQUET_GROUP_BYTES;
}

int parquet_put_null(struct parquet_writer *writer, size_t field)
{
    return parquet_column_put_null(&writer->columns[field], &writer->scratch);
}

int parquet_put_text(struct parquet_writer *writer, size_t field, const char *text, size_t bytes)
{
    return parquet_column_put_text(&writer->columns[field], &writer->scratch, text, bytes);
}

int parquet_put_number(struct parquet_writer *writer, size_t field, int64_t number)
{
    return parquet_column_put_number(&writer->columns[field], &writer->scratch, number);
}

int parquet_end_row(struct parquet_writer *writer)
{
    writer->rows++;
    return is_group_full(writer) ? end_group(writer) : 0;
}

/* --- the footer ---------------------------------------------------------------------------- */

static void put_field_schema(struct thrift *thrift, const struct parquet_field *field)
{
    thrift_open_item(thrift);
    thrift_put_i32(thrift, 1, (int32_t)field->type);
    thrift_put_i32(thrift, 3, field->is_optional ? OPTIONAL : REQUIRED);
    thrift_put_text(thrift, 4, field->name);
    if (field->type == PARQUET_TEXT) {
        thrift_put_i32(thrift, 6, CONVERTED_UTF8);
        thrift_open_struct(thrift, 10); /* logicalType */
        thrift_open_struct(thrift, 1);  /* STRING */
        thrift_end(thrift);
        thrift_end(thrift);
    }
    thrift_end(thrift);
}

static void put_schema(struct thrift *thrift, const struct parquet_writer *writer)
{
    thrift_open_list(thrift, 2, THRIFT_STRUCT, writer->count + 1);
    thrift_open_item(thrift);
    thrift_put_text(thrift, 4, "schema");
    thrift_put_i32(thrift, 5, (int32_t)writer->count);
    thrift_end(thrift);
    for (size_t i = 0; i < writer->count; i++)
        put_field_schema(thrift, &writer->fields[i]);
}

static void put_encodings(struct thrift *thrift, const struct parquet_chunk *chunk)
{
    bool has_dictionary = chunk->dictionary_bytes > 0;
    thrift_open_list(thrift, 2, THRIFT_I32, has_dictionary ? 3 : 2);
    thrift_item_i32(thrift, PARQUET_PLAIN);
    thrift_item_i32(thrift, PARQUET_RLE);
    if (has_dictionary)
        thrift_item_i32(thrift, PARQUET_RLE_DICTIONARY);
}

static void put_chunk(struct thrift *thrift, const struct parquet_field *field,
                      const struct parquet_chunk *chunk)
{
    thrift_open_item(thrift);
    thrift_put_i64(thrift, 2, chunk->offset);
    thrift_open_struct(thrift, 3);
    thrift_put_i32(thrift, 1, (int32_t)field->type);
    put_encodings(thrift, chunk);
    thrift_open_list(thrift, 3, THRIFT_TEXT, 1);
    thrift_item_text(thrift, field->name);
    thrift_put_i32(thrift, 4, CODEC_ZSTD);
    thrift_put_i64(thrift, 5, chunk->values);
    thrift_put_i64(thrift, 6, chunk->uncompressed_bytes);
    thrift_put_i64(thrift, 7, chunk->compressed_bytes);
    thrift_put_i64(thrift, 9, chunk->offset + chunk->dictionary_bytes);
    if (chunk->dictionary_bytes > 0)
        thrift_put_i64(thrift, 11, chunk->offset);
    thrift_end(thrift);
    thrift_end(thrift);
}

static void put_group(struct thrift *thrift, const struct parquet_writer *writer,
                      const struct group *group)
{
    int64_t uncompressed = 0, compressed = 0;
    thrift_open_item(thrift);
    thrift_open_list(thrift, 1, THRIFT_STRUCT, writer->count);
    for (size_t i = 0; i < writer->count; i++) {
        put_chunk(thrift, &writer->fields[i], &group->chunks[i]);
        uncompressed += group->chunks[i].uncompressed_bytes;
        compressed += group->chunks[i].compressed_bytes;
    }
    thrift_put_i64(thrift, 2, uncompressed);
    thrift_put_i64(thrift, 3, group->rows);
    thrift_put_i64(thrift, 5, group->chunks[0].offset);
    thrift_put_i64(thrift, 6, compressed);
    thrift_end(thrift);
}

static int put_footer(const struct parquet_writer *writer)
{
    struct thrift thrift = thrift_begin(writer->out);
    thrift_put_i32(&thrift, 1, FORMAT_VERSION);
    put_schema(&thrift, writer);
    thrift_put_i64(&thrift, 3, writer->all_rows);
    thrift_open_list(&thrift, 4, THRIFT_STRUCT, writer->group_count);
    for (size_t i = 0; i < writer->group_count; i++)
        put_group(&thrift, writer, &writer->groups[i]);
    thrift_put_text(&thrift, 6, "imgcrawl version " IMGCRAWL_VERSION);
    thrift_end(&thrift);
    return thrift.error;
}

int parquet_finish(struct parquet_writer *writer)
{
    int r = end_group(writer);
    size_t start = writer->out->bytes;
    if (r == 0)
        r = put_footer(writer);
    if (r == 0)
        r = parquet_encode_number(writer->out, (int64_t)(writer->out->bytes - start), 4);
    return r < 0 ? r : put_magic(writer);
}
