/* Names as the resolver keeps them: a hash table whose nodes are part of what they name, so that a
 * name goes as easily as it came. The number of buckets is fixed: both tables of the resolver are
 * bounded. Loop thread.
 */
#ifndef IMGCRAWL_RESOLVER_NAMES_H
#define IMGCRAWL_RESOLVER_NAMES_H

#include <stddef.h>
#include <stdint.h>

struct name_node {
    struct name_node *next; /* in its bucket */
    uint64_t hash;
    size_t bytes;
    const char *name; /* the owner's, for as long as it is in a table */
};

struct name_table {
    struct name_node **buckets;
    size_t mask; /* buckets - 1, a power of two */
    size_t count;
};

void name_table_init(struct name_table *table, size_t expected);
void name_table_done(struct name_table *table); /* not the nodes */
struct name_node *name_table_find(const struct name_table *table, const char *name, size_t bytes);
/* The name must not be there yet. */
void name_table_insert(struct name_table *table, struct name_node *node, const char *name,
                       size_t bytes);
void name_table_remove(struct name_table *table, struct name_node *node);

#endif
