/* See seen.h.
 *
 * 256 shards by the top byte of the fingerprint, each an open-addressed table of its own that grows
 * by half: loads stay between 0.6 and 0.9, and while one shard is copied the others stand still, so
 * growing never needs the whole set twice.
 */
#include "crawler/frontier/seen.h"

#include <stdlib.h>

#include <xxhash.h>

#include "crawler/base/memory.h"

enum { SHARDS = 256, FIRST_CAPACITY = 8 };

struct shard {
    uint64_t *slots; /* 0: free */
    uint32_t capacity, count;
};

struct seen {
    uint64_t seed;
    size_t count;
    struct shard shards[SHARDS];
};

struct seen *seen_new(uint64_t seed)
{
    struct seen *seen = memory_new(sizeof *seen);
    seen->seed = seed;
    return seen;
}

struct seen *seen_free(struct seen *seen)
{
    if (!seen)
        return NULL;
    for (int i = 0; i < SHARDS; i++)
        free(seen->shards[i].slots);
    free(seen);
    return NULL;
}

static uint64_t fingerprint(const struct seen *seen, const char *url, size_t bytes)
{
    uint64_t hash = XXH3_64bits_withSeed(url, bytes, seen->seed);
    return hash ? hash : 1; /* 0 marks a free slot */
}

/* The slot of a fingerprint, or the free one where it belongs. The low half picks the place
 * (Lemire's range reduction: any capacity will do), the top byte has picked the shard. */
static uint64_t *find(const struct shard *shard, uint64_t hash)
{
    uint32_t i = (uint32_t)((uint64_t)(uint32_t)hash * shard->capacity >> 32);
    while (shard->slots[i] && shard->slots[i] != hash)
        i = i + 1 == shard->capacity ? 0 : i + 1;
    return &shard->slots[i];
}

static void grow(struct shard *shard)
{
    struct shard wider = {.count = shard->count};
    wider.capacity = shard->capacity ? shard->capacity + shard->capacity / 2 : FIRST_CAPACITY;
    wider.slots = memory_new(wider.capacity * sizeof *wider.slots);
    for (uint32_t i = 0; i < shard->capacity; i++) {
        if (shard->slots[i])
            *find(&wider, shard->slots[i]) = shard->slots[i];
    }
    free(shard->slots);
    *shard = wider;
}

bool seen_has(const struct seen *seen, const char *url, size_t bytes)
{
    uint64_t hash = fingerprint(seen, url, bytes);
    const struct shard *shard = &seen->shards[hash >> 56];
    return shard->capacity && *find(shard, hash);
}

bool seen_add(struct seen *seen, const char *url, size_t bytes)
{
    uint64_t hash = fingerprint(seen, url, bytes);
    struct shard *shard = &seen->shards[hash >> 56];
    if ((shard->count + 1) * 10u > shard->capacity * 9u) /* a free slot ends every search */
        grow(shard);
    uint64_t *slot = find(shard, hash);
    if (*slot)
        return false;
    *slot = hash;
    shard->count++;
    seen->count++;
    return true;
}

size_t seen_count(const struct seen *seen)
{
    return seen->count;
}

size_t seen_memory_bytes(const struct seen *seen)
{
    size_t bytes = sizeof *seen;
    for (int i = 0; i < SHARDS; i++)
        bytes += seen->shards[i].capacity * sizeof *seen->shards[i].slots;
    return bytes;
}
