/* Trap table: the families of a job by their keys. Loop thread.
 *
 * Those that are watched are bounded. Where there are too many, the hosts with the most give theirs
 * up, those with the least evidence first and of these the oldest, so that a host that makes
 * families without end pays with its own. What is held back or released stays.
 */
#ifndef IMGCRAWL_TRAP_TABLE_H
#define IMGCRAWL_TRAP_TABLE_H

#include <stdint.h>

#include "crawler/frontier/trap_family.h"

enum { TRAP_TABLE_BUCKETS = 2048, TRAP_TABLE_WATCHED = 4096 };

struct trap_table {
    struct family *buckets[TRAP_TABLE_BUCKETS];
    uint32_t watched;
    uint64_t turn;    /* counts uses: a family's age */
    uint64_t dropped; /* families that had more than two URLs */
};

void trap_table_clear(struct trap_table *table);
struct family *trap_table_find(const struct trap_table *table, uint64_t key);
/* host: its fingerprint. */
struct family *trap_table_get(struct trap_table *table, enum trap_kind kind, uint64_t key,
                              uint64_t host);
/* Held back or released: it is watched no more. */
void trap_table_settle(struct trap_table *table, struct family *family, enum family_state state);
/* NULL: none. */
struct family *trap_table_find_trap(const struct trap_table *table, int64_t trap_id);

#endif
