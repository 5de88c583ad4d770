/* Percent-encoding and the byte classes that the URL parser scans with. Pure functions. */
#include "crawler/extract/url_encode.h"

#include <string.h>

#include "crawler/extract/utf8.h"

#define ENCODE_ALL    (URL_ENCODE_FRAGMENT | URL_ENCODE_QUERY | URL_ENCODE_PATH | URL_ENCODE_USERINFO)
#define FORBIDDEN     URL_FORBIDDEN_IN_DOMAIN
#define PATH_AND_USER (URL_ENCODE_PATH | URL_ENCODE_USERINFO)

/* clang-format off */
const uint8_t url_byte_class[256] = {
    [0x00 ... 0x08] = ENCODE_ALL | FORBIDDEN,
    ['\t'] = ENCODE_ALL | FORBIDDEN | URL_DROPPED,
    ['\n'] = ENCODE_ALL | FORBIDDEN | URL_DROPPED,
    [0x0b ... 0x0c] = ENCODE_ALL | FORBIDDEN,
    ['\r'] = ENCODE_ALL | FORBIDDEN | URL_DROPPED,
    [0x0e ... 0x1f] = ENCODE_ALL | FORBIDDEN,
    [' '] = ENCODE_ALL | FORBIDDEN,
    ['"'] = ENCODE_ALL,
    ['#'] = URL_ENCODE_QUERY | PATH_AND_USER | FORBIDDEN | URL_ENDS_SEGMENT,
    ['%'] = FORBIDDEN,
    ['\''] = URL_ENCODE_QUERY,
    ['+'] = URL_SCHEME, ['-'] = URL_SCHEME, ['.'] = URL_SCHEME,
    ['/'] = URL_ENCODE_USERINFO | FORBIDDEN | URL_ENDS_SEGMENT,
    ['0' ... '9'] = URL_SCHEME,
    [':'] = URL_ENCODE_USERINFO | FORBIDDEN,
    [';'] = URL_ENCODE_USERINFO,
    ['<'] = ENCODE_ALL | FORBIDDEN,
    ['='] = URL_ENCODE_USERINFO,
    ['>'] = ENCODE_ALL | FORBIDDEN,
    ['?'] = PATH_AND_USER | FORBIDDEN | URL_ENDS_SEGMENT,
    ['@'] = URL_ENCODE_USERINFO | FORBIDDEN,
    ['A' ... 'Z'] = URL_SCHEME,
    ['['] = URL_ENCODE_USERINFO | FORBIDDEN,
    ['\\'] = URL_ENCODE_USERINFO | FORBIDDEN | URL_ENDS_SEGMENT,
    [']'] = URL_ENCODE_USERINFO | FORBIDDEN,
    ['^'] = PATH_AND_USER | FORBIDDEN,
    ['`'] = URL_ENCODE_FRAGMENT | PATH_AND_USER,
    ['a' ... 'z'] = URL_SCHEME,
    ['{'] = PATH_AND_USER,
    ['|'] = URL_ENCODE_USERINFO | FORBIDDEN,
    ['}'] = PATH_AND_USER,
    [0x7f] = ENCODE_ALL | FORBIDDEN,
    [0x80 ... 0xff] = ENCODE_ALL,
};
/* clang-format on */

void url_write(struct url_writer *out, const char *text, size_t bytes)
{
    if (bytes > out->capacity - out->bytes) {
        out->full = true;
        return;
    }
    memcpy(out->data + out->bytes, text, bytes);
    out->bytes += bytes;
}

void url_write_char(struct url_writer *out, char c)
{
    url_write(out, &c, 1);
}

void url_write_percent(struct url_writer *out, unsigned char byte)
{
    static const char digits[16] = "0123456789ABCDEF";
    char text[3] = {'%', digits[byte >> 4], digits[byte & 15]};
    url_write(out, text, sizeof text);
}

/* Encodes the one code point that text begins with; returns how many bytes it took. */
static size_t write_code_point(struct url_writer *out, const char *text, size_t bytes)
{
    size_t skip = 0;
    size_t length = utf8_sequence(text, bytes, &skip);
    if (!length) {
        url_write(out, "%EF%BF%BD", 9); /* U+FFFD */
        return skip;
    }
    for (size_t i = 0; i < length; i++)
        url_write_percent(out, (unsigned char)text[i]);
    return length;
}

void url_write_encoded(struct url_writer *out, const char *text, size_t bytes, enum url_byte set)
{
    size_t at = 0;
    while (at < bytes && !out->full) {
        size_t run = at;
        while (run < bytes && !(url_byte_class[(unsigned char)text[run]] & set))
            run++;
        url_write(out, text + at, run - at);
        at = run;
        if (at < bytes)
            at += write_code_point(out, text + at, bytes - at);
    }
}

int url_hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

size_t url_percent_decode(const char *text, size_t bytes, char *ret_text)
{
    size_t length = 0;
    for (size_t at = 0; at < bytes; at++) {
        char c = text[at];
        if (c == '%' && bytes - at > 2) {
            int high = url_hex_value(text[at + 1]);
            int low = url_hex_value(text[at + 2]);
            if (high >= 0 && low >= 0) {
                c = (char)(high << 4 | low);
                at += 2;
            }
        }
        ret_text[length++] = c;
    }
    return length;
}
