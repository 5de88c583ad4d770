/* The formats of an export: each takes rows and turns them into bytes. A format is one struct of
 * functions; export.c has the table of them. Private to storage/. Texts come from the job's file as
 * valid UTF-8.
 */
#ifndef IMGCRAWL_STORAGE_EXPORT_FORMAT_H
#define IMGCRAWL_STORAGE_EXPORT_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/export_buffer.h"

enum export_kind { EXPORT_TEXT, EXPORT_INT32, EXPORT_INT64, EXPORT_BOOLEAN };
struct export_column {
    const char *name;
    enum export_kind kind;
    const char *json_key; /* ,"name": */
    size_t json_key_bytes;
};
struct export_value {
    const char *text; /* of EXPORT_TEXT; NULL: absent */
    size_t bytes;
    int64_t number; /* of the others; a boolean is 0 or 1 and never absent */
    bool is_absent; /* whatever the kind */
};

struct parquet_writer;

/* An export's format at work. */
struct export_sink {
    const struct export_column *columns;
    size_t count;
    struct export_buffer *out;      /* borrowed: what the reader has not taken */
    struct parquet_writer *parquet; /* of that format only */
};

/* 0 or -errno. All but row may be NULL. */
struct export_format_functions {
    int (*begin)(struct export_sink *sink);
    int (*row)(struct export_sink *sink, const struct export_value *values);
    int (*end)(struct export_sink *sink);
    void (*done)(struct export_sink *sink); /* also of one that has not begun */
};
extern const struct export_format_functions export_csv, export_jsonl, export_parquet;

#endif
