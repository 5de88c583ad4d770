/* JSON lines: one object a row, every column present, null where the value is absent. Pure
 * functions, any thread. Only what RFC 8259 §7 demands is escaped; all else is UTF-8 as it is.
 */
#include "storage/export_format.h"

enum { LONGEST_ESCAPE = 6 /* \u001f */ };

static bool needs_escape(unsigned char byte)
{
    return byte < 0x20 || byte == '"' || byte == '\\';
}

/* How many bytes at the start need no escape. */
static size_t plain_run(const char *text, size_t bytes)
{
    size_t run = 0;
    while (run < bytes && !needs_escape((unsigned char)text[run]))
        run++;
    return run;
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
static void add_string(struct export_buffer *buffer, const struct export_value *value)
{
    const char *at = value->text, *end = value->text + value->bytes;
    export_buffer_add(buffer, "\"", 1);
    while (at < end) {
        size_t run = plain_run(at, (size_t)(end - at));
        export_buffer_add(buffer, at, run);
        at += run;
        if (at < end)
            add_escape(buffer, (unsigned char)*at++);
    }
    export_buffer_add(buffer, "\"", 1);
}

static void add_boolean(struct export_buffer *buffer, int64_t value)
{
    if (value != 0)
        export_buffer_add(buffer, "true", 4);
    else
        export_buffer_add(buffer, "false", 5);
}

static void add_value(struct export_buffer *buffer, enum export_kind kind,
                      const struct export_value *value)
{
    if (value->is_absent)
        export_buffer_add(buffer, "null", 4);
    else if (kind == EXPORT_TEXT)
        add_string(buffer, value);
    else if (kind == EXPORT_BOOLEAN)
        add_boolean(buffer, value->number);
    else
        export_buffer_add_number(buffer, value->number);
}

static size_t longest(const struct export_sink *sink, const struct export_value *values)
{
    size_t bytes = sizeof("{}\n");
    for (size_t i = 0; i < sink->count; i++)
        bytes += sink->columns[i].json_key_bytes + LONGEST_ESCAPE * values[i].bytes +
                 EXPORT_NUMBER_BYTES + sizeof("\"\"");
    return bytes;
}

static int jsonl_row(struct export_sink *sink, const struct export_value *values)
{
    struct export_buffer *out = sink->out;
    size_t start = out->bytes;
    int r = export_buffer_reserve(out, longest(sink, values));
    if (r < 0)
        return r;
    for (size_t i = 0; i < sink->count; i++) {
        const struct export_column *column = &sink->columns[i];
        export_buffer_add(out, column->json_key, column->json_key_bytes);
        add_value(out, column->kind, &values[i]);
    }
    out->data[start] = '{'; /* for the first comma */
    export_buffer_add(out, "}\n", 2);
    return 0;
}

const struct export_format_functions export_jsonl = {.row = jsonl_row};
