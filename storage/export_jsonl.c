/* JSON lines: one object a row, every column present, null where the value is absent. Pure
 * functions, any thread. Only what RFC 8259 §7 demands is escaped; all else is UTF-8 as it is.
 */
#include "storage/export_format.h"

#include <stdbool.h>
#include <string.h>

enum { LONGEST_ESCAPE = 6 /* \u001f */ };

static bool needs_escape(unsigned char byte)
{
    return byte < 0x20 || byte == '"' || byte == '\\';
}

static void add_escape(struct export_buffer *buffer, unsigned char byte)
{
    static const char short_escapes[] = "\"\"\\\\\bb\ff\nn\rr\tt";
    static const char digits[] = "0123456789abcdef";
    char escape[LONGEST_ESCAPE] = {'\\', 'u', '0', '0', digits[byte >> 4], digits[byte & 15]};
    size_t bytes = LONGEST_ESCAPE;
    for (const char *pair = short_escapes; *pair; pair += 2) {
        if ((unsigned char)*pair == byte) {
            escape[1] = pair[1];
            bytes = 2;
        }
    }
    export_buffer_add(buffer, escape, bytes);
}

/* Copies the runs between what has to be escaped. */
static void add_string(struct export_buffer *buffer, struct export_value value)
{
    size_t start = 0;
    export_buffer_add(buffer, "\"", 1);
    for (size_t i = 0; i < value.bytes; i++) {
        if (!needs_escape((unsigned char)value.data[i]))
            continue;
        export_buffer_add(buffer, value.data + start, i - start);
        add_escape(buffer, (unsigned char)value.data[i]);
        start = i + 1;
    }
    export_buffer_add(buffer, value.data + start, value.bytes - start);
    export_buffer_add(buffer, "\"", 1);
}

static void add_boolean(struct export_buffer *buffer, struct export_value value)
{
    if (value.bytes == 1 && value.data[0] == '1')
        export_buffer_add(buffer, "true", 4);
    else
        export_buffer_add(buffer, "false", 5);
}

static void add_value(struct export_buffer *buffer, const struct export_column *column,
                      struct export_value value)
{
    if (!value.data)
        export_buffer_add(buffer, "null", 4);
    else if (column->kind == EXPORT_NUMBER)
        export_buffer_add(buffer, value.data, value.bytes);
    else if (column->kind == EXPORT_BOOLEAN)
        add_boolean(buffer, value);
    else
        add_string(buffer, value);
}

static size_t longest(const struct export_column *columns, const struct export_value *values,
                      size_t count)
{
    size_t bytes = sizeof("{}\n");
    for (size_t i = 0; i < count; i++)
        bytes += strlen(columns[i].name) + LONGEST_ESCAPE * values[i].bytes + sizeof(",\"\":null");
    return bytes;
}

int export_jsonl_row(struct export_buffer *buffer, const struct export_column *columns,
                     const struct export_value *values, size_t count)
{
    int r = export_buffer_reserve(buffer, longest(columns, values, count));
    if (r < 0)
        return r;
    for (size_t i = 0; i < count; i++) {
        export_buffer_add(buffer, i > 0 ? ",\"" : "{\"", 2);
        export_buffer_add(buffer, columns[i].name, strlen(columns[i].name));
        export_buffer_add(buffer, "\":", 2);
        add_value(buffer, &columns[i], values[i]);
    }
    export_buffer_add(buffer, "}\n", 2);
    return 0;
}

int export_jsonl_header(struct export_buffer *buffer, const struct export_column *columns,
                        size_t count)
{
    (void)buffer;
    (void)columns;
    (void)count;
    return 0;
}
