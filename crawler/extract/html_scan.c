/* HTML tag scanner. Pure functions over the caller's text; runs in a parse process.
 *
 * Most of a page is text and attribute values: memchr passes over both.
 */
#include "crawler/extract/html_scan.h"

#include <string.h>
#include <strings.h>

#include "crawler/extract/html_tags.h"
#include "crawler/extract/html_text.h"

static bool is_letter(char c)
{
    return (unsigned char)((c | 0x20) - 'a') < 26;
}

static char lower(char c)
{
    return (unsigned char)(c - 'A') < 26 ? (char)(c | 0x20) : c;
}

/* Past the next c, or the end. */
static const char *after(const char *at, const char *end, char c)
{
    const char *found = at < end ? memchr(at, c, (size_t)(end - at)) : NULL;
    return found ? found + 1 : end;
}

static bool follows(const char *at, const char *end, const char *text)
{
    size_t bytes = strlen(text);
    return (size_t)(end - at) >= bytes && !strncasecmp(at, text, bytes);
}

static const char *after_text(const char *at, const char *end, const char *text)
{
    const char *found = memmem(at, (size_t)(end - at), text, strlen(text));
    return found ? found + strlen(text) : end;
}

/* at is after "<!--", whose dashes may be those of "-->" too. */
static const char *after_comment(const char *at, const char *end)
{
    const char *content = at;
    while (at < end) {
        at = after(at, end, '>');
        const char *close = at - 1;
        if (*close != '>')
            return end;
        if (close[-1] == '-' && close[-2] == '-')
            return at;
        if (close - content >= 3 && close[-1] == '!' && close[-2] == '-' && close[-3] == '-')
            return at;
    }
    return end;
}

/* at is after '<', before '!' or '?' or what else is no tag. */
static const char *after_declaration(const struct html_scan *scan, const char *at)
{
    if (follows(at, scan->end, "!--"))
        return after_comment(at + 3, scan->end);
    if (scan->in_foreign && follows(at, scan->end, "![CDATA["))
        return after_text(at, scan->end, "]]>");
    return after(at, scan->end, '>');
}

static bool ends_name(char c)
{
    return html_is_space(c) || c == '/' || c == '>';
}

/* FNV-1a over the name in lower case. */
static const char *read_name(const char *at, const char *end, struct html_scan_tag *tag)
{
    char name[HTML_TAG_NAME_BYTES] = {0};
    size_t bytes = 0;
    uint64_t hash = 0xcbf29ce484222325u;
    for (; at < end && !ends_name(*at); at++, bytes++) {
        char c = lower(*at);
        hash = (hash ^ (unsigned char)c) * 0x100000001b3u;
        if (bytes < sizeof name)
            name[bytes] = c;
    }
    tag->info = bytes <= sizeof name ? html_tag_find(name) : &html_tag_unknown;
    tag->name_hash = hash;
    return at;
}

struct attribute {
    const char *name, *name_end;
    const char *value, *value_end; /* without quotes; NULL where none is written */
};

/* at is after '='. */
static const char *read_value(const char *at, const char *end, struct attribute *attribute)
{
    while (at < end && html_is_space(*at))
        at++;
    attribute->value = attribute->value_end = at;
    if (at == end || *at == '>')
        return at;
    if (*at == '"' || *at == '\'') {
        const char *after_quote = after(at + 1, end, *at);
        attribute->value = at + 1;
        attribute->value_end = after_quote - 1;
        return after_quote;
    }
    while (at < end && !html_is_space(*at) && *at != '>')
        at++;
    attribute->value_end = at;
    return at;
}

/* at is at the first character of an attribute's name, which may be '='. */
static const char *read_attribute(const char *at, const char *end, struct attribute *ret_attribute)
{
    *ret_attribute = (struct attribute){.name = at};
    at++;
    while (at < end && !ends_name(*at) && *at != '=')
        at++;
    ret_attribute->name_end = at;
    while (at < end && html_is_space(*at))
        at++;
    if (at < end && *at == '=')
        return read_value(at + 1, end, ret_attribute);
    return ret_attribute->name_end;
}

/* From after the name to past '>'; NULL where the text ends before. */
static const char *read_attributes(const struct html_scan *scan, const char *at,
                                   struct html_scan_tag *tag)
{
    const char *end = scan->end;
    for (;;) {
        tag->is_self_closing = false;
        while (at < end && (html_is_space(*at) || *at == '/'))
            tag->is_self_closing = *at++ == '/';
        if (at == end)
            return NULL;
        if (*at == '>')
            return at + 1;
        if (tag->attribute_count++ == scan->max_attributes)
            tag->surplus = at;
        struct attribute attribute;
        at = read_attribute(at, end, &attribute);
    }
}

const char *html_scan_attribute(const struct html_scan_tag *tag, const char *name,
                                size_t *ret_bytes)
{
    size_t name_bytes = strlen(name);
    const char *end = tag->surplus ? tag->surplus : tag->end - 1;
    for (const char *at = tag->attributes; at < end;) {
        struct attribute attribute;
        if (html_is_space(*at) || *at == '/') {
            at++;
            continue;
        }
        at = read_attribute(at, end, &attribute);
        if ((size_t)(attribute.name_end - attribute.name) != name_bytes ||
            strncasecmp(attribute.name, name, name_bytes))
            continue;
        *ret_bytes = (size_t)(attribute.value_end - attribute.value);
        return attribute.value ? attribute.value : "";
    }
    return NULL;
}

bool html_scan_next(struct html_scan *scan, struct html_scan_tag *ret_tag)
{
    for (;;) {
        const char *at = after(scan->at, scan->end, '<');
        scan->at = at;
        if (at == scan->end)
            return false;
        bool is_end = *at == '/' && scan->end - at > 1;
        const char *name = at + is_end;
        if (!is_letter(*name)) {
            if (is_end || *at == '!' || *at == '?')
                scan->at = after_declaration(scan, at);
            continue;
        }
        *ret_tag = (struct html_scan_tag){.start = at - 1, .is_end = is_end};
        ret_tag->attributes = read_name(name, scan->end, ret_tag);
        ret_tag->end = read_attributes(scan, ret_tag->attributes, ret_tag);
        scan->at = ret_tag->end ? ret_tag->end : scan->end;
        return ret_tag->end != NULL;
    }
}

/* at is after '<'. */
static bool is_end_tag_of(const char *at, const char *end, const char *name)
{
    size_t bytes = strlen(name);
    return *at == '/' && (size_t)(end - at) > bytes + 1 && !strncasecmp(at + 1, name, bytes) &&
           ends_name(at[bytes + 1]);
}

static bool is_start_tag_of(const char *at, const char *end, const char *name)
{
    size_t bytes = strlen(name);
    return (size_t)(end - at) > bytes && !strncasecmp(at, name, bytes) && ends_name(at[bytes]);
}

/* In a script, "<!-- <script" hides the next end tag, until "-->" (13.2.5.17 and on). */
static void skip_script(struct html_scan *scan)
{
    enum { PLAIN, ESCAPED, DOUBLE_ESCAPED } state = PLAIN;
    const char *escape_end = NULL; /* past the "-->" that ends the escape */
    for (const char *at = scan->at; (at = after(at, scan->end, '<')) < scan->end;) {
        if (state != PLAIN && at > escape_end)
            state = PLAIN;
        if (state == PLAIN && follows(at, scan->end, "!--")) {
            state = ESCAPED;
            escape_end = after_text(at + 1, scan->end, "-->");
        } else if (state == ESCAPED && is_start_tag_of(at, scan->end, "script")) {
            state = DOUBLE_ESCAPED;
        } else if (is_end_tag_of(at, scan->end, "script")) {
            if (state != DOUBLE_ESCAPED) {
                scan->at = at - 1;
                return;
            }
            state = ESCAPED;
        }
    }
    scan->at = scan->end;
}

void html_scan_skip_raw(struct html_scan *scan, const struct html_scan_tag *tag)
{
    if (tag->info->id == TAG_ID_SCRIPT) {
        skip_script(scan);
        return;
    }
    for (const char *at = scan->at; (at = after(at, scan->end, '<')) < scan->end;) {
        if (!is_end_tag_of(at, scan->end, tag->info->name))
            continue;
        scan->at = at - 1;
        return;
    }
    scan->at = scan->end;
}
