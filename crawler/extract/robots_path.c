/* The comparable form of robots paths. Pure functions; patterns are brought into it once, in a
 * parse process, and URL paths at each match. */
#include "crawler/extract/robots_path.h"

#include <string.h>

static bool is_unreserved(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

/* RFC 3986 §2.2, without the two characters that patterns give a meaning to. */
static bool is_reserved(char c)
{
    return c != '\0' && strchr(":/?#[]@!&'()+,;=", c);
}

/* The byte that text begins with as %XX, or -1. */
static int percent_byte(const char *text, size_t bytes)
{
    if (bytes < 3 || text[0] != '%')
        return -1;
    int high = url_hex_value(text[1]);
    int low = url_hex_value(text[2]);
    return high < 0 || low < 0 ? -1 : high << 4 | low;
}

/* Writes the character that text begins with; returns how many bytes of it that took. */
static size_t write_character(struct url_writer *out, const char *text, size_t bytes)
{
    int byte = percent_byte(text, bytes);
    if (byte >= 0) {
        if (is_unreserved((char)byte))
            url_write_char(out, (char)byte);
        else
            url_write_percent(out, (unsigned char)byte);
        return 3;
    }
    char c = text[0];
    if (is_unreserved(c) || is_reserved(c) || c == '%')
        url_write_char(out, c);
    else
        url_write_percent(out, (unsigned char)c);
    return 1;
}

void robots_write_pattern(struct url_writer *out, const char *text, size_t bytes)
{
    for (size_t at = 0; at < bytes && !out->full;) {
        if (text[at] == '*') {
            if (at == 0 || text[at - 1] != '*')
                url_write_char(out, '*');
            at++;
        } else if (text[at] == '$' && at + 1 == bytes) {
            url_write_char(out, '$');
            at++;
        } else {
            at += write_character(out, text + at, bytes - at);
        }
    }
}

void robots_write_path(struct url_writer *out, const char *text, size_t bytes)
{
    for (size_t at = 0; at < bytes && !out->full;)
        at += write_character(out, text + at, bytes - at);
}
