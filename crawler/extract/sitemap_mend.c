/* See sitemap_mend.h.
 *
 * The text is walked twice by the same code, once to count and once to write, so that the many that
 * are sound are not copied. In CDATA and comments '&' is a letter, and a document type is left as
 * it is: where there is one it may define entities, so that any name may be meant. */
#include "crawler/extract/sitemap_mend.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "crawler/extract/arena.h"

/* A copy is longer than the text by no more than four times that. */
enum { MENDS_MAX = 1 << 20, NAME_MAX_BYTES = 64 };

struct mending {
    const char *at, *end;
    char *out; /* NULL: only counts */
    size_t bytes, mends;
    bool has_doctype;
};

static void put(struct mending *mending, const char *data, size_t bytes)
{
    if (mending->out)
        memcpy(mending->out + mending->bytes, data, bytes);
    mending->bytes += bytes;
}

static bool begins(const struct mending *mending, const char *word)
{
    size_t bytes = strlen(word);
    return (size_t)(mending->end - mending->at) >= bytes &&
           strncasecmp(mending->at, word, bytes) == 0;
}

/* XML 1.0 §2.2 */
static bool is_control(char c)
{
    return (unsigned char)c < 0x20 && c != '\t' && c != '\n' && c != '\r';
}

/* References */

static bool is_character(unsigned long code)
{
    return code == '\t' || code == '\n' || code == '\r' || (code >= 0x20 && code < 0xd800) ||
           (code >= 0xe000 && code < 0xfffe) || (code >= 0x10000 && code <= 0x10ffff);
}

/* "123", "x7B" */
static bool is_number(const char *text, size_t bytes)
{
    unsigned base = bytes > 0 && *text == 'x' ? 16 : 10;
    unsigned long code = 0;
    size_t i = base == 16;
    if (i == bytes)
        return false;
    for (; i < bytes && code <= 0x10ffff; i++) {
        static const char digits[] = "0123456789abcdef";
        int c = text[i] >= 'A' && text[i] <= 'F' ? text[i] + ('a' - 'A') : text[i];
        const char *digit = memchr(digits, c, base);
        if (!digit)
            return false;
        code = code * base + (unsigned long)(digit - digits);
    }
    return is_character(code);
}

static bool is_name(const char *text, size_t bytes)
{
    static const char *const predefined[] = {"amp", "lt", "gt", "quot", "apos"};
    for (size_t i = 0; i < sizeof predefined / sizeof predefined[0]; i++)
        if (strlen(predefined[i]) == bytes && memcmp(predefined[i], text, bytes) == 0)
            return true;
    return false;
}

/* Whether the '&' where we are begins one. */
static bool is_reference(const struct mending *mending)
{
    const char *text = mending->at + 1;
    size_t left = (size_t)(mending->end - text);
    const char *semicolon = memchr(text, ';', left < NAME_MAX_BYTES ? left : NAME_MAX_BYTES);
    if (!semicolon || semicolon == text)
        return false;
    size_t bytes = (size_t)(semicolon - text);
    if (*text == '#')
        return is_number(text + 1, bytes - 1);
    if (!mending->has_doctype)
        return is_name(text, bytes);
    for (size_t i = 0; i < bytes; i++)
        if (memchr(" \t\r\n<>&=\"'/?#", text[i], 14))
            return false;
    return true;
}

/* The walk */

static void put_char(struct mending *mending)
{
    char c = *mending->at++;
    bool is_bad = is_control(c);
    mending->mends += is_bad;
    put(mending, is_bad ? " " : &c, 1);
}

static void put_ampersand(struct mending *mending)
{
    if (is_reference(mending)) {
        put_char(mending);
        return;
    }
    put(mending, "&amp;", 5);
    mending->mends++;
    mending->at++;
}

/* What reads so far, and no further, is no place for references. */
static void put_through(struct mending *mending, const char *word)
{
    size_t bytes = strlen(word);
    const char *found = memmem(mending->at, (size_t)(mending->end - mending->at), word, bytes);
    const char *stop = found ? found + bytes : mending->end;
    while (mending->at < stop)
        put_char(mending);
}

static void put_doctype(struct mending *mending)
{
    size_t left = (size_t)(mending->end - mending->at);
    const char *bracket = memchr(mending->at, '[', left);
    const char *close = memchr(mending->at, '>', left);
    mending->has_doctype = true;
    if (bracket && close && bracket < close)
        put_through(mending, "]");
    put_through(mending, ">");
}

static void walk(struct mending *mending)
{
    while (mending->at < mending->end) {
        if (*mending->at == '&')
            put_ampersand(mending);
        else if (*mending->at != '<')
            put_char(mending);
        else if (begins(mending, "<![CDATA["))
            put_through(mending, "]]>");
        else if (begins(mending, "<!--"))
            put_through(mending, "-->");
        else if (begins(mending, "<!DOCTYPE"))
            put_doctype(mending);
        else
            put_char(mending);
    }
}

const char *sitemap_mend(struct arena *arena, const char *text, size_t bytes, size_t *ret_bytes)
{
    struct mending mending = {.at = text, .end = text + bytes};
    walk(&mending);
    *ret_bytes = bytes;
    if (mending.mends == 0 || mending.mends > MENDS_MAX)
        return text;
    char *copy = arena_alloc(arena, mending.bytes);
    if (!copy)
        return text;
    mending = (struct mending){.at = text, .end = text + bytes, .out = copy};
    walk(&mending);
    *ret_bytes = mending.bytes;
    return copy;
}
