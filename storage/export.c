/* An export: one statement over the whole inventory, stepped as the reader asks for more. The open
 * statement is the snapshot. Owned by its reader, any thread, one at a time; rows become text in
 * export_csv.c or export_jsonl.c.
 */
#include "storage/export.h"

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "storage/export_format.h"
#include "storage/job_file.h"

/* --- formats ------------------------------------------------------------------------------- */

struct format {
    const char *name, *content_type;
    export_header_fn header;
    export_row_fn row;
};
static const struct format formats[] = {
    [EXPORT_CSV] = {"csv", "text/csv; charset=utf-8", export_csv_header, export_csv_row},
    [EXPORT_JSONL] = {"jsonl", "application/jsonl", export_jsonl_header, export_jsonl_row},
};
static_assert(sizeof(formats) / sizeof(*formats) == EXPORT_FORMAT_COUNT, "one row for each format");

const char *export_format_name(enum export_format format)
{
    return formats[format].name;
}

const char *export_format_content_type(enum export_format format)
{
    return formats[format].content_type;
}

int export_format_parse(const char *name, enum export_format *ret_format)
{
    for (int format = 0; format < EXPORT_FORMAT_COUNT; format++) {
        if (strcmp(formats[format].name, name) == 0) {
            *ret_format = (enum export_format)format;
            return 0;
        }
    }
    return -EINVAL;
}

/* --- columns ------------------------------------------------------------------------------- */

static const struct export_column columns[] = {
    {.name = "page_url"},
    {.name = "url"},
    {.name = "source"},
    {.name = "position", .kind = EXPORT_NUMBER},
    {.name = "alt"},
    {.name = "alt_state"},
    {.name = "title"},
    {.name = "width"},
    {.name = "height"},
    {.name = "loading"},
    {.name = "noindex", .kind = EXPORT_BOOLEAN},
    {.name = "noimageindex", .kind = EXPORT_BOOLEAN},
    {.name = "noai", .kind = EXPORT_BOOLEAN},
    {.name = "noimageai", .kind = EXPORT_BOOLEAN},
    {.name = "tdm_reserved", .kind = EXPORT_BOOLEAN},
    {.name = "tdm_policy"},
};
enum { COLUMN_COUNT = sizeof(columns) / sizeof(*columns) };

static const char select_sql[] = "SELECT page_url, url, source, position, alt, alt_state, title,"
                                 " width, height, loading, noindex, noimageindex, noai, noimageai,"
                                 " tdm_reserved, tdm_policy FROM inventory ORDER BY id";

/* --- the text that waits ------------------------------------------------------------------- */

int export_buffer_reserve(struct export_buffer *buffer, size_t bytes)
{
    if (bytes > SIZE_MAX / 4 - buffer->bytes)
        return -ENOMEM;
    if (buffer->bytes + bytes <= buffer->capacity)
        return 0;
    size_t capacity = 2 * (buffer->bytes + bytes);
    char *data = realloc(buffer->data, capacity);
    if (!data)
        return -ENOMEM;
    buffer->data = data;
    buffer->capacity = capacity;
    return 0;
}

void export_buffer_add(struct export_buffer *buffer, const char *data, size_t bytes)
{
    if (bytes == 0)
        return;
    assert(bytes <= buffer->capacity - buffer->bytes);
    memcpy(buffer->data + buffer->bytes, data, bytes);
    buffer->bytes += bytes;
}

void export_buffer_done(struct export_buffer *buffer)
{
    free(buffer->data);
    *buffer = (struct export_buffer){0};
}

/* --- the export ---------------------------------------------------------------------------- */

struct export
{
    const struct format *format;
    sqlite3 *db;
    sqlite3_stmt *rows;
    struct export_buffer pending;
    size_t taken; /* bytes of pending that the reader has */
    bool at_end;
};

int export_open(const char *path, enum export_format format, struct export **ret_export)
{
    struct export *export = calloc(1, sizeof(*export));
    if (!export)
        abort();
    export->format = &formats[format];
    int r = job_file_open(path, STORAGE_READ_ONLY, &export->db, NULL);
    if (r == 0)
        r = db_prepare(export->db, select_sql, &export->rows);
    if (r == 0)
        r = export->format->header(&export->pending, columns, COLUMN_COUNT);
    if (r < 0) {
        export_free(export);
        return r;
    }
    *ret_export = export;
    return 0;
}

static int write_row(struct export *export)
{
    struct export_value values[COLUMN_COUNT];
    for (int i = 0; i < COLUMN_COUNT; i++) {
        values[i].data = db_text(export->rows, i);
        values[i].bytes = (size_t)sqlite3_column_bytes(export->rows, i);
    }
    return export->format->row(&export->pending, columns, values, COLUMN_COUNT);
}

/* The next row into the emptied buffer. */
static int refill(struct export *export)
{
    export->pending.bytes = export->taken = 0;
    int r = db_step(export->rows);
    if (r > 0)
        return write_row(export);
    export->at_end = r == 0;
    return r;
}

static size_t take(struct export *export, char *buffer, size_t bytes)
{
    size_t waiting = export->pending.bytes - export->taken;
    size_t taken = waiting < bytes ? waiting : bytes;
    if (taken > 0)
        memcpy(buffer, export->pending.data + export->taken, taken);
    export->taken += taken;
    return taken;
}

ssize_t export_read(struct export *export, char *buffer, size_t bytes)
{
    size_t filled = take(export, buffer, bytes);
    while (filled < bytes && !export->at_end) {
        int r = refill(export);
        if (r < 0)
            return r;
        filled += take(export, buffer + filled, bytes - filled);
    }
    return (ssize_t)filled;
}

struct export *export_free(struct export *export)
{
    if (!export)
        return NULL;
    db_finalize(export->rows);
    db_close(export->db);
    export_buffer_done(&export->pending);
    free(export);
    return NULL;
}
