/* IPv4 hosts in every numeric form that a browser takes. Pure functions.
 *
 * That all of them end as one dotted decimal form matters for more than deduplication: checks on
 * the address of a host see it the way the network will. */
#include "crawler/extract/url_ip.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "crawler/extract/url_encode.h"

/* Saturates: every value past 32 bits is as wrong as any other. -1: not a number. */
static int64_t parse_number(const char *text, size_t bytes)
{
    if (bytes == 0)
        return -1;
    int radix = 10;
    if (bytes >= 2 && text[0] == '0') {
        bool hex = text[1] == 'x' || text[1] == 'X';
        radix = hex ? 16 : 8;
        text += hex ? 2 : 1;
        bytes -= hex ? 2 : 1;
    }
    int64_t value = 0;
    for (size_t i = 0; i < bytes; i++) {
        int digit = url_hex_value(text[i]);
        if (digit < 0 || digit >= radix)
            return -1;
        value = value * radix + digit;
        if (value > UINT32_MAX)
            value = (int64_t)UINT32_MAX + 1;
    }
    return value;
}

static bool all_digits(const char *text, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        if (text[i] < '0' || text[i] > '9')
            return false;
    return bytes > 0;
}

bool url_ends_in_number(const char *domain, size_t bytes)
{
    if (bytes && domain[bytes - 1] == '.')
        bytes--;
    const char *dot = memrchr(domain, '.', bytes);
    const char *last = dot ? dot + 1 : domain;
    size_t length = (size_t)(domain + bytes - last);
    if (length == 0 || last[0] < '0' || last[0] > '9')
        return false;
    return all_digits(last, length) || parse_number(last, length) >= 0;
}

/* The numbers between the dots, at most four; one dot may stand at the end. 0 where one is wrong.
 */
static size_t parse_parts(const char *text, size_t bytes, int64_t ret_parts[4])
{
    const char *end = text + bytes;
    if (bytes > 1 && end[-1] == '.')
        end--;
    for (size_t count = 0; count < 4; count++) {
        const char *dot = memchr(text, '.', (size_t)(end - text));
        const char *part_end = dot ? dot : end;
        ret_parts[count] = parse_number(text, (size_t)(part_end - text));
        if (ret_parts[count] < 0)
            return 0;
        if (!dot)
            return count + 1;
        text = dot + 1;
    }
    return 0;
}

size_t url_ipv4_canonical(const char *text, size_t bytes, char ret_text[URL_IPV4_MAX_BYTES + 1])
{
    int64_t parts[4];
    size_t count = parse_parts(text, bytes, parts);
    if (count == 0)
        return 0;
    /* The last number fills all the bytes that the ones before it leave. */
    int64_t last = parts[count - 1];
    if (last >= INT64_C(1) << (8 * (5 - count)))
        return 0;
    uint32_t address = (uint32_t)last;
    for (size_t i = 0; i + 1 < count; i++) {
        if (parts[i] > 255)
            return 0;
        address |= (uint32_t)parts[i] << (8 * (3 - i));
    }
    return (size_t)snprintf(ret_text, URL_IPV4_MAX_BYTES + 1, "%u.%u.%u.%u", address >> 24,
                            address >> 16 & 255, address >> 8 & 255, address & 255);
}
