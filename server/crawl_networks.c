/* See crawl_networks.h. */
#include "server/crawl_networks.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "crawler/extract/url.h"

static bool is_localhost(struct url_slice host)
{
    static const char name[] = "localhost";
    size_t bytes = sizeof name - 1;
    if (host.bytes < bytes || memcmp(host.data + host.bytes - bytes, name, bytes) != 0)
        return false;
    return host.bytes == bytes || host.data[host.bytes - bytes - 1] == '.';
}

static void allow_literal(struct engine_setup *setup, struct url_slice host)
{
    char text[64];
    bool bracketed = host.data[0] == '[';
    snprintf(text, sizeof text, "%.*s", (int)host.bytes - (bracketed ? 2 : 0),
             host.data + (bracketed ? 1 : 0));
    engine_setup_allow(setup, text);
}

void crawl_networks_allow(struct engine_setup *setup, const struct text_list *seeds)
{
    static struct url url;
    for (size_t i = 0; i < seeds->count; i++) {
        if (url_parse(seeds->items[i], strlen(seeds->items[i]), NULL, &url) != URL_OK)
            continue;
        struct url_slice host = url_host(&url);
        if (is_localhost(host)) {
            engine_setup_allow(setup, "127.0.0.0/8");
            engine_setup_allow(setup, "::1");
        } else if (url.host_is_ip) {
            allow_literal(setup, host);
        }
    }
}
