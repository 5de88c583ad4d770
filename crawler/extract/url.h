/* URLs by the WHATWG URL Standard (section 4.4, the basic URL parser), for http and https; other
 * schemes are recognised and reported so, so that a caller can leave mailto: and data: alone.
 *
 * Plain functions over caller-owned buffers; any thread or process.
 */
#ifndef IMGCRAWL_EXTRACT_URL_H
#define IMGCRAWL_EXTRACT_URL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of the serialised form, and of an input without the white space that does not count; what is
 * longer is refused, also where it would shrink as its dot segments are resolved. */
enum { URL_MAX_BYTES = 8192 };

/* A parsed, serialised URL. Offsets into href; each component ends where the next begins:
 *   scheme ':' "//" [user[:password]@] host [':' port] path ['?' query] ['#' fragment] */
struct url {
    uint16_t length;     /* of href */
    uint16_t scheme_end; /* the ':' */
    uint16_t host_start; /* after "//" and credentials */
    uint16_t host_end;
    uint16_t path_start;     /* after the port, if any */
    uint16_t query_start;    /* the '?', or where it would stand */
    uint16_t fragment_start; /* the '#', or length */
    uint16_t port;           /* effective port: 80 and 443 where none is written */
    bool is_https;
    bool has_credentials;
    bool host_is_ip;              /* IPv4 or [IPv6] literal, in canonical form */
    char href[URL_MAX_BYTES + 1]; /* NUL-ended, ASCII only */
};

enum url_error {
    URL_OK,
    URL_INVALID,      /* the standard's "failure" */
    URL_OTHER_SCHEME, /* a valid URL perhaps, but neither http nor https */
    URL_TOO_LONG,
    URL_ERROR_COUNT
};
const char *url_error_name(enum url_error error);

/* Parses input (UTF-8, not NUL-ended; invalid bytes count as U+FFFD) against base (NULL: input must
 * be absolute). ret_url may not overlap base. It is untouched unless URL_OK. */
enum url_error url_parse(const char *input, size_t bytes, const struct url *base,
                         struct url *ret_url);

/* The crawl's one canonical form, in place: fragment dropped, credentials dropped. The rest is what
 * the standard's serialiser already gives (case of scheme and host, default port, dot segments,
 * percent-encoding). Documented in README "URLs". */
void url_canonicalise(struct url *url);

/* Slices of a parsed URL, not NUL-ended. */
struct url_slice {
    const char *data;
    size_t bytes;
};
struct url_slice url_host(const struct url *url); /* IPv6 with brackets */
struct url_slice url_origin(
    const struct url *url); /* scheme://host[:port]; only without credentials */
struct url_slice url_path(const struct url *url);
struct url_slice url_path_and_query(const struct url *url);

#endif
