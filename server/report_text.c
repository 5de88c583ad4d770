/* See report_text.h. */
#include "server/report_text.h"

#include <stdbool.h>
#include <string.h>
#include <time.h>

/* One character; 0xfffd for what is none (RFC 3629 section 4), which takes one byte. */
static uint32_t decode(const unsigned char *at, size_t *ret_bytes)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t bytes = at[0] < 0x80 ? 1 : at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;
    uint32_t code = bytes == 1 ? at[0] : at[0] & (0xffu >> (bytes + 1));
    *ret_bytes = 1;
    if (at[0] >= 0xf8 || (at[0] >= 0x80 && at[0] < 0xc0))
        return 0xfffd;
    for (size_t i = 1; i < bytes; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0xfffd;
        code = code << 6 | (at[i] & 0x3f);
    }
    if (code < least[bytes] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
        return 0xfffd;
    *ret_bytes = bytes;
    return code;
}

static bool is_allowed(uint32_t code)
{
    if (code < 0x20)
        return code == '\t' || code == '\n';
    return (code < 0x7f || code > 0x9f) && (code < 0xfdd0 || code > 0xfdef) &&
           (code & 0xfffe) != 0xfffe;
}

static const char *entity(uint32_t code)
{
    switch (code) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

static void put_character(FILE *out, uint32_t code, const unsigned char *at, size_t bytes)
{
    if (!is_allowed(code) || code == 0xfffd)
        fputs("\xef\xbf\xbd", out);
    else if (entity(code))
        fputs(entity(code), out);
    else
        fwrite(at, 1, bytes, out);
}

void report_put(FILE *out, const char *text, size_t most)
{
    const unsigned char *at = (const unsigned char *)(text ? text : "");
    for (size_t count = 0; *at; count++) {
        if (most > 0 && count == most) {
            fputs("…", out);
            return;
        }
        size_t bytes = 1;
        uint32_t code = decode(at, &bytes);
        put_character(out, code, at, bytes);
        at += bytes;
    }
}

void report_put_time(FILE *out, int64_t epoch_ms)
{
    time_t seconds = (time_t)(epoch_ms / 1000);
    char text[64] = "";
    struct tm utc;
    if (epoch_ms > 0 && gmtime_r(&seconds, &utc))
        strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &utc);
    fputs(*text ? text : "never", out);
}
