/* See json_value.h. */
#include "server/json_value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Length of the valid UTF-8 sequence at `bytes`, which end with NUL; 0 where there is none.
 * Shortest forms only, no surrogates, at most U+10FFFF (RFC 3629 §4). */
static size_t utf8_sequence(const unsigned char *bytes)
{
    unsigned lowest = 0x80, highest = 0xbf;
    size_t length;

    if (bytes[0] < 0x80)
        return 1;
    if (bytes[0] >= 0xc2 && bytes[0] <= 0xdf) {
        length = 2;
    } else if (bytes[0] >= 0xe0 && bytes[0] <= 0xef) {
        length = 3;
        lowest = bytes[0] == 0xe0 ? 0xa0 : 0x80;
        highest = bytes[0] == 0xed ? 0x9f : 0xbf;
    } else if (bytes[0] >= 0xf0 && bytes[0] <= 0xf4) {
        length = 4;
        lowest = bytes[0] == 0xf0 ? 0x90 : 0x80;
        highest = bytes[0] == 0xf4 ? 0x8f : 0xbf;
    } else {
        return 0;
    }
    if (bytes[1] < lowest || bytes[1] > highest)
        return 0;
    for (size_t i = 2; i < length; i++)
        if (bytes[i] < 0x80 || bytes[i] > 0xbf)
            return 0;
    return length;
}

static json_t *repaired_text(const char *text)
{
    const unsigned char *from = (const unsigned char *)text;
    char *repaired = malloc(strlen(text) * 3 + 1), *to = repaired;
    json_t *value;

    if (!repaired)
        abort();
    while (*from) {
        size_t length = utf8_sequence(from);

        if (length > 0) {
            memcpy(to, from, length);
            to += length;
            from += length;
        } else {
            memcpy(to, "\xef\xbf\xbd", 3);
            to += 3;
            from++;
        }
    }
    value = json_stringn_nocheck(repaired, (size_t)(to - repaired));
    free(repaired);
    return value;
}

json_t *json_text(const char *text)
{
    json_t *value;

    if (!text)
        return json_null();
    value = json_string(text);
    return value ? value : repaired_text(text);
}

json_t *json_text_or_null(const char *text)
{
    return json_text(text && *text ? text : NULL);
}

json_t *json_time(int64_t epoch_ms)
{
    time_t seconds = (time_t)(epoch_ms / 1000);
    char text[64];
    struct tm utc;
    size_t length;

    if (epoch_ms <= 0 || !gmtime_r(&seconds, &utc))
        return json_null();
    length = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(text + length, sizeof text - length, ".%03dZ", (int)(epoch_ms % 1000));
    return json_string(text);
}

json_t *json_id(int64_t id)
{
    return id == 0 ? json_null() : json_integer(id);
}
