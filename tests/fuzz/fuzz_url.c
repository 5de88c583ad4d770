/* Fuzzing URLs: "BASE\nINPUT". What comes out of the parser goes in again unchanged. */
#include <stdint.h>
#include <string.h>

#include "crawler/extract/url.h"
#include "tests/fuzz/demand.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void check_offsets(const struct url *url)
{
    demand(url->scheme_end < url->host_start && url->host_start < url->host_end);
    demand(url->host_end <= url->path_start && url->path_start < url->query_start);
    demand(url->query_start <= url->fragment_start && url->fragment_start <= url->length);
    demand(url->href[url->path_start] == '/' && strlen(url->href) == url->length);
    for (size_t i = 0; i < url->length; i++)
        demand(url->href[i] > ' ' && url->href[i] < 0x7f);
}

static void check_stable(const struct url *url)
{
    struct url again;
    check_offsets(url);
    demand(url_parse(url->href, url->length, NULL, &again) == URL_OK);
    demand(strcmp(again.href, url->href) == 0);
    demand(memcmp(&again, url, offsetof(struct url, has_credentials)) == 0);
    demand(again.host_is_ip == url->host_is_ip && again.has_credentials == url->has_credentials);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    const char *text = (const char *)data;
    const char *line_end = bytes ? memchr(text, '\n', bytes) : NULL;
    size_t base_bytes = line_end ? (size_t)(line_end - text) : 0;
    struct url base, url;
    bool has_base = line_end && url_parse(text, base_bytes, NULL, &base) == URL_OK;
    size_t start = line_end ? base_bytes + 1 : 0;
    if (url_parse(text + start, bytes - start, has_base ? &base : NULL, &url) != URL_OK)
        return 0;
    check_stable(&url);
    url_canonicalise(&url);
    check_stable(&url);
    demand(!url.has_credentials && url.fragment_start == url.length);
    return 0;
}
