/* See audit_repeats.h. Open addressing with linear probing, filled to three quarters. */
#include "crawler/audit/audit_repeats.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "crawler/audit/audit_predicates.h"
#include "crawler/base/memory.h"

enum { FIRST_CAPACITY = 1024, NAME_BYTES = 256 };

struct entry {
    uint64_t alt;   /* 0: free */
    uint64_t image; /* its lowest bit: others have the same alt */
};

struct audit_repeats {
    struct entry *entries;
    size_t capacity, count; /* the capacity is a power of two */
};

struct audit_repeats *audit_repeats_new(void)
{
    struct audit_repeats *repeats = memory_new(sizeof *repeats);
    repeats->capacity = FIRST_CAPACITY;
    repeats->entries = memory_new(FIRST_CAPACITY * sizeof *repeats->entries);
    return repeats;
}

struct audit_repeats *audit_repeats_free(struct audit_repeats *repeats)
{
    if (repeats)
        free(repeats->entries);
    free(repeats);
    return NULL;
}

/* --- which image --------------------------------------------------------------------------- */

static size_t skip_digits_back(const char *text, size_t end)
{
    while (end > 0 && isdigit((unsigned char)text[end - 1]))
        end--;
    return end;
}

/* Without "-300x200", "@2x" and "_2x" at its end. */
static size_t cut_size(const char *name, size_t bytes)
{
    size_t high = skip_digits_back(name, bytes);
    if (high < bytes && high > 1 && tolower((unsigned char)name[high - 1]) == 'x') {
        size_t wide = skip_digits_back(name, high - 1);
        if (wide < high - 1 && wide > 1 && strchr("-_", name[wide - 1]))
            return wide - 1;
    }
    if (bytes > 3 && tolower((unsigned char)name[bytes - 1]) == 'x' &&
        isdigit((unsigned char)name[bytes - 2]) && strchr("@_-", name[bytes - 3]))
        return bytes - 3;
    return bytes;
}

static uint64_t image_of(struct store_text url)
{
    char folded[NAME_BYTES];
    struct store_text name = audit_file_name(url), extension = audit_extension(name);
    if (!name.data || name.bytes > sizeof folded)
        return XXH3_64bits(url.data, url.bytes) & ~UINT64_C(1);
    size_t bytes = extension.data ? name.bytes - extension.bytes - 1 : name.bytes;
    bytes = cut_size(name.data, bytes);
    for (size_t i = 0; i < bytes; i++)
        folded[i] = (char)tolower((unsigned char)name.data[i]);
    return XXH3_64bits(folded, bytes) & ~UINT64_C(1);
}

/* --- the table ----------------------------------------------------------------------------- */

static uint64_t key_of(struct store_text alt)
{
    uint64_t key = XXH3_64bits(alt.data, alt.bytes);
    return key ? key : 1;
}

static struct entry *find(const struct audit_repeats *repeats, uint64_t key)
{
    size_t slot = key & (repeats->capacity - 1);
    while (repeats->entries[slot].alt && repeats->entries[slot].alt != key)
        slot = (slot + 1) & (repeats->capacity - 1);
    return &repeats->entries[slot];
}

static int grow(struct audit_repeats *repeats)
{
    struct audit_repeats bigger = {.capacity = repeats->capacity * 2, .count = repeats->count};
    bigger.entries = calloc(bigger.capacity, sizeof *bigger.entries);
    if (!bigger.entries)
        return -ENOMEM;
    for (size_t i = 0; i < repeats->capacity; i++) {
        if (repeats->entries[i].alt)
            *find(&bigger, repeats->entries[i].alt) = repeats->entries[i];
    }
    free(repeats->entries);
    *repeats = bigger;
    return 0;
}

int audit_repeats_add(struct audit_repeats *repeats, struct store_text alt, struct store_text url)
{
    if (!alt.data || !url.data)
        return 0;
    int rc = repeats->count * 4 >= repeats->capacity * 3 ? grow(repeats) : 0;
    if (rc < 0)
        return rc;
    uint64_t key = key_of(alt), image = image_of(url);
    struct entry *entry = find(repeats, key);
    if (!entry->alt) {
        *entry = (struct entry){.alt = key, .image = image};
        repeats->count++;
    } else if ((entry->image & ~UINT64_C(1)) != image) {
        entry->image |= 1;
    }
    return 0;
}

bool audit_repeats_has(const struct audit_repeats *repeats, struct store_text alt)
{
    return alt.data && (find(repeats, key_of(alt))->image & 1);
}
