/* Arena: memory that is freed all at once. Everything made for one page lives in one arena.
 *
 * A chain of blocks filled one after the other; not thread-safe, one owner at a time. */
#ifndef IMGCRAWL_EXTRACT_ARENA_H
#define IMGCRAWL_EXTRACT_ARENA_H

#include <stddef.h>

struct arena;

/* limit_bytes: what its blocks may hold in all (0: no limit). Aborts when the small struct itself
 * cannot be had; blocks come with the first arena_alloc(). */
struct arena *arena_new(size_t limit_bytes);
struct arena *arena_free(struct arena *arena);
/* Forgets everything; keeps up to keep_bytes for the next page. */
void arena_reset(struct arena *arena, size_t keep_bytes);
/* Aligned to 16. NULL when the limit is met or memory is out. */
void *arena_alloc(struct arena *arena, size_t bytes);
/* A NUL-ended copy of bytes bytes; NULL like arena_alloc(). */
char *arena_strndup(struct arena *arena, const char *text, size_t bytes);
/* Bytes given out since the last reset, each request rounded up to 16. */
size_t arena_used(const struct arena *arena);

#endif
