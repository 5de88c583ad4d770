/* What callers ask of a parsed URL: its parts, and the crawl's canonical form. Pure functions. */
#include "crawler/extract/url.h"

#include <assert.h>
#include <string.h>

static const char *const error_names[] = {
    [URL_OK] = "ok",
    [URL_INVALID] = "invalid",
    [URL_OTHER_SCHEME] = "other_scheme",
    [URL_TOO_LONG] = "too_long",
};
static_assert(sizeof error_names / sizeof error_names[0] == URL_ERROR_COUNT, "one name each");

const char *url_error_name(enum url_error error)
{
    return error_names[error];
}

static void drop_fragment(struct url *url)
{
    url->length = url->fragment_start;
    url->href[url->length] = '\0';
}

static void drop_credentials(struct url *url)
{
    size_t start = url->scheme_end + strlen("://");
    uint16_t dropped = (uint16_t)(url->host_start - start);
    memmove(url->href + start, url->href + url->host_start,
            (size_t)url->length - url->host_start + 1);
    url->host_start = (uint16_t)(url->host_start - dropped);
    url->host_end = (uint16_t)(url->host_end - dropped);
    url->path_start = (uint16_t)(url->path_start - dropped);
    url->query_start = (uint16_t)(url->query_start - dropped);
    url->fragment_start = (uint16_t)(url->fragment_start - dropped);
    url->length = (uint16_t)(url->length - dropped);
    url->has_credentials = false;
}

void url_canonicalise(struct url *url)
{
    drop_fragment(url);
    if (url->has_credentials)
        drop_credentials(url);
}

static struct url_slice slice(const struct url *url, size_t start, size_t end)
{
    return (struct url_slice){.data = url->href + start, .bytes = end - start};
}

struct url_slice url_host(const struct url *url)
{
    return slice(url, url->host_start, url->host_end);
}

struct url_slice url_origin(const struct url *url)
{
    assert(!url->has_credentials);
    return slice(url, 0, url->path_start);
}

struct url_slice url_path(const struct url *url)
{
    return slice(url, url->path_start, url->query_start);
}

struct url_slice url_path_and_query(const struct url *url)
{
    return slice(url, url->path_start, url->fragment_start);
}
