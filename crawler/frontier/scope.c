/* See scope.h. Seeds become keys of one map: "host:port" for host and prefix, the registrable
 * domain for domain, the bare host for hosts; so the number of seeds does not slow a check. */
#include "crawler/frontier/scope.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libpsl.h>

#include "crawler/base/memory.h"
#include "crawler/base/text_map.h"
#include "crawler/extract/wildcard.h"
#include "crawler/frontier/path_rules.h"
#include "crawler/job/pattern.h"

enum { KEY_BYTES = 512, NAMED_PLACES = 3 };

/* What is known under a key; prefixes are used by SCOPE_PREFIX only. */
struct place {
    struct place *next; /* another prefix at the same key */
    char *prefix;       /* "/docs/" */
    size_t prefix_bytes;
};

struct scope {
    const struct job_settings *settings;
    struct text_map *places;
    struct patterns *include, *exclude;
    char *named[NAMED_PLACES]; /* the first places, for people */
    size_t place_count;
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
    scope->include = patterns_new(&settings->include);
    scope->exclude = patterns_new(&settings->exclude);
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
    patterns_free(scope->include);
    patterns_free(scope->exclude);
    for (size_t i = 0; i < NAMED_PLACES; i++)
        free(scope->named[i]);
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

/* Host, domain, or for scope prefix the directory's whole URL. */
static void name_place(struct scope *scope, const struct url *url, const struct place *place,
                       struct url_slice key)
{
    struct url_slice origin = url_origin(url), name = url_host(url);
    if (scope->place_count++ >= NAMED_PLACES)
        return;
    if (scope->settings->scope == SCOPE_DOMAIN)
        name = key;
    char **named = &scope->named[scope->place_count - 1];
    if (scope->settings->scope != SCOPE_PREFIX)
        *named = memory_strndup(name.data, name.bytes);
    else if (asprintf(named, "%.*s%s", (int)origin.bytes, origin.data, place->prefix) < 0)
        abort();
}

void scope_add_seed(struct scope *scope, const struct url *url)
{
    char buffer[KEY_BYTES];
    struct url_slice key = key_of(scope, url, buffer);
    struct place *first = text_map_get(scope->places, key.data, key.bytes);
    bool is_prefix = scope->settings->scope == SCOPE_PREFIX;
    if (first && (!is_prefix || find_prefix(first, url_path(url))))
        return;
    struct place *place = place_new(url_path(url));
    if (first) {
        place->next = first->next;
        first->next = place;
    } else {
        text_map_put(scope->places, key.data, key.bytes, place);
    }
    name_place(scope, url, place, key);
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
    if (scope->settings->scope == SCOPE_ANY)
        return true;
    char buffer[KEY_BYTES];
    struct url_slice key = key_of(scope, url, buffer);
    const struct place *place = text_map_get(scope->places, key.data, key.bytes);
    if (scope->settings->scope == SCOPE_PREFIX)
        return find_prefix(place, url_path(url));
    if (scope->settings->scope == SCOPE_HOSTS && !place)
        return is_listed_host(&scope->settings->hosts, url_host(url));
    return place;
}

/* Include patterns are for what is found: a seed was asked for by name. */
static enum outcome judge_patterns(struct scope *scope, const struct url *url, uint32_t depth,
                                   struct scope_verdict *verdict)
{
    enum pattern_result result =
        patterns_match(scope->exclude, url->href, url->length, &verdict->pattern);
    if (result == PATTERN_CUT_OFF)
        return OUTCOME_PATTERN_LIMIT;
    if (result == PATTERN_MATCH)
        return OUTCOME_EXCLUDED;
    if (depth == 0 || scope->settings->include.count == 0)
        return OUTCOME_OK;
    result = patterns_match(scope->include, url->href, url->length, &verdict->pattern);
    verdict->by_include = true;
    if (result == PATTERN_CUT_OFF)
        return OUTCOME_PATTERN_LIMIT;
    return result == PATTERN_MATCH ? OUTCOME_OK : OUTCOME_NOT_INCLUDED;
}

static enum outcome judge_path(const struct job_settings *settings, const struct url *url)
{
    struct url_slice path = url_path(url);
    size_t segments = path_segments(path);
    if (settings->max_path_depth > 0 && segments > (size_t)settings->max_path_depth)
        return OUTCOME_MAX_PATH_DEPTH;
    if (settings->max_repeated_segments > 0 &&
        segments > (size_t)settings->max_repeated_segments + 1 &&
        path_repeats(path, NULL) > (size_t)settings->max_repeated_segments)
        return OUTCOME_REPEATED_SEGMENTS;
    return OUTCOME_OK;
}

struct scope_verdict scope_judge(struct scope *scope, const struct url *url, uint32_t depth)
{
    struct scope_verdict verdict = {.depth = depth};
    if (!is_in_place(scope, url))
        verdict.outcome = OUTCOME_OUT_OF_SCOPE;
    else if ((verdict.outcome = judge_patterns(scope, url, depth, &verdict)) != OUTCOME_OK)
        return verdict;
    else if (depth > scope->settings->max_depth)
        verdict.outcome = OUTCOME_MAX_DEPTH;
    else if (depth > 0) /* a seed is as deep as it was asked to be */
        verdict.outcome = judge_path(scope->settings, url);
    return verdict;
}

bool scope_allows(struct scope *scope, const struct url *url, uint32_t depth,
                  enum outcome *ret_reason)
{
    struct scope_verdict verdict = scope_judge(scope, url, depth);
    if (verdict.outcome != OUTCOME_OK)
        *ret_reason = verdict.outcome;
    return verdict.outcome == OUTCOME_OK;
}

/* Explaining */

static void explain_place(const struct scope *scope, char *detail, size_t bytes)
{
    static const char *const what[] = {[SCOPE_HOST] = "hosts",
                                       [SCOPE_DOMAIN] = "domains",
                                       [SCOPE_PREFIX] = "directories",
                                       [SCOPE_HOSTS] = "hosts, beside those listed,",
                                       [SCOPE_ANY] = "hosts"};
    static const char *const names[] = {[SCOPE_HOST] = "host",
                                        [SCOPE_DOMAIN] = "domain",
                                        [SCOPE_PREFIX] = "prefix",
                                        [SCOPE_HOSTS] = "hosts",
                                        [SCOPE_ANY] = "any"};
    enum scope_kind kind = scope->settings->scope;
    size_t used = (size_t)snprintf(detail, bytes, "outside scope %s: the seeds' %s are",
                                   names[kind], what[kind]);
    for (size_t i = 0; i < NAMED_PLACES && scope->named[i] && used < bytes; i++)
        used += (size_t)snprintf(detail + used, bytes - used, "%s %s", i > 0 ? "," : "",
                                 scope->named[i]);
    if (scope->place_count > NAMED_PLACES && used < bytes)
        snprintf(detail + used, bytes - used, " and %zu more", scope->place_count - NAMED_PLACES);
}

static void explain_pattern(const struct job_settings *settings,
                            const struct scope_verdict *verdict, char *detail, size_t bytes)
{
    const struct text_list *patterns =
        verdict->by_include ? &settings->include : &settings->exclude;
    snprintf(detail, bytes, "%s pattern %zu %s: %s", verdict->by_include ? "include" : "exclude",
             verdict->pattern + 1,
             verdict->outcome == OUTCOME_EXCLUDED ? "matches" : "took too long on this URL",
             patterns->items[verdict->pattern]);
}

static void explain_path(const struct scope *scope, const struct url *url, enum outcome outcome,
                         char *detail, size_t bytes)
{
    struct url_slice path = url_path(url), segment = {"", 0};
    if (outcome == OUTCOME_MAX_PATH_DEPTH) {
        snprintf(detail, bytes, "max_path_depth %lld: this path has %zu segments",
                 (long long)scope->settings->max_path_depth, path_segments(path));
        return;
    }
    size_t repeats = path_repeats(path, &segment);
    snprintf(detail, bytes, "max_repeated_segments %lld: \"%.*s\" comes again %zu times",
             (long long)scope->settings->max_repeated_segments,
             segment.bytes < 60 ? (int)segment.bytes : 60, segment.data, repeats);
}

void scope_explain(const struct scope *scope, const struct scope_verdict *verdict,
                   const struct url *url, char *detail, size_t detail_bytes)
{
    const struct job_settings *settings = scope->settings;
    switch (verdict->outcome) {
    case OUTCOME_OUT_OF_SCOPE:
        explain_place(scope, detail, detail_bytes);
        break;
    case OUTCOME_EXCLUDED:
    case OUTCOME_PATTERN_LIMIT:
        explain_pattern(settings, verdict, detail, detail_bytes);
        break;
    case OUTCOME_NOT_INCLUDED:
        snprintf(detail, detail_bytes, "none of the %zu include patterns matches",
                 settings->include.count);
        break;
    case OUTCOME_MAX_DEPTH:
        snprintf(detail, detail_bytes, "max_depth %lld: this URL is %u links from a seed",
                 (long long)settings->max_depth, (unsigned)verdict->depth);
        break;
    case OUTCOME_MAX_PATH_DEPTH:
    case OUTCOME_REPEATED_SEGMENTS:
        explain_path(scope, url, verdict->outcome, detail, detail_bytes);
        break;
    default:
        snprintf(detail, detail_bytes, "within the job's scope");
    }
}
