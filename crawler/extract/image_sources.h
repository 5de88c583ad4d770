/* The sources of images: which elements and attributes refer to images, and as what. Asked for each
 * element of a walk after its context was entered; fills drafts. */
#ifndef IMGCRAWL_EXTRACT_IMAGE_SOURCES_H
#define IMGCRAWL_EXTRACT_IMAGE_SOURCES_H

#include "crawler/extract/image_context.h"
#include "crawler/extract/image_draft.h"

struct element_marks;
struct html_element;

struct image_sources {
    struct image_drafts drafts;
    struct image_context context;
    struct image_draft *og; /* the last og:image, to which og:image:alt and the like belong */
    const char *og_alt;     /* that came before it */
    const char *twitter_alt;
};

void image_sources_begin(struct image_sources *sources, struct arena *arena, const char *html_end);
void image_sources_of_element(struct image_sources *sources, const struct html_element *element,
                              const struct element_marks *marks);
/* The text of the innermost element. */
void image_sources_of_text(struct image_sources *sources, const char *text);

/* The draft of the innermost element, made when first asked for; NULL when there is no room. */
struct image_draft *image_sources_draft(struct image_sources *sources, enum image_kind kind,
                                        const struct html_element *element);

#endif
