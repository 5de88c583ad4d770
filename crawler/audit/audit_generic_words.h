/* Words that say of an image no more than that it is one, in the common languages: a table, folded
 * as text_fold() does. Constant data. */
#ifndef IMGCRAWL_AUDIT_GENERIC_WORDS_H
#define IMGCRAWL_AUDIT_GENERIC_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* A folded text, as a whole. */
bool audit_is_generic_word(const char *text, size_t bytes);

#endif
