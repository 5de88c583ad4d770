/* Patterns in which '*' matches any run of bytes, also none, and every other byte itself. Used by
 * robots rules and by a crawl's include and exclude patterns. Case counts; nothing is escaped. */
#ifndef IMGCRAWL_EXTRACT_WILDCARD_H
#define IMGCRAWL_EXTRACT_WILDCARD_H

#include <stdbool.h>
#include <stddef.h>

/* Whether the pattern matches the whole text. */
bool wildcard_match(const char *pattern, size_t pattern_bytes, const char *text, size_t text_bytes);
/* Whether it matches some beginning of the text. */
bool wildcard_match_start(const char *pattern, size_t pattern_bytes, const char *text,
                          size_t text_bytes);

#endif
