/* What is around an element while a page is walked: links and buttons, figures, headings,
 * landmarks, noscript, and the way to it from the root.
 *
 * A stack with a frame for each open element; what a frame does not say itself it has from the one
 * below. Lives in the page's arena, for one walk.
 */
#ifndef IMGCRAWL_EXTRACT_IMAGE_CONTEXT_H
#define IMGCRAWL_EXTRACT_IMAGE_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crawler/extract/html_reader.h"
#include "crawler/extract/image_draft.h"

struct element_marks;

enum { FRAME_KINDS = 12 }; /* names of children that are counted; those of further names are not */

/* How many children of a name have come. */
struct child_kind {
    const char *name;
    uint32_t name_bytes;
    uint32_t count;
};

struct image_frame {
    struct image_surroundings around;
    struct image_draft *draft; /* the element's own, or NULL */
    const char *name, *id, *classes;
    uint32_t name_bytes;
    uint32_t nth; /* among its siblings of the same name, from 1; 0: not counted */
    enum html_tag tag;
    bool is_unseen;    /* its text is none that people read */
    bool is_sectioned; /* in an element whose header and footer are not the page's */
    bool is_in_svg;    /* in an svg element, itself not counted */
    uint32_t kind_count;
    struct child_kind kinds[FRAME_KINDS];
};

/* A text that is collected while its element is open; one at a time. */
struct text_gather {
    size_t depth; /* of its element's frame; 0: none is open */
    size_t bytes;
    char text[RECORD_TEXT_MAX_BYTES + 1];
};

struct image_context {
    struct arena *arena;
    const char *html_end; /* of the text that the document was read from */
    struct image_frame *frames;
    size_t depth, capacity;
    struct image_heading *heading; /* the last that began */
    struct image_heading *before;  /* and the one before, while that is open */
    struct text_gather heading_text, caption_text;
    const char *noscript, *noscript_end; /* a noscript that the tree does not hold together */
};

void image_context_begin(struct image_context *context, struct arena *arena, const char *html_end);
/* -ENOMEM. */
int image_context_enter(struct image_context *context, const struct html_element *element,
                        const struct element_marks *marks);
void image_context_leave(struct image_context *context);
void image_context_text(struct image_context *context, const char *text);

/* The innermost frame: between enter and leave there is one. */
struct image_frame *image_context_top(const struct image_context *context);
/* What is around the innermost element. */
struct image_surroundings image_context_around(const struct image_context *context);

#endif
