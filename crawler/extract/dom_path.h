/* The way to an element, short: for people, and for telling that elements on many pages come from
 * one template. Pure functions over the frames of a walk. */
#ifndef IMGCRAWL_EXTRACT_DOM_PATH_H
#define IMGCRAWL_EXTRACT_DOM_PATH_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct image_context;

/* "main > article.card:nth-of-type(3) > a > img": from the nearest main or element with an id, at
 * most 8 steps, each with its id or else its first class. In the arena; NULL when that is full. */
const char *dom_path(const struct image_context *context, struct arena *arena);

/* The same without positions and without ids and classes that differ from page to page or with the
 * state of the page: an id counts on elements of layout only. */
const char *dom_place(const struct image_context *context, struct arena *arena);

/* Whether an id or class looks as if the template's author wrote it: no digits, no state like
 * "active", no name made by a program. */
bool dom_word_is_stable(const char *word, size_t bytes);

#endif
