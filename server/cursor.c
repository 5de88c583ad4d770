/* Cursors as base64url (RFC 4648 §5) without padding, over 30 bytes, little-endian:
 *   version 1 · listing 1 · job id 8 · last id 8 · filters 8 · check 4
 */
#include "server/cursor.h"

#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include <xxhash.h>

enum { VERSION = 1, CHECKED_BYTES = 26, CURSOR_BYTES = 30, ENCODED_BYTES = 40 };
static_assert(CURSOR_BYTES % 3 == 0 && CURSOR_BYTES / 3 * 4 == ENCODED_BYTES, "no padding");
static_assert((int)ENCODED_BYTES < (int)CURSOR_TEXT_BYTES, "room for the NUL");

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static void put(unsigned char *bytes, uint64_t value, int count)
{
    for (int i = 0; i < count; i++)
        bytes[i] = (unsigned char)(value >> (8 * i));
}

static uint64_t get(const unsigned char *bytes, int count)
{
    uint64_t value = 0;

    for (int i = 0; i < count; i++)
        value |= (uint64_t)bytes[i] << (8 * i);
    return value;
}

static void pack(const struct cursor *cursor, unsigned char bytes[CURSOR_BYTES])
{
    bytes[0] = VERSION;
    bytes[1] = (unsigned char)cursor->listing;
    put(bytes + 2, (uint64_t)cursor->job_id, 8);
    put(bytes + 10, (uint64_t)cursor->last_id, 8);
    put(bytes + 18, cursor->filters, 8);
    put(bytes + CHECKED_BYTES, XXH32(bytes, CHECKED_BYTES, 0), 4);
}

void cursor_encode(const struct cursor *cursor, char ret_text[CURSOR_TEXT_BYTES])
{
    unsigned char bytes[CURSOR_BYTES];

    pack(cursor, bytes);
    for (int from = 0, to = 0; from < CURSOR_BYTES; from += 3, to += 4) {
        uint32_t group =
            (uint32_t)bytes[from] << 16 | (uint32_t)bytes[from + 1] << 8 | bytes[from + 2];

        for (int i = 0; i < 4; i++)
            ret_text[to + i] = alphabet[group >> (18 - 6 * i) & 63];
    }
    ret_text[ENCODED_BYTES] = '\0';
}

static int unpack(const char *text, unsigned char ret_bytes[CURSOR_BYTES])
{
    if (strlen(text) != ENCODED_BYTES)
        return -EBADMSG;
    for (int from = 0, to = 0; from < ENCODED_BYTES; from += 4, to += 3) {
        uint32_t group = 0;

        for (int i = 0; i < 4; i++) {
            const char *digit = strchr(alphabet, text[from + i]);

            if (!digit)
                return -EBADMSG;
            group = group << 6 | (uint32_t)(digit - alphabet);
        }
        ret_bytes[to] = (unsigned char)(group >> 16);
        ret_bytes[to + 1] = (unsigned char)(group >> 8);
        ret_bytes[to + 2] = (unsigned char)group;
    }
    return 0;
}

int cursor_decode(const char *text, const struct cursor *here, int64_t *ret_last_id)
{
    unsigned char bytes[CURSOR_BYTES];

    if (unpack(text, bytes) < 0 || bytes[0] != VERSION ||
        get(bytes + CHECKED_BYTES, 4) != XXH32(bytes, CHECKED_BYTES, 0))
        return -EBADMSG;
    if (bytes[1] != here->listing || get(bytes + 2, 8) != (uint64_t)here->job_id ||
        get(bytes + 18, 8) != here->filters)
        return -EXDEV;
    *ret_last_id = (int64_t)get(bytes + 10, 8);
    return 0;
}
