/* Image references: everything on a page that refers to an image, with the context an auditor asks
 * about. Collected during the walk of a page, written as rows of its record when the walk has
 * ended, as much of the context comes after the image.
 *
 *     image_context   what is around: links, figures, headings, landmarks
 *     image_sources   which elements and attributes refer to images: drafts
 *     label_texts     what other elements say of an image
 *     image_rows      the drafts as rows
 */
#ifndef IMGCRAWL_EXTRACT_IMAGE_REFS_H
#define IMGCRAWL_EXTRACT_IMAGE_REFS_H

#include <stdint.h>

#include "crawler/extract/html_reader.h"
#include "crawler/extract/image_sources.h"

struct page_context;

/* Of one page; large, as it holds the texts that are being gathered. */
struct image_refs {
    struct image_sources sources;
    uint32_t elements; /* <img> */
};

/* html_end: of the text that the document was read from. */
void image_refs_begin(struct image_refs *refs, struct page_context *page, const char *html_end);

/* For each element and text of the walk. -ENOMEM. */
int image_refs_start(struct image_refs *refs, const struct html_element *element);
void image_refs_end(struct image_refs *refs);
void image_refs_text(struct image_refs *refs, const char *text);

/* After the walk: the rows. *ret_places: how many elements refer to images. -ENOMEM. */
int image_refs_write(struct image_refs *refs, struct page_context *page,
                     const struct html_document *document, uint32_t *ret_places);

#endif
