/* Turning a page into UTF-8. Runs in parse processes.
 *
 * Two cases need no copy, and they are nearly all of the web: well-formed UTF-8, and ASCII in any
 * encoding that has ASCII in its lower half. The rest goes through iconv, whose handles are opened
 * once and kept: glibc loads converters from disk, which a sandboxed process may not do. The
 * handles belong to the process and have state, so only one thread may convert.
 */
#include "crawler/extract/charset.h"

#include <errno.h>
#include <iconv.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "crawler/extract/arena.h"
#include "crawler/extract/charset_labels.h"
#include "crawler/extract/utf8.h"

static struct {
    iconv_t handle;
    bool is_open;
} converters[CHARSET_COUNT];

static bool open_converter(enum charset charset)
{
    if (converters[charset].is_open)
        return true;
    converters[charset].handle = iconv_open("UTF-8", charset_infos[charset].iconv);
    converters[charset].is_open = converters[charset].handle != (iconv_t)-1;
    return converters[charset].is_open;
}

void charset_preload(void)
{
    for (int charset = 0; charset < CHARSET_COUNT; charset++)
        if (charset_infos[charset].iconv)
            open_converter((enum charset)charset);
}

/* --- output --- */

struct output {
    char *data;
    size_t bytes;
    size_t capacity;
};

static bool put(struct output *out, const char *text, size_t bytes)
{
    if (bytes > out->capacity - out->bytes)
        return false;
    memcpy(out->data + out->bytes, text, bytes);
    out->bytes += bytes;
    return true;
}

/* code_point: below 0x10000. */
static bool put_code_point(struct output *out, unsigned code_point)
{
    char text[3] = {(char)(0xe0 | code_point >> 12), (char)(0x80 | (code_point >> 6 & 0x3f)),
                    (char)(0x80 | (code_point & 0x3f))};
    if (code_point >= 0x800)
        return put(out, text, 3);
    text[1] = (char)(0xc0 | code_point >> 6);
    return code_point < 0x80 ? put(out, &(char){(char)code_point}, 1) : put(out, text + 1, 2);
}

/* --- own converters --- */

static const char *replace_malformed_utf8(struct arena *arena, const char *text, size_t bytes,
                                          size_t *ret_bytes)
{
    size_t needed = 0;
    size_t skip;
    for (size_t at = 0; at < bytes;) {
        size_t valid = utf8_valid_prefix(text + at, bytes - at);
        needed += valid;
        at += valid;
        if (at == bytes)
            break;
        utf8_sequence(text + at, bytes - at, &skip);
        needed += strlen(UTF8_REPLACEMENT);
        at += skip;
    }
    struct output out = {.data = arena_alloc(arena, needed), .capacity = needed};
    if (!out.data)
        return NULL;
    for (size_t at = 0; at < bytes; at += skip) {
        size_t valid = utf8_valid_prefix(text + at, bytes - at);
        put(&out, text + at, valid);
        at += valid;
        if (at == bytes)
            break;
        utf8_sequence(text + at, bytes - at, &skip);
        put(&out, UTF8_REPLACEMENT, strlen(UTF8_REPLACEMENT));
    }
    *ret_bytes = out.bytes;
    return out.data;
}

/* The upper half is mapped to a private use area. */
static bool convert_user_defined(struct output *out, const char *text, size_t bytes)
{
    for (size_t at = 0; at < bytes; at++) {
        unsigned char byte = (unsigned char)text[at];
        if (!put_code_point(out, byte < 0x80 ? byte : 0xf700u + byte))
            return false;
    }
    return true;
}

/* --- iconv --- */

/* Stands in for what iconv refused at text. Returns how many bytes of it are passed over, 0 where
 * the output is full. */
static size_t replace_refused(struct output *out, enum charset charset, const char *text,
                              size_t bytes)
{
    unsigned char byte = (unsigned char)text[0];
    enum charset_form form = charset_infos[charset].form;
    /* What a single-byte encoding leaves open there is a control character by the standard. */
    if (form == CHARSET_SINGLE_BYTE && byte >= 0x80 && byte < 0xa0)
        return put_code_point(out, byte) ? 1 : 0;
    if (!put(out, UTF8_REPLACEMENT, strlen(UTF8_REPLACEMENT)))
        return 0;
    return form == CHARSET_TWO_BYTES && bytes >= 2 ? 2 : 1;
}

/* False where the output is full. */
static bool convert_by_iconv(struct output *out, enum charset charset, char *text, size_t bytes)
{
    iconv_t handle = converters[charset].handle;
    iconv(handle, NULL, NULL, NULL, NULL);
    while (bytes) {
        char *to = out->data + out->bytes;
        size_t room = out->capacity - out->bytes;
        size_t result = iconv(handle, &text, &bytes, &to, &room);
        out->bytes = out->capacity - room;
        if (result != (size_t)-1)
            continue;
        if (errno == E2BIG)
            return false;
        bool is_end = errno == EINVAL; /* the input ends within a character */
        size_t skipped = replace_refused(out, charset, text, bytes);
        if (!skipped)
            return false;
        if (is_end)
            skipped = bytes;
        text += skipped;
        bytes -= skipped;
    }
    char *to = out->data + out->bytes;
    size_t room = out->capacity - out->bytes;
    size_t result = iconv(handle, NULL, NULL, &to, &room); /* what it held back to compose */
    out->bytes = out->capacity - room;
    return result != (size_t)-1;
}

static bool convert(struct output *out, enum charset charset, const char *text, size_t bytes)
{
    if (charset == CHARSET_REPLACEMENT)
        return !bytes || put(out, UTF8_REPLACEMENT, strlen(UTF8_REPLACEMENT));
    if (charset == CHARSET_X_USER_DEFINED)
        return convert_user_defined(out, text, bytes);
    union {
        const char *borrowed;
        char *for_iconv; /* which does not write there, whatever its prototype says */
    } input = {.borrowed = text};
    return convert_by_iconv(out, charset, input.for_iconv, bytes);
}

/* Most text grows by less than half; none to more than three bytes for one. */
static const char *convert_to_arena(struct arena *arena, enum charset charset, const char *text,
                                    size_t bytes, size_t *ret_bytes)
{
    if (bytes > SIZE_MAX / 4)
        return NULL;
    const size_t capacities[] = {bytes + bytes / 2 + 64, bytes * 3 + 64};
    for (size_t i = 0; i < 2; i++) {
        struct output out = {.data = arena_alloc(arena, capacities[i]), .capacity = capacities[i]};
        if (!out.data)
            return NULL;
        if (convert(&out, charset, text, bytes)) {
            *ret_bytes = out.bytes;
            return out.data;
        }
    }
    return NULL;
}

/* --- the face --- */

static size_t bom_bytes(enum charset charset, const char *text, size_t bytes)
{
    const char *bom = charset == CHARSET_UTF_8      ? "\xef\xbb\xbf"
                      : charset == CHARSET_UTF_16BE ? "\xfe\xff"
                      : charset == CHARSET_UTF_16LE ? "\xff\xfe"
                                                    : "";
    size_t length = strlen(bom);
    return bytes >= length && memcmp(text, bom, length) == 0 ? length : 0;
}

static bool is_utf8_already(enum charset charset, const char *text, size_t bytes)
{
    if (charset == CHARSET_UTF_8)
        return utf8_valid_prefix(text, bytes) == bytes;
    enum charset_form form = charset_infos[charset].form;
    bool has_ascii = form == CHARSET_SINGLE_BYTE || form == CHARSET_MULTI_BYTE;
    return has_ascii && utf8_ascii_prefix(text, bytes) == bytes;
}

const char *charset_to_utf8(struct arena *arena, const char *charset_name,
                            const unsigned char *data, size_t bytes, size_t *ret_bytes)
{
    enum charset charset = charset_find(charset_name, strlen(charset_name));
    if (charset == CHARSET_COUNT)
        charset = CHARSET_UTF_8;
    const char *text = bytes ? (const char *)data : "";
    size_t bom = bom_bytes(charset, text, bytes);
    text += bom;
    bytes -= bom;
    if (is_utf8_already(charset, text, bytes)) {
        *ret_bytes = bytes;
        return text;
    }
    if (charset_infos[charset].iconv && !open_converter(charset))
        charset = CHARSET_UTF_8; /* not installed: better the ASCII of it than nothing */
    if (charset == CHARSET_UTF_8)
        return replace_malformed_utf8(arena, text, bytes, ret_bytes);
    return convert_to_arena(arena, charset, text, bytes, ret_bytes);
}
