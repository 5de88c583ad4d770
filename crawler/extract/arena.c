/* Arena: a chain of blocks, filled front to back, freed or kept as a whole.
 *
 * Used in parse processes (a page's tree, strings and record) and by the command line. The blocks
 * after `current` are empty ones, kept by arena_reset() for the next page; they count against the
 * limit, and one that is too small for the request at hand is given back rather than skipped.
 */
#include "crawler/extract/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_ALIGN = 16, FIRST_BLOCK_BYTES = 64 * 1024, BIGGEST_BLOCK_BYTES = 1024 * 1024 };

struct block {
    struct block *next;
    size_t capacity;
    _Alignas(ARENA_ALIGN) unsigned char data[];
};

struct arena {
    struct block *first;
    struct block *current; /* NULL: nothing given out yet, first is the next to fill */
    size_t fill;           /* bytes of current given out */
    size_t used;
    size_t held; /* capacity of all blocks */
    size_t limit;
    size_t next_block_bytes;
};

struct arena *arena_new(size_t limit_bytes)
{
    struct arena *arena = calloc(1, sizeof *arena);
    if (!arena)
        abort();
    arena->limit = limit_bytes ? limit_bytes : SIZE_MAX;
    arena->next_block_bytes = FIRST_BLOCK_BYTES;
    return arena;
}

/* Where the block that follows current hangs. */
static struct block **next_link(struct arena *arena)
{
    return arena->current ? &arena->current->next : &arena->first;
}

static void drop_block(struct arena *arena, struct block **link)
{
    struct block *block = *link;
    *link = block->next;
    arena->held -= block->capacity;
    free(block);
}

struct arena *arena_free(struct arena *arena)
{
    if (!arena)
        return NULL;
    while (arena->first)
        drop_block(arena, &arena->first);
    free(arena);
    return NULL;
}

void arena_reset(struct arena *arena, size_t keep_bytes)
{
    size_t kept = 0;
    for (struct block **link = &arena->first; *link;) {
        if ((*link)->capacity > keep_bytes - kept) {
            drop_block(arena, link);
            continue;
        }
        kept += (*link)->capacity;
        link = &(*link)->next;
    }
    arena->current = NULL;
    arena->fill = 0;
    arena->used = 0;
    arena->next_block_bytes = FIRST_BLOCK_BYTES;
}

static struct block *new_block(struct arena *arena, size_t bytes)
{
    size_t room = arena->limit - arena->held;
    if (bytes > room || bytes > SIZE_MAX - sizeof(struct block))
        return NULL;
    size_t capacity = bytes > arena->next_block_bytes ? bytes : arena->next_block_bytes;
    if (capacity > room)
        capacity = bytes;
    struct block *block = malloc(sizeof *block + capacity);
    if (!block)
        return NULL;
    block->next = NULL;
    block->capacity = capacity;
    arena->held += capacity;
    if (arena->next_block_bytes < BIGGEST_BLOCK_BYTES)
        arena->next_block_bytes *= 2;
    return block;
}

/* Makes a block with room for bytes the current one. */
static int advance(struct arena *arena, size_t bytes)
{
    struct block **link = next_link(arena);
    while (*link && (*link)->capacity < bytes)
        drop_block(arena, link);
    if (!*link) {
        *link = new_block(arena, bytes);
        if (!*link)
            return -1;
    }
    arena->current = *link;
    arena->fill = 0;
    return 0;
}

void *arena_alloc(struct arena *arena, size_t bytes)
{
    if (bytes > SIZE_MAX - ARENA_ALIGN)
        return NULL;
    bytes = bytes ? (bytes + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1) : ARENA_ALIGN;
    if (!arena->current || bytes > arena->current->capacity - arena->fill) {
        if (advance(arena, bytes) < 0)
            return NULL;
    }
    void *memory = arena->current->data + arena->fill;
    arena->fill += bytes;
    arena->used += bytes;
    return memory;
}

char *arena_strndup(struct arena *arena, const char *text, size_t bytes)
{
    if (bytes == SIZE_MAX)
        return NULL;
    char *copy = arena_alloc(arena, bytes + 1);
    if (!copy)
        return NULL;
    if (bytes)
        memcpy(copy, text, bytes);
    copy[bytes] = '\0';
    return copy;
}

size_t arena_used(const struct arena *arena)
{
    return arena->used;
}
