/* The formats of an export, each a header and a way to write a row. Private to storage/. Values
 * come from the job's file as valid UTF-8.
 */
#ifndef IMGCRAWL_STORAGE_EXPORT_FORMAT_H
#define IMGCRAWL_STORAGE_EXPORT_FORMAT_H

#include <stddef.h>

/* Text that waits to be read. The room for a row is made once, before it is written. */
struct export_buffer {
    char *data;
    size_t bytes, capacity;
};
/* Room for so many bytes more; -ENOMEM. */
int export_buffer_reserve(struct export_buffer *buffer, size_t bytes);
void export_buffer_add(struct export_buffer *buffer, const char *data, size_t bytes);
void export_buffer_done(struct export_buffer *buffer);

enum export_kind { EXPORT_TEXT, EXPORT_NUMBER, EXPORT_BOOLEAN };
struct export_column {
    const char *name;
    enum export_kind kind;
};
struct export_value {
    const char *data; /* NULL: absent */
    size_t bytes;
};

typedef int (*export_header_fn)(struct export_buffer *buffer, const struct export_column *columns,
                                size_t count);
typedef int (*export_row_fn)(struct export_buffer *buffer, const struct export_column *columns,
                             const struct export_value *values, size_t count);

int export_csv_header(struct export_buffer *buffer, const struct export_column *columns,
                      size_t count);
int export_csv_row(struct export_buffer *buffer, const struct export_column *columns,
                   const struct export_value *values, size_t count);
int export_jsonl_header(struct export_buffer *buffer, const struct export_column *columns,
                        size_t count);
int export_jsonl_row(struct export_buffer *buffer, const struct export_column *columns,
                     const struct export_value *values, size_t count);

#endif
