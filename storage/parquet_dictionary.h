/* The different texts of one column in one row group, numbered in the order in which they came,
 * until there are too many of them. Belongs to its column. Private to storage/.
 */
#ifndef IMGCRAWL_STORAGE_PARQUET_DICTIONARY_H
#define IMGCRAWL_STORAGE_PARQUET_DICTIONARY_H

#include "storage/export_buffer.h"

enum { PARQUET_DICTIONARY_ENTRIES = 32768, PARQUET_DICTIONARY_BYTES = 1024 * 1024 };

/* All zero is an empty one. */
struct parquet_dictionary {
    struct export_buffer plain; /* the entries as the dictionary page has them */
    struct entry {
        uint64_t hash;
        size_t offset; /* of its text in plain */
        size_t bytes;
    } * entries;
    uint32_t *slots; /* 1 + index of an entry; 0: empty */
    uint32_t count, slot_count;
};

/* -ENOSPC: it is full, and the text is not in it. -ENOMEM. */
int parquet_dictionary_index(struct parquet_dictionary *dictionary, const char *text, size_t bytes,
                             uint32_t *ret_index);
/* Empty again, and keeps its memory. */
void parquet_dictionary_clear(struct parquet_dictionary *dictionary);
void parquet_dictionary_done(struct parquet_dictionary *dictionary);

#endif
