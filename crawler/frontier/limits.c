/* See limits.h.
 *
 * Variants are counted in an open-addressed table of words: 44 bits of the fingerprint of the URL
 * up to its '?', 20 bits of count. With a million paths, the chance that any two of them share a
 * count is one in forty; then both reach the limit sooner. */
#include "crawler/frontier/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "crawler/base/memory.h"
#include "crawler/base/text_map.h"

enum { FIRST_CAPACITY = 64, COUNT_BITS = 20 };
static const uint64_t count_mask = (UINT64_C(1) << COUNT_BITS) - 1;

struct limits {
    uint64_t seed;
    uint64_t *variants; /* 0: free */
    uint32_t capacity, used;
    struct text_map *hosts; /* visits, by host name */
};

struct host_visits {
    int64_t count;
};

struct limits *limits_new(uint64_t seed)
{
    struct limits *limits = memory_new(sizeof *limits);
    limits->seed = seed;
    limits->hosts = text_map_new();
    return limits;
}

static void free_visits(void *value, void *arg)
{
    (void)arg;
    free(value);
}

struct limits *limits_free(struct limits *limits)
{
    if (!limits)
        return NULL;
    text_map_each(limits->hosts, free_visits, NULL);
    text_map_free(limits->hosts);
    free(limits->variants);
    free(limits);
    return NULL;
}

/* Query variants */

static uint64_t *find(uint64_t *table, uint32_t capacity, uint64_t print)
{
    uint32_t i = (uint32_t)((print >> 32) * capacity >> 32);
    while (table[i] && (table[i] & ~count_mask) != print)
        i = i + 1 == capacity ? 0 : i + 1;
    return &table[i];
}

/* By half: loads stay between 0.6 and 0.9. */
static void grow(struct limits *limits)
{
    uint32_t capacity = limits->capacity ? limits->capacity + limits->capacity / 2 : FIRST_CAPACITY;
    uint64_t *wider = memory_new(capacity * sizeof *wider);
    for (uint32_t i = 0; i < limits->capacity; i++) {
        uint64_t word = limits->variants[i];
        if (word)
            *find(wider, capacity, word & ~count_mask) = word;
    }
    free(limits->variants);
    limits->variants = wider;
    limits->capacity = capacity;
}

/* The counter of a path; its count may be 0. */
static uint64_t *counter_of(struct limits *limits, const char *path, size_t bytes)
{
    uint64_t print = XXH3_64bits_withSeed(path, bytes, limits->seed) & ~count_mask;
    print = print ? print : UINT64_C(1) << COUNT_BITS;
    if ((uint64_t)(limits->used + 1) * 10 > (uint64_t)limits->capacity * 9)
        grow(limits);
    uint64_t *word = find(limits->variants, limits->capacity, print);
    if (!*word) {
        *word = print;
        limits->used++;
    }
    return word;
}

static bool count_variant(struct limits *limits, const char *path, size_t bytes, int64_t most)
{
    uint64_t *word = counter_of(limits, path, bytes);
    uint64_t count = *word & count_mask;
    if (most > 0 && count >= (uint64_t)most)
        return false;
    if (count < count_mask)
        ++*word;
    return true;
}

/* Hosts */

static int64_t visits_of(const struct limits *limits, const char *host, size_t bytes)
{
    const struct host_visits *visits = text_map_get(limits->hosts, host, bytes);
    return visits ? visits->count : 0;
}

static bool is_full(const struct limits *limits, const struct job_settings *settings,
                    const char *host, size_t bytes)
{
    return settings->max_host_pages > 0 &&
           visits_of(limits, host, bytes) >= settings->max_host_pages;
}

enum outcome limits_judge_visit(const struct limits *limits, const struct job_settings *settings,
                                const char *host)
{
    return is_full(limits, settings, host, strlen(host)) ? OUTCOME_MAX_HOST_PAGES : OUTCOME_OK;
}

void limits_restore_visits(struct limits *limits, const char *host, size_t bytes, int64_t count)
{
    struct host_visits *visits = text_map_get(limits->hosts, host, bytes);
    if (!visits) {
        visits = memory_new(sizeof *visits);
        text_map_put(limits->hosts, host, bytes, visits);
    }
    visits->count += count;
}

void limits_count_visit(struct limits *limits, const char *host)
{
    limits_restore_visits(limits, host, strlen(host), 1);
}

/* Both */

enum outcome limits_judge_new(struct limits *limits, const struct job_settings *settings,
                              const struct url *url)
{
    struct url_slice host = url_host(url);
    if (is_full(limits, settings, host.data, host.bytes))
        return OUTCOME_MAX_HOST_PAGES;
    if (url->query_start < url->length &&
        !count_variant(limits, url->href, url->query_start, settings->max_query_variants))
        return OUTCOME_MAX_QUERY_VARIANTS;
    return OUTCOME_OK;
}

void limits_restore_url(struct limits *limits, const char *url, size_t bytes)
{
    const char *query = memchr(url, '?', bytes);
    if (query)
        count_variant(limits, url, (size_t)(query - url), 0);
}

void limits_explain(const struct job_settings *settings, enum outcome outcome, char *detail,
                    size_t detail_bytes)
{
    if (outcome == OUTCOME_MAX_HOST_PAGES)
        snprintf(detail, detail_bytes,
                 "max_host_pages %lld: so many pages of this host were visited",
                 (long long)settings->max_host_pages);
    else
        snprintf(detail, detail_bytes,
                 "max_query_variants %lld: so many URLs that differ in their query only are known",
                 (long long)settings->max_query_variants);
}

size_t limits_memory_bytes(const struct limits *limits)
{
    return limits->capacity * sizeof *limits->variants;
}
