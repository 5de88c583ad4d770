/* The meta prescan: a small tag reader that knows nothing of HTML but comments, tags and
 * attributes. Pure functions, linear; run in parse processes on a page's first bytes. */
#include "crawler/extract/charset_prescan.h"

#include <string.h>

enum { PRESCAN_MAX_BYTES = 64 * 1024 };

struct cursor {
    const char *at;
    const char *end;
};

struct attribute {
    const char *name;
    size_t name_bytes;
    const char *value;
    size_t value_bytes;
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static size_t left(const struct cursor *in)
{
    return (size_t)(in->end - in->at);
}

static bool looking_at(const struct cursor *in, const char *text)
{
    size_t bytes = strlen(text);
    return left(in) >= bytes && strncasecmp(in->at, text, bytes) == 0;
}

static void skip_space(struct cursor *in)
{
    while (in->at < in->end && is_space(*in->at))
        in->at++;
}

static bool equals(const char *text, size_t bytes, const char *name)
{
    return bytes == strlen(name) && strncasecmp(text, name, bytes) == 0;
}

/* --- attributes --- */

static void read_quoted_value(struct cursor *in, struct attribute *attribute)
{
    char quote = *in->at++;
    const char *close = memchr(in->at, quote, left(in));
    attribute->value = in->at;
    attribute->value_bytes = close ? (size_t)(close - in->at) : left(in);
    in->at = close ? close + 1 : in->end;
}

static void read_value(struct cursor *in, struct attribute *attribute)
{
    skip_space(in);
    if (in->at < in->end && (*in->at == '"' || *in->at == '\'')) {
        read_quoted_value(in, attribute);
        return;
    }
    attribute->value = in->at;
    while (in->at < in->end && !is_space(*in->at) && *in->at != '>')
        in->at++;
    attribute->value_bytes = (size_t)(in->at - attribute->value);
}

static bool ends_name(char c)
{
    return is_space(c) || c == '=' || c == '/' || c == '>';
}

/* "Get an attribute"; false where the tag has no more, or where the bytes end within one: then in
 * is at its end. */
static bool next_attribute(struct cursor *in, struct attribute *ret_attribute)
{
    while (in->at < in->end && (is_space(*in->at) || *in->at == '/'))
        in->at++;
    if (in->at == in->end || *in->at == '>')
        return false;
    const char *name = in->at++; /* an equals sign may stand first in a name */
    while (in->at < in->end && !ends_name(*in->at))
        in->at++;
    *ret_attribute = (struct attribute){
        .name = name, .name_bytes = (size_t)(in->at - name), .value = "", .value_bytes = 0};
    skip_space(in);
    if (in->at < in->end && *in->at == '=') {
        in->at++;
        read_value(in, ret_attribute);
    }
    return in->at < in->end;
}

/* --- meta --- */

static bool read_label(struct cursor *in, const char **ret_label, size_t *ret_bytes)
{
    skip_space(in);
    if (in->at == in->end)
        return false;
    if (*in->at == '"' || *in->at == '\'') {
        const char *close = memchr(in->at + 1, *in->at, left(in) - 1);
        if (!close)
            return false;
        *ret_label = in->at + 1;
        *ret_bytes = (size_t)(close - *ret_label);
        return true;
    }
    *ret_label = in->at;
    while (in->at < in->end && !is_space(*in->at) && *in->at != ';')
        in->at++;
    *ret_bytes = (size_t)(in->at - *ret_label);
    return true;
}

enum charset charset_from_meta_content(const char *text, size_t bytes)
{
    struct cursor in = {text, text + bytes};
    for (; in.at < in.end; in.at++) {
        if (!looking_at(&in, "charset"))
            continue;
        in.at += strlen("charset");
        skip_space(&in);
        if (in.at < in.end && *in.at == '=') {
            const char *label;
            size_t label_bytes;
            in.at++;
            return read_label(&in, &label, &label_bytes) ? charset_find(label, label_bytes)
                                                         : CHARSET_COUNT;
        }
        in.at--; /* what comes next may be the word again */
    }
    return CHARSET_COUNT;
}

/* What a meta element has said so far. Only the first attribute of a name counts. */
struct meta {
    bool has_pragma, has_content, has_charset; /* attributes that were seen */
    bool is_pragma;                            /* http-equiv is content-type */
    enum charset from_content, from_charset;
};

static void note_attribute(struct meta *meta, const struct attribute *a)
{
    if (equals(a->name, a->name_bytes, "http-equiv") && !meta->has_pragma) {
        meta->has_pragma = true;
        meta->is_pragma = equals(a->value, a->value_bytes, "content-type");
    } else if (equals(a->name, a->name_bytes, "content") && !meta->has_content) {
        meta->has_content = true;
        meta->from_content = charset_from_meta_content(a->value, a->value_bytes);
    } else if (equals(a->name, a->name_bytes, "charset") && !meta->has_charset) {
        meta->has_charset = true;
        meta->from_charset = charset_find(a->value, a->value_bytes);
    }
}

/* A page that could be read this far is in no UTF-16, whatever it says. */
static enum charset correct(enum charset charset)
{
    if (charset == CHARSET_UTF_16BE || charset == CHARSET_UTF_16LE)
        return CHARSET_UTF_8;
    return charset == CHARSET_X_USER_DEFINED ? CHARSET_WINDOWS_1252 : charset;
}

static enum charset read_meta(struct cursor *in)
{
    struct meta meta = {.from_content = CHARSET_COUNT, .from_charset = CHARSET_COUNT};
    struct attribute attribute;
    while (next_attribute(in, &attribute))
        note_attribute(&meta, &attribute);
    if (in->at == in->end)
        return CHARSET_COUNT;
    if (meta.has_charset)
        return correct(meta.from_charset);
    return meta.is_pragma ? correct(meta.from_content) : CHARSET_COUNT;
}

/* --- the page --- */

static void skip_past(struct cursor *in, const char *text)
{
    const char *found = memmem(in->at, left(in), text, strlen(text));
    in->at = found ? found + strlen(text) : in->end;
}

static void skip_tag(struct cursor *in)
{
    while (in->at < in->end && !is_space(*in->at) && *in->at != '>')
        in->at++;
    struct attribute attribute;
    while (next_attribute(in, &attribute))
        ;
}

static bool begins_meta(const struct cursor *in)
{
    return looking_at(in, "<meta") && left(in) > 5 && (is_space(in->at[5]) || in->at[5] == '/');
}

/* in is at a '<'. */
static enum charset read_markup(struct cursor *in)
{
    char second = left(in) > 1 ? in->at[1] : '\0';
    char third = left(in) > 2 ? in->at[2] : '\0';
    if (looking_at(in, "<!--")) {
        in->at += 2; /* so that <!--> is whole */
        skip_past(in, "-->");
    } else if (begins_meta(in)) {
        in->at += 5;
        return read_meta(in);
    } else if (is_letter(second) || (second == '/' && is_letter(third))) {
        in->at += 2;
        skip_tag(in);
    } else if (second == '!' || second == '/' || second == '?') {
        skip_past(in, ">");
    } else {
        in->at++;
    }
    return CHARSET_COUNT;
}

/* "Get an XML encoding": the declaration must be the very first thing and whole. */
static enum charset read_xml_declaration(struct cursor in)
{
    if (left(&in) < 5 || memcmp(in.at, "<?xml", 5) != 0)
        return CHARSET_COUNT;
    const char *close = memchr(in.at, '>', left(&in));
    if (!close)
        return CHARSET_COUNT;
    in.end = close;
    skip_past(&in, "encoding");
    while (in.at < in.end && (unsigned char)*in.at <= ' ')
        in.at++;
    if (in.at == in.end || *in.at != '=')
        return CHARSET_COUNT;
    in.at++;
    while (in.at < in.end && (unsigned char)*in.at <= ' ')
        in.at++;
    if (in.at == in.end || (*in.at != '"' && *in.at != '\''))
        return CHARSET_COUNT;
    const char *label = in.at + 1;
    const char *quote = memchr(label, *in.at, (size_t)(in.end - label));
    return quote ? correct(charset_find(label, (size_t)(quote - label))) : CHARSET_COUNT;
}

enum charset charset_prescan(const char *data, size_t bytes)
{
    if (bytes > PRESCAN_MAX_BYTES)
        bytes = PRESCAN_MAX_BYTES;
    if (bytes >= 6 && memcmp(data, "<\0?\0x\0", 6) == 0)
        return CHARSET_UTF_16LE;
    if (bytes >= 6 && memcmp(data, "\0<\0?\0x", 6) == 0)
        return CHARSET_UTF_16BE;
    struct cursor in = {data, data + bytes};
    while (in.at < in.end) {
        in.at = memchr(in.at, '<', left(&in));
        if (!in.at)
            break;
        enum charset charset = read_markup(&in);
        if (charset != CHARSET_COUNT)
            return charset;
    }
    return read_xml_declaration((struct cursor){data, data + bytes});
}
