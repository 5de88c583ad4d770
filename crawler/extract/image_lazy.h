/* Lazy loading by script: the attributes in which pages keep images until they come into view. No
 * standard names them; the table has those of the libraries and site builders in use. Pure
 * functions, but for the table of shared placeholders, which lives in the page's arena. */
#ifndef IMGCRAWL_EXTRACT_IMAGE_LAZY_H
#define IMGCRAWL_EXTRACT_IMAGE_LAZY_H

#include <stdbool.h>
#include <stddef.h>

#include "crawler/extract/image_draft.h"

struct html_attribute;

struct lazy_attribute {
    enum image_source source; /* IMAGE_SOURCE_LAZY_SRC, _SRCSET or _BACKGROUND */
    enum image_ref_kind kind; /* IMAGE_REF_CSS: a value like "url(a.png)" */
};

/* Whether the attribute holds images for later. shows_image: it is an img, a picture's source or an
 * image input; any other element must say by the value that it is about images. */
bool lazy_attribute(const struct html_attribute *attribute, bool shows_image,
                    struct lazy_attribute *ret_lazy);

/* The src that stands on several elements of a page for different images later. */
struct lazy_stand_ins;
/* Of the drafts; NULL when the arena is full. */
struct lazy_stand_ins *lazy_stand_ins_of(const struct image_drafts *drafts);
/* Whether a reference of an element with a lazy attribute only stands in for what is there: a data:
 * URI, a name that says so, or the same for several. */
bool lazy_is_stand_in(struct lazy_stand_ins *stand_ins, const struct image_draft *draft,
                      const char *reference, size_t bytes);

#endif
