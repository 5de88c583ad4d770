/* The URL parser: WHATWG URL Standard section 4.4, what of it counts for http and https.
 *
 * Instead of the standard's state machine over code points, one function for each part of a URL
 * reads a span and writes its serialised form at once: the result never exists as components. Runs
 * in parse processes for every link of a page, so it makes no copy of plain input and allocates
 * nothing (but for non-ASCII hosts); the result is built on the stack and copied out when it is
 * valid.
 */
#include "crawler/extract/url.h"

#include <string.h>

#include "crawler/extract/url_encode.h"
#include "crawler/extract/url_host.h"

struct parser {
    const char *at; /* input that is still to be read; no tabs or newlines in it */
    const char *end;
    struct url_writer out; /* url->href */
    struct url *url;
};

static bool is_slash(const struct parser *p)
{
    return p->at < p->end && (*p->at == '/' || *p->at == '\\');
}

/* --- the input: trimmed, without tabs and newlines --- */

struct span {
    const char *data;
    size_t bytes;
    bool cut; /* more than URL_MAX_BYTES; only the start is here */
};

static struct span trim(const char *input, size_t bytes)
{
    while (bytes && (unsigned char)input[0] <= ' ') {
        input++;
        bytes--;
    }
    while (bytes && (unsigned char)input[bytes - 1] <= ' ')
        bytes--;
    return (struct span){.data = input, .bytes = bytes};
}

static size_t find_dropped(const char *text, size_t bytes)
{
    size_t at = 0;
    while (at < bytes && !(url_byte_class[(unsigned char)text[at]] & URL_DROPPED))
        at++;
    return at;
}

/* The input without the bytes that do not count: itself where it has none, else a copy in buffer.
 */
static struct span clean(const char *input, size_t bytes, char buffer[URL_MAX_BYTES])
{
    struct span text = trim(input, bytes);
    size_t within = text.bytes <= URL_MAX_BYTES ? text.bytes : URL_MAX_BYTES;
    if (find_dropped(text.data, within) == within)
        return (struct span){.data = text.data, .bytes = within, .cut = within < text.bytes};
    size_t kept = 0;
    size_t at = 0;
    for (; at < text.bytes && kept < URL_MAX_BYTES; at++)
        if (!(url_byte_class[(unsigned char)text.data[at]] & URL_DROPPED))
            buffer[kept++] = text.data[at];
    return (struct span){.data = buffer, .bytes = kept, .cut = at < text.bytes};
}

/* --- scheme --- */

static bool is_letter(char c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* Bytes of the scheme that text begins with, without its colon; 0 where there is none. */
static size_t scheme_bytes(const char *text, size_t bytes)
{
    if (bytes == 0 || !is_letter(text[0]))
        return 0;
    size_t at = 1;
    while (at < bytes && url_byte_class[(unsigned char)text[at]] & URL_SCHEME)
        at++;
    return at < bytes && text[at] == ':' ? at : 0;
}

static bool scheme_is(const char *text, size_t bytes, const char *scheme)
{
    return bytes == strlen(scheme) && strncasecmp(text, scheme, bytes) == 0;
}

static void write_scheme(struct parser *p, bool is_https)
{
    p->url->is_https = is_https;
    url_write(&p->out, "https", is_https ? 5 : 4);
    p->url->scheme_end = (uint16_t)p->out.bytes;
    url_write(&p->out, "://", 3);
}

/* --- authority: credentials, host, port --- */

/* An empty user and password together leave no trace (section 4.5, "includes credentials"). */
static void write_credentials(struct parser *p, const char *text, size_t bytes)
{
    const char *colon = memchr(text, ':', bytes);
    size_t user_bytes = colon ? (size_t)(colon - text) : bytes;
    size_t password_bytes = colon ? bytes - user_bytes - 1 : 0;
    p->url->has_credentials = user_bytes || password_bytes;
    if (!p->url->has_credentials)
        return;
    url_write_encoded(&p->out, text, user_bytes, URL_ENCODE_USERINFO);
    if (password_bytes) {
        url_write_char(&p->out, ':');
        url_write_encoded(&p->out, colon + 1, password_bytes, URL_ENCODE_USERINFO);
    }
    url_write_char(&p->out, '@');
}

/* The colon before the port: the first one that is not inside brackets. end where there is none. */
static const char *find_port(const char *text, const char *end)
{
    bool inside_brackets = false;
    for (; text < end; text++) {
        if (*text == '[')
            inside_brackets = true;
        else if (*text == ']')
            inside_brackets = false;
        else if (*text == ':' && !inside_brackets)
            break;
    }
    return text;
}

/* text: the colon and the digits after it, or nothing. A scheme's own port is not written. */
static bool write_port(struct parser *p, const char *text, const char *end)
{
    unsigned own = p->url->is_https ? 443 : 80;
    unsigned port = 0;
    p->url->port = (uint16_t)own;
    if (end - text < 2)
        return true;
    for (const char *at = text + 1; at < end; at++) {
        if (*at < '0' || *at > '9')
            return false;
        port = port * 10 + (unsigned)(*at - '0');
        if (port > UINT16_MAX)
            return false;
    }
    if (port == own)
        return true;
    p->url->port = (uint16_t)port;
    char digits[5];
    size_t count = 0;
    do
        digits[sizeof digits - ++count] = (char)('0' + port % 10);
    while (port /= 10);
    url_write_char(&p->out, ':');
    url_write(&p->out, digits + sizeof digits - count, count);
    return true;
}

/* Any number of slashes of either kind may stand before it. */
static bool parse_authority(struct parser *p)
{
    while (is_slash(p))
        p->at++;
    const char *start = p->at;
    while (p->at < p->end && !(url_byte_class[(unsigned char)*p->at] & URL_ENDS_SEGMENT))
        p->at++;
    const char *at_sign = memrchr(start, '@', (size_t)(p->at - start));
    p->url->has_credentials = false;
    if (at_sign)
        write_credentials(p, start, (size_t)(at_sign - start));
    const char *host = at_sign ? at_sign + 1 : start;
    const char *colon = find_port(host, p->at);
    if (colon == host)
        return false;
    p->url->host_start = (uint16_t)p->out.bytes;
    if (!url_write_host(&p->out, host, (size_t)(colon - host), &p->url->host_is_ip))
        return false;
    p->url->host_end = (uint16_t)p->out.bytes;
    if (!write_port(p, colon, p->at))
        return false;
    p->url->path_start = (uint16_t)p->out.bytes;
    return true;
}

/* --- path, query, fragment --- */

/* 1 for a single-dot segment, 2 for a double-dot one, 0 for others; a dot may be written as %2e. */
static int count_dots(const char *text, size_t bytes)
{
    int dots = 0;
    while (bytes) {
        size_t step = text[0] == '.' ? 1 : 3;
        if (step == 3 && (bytes < 3 || text[0] != '%' || text[1] != '2' || (text[2] | 0x20) != 'e'))
            return 0;
        if (++dots > 2)
            return 0;
        text += step;
        bytes -= step;
    }
    return dots;
}

static void drop_last_segment(struct parser *p)
{
    while (p->out.bytes > p->url->path_start)
        if (p->out.data[--p->out.bytes] == '/')
            return;
}

/* Appends the segments that begin at p->at, which is past the slash before the first, to the path
 * written so far. */
static void parse_path(struct parser *p)
{
    for (;;) {
        const char *segment = p->at;
        while (p->at < p->end && !(url_byte_class[(unsigned char)*p->at] & URL_ENDS_SEGMENT))
            p->at++;
        size_t bytes = (size_t)(p->at - segment);
        bool is_last = !is_slash(p);
        int dots = count_dots(segment, bytes);
        if (dots == 2)
            drop_last_segment(p);
        if (dots == 0 || is_last)
            url_write_char(&p->out, '/');
        if (dots == 0)
            url_write_encoded(&p->out, segment, bytes, URL_ENCODE_PATH);
        if (is_last)
            return;
        p->at++;
    }
}

static void parse_query(struct parser *p)
{
    p->url->query_start = (uint16_t)p->out.bytes;
    if (p->at == p->end || *p->at != '?')
        return;
    const char *hash = memchr(p->at, '#', (size_t)(p->end - p->at));
    const char *query_end = hash ? hash : p->end;
    url_write_char(&p->out, '?');
    p->at++;
    url_write_encoded(&p->out, p->at, (size_t)(query_end - p->at), URL_ENCODE_QUERY);
    p->at = query_end;
}

static void parse_fragment(struct parser *p)
{
    p->url->fragment_start = (uint16_t)p->out.bytes;
    if (p->at == p->end)
        return;
    url_write_char(&p->out, '#');
    p->at++;
    url_write_encoded(&p->out, p->at, (size_t)(p->end - p->at), URL_ENCODE_FRAGMENT);
}

/* --- the whole --- */

static bool parse_absolute(struct parser *p, bool is_https)
{
    write_scheme(p, is_https);
    if (!parse_authority(p))
        return false;
    if (is_slash(p))
        p->at++;
    parse_path(p);
    parse_query(p);
    parse_fragment(p);
    return true;
}

/* Takes the first bytes of base, at least up to its path, as the start of the result. */
static void copy_base(struct parser *p, const struct url *base, size_t bytes)
{
    url_write(&p->out, base->href, bytes);
    memcpy(p->url, base, offsetof(struct url, href));
}

static size_t bytes_before_last_segment(const struct url *base)
{
    const char *path = base->href + base->path_start;
    const char *slash = memrchr(path, '/', (size_t)(base->query_start - base->path_start));
    return (size_t)(slash - base->href);
}

static bool parse_relative(struct parser *p, const struct url *base)
{
    if (is_slash(p)) {
        p->at++;
        if (is_slash(p))
            return parse_absolute(p, base->is_https);
        copy_base(p, base, base->path_start);
        parse_path(p);
        parse_query(p);
    } else if (p->at == p->end || *p->at == '#') { /* NOLINT(*UndefinedBinaryOperatorResult) */
        copy_base(p, base, base->fragment_start);
    } else if (*p->at == '?') {
        copy_base(p, base, base->query_start);
        parse_query(p);
    } else {
        copy_base(p, base, bytes_before_last_segment(base));
        parse_path(p);
        parse_query(p);
    }
    parse_fragment(p);
    return true;
}

/* Reads the scheme and decides between the two kinds; p->at is behind it where there was one. */
static enum url_error parse(struct parser *p, const struct url *base)
{
    size_t bytes = scheme_bytes(p->at, (size_t)(p->end - p->at));
    if (bytes == 0) {
        if (!base)
            return URL_INVALID;
        return parse_relative(p, base) ? URL_OK : URL_INVALID;
    }
    bool is_https = scheme_is(p->at, bytes, "https");
    if (!is_https && !scheme_is(p->at, bytes, "http"))
        return URL_OTHER_SCHEME;
    p->at += bytes + 1;
    bool has_slashes = p->end - p->at >= 2 && p->at[0] == '/' && p->at[1] == '/';
    if (base && base->is_https == is_https && !has_slashes)
        return parse_relative(p, base) ? URL_OK : URL_INVALID;
    return parse_absolute(p, is_https) ? URL_OK : URL_INVALID;
}

enum url_error url_parse(const char *input, size_t bytes, const struct url *base,
                         struct url *ret_url)
{
    char buffer[URL_MAX_BYTES];
    struct url url;
    struct span text = clean(input, bytes, buffer);
    struct parser p = {.at = text.data,
                       .end = text.data + text.bytes,
                       .out = {.data = url.href, .capacity = URL_MAX_BYTES},
                       .url = &url};
    enum url_error error = parse(&p, base);
    if (error == URL_OTHER_SCHEME)
        return error;
    if (text.cut || p.out.full)
        return URL_TOO_LONG;
    if (error != URL_OK)
        return error;
    url.length = (uint16_t)p.out.bytes;
    url.href[p.out.bytes] = '\0';
    memcpy(ret_url, &url, offsetof(struct url, href) + p.out.bytes + 1);
    return URL_OK;
}
