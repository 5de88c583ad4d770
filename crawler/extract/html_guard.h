/* Guard before the HTML reader: finds markup whose tree would cost more than linear time, and tames
 * it in a copy without losing an image or a link. Ordinary pages pass untouched.
 *
 * Runs in a parse process on decoded text.
 */
#ifndef IMGCRAWL_EXTRACT_HTML_GUARD_H
#define IMGCRAWL_EXTRACT_HTML_GUARD_H

#include <stddef.h>
#include <stdint.h>

struct arena;

enum {
    HTML_MAX_DEPTH = 256,      /* open elements; a tree builder walks them for many a tag */
    HTML_MAX_FOREIGN = 64,     /* of these, elements of svg and math, which cost more */
    HTML_MAX_ATTRIBUTES = 256, /* of one tag */
    HTML_MAX_FORMATTING =
        64 /* unclosed <b>, <font> …: each is made anew in every later paragraph */
};

/* Answers html itself, or a copy in the arena in which the tags of too deep containers and surplus
 * attributes are blank. ret_flags: RECORD_DEPTH_FLATTENED, RECORD_ATTRIBUTES_CUT. -ENOMEM. */
int html_guard(struct arena *arena, const char *html, size_t bytes, const char **ret_html,
               uint32_t *ret_flags);

#endif
