/* See scope.h. Seeds become keys of one map: "host:port" for host and prefix, the registrable
 * domain for domain, the bare host for hosts; so the number of seeds does not slow a check. */
#include "crawler/scope.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libpsl.h>

#include "crawler/extract/wildcard.h"
#include "crawler/memory.h"
#include "crawler/text_map.h"

enum { KEY_BYTES = 512 };

/* What is known under a key; prefixes are used by SCOPE_PREFIX only. */
struct place {
    struct place *next; /* another prefix at the same key */
    char *prefix;       /* "/docs/" */
    size_t prefix_bytes;
};

struct scope {
    const struct job_settings *settings;
    struct text_map *places;
};

/* The part of a host name that its owner registered; the whole of it where there is none. */
static struct url_slice registrable_domain(struct url_slice host, char *buffer)
{
    snprintf(buffer, KEY_BYTES, "%.*s", (int)host.bytes, host.data);
    const char *domain = psl_registrable_domain(psl_builtin(), buffer);
    if (!domain)
        return host;
    return (struct url_slice){domain, strlen(domain)};
}

/* http and https of one host on their default ports are one site. */
static struct url_slice site_key(const struct url *url, struct url_slice host, char *buffer)
{
    bool usual = url->port == (url->is_https ? 443 : 80);
    int bytes =
        snprintf(buffer, KEY_BYTES, "%.*s:%d", (int)host.bytes, host.data, usual ? 0 : url->port);
    return (struct url_slice){buffer, (size_t)bytes};
}

static struct url_slice key_of(const struct scope *scope, const struct url *url, char *buffer)
{
    struct url_slice host = url_host(url);
    if (host.bytes > KEY_BYTES - 8)
        host.bytes = KEY_BYTES - 8;
    switch (scope->settings->scope) {
    case SCOPE_DOMAIN:
        return url->host_is_ip ? host : registrable_domain(host, buffer);
    case SCOPE_HOSTS:
        return host;
    default:
        return site_key(url, host, buffer);
    }
}

struct scope *scope_new(const struct job_settings *settings)
{
    struct scope *scope = memory_new(sizeof *scope);
    scope->settings = settings;
    scope->places = text_map_new();
    for (size_t i = 0; i < settings->seeds.count; i++) {
        struct url url;
        const char *seed = settings->seeds.items[i];
        if (url_parse(seed, strlen(seed), NULL, &url) == URL_OK)
            scope_add_seed(scope, &url);
    }
    return scope;
}

static void free_places(void *value, void *arg)
{
    (void)arg;
    for (struct place *place = value, *next; place; place = next) {
        next = place->next;
        free(place->prefix);
        free(place);
    }
}

struct scope *scope_free(struct scope *scope)
{
    if (!scope)
        return NULL;
    text_map_each(scope->places, free_places, NULL);
    text_map_free(scope->places);
    free(scope);
    return NULL;
}

static bool has_prefix(const struct place *place, struct url_slice path)
{
    return path.bytes >= place->prefix_bytes &&
           memcmp(path.data, place->prefix, place->prefix_bytes) == 0;
}

static const struct place *find_prefix(const struct place *places, struct url_slice path)
{
    const struct place *place = places;
    while (place && !has_prefix(place, path))
        place = place->next;
    return place;
}

static struct place *place_new(struct url_slice path)
{
    struct place *place = memory_new(sizeof *place);
    const char *slash = memrchr(path.data, '/', path.bytes);
    place->prefix_bytes = slash ? (size_t)(slash - path.data) + 1 : 0;
    place->prefix = memory_strndup(path.data, place->prefix_bytes);
    return place;
}

void scope_add_seed(struct scope *scope, const struct url *url)
{
    char buffer[KEY_BYTES];
    struct url_slice key = key_of(scope, url, buffer);
    struct place *first = text_map_get(scope->places, key.data, key.bytes);
    if (!first) {
        text_map_put(scope->places, key.data, key.bytes, place_new(url_path(url)));
    } else if (scope->settings->scope == SCOPE_PREFIX && !find_prefix(first, url_path(url))) {
        struct place *place = place_new(url_path(url));
        place->next = first->next;
        first->next = place;
    }
}

/* "example.com" itself, or "*.example.com" for everything below it. */
static bool is_listed_host(const struct text_list *hosts, struct url_slice host)
{
    for (size_t i = 0; i < hosts->count; i++) {
        if (wildcard_match(hosts->items[i], strlen(hosts->items[i]), host.data, host.bytes))
            return true;
    }
    return false;
}

static bool is_in_place(const struct scope *scope, const struct url *url)
{
    char buffer[KEY_BYTES];
    struct url_slice key = key_of(scope, url, buffer);
    const struct place *place = text_map_get(scope->places, key.data, key.bytes);
    if (scope->settings->scope == SCOPE_PREFIX)
        return find_prefix(place, url_path(url));
    if (scope->settings->scope == SCOPE_HOSTS && !place)
        return is_listed_host(&scope->settings->hosts, url_host(url));
    return place;
}

static bool matches_any(const struct text_list *globs, const struct url *url)
{
    for (size_t i = 0; i < globs->count; i++) {
        if (wildcard_match(globs->items[i], strlen(globs->items[i]), url->href, url->length))
            return true;
    }
    return false;
}

bool scope_allows(const struct scope *scope, const struct url *url, uint32_t depth,
                  enum outcome *ret_reason)
{
    const struct job_settings *settings = scope->settings;
    if (!is_in_place(scope, url))
        *ret_reason = OUTCOME_OUT_OF_SCOPE;
    else if (matches_any(&settings->exclude, url))
        *ret_reason = OUTCOME_EXCLUDED;
    else if (settings->include.count > 0 && depth > 0 && !matches_any(&settings->include, url))
        *ret_reason = OUTCOME_NOT_INCLUDED;
    else if (depth > settings->max_depth)
        *ret_reason = OUTCOME_MAX_DEPTH;
    else
        return true;
    return false;
}
