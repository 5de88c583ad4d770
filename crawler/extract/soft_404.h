/* The words of pages that are not there: whether a title or heading says "page not found" and
 * nothing else, in the languages of the table in soft_404.c. Pure functions. */
#ifndef IMGCRAWL_EXTRACT_SOFT_404_H
#define IMGCRAWL_EXTRACT_SOFT_404_H

#include <stdbool.h>
#include <stddef.h>

/* A heading: the phrase must be all that it says, but for words like "sorry", "error" and "404". */
bool soft_404_heading(const char *heading);
/* A title: so must one of its parts between "|", "·", "»", " - " and the like. */
bool soft_404_title(const char *title);

/* The tables, for their test. NULL past the end. */
const char *soft_404_phrase(size_t index);
const char *soft_404_noise(size_t index);

#endif
