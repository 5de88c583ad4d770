/* Mends what often breaks a sitemap, before a strict reader has it: '&' that begins no reference,
 * names of entities that HTML alone knows, control characters. Lines stay where they are. Runs in a
 * parse process. */
#ifndef IMGCRAWL_EXTRACT_SITEMAP_MEND_H
#define IMGCRAWL_EXTRACT_SITEMAP_MEND_H

#include <stddef.h>

struct arena;

/* XML as UTF-8 → the same text, or a mended copy of it in the arena. The text itself also where
 * there is no memory for a copy, or too much to mend. */
const char *sitemap_mend(struct arena *arena, const char *text, size_t bytes, size_t *ret_bytes);

#endif
