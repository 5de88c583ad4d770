/* Base64 decoding; see base64.h. */
#include "server/base64.h"

#include <stdint.h>
#include <stdlib.h>

static int digit_value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static size_t without_padding(const char *text, size_t bytes)
{
    for (int i = 0; i < 2 && bytes && text[bytes - 1] == '='; i++)
        bytes--;
    return bytes;
}

/* 0, or -1 at what is no digit. ret_data has room for bytes * 3 / 4. */
static int decode(const char *text, size_t bytes, unsigned char *ret_data, size_t *ret_bytes)
{
    uint32_t bits = 0;
    size_t length = 0;
    for (size_t at = 0; at < bytes; at++) {
        int value = digit_value(text[at]);
        if (value < 0)
            return -1;
        bits = bits << 6 | (uint32_t)value;
        if (at % 4 != 0)
            ret_data[length++] = (unsigned char)(bits >> (6 - 2 * (at % 4)));
    }
    *ret_bytes = length;
    return 0;
}

unsigned char *base64_decode(const char *text, size_t bytes, size_t *ret_bytes)
{
    size_t length;
    bytes = without_padding(text, bytes);
    unsigned char *data = malloc(bytes / 4 * 3 + 4);
    if (!data)
        return NULL;
    if (bytes % 4 == 1 || decode(text, bytes, data, &length) < 0) {
        free(data);
        return NULL;
    }
    data[length] = '\0';
    *ret_bytes = length;
    return data;
}
