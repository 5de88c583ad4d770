/* SVG: the root element's width, height and viewBox (SVG 2, 8.2; lengths by CSS Values 4, 6.2). Its
 * prolog is passed over without an XML parser: nothing in it counts, entities least of all. A
 * length in percent depends on the page and is none here. */
#include <math.h>
#include <stdlib.h>

#include <zlib.h>

#include "crawler/extract/image_bytes.h"
#include "crawler/extract/image_formats.h"
#include "crawler/extract/image_head.h"

enum { MORE_BYTES = 16 * 1024, INFLATED_MAX_BYTES = 64 * 1024, NUMBER_MAX_BYTES = 32 };

struct xml {
    const char *at;
    const char *end;
};

struct text {
    const char *data;
    size_t bytes;
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_spaces(struct xml *xml)
{
    while (xml->at < xml->end && is_space(*xml->at))
        xml->at++;
}

static bool begins_with(const struct xml *xml, const char *text)
{
    size_t bytes = strlen(text);
    return (size_t)(xml->end - xml->at) >= bytes && memcmp(xml->at, text, bytes) == 0;
}

/* --- prolog --- */

/* Past text; false where it does not come. */
static bool skip_past(struct xml *xml, const char *text)
{
    const char *found = memmem(xml->at, (size_t)(xml->end - xml->at), text, strlen(text));
    xml->at = found ? found + strlen(text) : xml->end;
    return found != NULL;
}

/* With its internal subset, in which quotes may hold any brackets. */
static bool skip_doctype(struct xml *xml)
{
    bool in_subset = false;
    char quote = '\0';
    for (; xml->at < xml->end; xml->at++) {
        char c = *xml->at;
        if (quote)
            quote = c == quote ? '\0' : quote;
        else if (c == '"' || c == '\'')
            quote = c;
        else if (c == '[' || c == ']')
            in_subset = c == '[';
        else if (c == '>' && !in_subset)
            return xml->at++, true;
    }
    return false;
}

enum prolog { PROLOG_CUT, PROLOG_PASSED };

/* Up to the root element, or what is no prolog. */
static enum prolog skip_prolog(struct xml *xml)
{
    bool has_ended = true;
    if (begins_with(xml, "\xef\xbb\xbf"))
        xml->at += 3;
    while (has_ended) {
        skip_spaces(xml);
        if (begins_with(xml, "<?"))
            has_ended = skip_past(xml, "?>");
        else if (begins_with(xml, "<!--"))
            has_ended = skip_past(xml, "-->");
        else if (begins_with(xml, "<!DOCTYPE"))
            has_ended = skip_doctype(xml);
        else
            return xml->at == xml->end ? PROLOG_CUT : PROLOG_PASSED;
    }
    return PROLOG_CUT;
}

/* --- the root element --- */

static bool is_name(char c)
{
    return !is_space(c) && c != '=' && c != '>' && c != '/' && c != '<';
}

static struct text read_name(struct xml *xml)
{
    const char *start = xml->at;
    while (xml->at < xml->end && is_name(*xml->at))
        xml->at++;
    return (struct text){start, (size_t)(xml->at - start)};
}

static bool is_text(struct text text, const char *expected)
{
    return text.bytes == strlen(expected) && memcmp(text.data, expected, text.bytes) == 0;
}

/* <svg or <prefix:svg, and moves past it. */
static bool skip_svg_name(struct xml *xml)
{
    if (!begins_with(xml, "<"))
        return false;
    xml->at++;
    struct text name = read_name(xml);
    const char *colon = memchr(name.data, ':', name.bytes);
    if (colon)
        name = (struct text){colon + 1, (size_t)(name.data + name.bytes - colon - 1)};
    return is_text(name, "svg");
}

/* name="value"; false at the end of the tag or of the bytes. */
static bool read_attribute(struct xml *xml, struct text *ret_name, struct text *ret_value)
{
    skip_spaces(xml);
    *ret_name = read_name(xml);
    skip_spaces(xml);
    if (!ret_name->bytes || !begins_with(xml, "="))
        return false;
    xml->at++;
    skip_spaces(xml);
    if (xml->at == xml->end || (*xml->at != '"' && *xml->at != '\''))
        return false;
    const char *start = xml->at + 1;
    const char *close = memchr(start, *xml->at, (size_t)(xml->end - start));
    xml->at = close ? close + 1 : xml->end;
    *ret_value = (struct text){start, close ? (size_t)(close - start) : 0};
    return close != NULL;
}

/* --- lengths --- */

/* The number that a text begins with, and moves past it; NAN where there is none. */
static double take_number(struct text *text)
{
    char copy[NUMBER_MAX_BYTES] = "";
    char *end;
    while (text->bytes && (is_space(*text->data) || *text->data == ','))
        text->data++, text->bytes--;
    size_t bytes = text->bytes < sizeof copy - 1 ? text->bytes : sizeof copy - 1;
    if (bytes)
        memcpy(copy, text->data, bytes);
    copy[strspn(copy, "+-.0123456789eE")] = '\0'; /* no "inf", no "0x" */
    double value = strtod(copy, &end);
    if (end == copy)
        return NAN;
    text->data += end - copy;
    text->bytes -= (size_t)(end - copy);
    return value;
}

/* In px; 0 where it is no absolute length. em and ex are those of the initial font. */
static double length_of(struct text text)
{
    static const struct {
        const char *unit;
        double px;
    } units[] = {
        {"", 1},    {"px", 1},         {"pt", 96.0 / 72}, {"pc", 16},
        {"in", 96}, {"cm", 96 / 2.54}, {"mm", 96 / 25.4}, {"Q", 96 / 101.6},
        {"em", 16}, {"rem", 16},       {"ex", 8},
    };
    double value = take_number(&text);
    while (text.bytes && is_space(text.data[text.bytes - 1]))
        text.bytes--;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (is_text(text, units[i].unit) && value > 0)
            return value * units[i].px;
    return 0;
}

struct svg_size {
    double width, height;
    double box_width, box_height; /* of the viewBox */
};

static void read_view_box(struct text text, struct svg_size *size)
{
    (void)take_number(&text);
    (void)take_number(&text);
    double width = take_number(&text);
    double height = take_number(&text);
    if (width > 0 && height > 0) {
        size->box_width = width;
        size->box_height = height;
    }
}

/* The side that is missing follows from the viewBox, by its ratio where the other is given. */
static void complete(struct svg_size *size)
{
    double ratio = size->box_height > 0 ? size->box_width / size->box_height : 0;
    if (!size->width && !size->height) {
        size->width = size->box_width;
        size->height = size->box_height;
    } else if (!size->width) {
        size->width = size->height * ratio;
    } else if (!size->height && ratio > 0) {
        size->height = size->width / ratio;
    }
}

static uint32_t whole_pixels(double length)
{
    if (!(length > 0))
        return 0;
    return length >= (double)INT32_MAX ? INT32_MAX : length < 1 ? 1 : (uint32_t)lround(length);
}

/* --- the file --- */

static void read_root(struct xml *xml, struct image_head *head)
{
    struct svg_size size = {0};
    struct text name, value;
    while (read_attribute(xml, &name, &value)) {
        if (is_text(name, "width"))
            size.width = length_of(value);
        else if (is_text(name, "height"))
            size.height = length_of(value);
        else if (is_text(name, "viewBox"))
            read_view_box(value, &size);
    }
    complete(&size);
    head->width = whole_pixels(size.width);
    head->height = whole_pixels(size.height);
    if (!head->width || !head->height)
        head->width = head->height = 0;
}

bool image_head_svg(const struct image_bytes *file, struct image_head *head)
{
    struct xml xml = {.at = (const char *)file->data,
                      .end = (const char *)file->data + file->bytes};
    if (skip_prolog(&xml) == PROLOG_CUT) {
        if (image_bytes_have(file, 0, 1))
            image_head_need(file, head, file->bytes + MORE_BYTES);
        return false;
    }
    if (!skip_svg_name(&xml))
        return false;
    read_root(&xml, head);
    if (xml.at == xml.end)
        image_head_need(file, head, file->bytes + MORE_BYTES);
    return true;
}

/* As much of it as a root element ever needs. */
bool image_head_svgz(const struct image_bytes *file, struct image_head *head)
{
    enum { GZIP_WINDOW_BITS = 16 + MAX_WBITS };
    unsigned char text[INFLATED_MAX_BYTES];
    z_stream stream = {.next_in = (z_const Bytef *)(uintptr_t)file->data,
                       .avail_in = file->bytes < UINT32_MAX ? (uInt)file->bytes : UINT32_MAX,
                       .next_out = text,
                       .avail_out = sizeof text};
    if (!image_bytes_are(file, 0, "\x1f\x8b\x08") ||
        inflateInit2(&stream, GZIP_WINDOW_BITS) != Z_OK)
        return false;
    (void)inflate(&stream, Z_SYNC_FLUSH);
    struct image_bytes inflated = {
        .data = text, .bytes = sizeof text - stream.avail_out, .is_whole = true};
    inflateEnd(&stream);
    return inflated.bytes && image_head_svg(&inflated, head);
}
