/* data: URIs. Pure functions. */
#include "crawler/extract/data_uri.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <xxhash.h>

#include "crawler/extract/html_text.h"

static const char scheme[] = "data:";
static const char base64_mark[] = "base64";

/* The mark is the last of the head's parameters: ";base64" before the comma, spaces allowed. */
static bool is_base64(const char *head, size_t bytes)
{
    const size_t mark_bytes = sizeof base64_mark - 1;
    while (bytes && head[bytes - 1] == ' ')
        bytes--;
    if (bytes < mark_bytes || strncasecmp(head + bytes - mark_bytes, base64_mark, mark_bytes))
        return false;
    bytes -= mark_bytes;
    while (bytes && head[bytes - 1] == ' ')
        bytes--;
    return bytes && head[bytes - 1] == ';';
}

/* Of the first character of the text: three where it is written as %3C. */
static size_t character_bytes(const char *text, size_t bytes)
{
    bool is_encoded = bytes >= 3 && text[0] == '%' && isxdigit((unsigned char)text[1]) &&
                      isxdigit((unsigned char)text[2]);
    return is_encoded ? 3 : 1;
}

static uint64_t percent_decoded_bytes(const char *text, size_t bytes)
{
    uint64_t count = 0;
    for (size_t i = 0; i < bytes; i += character_bytes(text + i, bytes - i))
        count++;
    return count;
}

/* Padding or white space, also written as %3D and the like. */
static bool is_no_digit(const char *text, size_t character)
{
    if (character == 1)
        return html_is_space(*text) || *text == '=';
    return !strncasecmp(text, "%3d", 3) || !strncmp(text, "%20", 3) || !strncasecmp(text, "%0", 2);
}

/* Four digits carry three bytes; the rest carries nothing. */
static uint64_t base64_decoded_bytes(const char *text, size_t bytes)
{
    uint64_t digits = 0;
    for (size_t i = 0, step; i < bytes; i += step) {
        step = character_bytes(text + i, bytes - i);
        digits += !is_no_digit(text + i, step);
    }
    return digits / 4 * 3 + digits % 4 * 3 / 4;
}

bool data_uri_parse(const char *text, size_t bytes, struct data_uri *ret_uri)
{
    const size_t scheme_bytes = sizeof scheme - 1;
    if (bytes < scheme_bytes || strncasecmp(text, scheme, scheme_bytes))
        return false;
    *ret_uri = (struct data_uri){0};
    const char *comma = memchr(text, ',', bytes);
    if (!comma)
        return true;
    const char *data = comma + 1;
    size_t data_bytes = bytes - (size_t)(data - text);
    ret_uri->head_bytes = (size_t)(data - text);
    ret_uri->data_bytes = is_base64(text + scheme_bytes, (size_t)(comma - text) - scheme_bytes)
                              ? base64_decoded_bytes(data, data_bytes)
                              : percent_decoded_bytes(data, data_bytes);
    return true;
}

bool data_uri_mark(const char *text, size_t bytes, char ret_mark[DATA_URI_MARK_BYTES + 1])
{
    const size_t scheme_bytes = sizeof scheme - 1;
    XXH3_state_t *state = XXH3_createState();
    if (!state)
        return false;
    XXH3_64bits_reset(state);
    XXH3_64bits_update(state, scheme, scheme_bytes);
    XXH3_64bits_update(state, text + scheme_bytes, bytes - scheme_bytes);
    uint64_t hash = XXH3_64bits_digest(state);
    XXH3_freeState(state);
    snprintf(ret_mark, DATA_URI_MARK_BYTES + 1, "#xxh3=%016" PRIx64, hash);
    return true;
}
