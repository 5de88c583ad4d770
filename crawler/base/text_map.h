/* Text map: from a string to a pointer. Open addressing over XXH3; keys are copied and never
 * removed, which is all that origins and hosts need. One thread.
 */
#ifndef IMGCRAWL_TEXT_MAP_H
#define IMGCRAWL_TEXT_MAP_H

#include <stddef.h>

struct text_map;

struct text_map *text_map_new(void);
struct text_map *text_map_free(struct text_map *map); /* not the values */
/* NULL where there is none. */
void *text_map_get(const struct text_map *map, const char *key, size_t bytes);
/* The key must not be there yet. Returns the map's own copy of the key, NUL-ended. */
const char *text_map_put(struct text_map *map, const char *key, size_t bytes, void *value);
size_t text_map_count(const struct text_map *map);

/* Each value once, in no order; the map must not change meanwhile. */
typedef void (*text_map_fn)(void *value, void *arg);
void text_map_each(const struct text_map *map, text_map_fn fn, void *arg);

#endif
