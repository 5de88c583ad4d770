/* The map of image fingerprints. See image_ids.h.
 *
 * 256 segments by the fingerprint's first byte, each an open-addressed table with linear probing,
 * filled to 85% and then grown by a quarter: 14 to 18 bytes an image, and growing copies one
 * segment, never the whole. Fingerprints and ids lie in two arrays, so that a probe reads eight to
 * a cache line.
 */
#include "storage/image_ids.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

enum { SEGMENT_COUNT = 256, FIRST_CAPACITY = 16, FULL_PERCENT = 85 };

struct segment {
    uint64_t *fingerprints; /* 0: a free slot */
    uint32_t *ids;
    uint32_t capacity, count;
};

struct image_ids {
    uint64_t seed;
    uint32_t last;
    size_t count;
    struct segment segments[SEGMENT_COUNT];
};

struct image_ids *image_ids_new(uint64_t seed)
{
    struct image_ids *ids = calloc(1, sizeof(*ids));
    if (!ids)
        abort();
    ids->seed = seed;
    return ids;
}

static void segment_done(struct segment *segment)
{
    free(segment->fingerprints);
    free(segment->ids);
}

struct image_ids *image_ids_free(struct image_ids *ids)
{
    if (!ids)
        return NULL;
    for (size_t i = 0; i < SEGMENT_COUNT; i++)
        segment_done(&ids->segments[i]);
    free(ids);
    return NULL;
}

static uint64_t fingerprint_of(const struct image_ids *ids, const char *url, size_t bytes)
{
    uint64_t fingerprint = XXH3_64bits_withSeed(url, bytes, ids->seed);
    return fingerprint ? fingerprint : 1;
}

static struct segment *segment_of(struct image_ids *ids, uint64_t fingerprint)
{
    return &ids->segments[fingerprint >> 56];
}

/* The slot that holds the fingerprint, or the free one where it belongs. The segment has room. */
static uint32_t find_slot(const struct segment *segment, uint64_t fingerprint)
{
    uint64_t slot = ((fingerprint & UINT32_MAX) * segment->capacity) >> 32;
    while (segment->fingerprints[slot] && segment->fingerprints[slot] != fingerprint)
        slot = slot + 1 == segment->capacity ? 0 : slot + 1;
    return (uint32_t)slot;
}

static int segment_init(struct segment *segment, uint32_t capacity)
{
    *segment = (struct segment){
        .fingerprints = calloc(capacity, sizeof(*segment->fingerprints)),
        .ids = malloc(capacity * sizeof(*segment->ids)),
        .capacity = capacity,
    };
    if (segment->fingerprints && segment->ids)
        return 0;
    segment_done(segment);
    return -ENOMEM;
}

static void segment_put(struct segment *segment, uint64_t fingerprint, uint32_t id)
{
    uint32_t slot = find_slot(segment, fingerprint);
    segment->fingerprints[slot] = fingerprint;
    segment->ids[slot] = id;
    segment->count++;
}

static void copy_up_to(struct segment *target, const struct segment *source, uint32_t last_id)
{
    for (uint32_t slot = 0; slot < source->capacity; slot++)
        if (source->fingerprints[slot] && source->ids[slot] <= last_id)
            segment_put(target, source->fingerprints[slot], source->ids[slot]);
}

static int make_room(struct segment *segment)
{
    if ((uint64_t)segment->count * 100 < (uint64_t)segment->capacity * FULL_PERCENT)
        return 0;
    if (segment->capacity > UINT32_MAX / 2)
        return -EOVERFLOW;
    struct segment bigger;
    uint32_t capacity =
        segment->capacity ? segment->capacity + segment->capacity / 4 : FIRST_CAPACITY;
    int r = segment_init(&bigger, capacity);
    if (r < 0)
        return r;
    copy_up_to(&bigger, segment, UINT32_MAX);
    segment_done(segment);
    *segment = bigger;
    return 0;
}

/* Gives the id that the fingerprint has, or gives it `id`. */
static int find_or_put(struct image_ids *ids, uint64_t fingerprint, int64_t id, int64_t *ret_id)
{
    struct segment *segment = segment_of(ids, fingerprint);
    if (segment->capacity > 0) {
        uint32_t slot = find_slot(segment, fingerprint);
        if (segment->fingerprints[slot]) {
            *ret_id = segment->ids[slot];
            return 0;
        }
    }
    if (id > UINT32_MAX)
        return -EOVERFLOW;
    int r = make_room(segment);
    if (r < 0)
        return r;
    segment_put(segment, fingerprint, (uint32_t)id);
    ids->count++;
    *ret_id = id;
    return 0;
}

int image_ids_intern(struct image_ids *ids, const char *url, size_t bytes, int64_t *ret_id,
                     bool *ret_is_new)
{
    int64_t next = (int64_t)ids->last + 1;
    int r = find_or_put(ids, fingerprint_of(ids, url, bytes), next, ret_id);
    if (r < 0)
        return r;
    *ret_is_new = *ret_id == next;
    if (*ret_is_new)
        ids->last = (uint32_t)next;
    return 0;
}

int image_ids_load(struct image_ids *ids, const char *url, size_t bytes, int64_t id)
{
    int64_t held;
    assert(id > 0);
    int r = find_or_put(ids, fingerprint_of(ids, url, bytes), id, &held);
    if (r == 0 && id > ids->last)
        ids->last = (uint32_t)id;
    return r;
}

/* Removal in place: what stood behind a freed slot is moved up, so that probing still finds it. */
static void segment_remove(struct segment *segment, uint32_t slot)
{
    uint32_t free_slot = slot;
    for (;;) {
        slot = slot + 1 == segment->capacity ? 0 : slot + 1;
        uint64_t fingerprint = segment->fingerprints[slot];
        if (!fingerprint)
            break;
        uint64_t home = ((fingerprint & UINT32_MAX) * segment->capacity) >> 32;
        bool stays =
            free_slot <= slot ? free_slot < home && home <= slot : free_slot < home || home <= slot;
        if (stays)
            continue;
        segment->fingerprints[free_slot] = fingerprint;
        segment->ids[free_slot] = segment->ids[slot];
        free_slot = slot;
    }
    segment->fingerprints[free_slot] = 0;
    segment->count--;
}

/* A freed slot is looked at again: what moved into it may have to go too. What moves round the end
 * of the table has been looked at. */
static void segment_forget_above(struct segment *segment, uint32_t id)
{
    for (uint32_t slot = 0; slot < segment->capacity; slot++)
        while (segment->fingerprints[slot] && segment->ids[slot] > id)
            segment_remove(segment, slot);
}

void image_ids_forget_above(struct image_ids *ids, int64_t id)
{
    if (ids->last <= id)
        return;
    ids->last = (uint32_t)id;
    ids->count = 0;
    for (size_t i = 0; i < SEGMENT_COUNT; i++) {
        segment_forget_above(&ids->segments[i], ids->last);
        ids->count += ids->segments[i].count;
    }
}

int64_t image_ids_last(const struct image_ids *ids)
{
    return ids->last;
}

size_t image_ids_count(const struct image_ids *ids)
{
    return ids->count;
}

size_t image_ids_bytes(const struct image_ids *ids)
{
    size_t bytes = sizeof(*ids);
    for (size_t i = 0; i < SEGMENT_COUNT; i++)
        bytes += ids->segments[i].capacity *
                 (sizeof(*ids->segments->fingerprints) + sizeof(*ids->segments->ids));
    return bytes;
}
