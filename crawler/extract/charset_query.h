/* Queries in a page's own charset (WHATWG URL, query state): of an old page the links are only
 * right if what is beyond ASCII in their queries is encoded as the page is. Runs in a parse
 * process; handles are opened once and kept, as those of charset.h. One thread only.
 */
#ifndef IMGCRAWL_EXTRACT_CHARSET_QUERY_H
#define IMGCRAWL_EXTRACT_CHARSET_QUERY_H

#include <stddef.h>

struct arena;

/* A reference (UTF-8) with its query percent-encoded in the charset, where that is needed; else
 * text itself, as where the arena is full. */
const char *charset_query(struct arena *arena, const char *charset_name, const char *text,
                          size_t bytes, size_t *ret_bytes);

/* Opens every converter. */
void charset_query_preload(void);

#endif
