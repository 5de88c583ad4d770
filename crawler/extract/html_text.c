/* The small rules of text in HTML. Pure functions; any thread or process. */
#include "crawler/extract/html_text.h"

#include <string.h>
#include <strings.h>

bool html_is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f';
}

static bool is_control_or_space(char c)
{
    return (unsigned char)c <= ' ';
}

const char *html_trim(const char *text, size_t bytes, size_t *ret_bytes)
{
    while (bytes && is_control_or_space(text[bytes - 1]))
        bytes--;
    while (bytes && is_control_or_space(*text)) {
        text++;
        bytes--;
    }
    *ret_bytes = bytes;
    return text;
}

/* Bytes of the character at text where it is one of the property White_Space or of no width. */
static size_t space_bytes(const unsigned char *text, size_t bytes)
{
    if (text[0] == ' ' || (text[0] >= 0x09 && text[0] <= 0x0d))
        return 1;
    if (bytes >= 2 && text[0] == 0xc2)
        return text[1] == 0x85 || text[1] == 0xa0 ? 2 : 0;
    if (bytes < 3)
        return 0;
    unsigned code = (text[0] & 0x0fu) << 12 | (text[1] & 0x3fu) << 6 | (text[2] & 0x3fu);
    if (text[0] < 0xe1 || text[0] > 0xef)
        return 0;
    bool is_space = (code >= 0x2000 && code <= 0x200b) || code == 0x2028 || code == 0x2029 ||
                    code == 0x202f || code == 0x205f || code == 0x3000 || code == 0x1680 ||
                    code == 0xfeff;
    return is_space ? 3 : 0;
}

void html_append_collapsed(char *buffer, size_t *bytes, size_t capacity, const char *text)
{
    size_t at = *bytes;
    for (; *text && at < capacity; text++) {
        bool after_space = !at || buffer[at - 1] == ' ';
        if (!html_is_space(*text))
            buffer[at++] = *text;
        else if (!after_space)
            buffer[at++] = ' ';
    }
    *bytes = at;
}

bool html_is_blank(const char *text, size_t bytes)
{
    const unsigned char *at = (const unsigned char *)text;
    while (bytes) {
        size_t step = space_bytes(at, bytes);
        if (!step)
            return false;
        at += step;
        bytes -= step;
    }
    return true;
}

static bool separates(char c)
{
    return html_is_space(c) || c == ',';
}

bool html_has_token(const char *list, const char *token)
{
    size_t token_bytes = strlen(token);
    while (*list) {
        while (separates(*list))
            list++;
        const char *start = list;
        while (*list && !separates(*list))
            list++;
        if ((size_t)(list - start) == token_bytes && !strncasecmp(start, token, token_bytes))
            return true;
    }
    return false;
}

size_t utf8_cut(const char *text, size_t bytes, size_t limit)
{
    if (bytes <= limit)
        return bytes;
    while (limit && ((unsigned char)text[limit] & 0xc0) == 0x80)
        limit--;
    return limit;
}
