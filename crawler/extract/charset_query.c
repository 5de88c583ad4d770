/* See charset_query.h. */
#include "crawler/extract/charset_query.h"

#include <iconv.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "crawler/extract/arena.h"
#include "crawler/extract/charset_labels.h"
#include "crawler/extract/utf8.h"

/* For each byte of UTF-8: of a character of two bytes at most "%26%232047%3B", or shifting in and
 * out of a charset with states. */
enum { GROWTH = 8, CHARACTER_BYTES = 16 };

static struct {
    iconv_t handle;
    bool is_open;
} encoders[CHARSET_COUNT];

static bool open_encoder(enum charset charset)
{
    if (!encoders[charset].is_open) {
        encoders[charset].handle = iconv_open(charset_infos[charset].iconv, "UTF-8");
        encoders[charset].is_open = encoders[charset].handle != (iconv_t)-1;
    }
    return encoders[charset].is_open;
}

/* The Encoding Standard, §4.3: these are written as UTF-8. */
static bool is_written_as_utf8(enum charset charset)
{
    return charset == CHARSET_COUNT || charset == CHARSET_UTF_8 || charset == CHARSET_UTF_16BE ||
           charset == CHARSET_UTF_16LE || charset == CHARSET_REPLACEMENT ||
           !charset_infos[charset].iconv;
}

void charset_query_preload(void)
{
    for (int charset = 0; charset < CHARSET_COUNT; charset++)
        if (!is_written_as_utf8((enum charset)charset))
            open_encoder((enum charset)charset);
}

struct output {
    char *data;
    size_t bytes;
};

/* The special-query percent-encode set. */
static void put_byte(struct output *out, unsigned char byte)
{
    static const char digits[] = "0123456789ABCDEF";
    bool is_plain = byte > ' ' && byte < 0x7f && !strchr("\"#<>'", byte);
    if (is_plain) {
        out->data[out->bytes++] = (char)byte;
        return;
    }
    const char escape[] = {'%', digits[byte >> 4], digits[byte & 15]};
    memcpy(out->data + out->bytes, escape, sizeof escape);
    out->bytes += sizeof escape;
}

static unsigned code_point_of(const char *text, size_t bytes)
{
    static const unsigned char lead_bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    unsigned code_point = (unsigned char)*text & lead_bits[bytes];
    for (size_t i = 1; i < bytes; i++)
        code_point = code_point << 6 | ((unsigned char)text[i] & 0x3f);
    return code_point;
}

static void put_converted(struct output *out, const char *from, const char *to)
{
    for (; from < to; from++)
        put_byte(out, (unsigned char)*from);
}

/* What a charset lacks is written as a character reference, as in a form. */
static void put_character(struct output *out, iconv_t handle, const char *text, size_t bytes)
{
    char copy[4], encoded[CHARACTER_BYTES], *in = copy, *at = encoded;
    size_t left = bytes, room = sizeof encoded;
    memcpy(copy, text, bytes);
    if (iconv(handle, &in, &left, &at, &room) != (size_t)-1)
        put_converted(out, encoded, at);
    else
        out->bytes +=
            (size_t)sprintf(out->data + out->bytes, "%%26%%23%u%%3B", code_point_of(text, bytes));
}

/* Back to ASCII, for charsets that have states. */
static void put_shift_out(struct output *out, iconv_t handle)
{
    char encoded[CHARACTER_BYTES], *at = encoded;
    size_t room = sizeof encoded;
    if (iconv(handle, NULL, NULL, &at, &room) != (size_t)-1)
        put_converted(out, encoded, at);
}

static void put_query(struct output *out, iconv_t handle, const char *text, size_t bytes)
{
    bool is_shifted = false;
    iconv(handle, NULL, NULL, NULL, NULL);
    for (size_t i = 0, step, skip; i < bytes; i += step) {
        step = utf8_sequence(text + i, bytes - i, &skip);
        if (step > 1) {
            put_character(out, handle, text + i, step);
            is_shifted = true;
            continue;
        }
        if (is_shifted)
            put_shift_out(out, handle);
        is_shifted = false;
        step = 1;
        out->data[out->bytes++] = text[i];
    }
    if (is_shifted)
        put_shift_out(out, handle);
}

const char *charset_query(struct arena *arena, const char *charset_name, const char *text,
                          size_t bytes, size_t *ret_bytes)
{
    *ret_bytes = bytes;
    const char *hash = memchr(text, '#', bytes);
    size_t end = hash ? (size_t)(hash - text) : bytes;
    const char *query = memchr(text, '?', end);
    size_t start = query ? (size_t)(query - text) : end;
    if (utf8_ascii_prefix(text + start, end - start) == end - start)
        return text;
    enum charset charset = charset_find(charset_name, strlen(charset_name));
    if (is_written_as_utf8(charset) || !open_encoder(charset))
        return text;
    struct output out = {.data = arena_alloc(arena, bytes * GROWTH + CHARACTER_BYTES)};
    if (!out.data)
        return text;
    memcpy(out.data, text, start);
    out.bytes = start;
    put_query(&out, encoders[charset].handle, text + start, end - start);
    memcpy(out.data + out.bytes, text + end, bytes - end);
    *ret_bytes = out.bytes + bytes - end;
    return out.data;
}
