/* See resolver_cache.h. A table by name, and a list in the order of use, newest first. */
#include "crawler/fetch/resolver_cache.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "crawler/base/memory.h"
#include "crawler/fetch/resolver_names.h"

struct entry {
    struct name_node node; /* first: a node is its entry */
    TAILQ_ENTRY(entry) link;
    struct resolved resolved;
    char name[];
};

struct resolver_cache {
    size_t max_names;
    struct name_table names;
    TAILQ_HEAD(entry_list, entry) used;
};

struct resolver_cache *resolver_cache_new(size_t max_names)
{
    struct resolver_cache *cache = memory_new(sizeof *cache);
    cache->max_names = max_names > 0 ? max_names : 1;
    name_table_init(&cache->names, cache->max_names);
    TAILQ_INIT(&cache->used);
    return cache;
}

static void forget(struct resolver_cache *cache, struct entry *entry)
{
    name_table_remove(&cache->names, &entry->node);
    TAILQ_REMOVE(&cache->used, entry, link);
    free(entry);
}

struct resolver_cache *resolver_cache_free(struct resolver_cache *cache)
{
    if (!cache)
        return NULL;
    struct entry *entry;
    while ((entry = TAILQ_FIRST(&cache->used)))
        forget(cache, entry);
    name_table_done(&cache->names);
    free(cache);
    return NULL;
}

static struct entry *find(const struct resolver_cache *cache, const char *name, size_t bytes)
{
    return (struct entry *)name_table_find(&cache->names, name, bytes);
}

static void touch(struct resolver_cache *cache, struct entry *entry)
{
    TAILQ_REMOVE(&cache->used, entry, link);
    TAILQ_INSERT_HEAD(&cache->used, entry, link);
}

const struct resolved *resolver_cache_get(struct resolver_cache *cache, const char *name,
                                          size_t bytes)
{
    struct entry *entry = find(cache, name, bytes);
    if (!entry)
        return NULL;
    touch(cache, entry);
    return &entry->resolved;
}

static struct entry *add(struct resolver_cache *cache, const char *name, size_t bytes)
{
    if (cache->names.count == cache->max_names)
        forget(cache, TAILQ_LAST(&cache->used, entry_list));
    struct entry *entry = memory_new(sizeof *entry + bytes + 1);
    memcpy(entry->name, name, bytes);
    name_table_insert(&cache->names, &entry->node, entry->name, bytes);
    TAILQ_INSERT_HEAD(&cache->used, entry, link);
    return entry;
}

const struct resolved *resolver_cache_put(struct resolver_cache *cache, const char *name,
                                          size_t bytes, const struct resolved *resolved)
{
    struct entry *entry = find(cache, name, bytes);
    if (entry)
        touch(cache, entry);
    else
        entry = add(cache, name, bytes);
    entry->resolved = *resolved;
    return &entry->resolved;
}

size_t resolver_cache_count(const struct resolver_cache *cache)
{
    return cache->names.count;
}
