/* Body slots: the shared memory in which pages travel from the fetcher to the parse processes.
 *
 * One sparse memfd of `count` slots of slot_bytes; only touched memory costs. The fetcher writes a
 * body straight into its slot, parse processes map the whole read-only. The number of slots is the
 * limit on pages in flight; most of those of a full slow lane hold next to nothing. Loop thread.
 */
#ifndef IMGCRAWL_BODY_SLOTS_H
#define IMGCRAWL_BODY_SLOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct body_slots;

struct body_slot {
    unsigned char *data; /* slot_bytes of writable memory */
    uint64_t offset;     /* in the shared memory */
    size_t capacity;     /* slot_bytes, rounded up to whole memory pages */
    size_t used;         /* bytes of the body so far */
    size_t touched;      /* the most that was ever used since the slot was taken */
    struct body_slots *owner;
    struct body_slot *next_free;
};

/* 0 or -errno. */
int body_slots_new(unsigned count, size_t slot_bytes, struct body_slots **ret_slots);
struct body_slots *body_slots_free(struct body_slots *slots);
/* All bodies together take no more memory than so many full slots; all that there are, before. */
void body_slots_limit(struct body_slots *slots, unsigned full_slots);
/* The descriptor that workers map, and its size. It cannot be mapped writable, nor resized. */
int body_slots_fd(const struct body_slots *slots);
size_t body_slots_total_bytes(const struct body_slots *slots);

/* NULL when all are taken. The most recently used first: its memory is warm. */
struct body_slot *body_slots_take(struct body_slots *slots);
/* Gives it back; memory of a big body returns to the system. */
void body_slots_give(struct body_slots *slots, struct body_slot *slot);
unsigned body_slots_in_use(const struct body_slots *slots);

/* Makes the slot empty for another body. */
void body_slot_clear(struct body_slot *slot);
/* False where the bodies of all slots together would take more memory than they may. */
bool body_slot_has_memory(const struct body_slot *slot, size_t bytes);
/* Adds to the body; the caller has checked that it fits. */
void body_slot_append(struct body_slot *slot, const void *data, size_t bytes);

#endif
