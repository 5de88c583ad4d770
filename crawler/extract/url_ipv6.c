/* IPv6 hosts: eight pieces, one "::", perhaps a dotted IPv4 address as the last two. Pure
 * functions. */
#include "crawler/extract/url_ip.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "crawler/extract/url_encode.h"

enum { PIECES = 8 };

struct reader {
    const char *at;
    const char *end;
    uint16_t pieces[PIECES];
    int count;
    int compress; /* the piece that "::" stands before; -1: none yet */
};

static bool take(struct reader *in, char c)
{
    if (in->at == in->end || *in->at != c)
        return false;
    in->at++;
    return true;
}

/* Up to four hexadecimal digits; returns how many there were. */
static int read_piece(struct reader *in, uint16_t *ret_value)
{
    unsigned value = 0;
    int digits = 0;
    while (digits < 4 && in->at < in->end && url_hex_value(*in->at) >= 0) {
        value = value * 16 + (unsigned)url_hex_value(*in->at++);
        digits++;
    }
    *ret_value = (uint16_t)value;
    return digits;
}

/* A decimal number up to 255 without leading zeros, or -1. */
static int read_decimal_byte(struct reader *in)
{
    int value = -1;
    while (in->at < in->end && *in->at >= '0' && *in->at <= '9') {
        if (value == 0)
            return -1;
        value = (value < 0 ? 0 : value * 10) + (*in->at++ - '0');
        if (value > 255)
            return -1;
    }
    return value;
}

static bool read_dotted_tail(struct reader *in)
{
    if (in->count > PIECES - 2)
        return false;
    int bytes[4];
    for (int i = 0; i < 4; i++) {
        if (i > 0 && !take(in, '.'))
            return false;
        bytes[i] = read_decimal_byte(in);
        if (bytes[i] < 0)
            return false;
    }
    in->pieces[in->count++] = (uint16_t)(bytes[0] << 8 | bytes[1]);
    in->pieces[in->count++] = (uint16_t)(bytes[2] << 8 | bytes[3]);
    return in->at == in->end;
}

static bool read_pieces(struct reader *in)
{
    while (in->at < in->end) {
        if (in->count == PIECES)
            return false;
        if (take(in, ':')) {
            if (in->compress >= 0)
                return false;
            in->compress = in->count;
            continue;
        }
        const char *start = in->at;
        uint16_t value;
        int digits = read_piece(in, &value);
        if (digits > 0 && in->at < in->end && *in->at == '.') {
            in->at = start;
            return read_dotted_tail(in);
        }
        if (digits == 0)
            return false;
        in->pieces[in->count++] = value;
        if (in->at < in->end && (!take(in, ':') || in->at == in->end))
            return false;
    }
    return true;
}

/* Moves what stood after "::" to the end; zeros fill the gap. */
static bool expand(struct reader *in)
{
    if (in->compress < 0)
        return in->count == PIECES;
    if (in->count == PIECES)
        return false;
    int tail = in->count - in->compress;
    memmove(in->pieces + PIECES - tail, in->pieces + in->compress,
            (size_t)tail * sizeof in->pieces[0]);
    memset(in->pieces + in->compress, 0, (size_t)(PIECES - in->count) * sizeof in->pieces[0]);
    return true;
}

static int zero_run(const uint16_t pieces[PIECES], int from)
{
    int length = 0;
    while (from + length < PIECES && pieces[from + length] == 0)
        length++;
    return length;
}

/* The first of the longest runs of two or more zeros; PIECES where there is none. */
static int longest_zero_run(const uint16_t pieces[PIECES], int *ret_length)
{
    int best = PIECES;
    *ret_length = 1;
    for (int i = 0; i < PIECES; i++) {
        int length = zero_run(pieces, i);
        if (length > *ret_length) {
            best = i;
            *ret_length = length;
        }
    }
    return best;
}

static size_t serialise(const uint16_t pieces[PIECES], char *ret_text)
{
    int run_length;
    int run = longest_zero_run(pieces, &run_length);
    size_t at = 0;
    ret_text[at++] = '[';
    for (int i = 0; i < PIECES;) {
        if (i == run) {
            ret_text[at++] = ':';
            ret_text[at++] = ':';
            i += run_length;
            continue;
        }
        bool first = i == 0 || i == run + run_length;
        at += (size_t)snprintf(ret_text + at, 6, first ? "%x" : ":%x", (unsigned)pieces[i]);
        i++;
    }
    ret_text[at++] = ']';
    return at;
}

size_t url_ipv6_canonical(const char *text, size_t bytes, char ret_text[URL_IPV6_MAX_BYTES + 1])
{
    struct reader in = {.at = text, .end = text + bytes, .compress = -1};
    if (bytes && text[0] == ':') {
        /* A leading colon is the first half of "::"; the second is read as one. */
        if (bytes < 2 || text[1] != ':')
            return 0;
        in.at++;
    }
    if (!read_pieces(&in) || !expand(&in))
        return 0;
    return serialise(in.pieces, ret_text);
}
