/* See text_map.h. */
#include "crawler/base/text_map.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "crawler/base/memory.h"

struct entry {
    uint64_t hash;
    char *key; /* NULL: free */
    size_t bytes;
    void *value;
};

struct text_map {
    struct entry *entries;
    size_t capacity; /* a power of two */
    size_t count;
};

struct text_map *text_map_new(void)
{
    struct text_map *map = memory_new(sizeof *map);
    map->capacity = 16;
    map->entries = memory_new(map->capacity * sizeof *map->entries);
    return map;
}

struct text_map *text_map_free(struct text_map *map)
{
    if (!map)
        return NULL;
    for (size_t i = 0; i < map->capacity; i++)
        free(map->entries[i].key);
    free(map->entries);
    free(map);
    return NULL;
}

/* The entry that holds the key, or the free one where it belongs. */
static struct entry *find(const struct text_map *map, uint64_t hash, const char *key, size_t bytes)
{
    for (size_t i = hash & (map->capacity - 1);; i = (i + 1) & (map->capacity - 1)) {
        struct entry *entry = &map->entries[i];
        if (!entry->key ||
            (entry->hash == hash && entry->bytes == bytes && memcmp(entry->key, key, bytes) == 0))
            return entry;
    }
}

void *text_map_get(const struct text_map *map, const char *key, size_t bytes)
{
    return find(map, XXH3_64bits(key, bytes), key, bytes)->value;
}

static void grow(struct text_map *map)
{
    struct text_map wider = {.capacity = map->capacity * 2, .count = map->count};
    wider.entries = memory_new(wider.capacity * sizeof *wider.entries);
    for (size_t i = 0; i < map->capacity; i++) {
        const struct entry *entry = &map->entries[i];
        if (entry->key)
            *find(&wider, entry->hash, entry->key, entry->bytes) = *entry;
    }
    free(map->entries);
    *map = wider;
}

const char *text_map_put(struct text_map *map, const char *key, size_t bytes, void *value)
{
    if (map->count * 4 >= map->capacity * 3)
        grow(map);
    uint64_t hash = XXH3_64bits(key, bytes);
    struct entry *entry = find(map, hash, key, bytes);
    assert(!entry->key);
    *entry = (struct entry){
        .hash = hash, .key = memory_strndup(key, bytes), .bytes = bytes, .value = value};
    map->count++;
    return entry->key;
}

size_t text_map_count(const struct text_map *map)
{
    return map->count;
}

void text_map_each(const struct text_map *map, text_map_fn fn, void *arg)
{
    for (size_t i = 0; i < map->capacity; i++) {
        if (map->entries[i].key)
            fn(map->entries[i].value, arg);
    }
}
