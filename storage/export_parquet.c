/* Rows as Parquet: hands each value to the column of its kind. Texts and numbers may be absent,
 * booleans never are. One thread at a time, as the export that it belongs to.
 */
#include <errno.h>

#include "storage/export_format.h"
#include "storage/parquet_writer.h"

enum { MOST_COLUMNS = 128 };

static enum parquet_type type_of(enum export_kind kind)
{
    switch (kind) {
    case EXPORT_INT32:
        return PARQUET_INT32;
    case EXPORT_INT64:
        return PARQUET_INT64;
    case EXPORT_BOOLEAN:
        return PARQUET_BOOLEAN;
    default:
        return PARQUET_TEXT;
    }
}

static int parquet_begin(struct export_sink *sink)
{
    struct parquet_field fields[MOST_COLUMNS];
    if (sink->count > MOST_COLUMNS)
        return -E2BIG;
    for (size_t i = 0; i < sink->count; i++)
        fields[i] = (struct parquet_field){.name = sink->columns[i].name,
                                           .type = type_of(sink->columns[i].kind),
                                           .is_optional = sink->columns[i].kind != EXPORT_BOOLEAN};
    return parquet_writer_new(fields, sink->count, sink->out, &sink->parquet);
}

static int parquet_row(struct export_sink *sink, const struct export_value *values)
{
    int r = 0;
    for (size_t i = 0; i < sink->count && r == 0; i++) {
        if (values[i].is_absent)
            r = parquet_put_null(sink->parquet, i);
        else if (sink->columns[i].kind == EXPORT_TEXT)
            r = parquet_put_text(sink->parquet, i, values[i].text, values[i].bytes);
        else
            r = parquet_put_number(sink->parquet, i, values[i].number);
    }
    return r < 0 ? r : parquet_end_row(sink->parquet);
}

static int parquet_end(struct export_sink *sink)
{
    return parquet_finish(sink->parquet);
}

static void parquet_done(struct export_sink *sink)
{
    sink->parquet = parquet_writer_free(sink->parquet);
}

const struct export_format_functions export_parquet = {
    .begin = parquet_begin, .row = parquet_row, .end = parquet_end, .done = parquet_done};
