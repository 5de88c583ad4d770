/* An export: rows are read as the reader asks for more, and its format turns them into bytes that
 * wait here. Owned by its reader, any thread, one at a time.
 */
#include "storage/export.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "storage/export_rows.h"

static const struct export_format_functions *const formats[] = {
    [EXPORT_CSV] = &export_csv, [EXPORT_JSONL] = &export_jsonl, [EXPORT_PARQUET] = &export_parquet};
static_assert(sizeof(formats) / sizeof(*formats) == EXPORT_FORMAT_COUNT, "one for each format");

static const char *const profiles[] = {
    [EXPORT_INVENTORY] = "inventory", [EXPORT_DATASET] = "dataset"};
static_assert(sizeof(profiles) / sizeof(*profiles) == EXPORT_PROFILE_COUNT, "a name for each");

const char *export_profile_name(enum export_profile profile)
{
    return profiles[profile];
}

struct export
{
    const struct export_format_functions *format;
    struct export_sink sink;
    struct export_rows *rows;
    struct export_buffer pending;
    size_t taken; /* bytes of pending that the reader has */
    int64_t row_count;
    bool at_end;
};

int export_open(const char *path, const struct export_request *request, struct export **ret_export)
{
    const struct export_table *table = &export_tables[request->profile];
    struct export *export = calloc(1, sizeof(*export));
    if (!export)
        abort();
    export->format = formats[request->format];
    export->sink = (struct export_sink){
        .columns = table->columns, .count = table->count, .out = &export->pending};
    int r = export_rows_open(path, table, request->filter, &export->rows);
    if (r == 0 && export->format->begin)
        r = export->format->begin(&export->sink);
    if (r < 0) {
        export_free(export);
        return r;
    }
    *ret_export = export;
    return 0;
}

static int end(struct export *export)
{
    export->at_end = true;
    return export->format->end ? export->format->end(&export->sink) : 0;
}

/* The next row into the emptied buffer. */
static int refill(struct export *export)
{
    struct export_value values[EXPORT_MOST_COLUMNS];
    export->pending.bytes = export->taken = 0;
    int r = export_rows_next(export->rows, values);
    if (r <= 0)
        return r < 0 ? r : end(export);
    export->row_count++;
    return export->format->row(&export->sink, values);
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

int64_t export_rows_done(const struct export *export)
{
    return export->row_count;
}

struct export *export_free(struct export *export)
{
    if (!export)
        return NULL;
    if (export->format->done)
        export->format->done(&export->sink);
    export_rows_free(export->rows);
    export_buffer_done(&export->pending);
    free(export);
    return NULL;
}
