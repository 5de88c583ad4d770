/* Nearest: which known word somebody most likely meant. Plain functions, any thread. */
#ifndef IMGCRAWL_NEAREST_H
#define IMGCRAWL_NEAREST_H

#include <stddef.h>

/* Gives the next candidate at each call, NULL at the end. */
typedef const char *(*nearest_next_fn)(void *arg);

/* The candidate within a few slips of the finger of word, or NULL where none is near. */
const char *nearest_word(const char *word, nearest_next_fn next, void *arg);

/* Edits (a letter put in, left out, changed, or two exchanged) that lead from a to b; at least
 * `enough` for words that are further apart. */
size_t nearest_distance(const char *a, const char *b, size_t enough);

#endif
