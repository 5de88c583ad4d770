/* See parquet_dictionary.h. Open addressing with steps of one, at most half full. */
#include "storage/parquet_dictionary.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "storage/parquet_encode.h"

enum { FIRST_SLOTS = 256 };

static bool is_entry(const struct parquet_dictionary *dictionary, uint32_t index, uint64_t hash,
                     const char *text, size_t bytes)
{
    const struct entry *entry = &dictionary->entries[index];
    return entry->hash == hash && entry->bytes == bytes &&
           (bytes == 0 || memcmp(dictionary->plain.data + entry->offset, text, bytes) == 0);
}

/* The slot of the text, or the empty one where it belongs. */
static uint32_t *find_slot(const struct parquet_dictionary *dictionary, uint64_t hash,
                           const char *text, size_t bytes)
{
    uint32_t mask = dictionary->slot_count - 1;
    uint32_t at = (uint32_t)hash & mask;
    while (dictionary->slots[at] != 0 &&
           !is_entry(dictionary, dictionary->slots[at] - 1, hash, text, bytes))
        at = (at + 1) & mask;
    return &dictionary->slots[at];
}

static void place_again(struct parquet_dictionary *dictionary)
{
    uint32_t mask = dictionary->slot_count - 1;
    for (uint32_t i = 0; i < dictionary->count; i++) {
        uint32_t at = (uint32_t)dictionary->entries[i].hash & mask;
        while (dictionary->slots[at] != 0)
            at = (at + 1) & mask;
        dictionary->slots[at] = i + 1;
    }
}

static int grow(struct parquet_dictionary *dictionary)
{
    uint32_t slot_count = dictionary->slot_count ? 2 * dictionary->slot_count : FIRST_SLOTS;
    uint32_t *slots = calloc(slot_count, sizeof(*slots));
    struct entry *entries =
        realloc(dictionary->entries, slot_count / 2 * sizeof(*dictionary->entries));
    if (entries)
        dictionary->entries = entries;
    if (!slots || !entries) {
        free(slots);
        return -ENOMEM;
    }
    free(dictionary->slots);
    dictionary->slots = slots;
    dictionary->slot_count = slot_count;
    place_again(dictionary);
    return 0;
}

static int add_entry(struct parquet_dictionary *dictionary, uint64_t hash, const char *text,
                     size_t bytes, uint32_t *slot)
{
    if (dictionary->count == PARQUET_DICTIONARY_ENTRIES ||
        dictionary->plain.bytes + bytes > PARQUET_DICTIONARY_BYTES)
        return -ENOSPC;
    int r = parquet_encode_text(&dictionary->plain, text, bytes);
    if (r < 0)
        return r;
    dictionary->entries[dictionary->count] =
        (struct entry){.hash = hash, .offset = dictionary->plain.bytes - bytes, .bytes = bytes};
    *slot = ++dictionary->count;
    return 0;
}

int parquet_dictionary_index(struct parquet_dictionary *dictionary, const char *text, size_t bytes,
                             uint32_t *ret_index)
{
    uint64_t hash = XXH3_64bits(text, bytes);
    int r = 2 * dictionary->count >= dictionary->slot_count ? grow(dictionary) : 0;
    if (r < 0)
        return r;
    uint32_t *slot = find_slot(dictionary, hash, text, bytes);
    if (*slot == 0)
        r = add_entry(dictionary, hash, text, bytes, slot);
    if (r == 0)
        *ret_index = *slot - 1;
    return r;
}

void parquet_dictionary_clear(struct parquet_dictionary *dictionary)
{
    dictionary->plain.bytes = 0;
    dictionary->count = 0;
    if (dictionary->slots)
        memset(dictionary->slots, 0, dictionary->slot_count * sizeof(*dictionary->slots));
}

void parquet_dictionary_done(struct parquet_dictionary *dictionary)
{
    export_buffer_done(&dictionary->plain);
    free(dictionary->entries);
    free(dictionary->slots);
    *dictionary = (struct parquet_dictionary){0};
}
