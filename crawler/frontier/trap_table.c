/* See trap_table.h. */
#include "crawler/frontier/trap_table.h"

#include <stdlib.h>

#include "crawler/base/memory.h"

enum { KEPT = TRAP_TABLE_WATCHED / 4 * 3 };

void trap_table_clear(struct trap_table *table)
{
    for (int i = 0; i < TRAP_TABLE_BUCKETS; i++) {
        for (struct family *family = table->buckets[i], *next; family; family = next) {
            next = family->next;
            family_free(family);
        }
        table->buckets[i] = NULL;
    }
}

struct family *trap_table_find(const struct trap_table *table, uint64_t key)
{
    struct family *family = table->buckets[key % TRAP_TABLE_BUCKETS];
    while (family && family->key != key)
        family = family->next;
    return family;
}

struct family *trap_table_find_trap(const struct trap_table *table, int64_t trap_id)
{
    for (int i = 0; i < TRAP_TABLE_BUCKETS; i++)
        for (struct family *family = table->buckets[i]; family; family = family->next)
            if (family->trap_id == trap_id && family->state != FAMILY_WATCHED)
                return family;
    return NULL;
}

static void drop(struct trap_table *table, struct family *family)
{
    struct family **place = &table->buckets[family->key % TRAP_TABLE_BUCKETS];
    while (*place != family)
        place = &(*place)->next;
    *place = family->next;
    table->watched--;
    table->dropped += family->known > 2;
    family_free(family);
}

/* By host, the most useful of each first. */
static int compare(const void *a, const void *b)
{
    const struct family *left = *(struct family *const *)a, *right = *(struct family *const *)b;
    if (left->host != right->host)
        return left->host < right->host ? -1 : 1;
    uint64_t left_worth = family_worth(left), right_worth = family_worth(right);
    if (left_worth != right_worth)
        return left_worth > right_worth ? -1 : 1;
    return left->used_at > right->used_at ? -1 : 1;
}

static size_t list_watched(const struct trap_table *table, struct family **list)
{
    size_t count = 0;
    for (int i = 0; i < TRAP_TABLE_BUCKETS; i++)
        for (struct family *family = table->buckets[i]; family; family = family->next)
            if (family->state == FAMILY_WATCHED)
                list[count++] = family;
    qsort(list, count, sizeof(struct family *), compare);
    return count;
}

/* Where each host keeps `share` at most: how many stay. */
static size_t count_kept(struct family *const *list, size_t count, size_t share)
{
    size_t kept = 0, rank = 0;
    for (size_t i = 0; i < count; i++) {
        rank = i && list[i]->host == list[i - 1]->host ? rank + 1 : 0;
        kept += rank < share;
    }
    return kept;
}

/* The largest share that makes room. */
static size_t share_of(struct family *const *list, size_t count)
{
    size_t least = 0, most = TRAP_TABLE_WATCHED;
    while (most - least > 1) {
        size_t share = least + (most - least) / 2;
        if (count_kept(list, count, share) <= KEPT)
            least = share;
        else
            most = share;
    }
    return least;
}

static void sweep(struct trap_table *table)
{
    struct family **list = memory_new((table->watched + 1) * sizeof(struct family *));
    size_t count = list_watched(table, list), rank = 0;
    size_t share = share_of(list, count);
    uint64_t host = 0;
    for (size_t i = 0; i < count; i++) {
        rank = i && list[i]->host == host ? rank + 1 : 0;
        host = list[i]->host;
        if (rank >= share && table->watched > KEPT)
            drop(table, list[i]);
    }
    free(list);
}

struct family *trap_table_get(struct trap_table *table, enum trap_kind kind, uint64_t key,
                              uint64_t host)
{
    struct family *family = trap_table_find(table, key);
    if (!family) {
        if (table->watched >= TRAP_TABLE_WATCHED)
            sweep(table);
        family = memory_new(sizeof *family);
        family->key = key;
        family->kind = kind;
        family->host = host;
        family->next = table->buckets[key % TRAP_TABLE_BUCKETS];
        table->buckets[key % TRAP_TABLE_BUCKETS] = family;
        table->watched++;
    }
    family->used_at = ++table->turn;
    return family;
}

void trap_table_settle(struct trap_table *table, struct family *family, enum family_state state)
{
    table->watched -= family->state == FAMILY_WATCHED;
    family->state = state;
    family_forget_evidence(family);
}
