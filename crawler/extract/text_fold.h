/* Folding: a text as it is compared with the phrases that are looked for: lower case, one kind of
 * space, apostrophe and hyphen. Covers Latin and Cyrillic; other scripts have no case or need none
 * here. Pure functions. */
#ifndef IMGCRAWL_EXTRACT_TEXT_FOLD_H
#define IMGCRAWL_EXTRACT_TEXT_FOLD_H

#include <stddef.h>

/* UTF-8 in, UTF-8 out, never longer, NUL-ended, cut at capacity - 1. Returns its bytes. */
size_t text_fold(const char *text, char *out, size_t capacity);

#endif
