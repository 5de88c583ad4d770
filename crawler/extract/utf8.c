/* UTF-8: checking. Pages are mostly ASCII, which is passed over eight bytes at a time. */
#include "crawler/extract/utf8.h"

#include <stdint.h>
#include <string.h>

/* The range that the second byte must lie in, by the first. Returns the sequence's length; 0 for a
 * byte that is never first. */
static size_t lead_byte(unsigned char lead, unsigned char *ret_low, unsigned char *ret_high)
{
    *ret_low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    *ret_high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    if (lead < 0x80)
        return 1;
    if (lead < 0xc2 || lead > 0xf4)
        return 0;
    return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

size_t utf8_sequence(const char *text, size_t bytes, size_t *ret_skip)
{
    unsigned char low, high;
    size_t length = lead_byte((unsigned char)text[0], &low, &high);
    size_t at = 1;
    for (; at < length; at++) {
        unsigned char c = at < bytes ? (unsigned char)text[at] : 0;
        if (c < low || c > high)
            break;
        low = 0x80;
        high = 0xbf;
    }
    if (length && at == length)
        return length;
    *ret_skip = at;
    return 0;
}

size_t utf8_ascii_prefix(const char *text, size_t bytes)
{
    const uint64_t high_bits = UINT64_C(0x8080808080808080);
    size_t at = 0;
    for (uint64_t word; bytes - at >= sizeof word; at += sizeof word) {
        memcpy(&word, text + at, sizeof word);
        if (word & high_bits)
            break;
    }
    while (at < bytes && (unsigned char)text[at] < 0x80)
        at++;
    return at;
}

size_t utf8_valid_prefix(const char *text, size_t bytes)
{
    size_t skip;
    size_t at = utf8_ascii_prefix(text, bytes);
    while (at < bytes) {
        size_t length = utf8_sequence(text + at, bytes - at, &skip);
        if (!length)
            break;
        at += length;
        if (at < bytes && (unsigned char)text[at] < 0x80)
            at += utf8_ascii_prefix(text + at, bytes - at);
    }
    return at;
}
