/* CSV by RFC 4180: CRLF, a header line, quotes where a value holds a comma, a quote or a line
 * break. Pure functions, any thread.
 *
 * Values are written exactly as they are. One that starts with "=", "+", "-" or "@" gets no prefix
 * against being taken for a formula: that would change the data for every other reader. Whoever
 * opens the file in a spreadsheet imports its columns as text.
 */
#include <string.h>

#include "storage/export_format.h"

static const bool is_special[256] = {[','] = true, ['"'] = true, ['\r'] = true, ['\n'] = true};

static bool needs_quotes(const struct export_value *value)
{
    for (size_t i = 0; i < value->bytes; i++)
        if (is_special[(unsigned char)value->text[i]])
            return true;
    return false;
}

static void add_quoted(struct export_buffer *buffer, const struct export_value *value)
{
    char *out = buffer->data + buffer->bytes;
    *out++ = '"';
    for (size_t i = 0; i < value->bytes; i++) {
        if (value->text[i] == '"')
            *out++ = '"';
        *out++ = value->text[i];
    }
    *out++ = '"';
    buffer->bytes = (size_t)(out - buffer->data);
}

static void add_value(struct export_buffer *buffer, enum export_kind kind,
                      const struct export_value *value)
{
    if (value->is_absent)
        return;
    if (kind != EXPORT_TEXT)
        export_buffer_add_number(buffer, value->number);
    else if (needs_quotes(value))
        add_quoted(buffer, value);
    else
        export_buffer_add(buffer, value->text, value->bytes);
}

static size_t longest(const struct export_value *values, size_t count)
{
    size_t bytes = 2;
    for (size_t i = 0; i < count; i++)
        bytes += 2 * values[i].bytes + 3 + EXPORT_NUMBER_BYTES;
    return bytes;
}

static int csv_row(struct export_sink *sink, const struct export_value *values)
{
    struct export_buffer *out = sink->out;
    int r = export_buffer_reserve(out, longest(values, sink->count));
    if (r < 0)
        return r;
    for (size_t i = 0; i < sink->count; i++) {
        if (i > 0)
            export_buffer_add(out, ",", 1);
        add_value(out, sink->columns[i].kind, &values[i]);
    }
    export_buffer_add(out, "\r\n", 2);
    return 0;
}

static int csv_header(struct export_sink *sink)
{
    int r = 0;
    for (size_t i = 0; i < sink->count && r == 0; i++) {
        const char *name = sink->columns[i].name;
        if (i > 0)
            r = export_buffer_append(sink->out, ",", 1);
        if (r == 0)
            r = export_buffer_append(sink->out, name, strlen(name));
    }
    return r < 0 ? r : export_buffer_append(sink->out, "\r\n", 2);
}

const struct export_format_functions export_csv = {.begin = csv_header, .row = csv_row};
