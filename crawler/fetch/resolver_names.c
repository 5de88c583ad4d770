/* See resolver_names.h. */
#include "crawler/fetch/resolver_names.h"

#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "crawler/base/memory.h"

void name_table_init(struct name_table *table, size_t expected)
{
    size_t buckets = 16;
    while (buckets < expected)
        buckets *= 2;
    *table = (struct name_table){.buckets = memory_new(buckets * sizeof(struct name_node *)),
                                 .mask = buckets - 1};
}

void name_table_done(struct name_table *table)
{
    free(table->buckets);
    *table = (struct name_table){0};
}

struct name_node *name_table_find(const struct name_table *table, const char *name, size_t bytes)
{
    uint64_t hash = XXH3_64bits(name, bytes);
    struct name_node *node = table->buckets[hash & table->mask];
    while (node &&
           (node->hash != hash || node->bytes != bytes || memcmp(node->name, name, bytes) != 0))
        node = node->next;
    return node;
}

void name_table_insert(struct name_table *table, struct name_node *node, const char *name,
                       size_t bytes)
{
    *node = (struct name_node){.hash = XXH3_64bits(name, bytes), .bytes = bytes, .name = name};
    struct name_node **bucket = &table->buckets[node->hash & table->mask];
    node->next = *bucket;
    *bucket = node;
    table->count++;
}

void name_table_remove(struct name_table *table, struct name_node *node)
{
    struct name_node **at = &table->buckets[node->hash & table->mask];
    while (*at != node)
        at = &(*at)->next;
    *at = node->next;
    table->count--;
}
