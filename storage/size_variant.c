/* See size_variant.h. Conservative: a pattern counts only where it stands by itself, between the
 * characters that end a parameter, a path segment or the name of a file. */
#include "storage/size_variant.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { MOST_DIGITS = 5 };

/* Query parameters that ask for a size or quality, and whose value is a number (300, 300px, 0.5).
 */
static const char *const size_parameters[] = {
    "w",       "h",        "width",     "height",     "size",      "q",      "quality", "dpr",
    "imwidth", "imheight", "maxwidth",  "maxheight",  "max-w",     "max-h",  "wid",     "hei",
    "sw",      "sh",       "max_width", "max_height", "thumbsize", "resize", "scale",   "qlt"};
/* At the end of a file's name, before the dot. */
static const char *const size_suffixes[] = {
    "_thumb",  "-thumb", "_thumbnail", "-thumbnail", "_small", "-small", "_medium",
    "-medium", "_large", "-large",     "_square",    "@2x",    "@3x",    "@1x"};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* How many bytes of digits stand there; 0: none, or more than a size has. */
static size_t digits(const char *at, const char *end)
{
    size_t count = 0;
    while (at + count < end && isdigit((unsigned char)at[count]))
        count++;
    return count <= MOST_DIGITS ? count : 0;
}

/* "300", "300px", "1.5", "300x200", "300,200". */
static bool is_size_value(const char *at, const char *end)
{
    size_t first = digits(at, end);
    at += first;
    if (first == 0)
        return false;
    if (at < end && strchr("x,.*", *at)) {
        size_t second = digits(at + 1, end);
        if (second == 0)
            return false;
        at += 1 + second;
    }
    if (end - at == 2 && strncasecmp(at, "px", 2) == 0)
        at += 2;
    return at == end;
}

static bool is_size_parameter(const char *at, const char *end)
{
    const char *equals = memchr(at, '=', (size_t)(end - at));
    if (!equals || !is_size_value(equals + 1, end))
        return false;
    for (size_t i = 0; i < COUNT(size_parameters); i++)
        if (strlen(size_parameters[i]) == (size_t)(equals - at) &&
            strncasecmp(size_parameters[i], at, (size_t)(equals - at)) == 0)
            return true;
    return false;
}

/* One directive of a path segment of an image server: "w_300", "h-200", "q_auto", "c_fill" … Those
 * that cut a part out are none: they make another picture. */
static bool is_directive(const char *at, const char *end)
{
    static const char *const fixed[] = {"q_auto", "f_auto",  "c_scale",
                                        "c_fit",  "c_limit", "dpr_auto"};
    for (size_t i = 0; i < COUNT(fixed); i++)
        if (strlen(fixed[i]) == (size_t)(end - at) && memcmp(fixed[i], at, strlen(fixed[i])) == 0)
            return true;
    if (end - at > 4 && strncmp(at, "dpr_", 4) == 0)
        return is_size_value(at + 4, end);
    return end - at > 2 && strchr("whq", at[0]) && strchr("_-=", at[1]) &&
           is_size_value(at + 2, end) && !memchr(at + 2, ',', (size_t)(end - at - 2));
}

/* "w_300,h_200", "300x200": the whole of a path segment. */
static bool is_size_segment(const char *at, const char *end)
{
    const char *x = memchr(at, 'x', (size_t)(end - at));
    if (x && digits(at, x) == (size_t)(x - at) && x > at)
        return end > x + 1 && digits(x + 1, end) == (size_t)(end - x - 1);
    while (at < end) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        const char *stop = comma ? comma : end;
        if (!is_directive(at, stop))
            return false;
        at = comma ? comma + 1 : end;
        if (comma && at == end)
            return false;
    }
    return true;
}

/* "-300x200", "_300x200", "-300w" at the end of a file's name: its length, else 0. */
static size_t size_in_name(const char *at, const char *end)
{
    const char *last = end;
    bool is_wide = last > at && last[-1] == 'w';
    if (is_wide)
        last--;
    const char *start = last;
    while (start > at && isdigit((unsigned char)start[-1]))
        start--;
    if (start == last || last - start > MOST_DIGITS)
        return 0;
    if (!is_wide) {
        if (start == at || start[-1] != 'x')
            return 0;
        last = --start;
        while (start > at && isdigit((unsigned char)start[-1]))
            start--;
        if (start == last || last - start > MOST_DIGITS)
            return 0;
    }
    return start > at + 1 && strchr("-_", start[-1]) ? (size_t)(end - start + 1) : 0;
}

static size_t suffix_of_name(const char *at, const char *end)
{
    for (size_t i = 0; i < COUNT(size_suffixes); i++) {
        size_t bytes = strlen(size_suffixes[i]);
        if ((size_t)(end - at) > bytes && strncasecmp(end - bytes, size_suffixes[i], bytes) == 0)
            return bytes;
    }
    return size_in_name(at, end);
}

struct rest {
    char *text;
    size_t bytes;
    bool is_shorter;
};

static void keep(struct rest *rest, const char *at, const char *end)
{
    memcpy(rest->text + rest->bytes, at, (size_t)(end - at));
    rest->bytes += (size_t)(end - at);
}

/* The last segment, from its slash on: what stands at the end of the name goes, before its last
 * dot.
 */
static void keep_name(struct rest *rest, const char *at, const char *end)
{
    const char *dot = memrchr(at, '.', (size_t)(end - at));
    const char *stop = dot ? dot : end;
    size_t suffix = stop > at ? suffix_of_name(at + 1, stop) : 0;
    rest->is_shorter |= suffix > 0;
    keep(rest, at, stop - suffix);
    keep(rest, stop, end);
}

static void keep_path(struct rest *rest, const char *at, const char *end)
{
    while (at < end) {
        const char *slash = memchr(at + 1, '/', (size_t)(end - at - 1));
        const char *stop = slash ? slash : end;
        if (!slash)
            keep_name(rest, at, stop);
        else if (stop > at + 1 && is_size_segment(at + 1, stop))
            rest->is_shorter = true;
        else
            keep(rest, at, stop);
        at = stop;
    }
}

static void keep_query(struct rest *rest, const char *at, const char *end)
{
    char mark = '?';
    while (at < end) {
        const char *ampersand = memchr(at + 1, '&', (size_t)(end - at - 1));
        const char *stop = ampersand ? ampersand : end;
        if (is_size_parameter(at + 1, stop)) {
            rest->is_shorter = true;
        } else {
            rest->text[rest->bytes++] = mark;
            keep(rest, at + 1, stop);
            mark = '&';
        }
        at = stop;
    }
}

bool size_variant_rest(const char *url, size_t bytes, char *ret_rest, size_t *ret_bytes)
{
    const char *end = url + bytes;
    const char *host = memmem(url, bytes, "://", 3);
    const char *path = host ? memchr(host + 3, '/', (size_t)(end - host - 3)) : NULL;
    if (!path)
        return false;
    const char *fragment = memchr(path, '#', (size_t)(end - path));
    if (fragment)
        end = fragment;
    const char *query = memchr(path, '?', (size_t)(end - path));
    struct rest rest = {.text = ret_rest};
    keep(&rest, url, path);
    keep_path(&rest, path, query ? query : end);
    if (query)
        keep_query(&rest, query, end);
    rest.text[rest.bytes] = '\0';
    *ret_bytes = rest.bytes;
    return rest.is_shorter;
}
