/* See byte_range.h. */
#include "server/byte_range.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

enum { MOST_DIGITS = 18 };

/* Moves on behind the digits; whether there are any, and not too many. */
static bool read_number(const char **at, uint64_t *ret_number)
{
    size_t digits = strspn(*at, "0123456789");
    uint64_t number = 0;

    if (digits == 0 || digits > MOST_DIGITS)
        return false;
    for (size_t i = 0; i < digits; i++)
        number = number * 10 + (uint64_t)((*at)[i] - '0');
    *at += digits;
    *ret_number = number;
    return true;
}

/* "-500": the last 500 bytes. */
static enum byte_range_result read_end(const char *at, uint64_t size, struct byte_range *ret_range)
{
    uint64_t bytes;

    if (!read_number(&at, &bytes) || *at != '\0')
        return RANGE_NONE;
    if (bytes == 0 || size == 0)
        return RANGE_OUTSIDE;
    bytes = bytes < size ? bytes : size;
    *ret_range = (struct byte_range){.first = size - bytes, .bytes = bytes};
    return RANGE_PART;
}

enum byte_range_result byte_range_read(const char *header, uint64_t size,
                                       struct byte_range *ret_range)
{
    uint64_t first, last = UINT64_MAX;

    if (!header || strncasecmp(header, "bytes=", 6) != 0)
        return RANGE_NONE;
    const char *at = header + 6;
    if (*at == '-')
        return read_end(at + 1, size, ret_range);
    if (!read_number(&at, &first) || *at++ != '-')
        return RANGE_NONE;
    if (*at != '\0' && (!read_number(&at, &last) || *at != '\0' || last < first))
        return RANGE_NONE;
    if (first >= size)
        return RANGE_OUTSIDE;
    last = last < size ? last : size - 1;
    *ret_range = (struct byte_range){.first = first, .bytes = last - first + 1};
    return RANGE_PART;
}
