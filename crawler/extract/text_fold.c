/* See text_fold.h. */
#include "crawler/extract/text_fold.h"

#include <stdint.h>
#include <string.h>

#include "crawler/extract/utf8.h"

static uint32_t decode(const char *text, size_t bytes)
{
    const unsigned char *at = (const unsigned char *)text;
    switch (bytes) {
    case 1:
        return at[0];
    case 2:
        return (uint32_t)(at[0] & 0x1f) << 6 | (at[1] & 0x3f);
    case 3:
        return (uint32_t)(at[0] & 0x0f) << 12 | (uint32_t)(at[1] & 0x3f) << 6 | (at[2] & 0x3f);
    default:
        return UINT32_MAX; /* beyond the plane that has anything to fold */
    }
}

/* What a character is compared as; itself where there is nothing to fold. */
static uint32_t fold(uint32_t c)
{
    if (c >= 'A' && c <= 'Z')
        return c + 32;
    if (c < 0x80)
        return c == '\t' || c == '\n' || c == '\f' || c == '\r' ? ' ' : c;
    if (c == 0xa0 || c == 0x3000)
        return ' ';
    if (c == 0x2018 || c == 0x2019 || c == 0x02bc)
        return '\'';
    if (c >= 0x2010 && c <= 0x2015)
        return '-';
    if (c == 0x130 || c == 0x131) /* I with a dot and i without, as Turkish has them */
        return 'i';
    if ((c >= 0xc0 && c <= 0xde && c != 0xd7) || (c >= 0x410 && c <= 0x42f))
        return c + 32;
    if (c >= 0x400 && c <= 0x40f)
        return c + 80;
    if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e))
        return c + (c & 1);
    if (c >= 0x100 && c <= 0x17f)
        return c | 1;
    return c;
}

static size_t encode(uint32_t c, char *out)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    out[0] = (char)(0xc0 | c >> 6);
    out[1] = (char)(0x80 | (c & 0x3f));
    return 2;
}

size_t text_fold(const char *text, char *out, size_t capacity)
{
    size_t bytes = strlen(text), written = 0;
    while (bytes) {
        size_t skip, step = utf8_sequence(text, bytes, &skip);
        if (!step || written + step >= capacity)
            break;
        uint32_t c = decode(text, step), folded = fold(c);
        if (folded == c)
            memcpy(out + written, text, step);
        written += folded == c ? step : encode(folded, out + written);
        text += step;
        bytes -= step;
    }
    out[written] = '\0';
    return written;
}
