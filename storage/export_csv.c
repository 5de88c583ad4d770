/* CSV by RFC 4180: CRLF, a header line, quotes where a value holds a comma, a quote or a line
 * break. Pure functions, any thread.
 *
 * Values are written exactly as they are. One that starts with "=", "+", "-" or "@" gets no prefix
 * against being taken for a formula: that would change the data for every other reader. Whoever
 * opens the file in a spreadsheet imports its columns as text.
 */
#include "storage/export_format.h"

#include <stdbool.h>
#include <string.h>

static bool is_special(char byte)
{
    return byte == ',' || byte == '"' || byte == '\r' || byte == '\n';
}

static bool needs_quotes(struct export_value value)
{
    for (size_t i = 0; i < value.bytes; i++)
        if (is_special(value.data[i]))
            return true;
    return false;
}

static void add_quoted(struct export_buffer *buffer, struct export_value value)
{
    char *out = buffer->data + buffer->bytes;
    *out++ = '"';
    for (size_t i = 0; i < value.bytes; i++) {
        if (value.data[i] == '"')
            *out++ = '"';
        *out++ = value.data[i];
    }
    *out++ = '"';
    buffer->bytes = (size_t)(out - buffer->data);
}

static void add_value(struct export_buffer *buffer, struct export_value value)
{
    if (needs_quotes(value))
        add_quoted(buffer, value);
    else
        export_buffer_add(buffer, value.data, value.bytes);
}

static size_t longest(const struct export_value *values, size_t count)
{
    size_t bytes = 2;
    for (size_t i = 0; i < count; i++)
        bytes += 2 * values[i].bytes + 3;
    return bytes;
}

int export_csv_row(struct export_buffer *buffer, const struct export_column *columns,
                   const struct export_value *values, size_t count)
{
    (void)columns;
    int r = export_buffer_reserve(buffer, longest(values, count));
    if (r < 0)
        return r;
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            export_buffer_add(buffer, ",", 1);
        add_value(buffer, values[i]);
    }
    export_buffer_add(buffer, "\r\n", 2);
    return 0;
}

int export_csv_header(struct export_buffer *buffer, const struct export_column *columns,
                      size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t bytes = strlen(columns[i].name);
        int r = export_buffer_reserve(buffer, bytes + 3);
        if (r < 0)
            return r;
        if (i > 0)
            export_buffer_add(buffer, ",", 1);
        export_buffer_add(buffer, columns[i].name, bytes);
    }
    export_buffer_add(buffer, "\r\n", 2);
    return 0;
}
