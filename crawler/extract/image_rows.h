/* Rows: drafts of image references become rows of the page record, once the page has ended and all
 * is known that gives them their names and texts. */
#ifndef IMGCRAWL_EXTRACT_IMAGE_ROWS_H
#define IMGCRAWL_EXTRACT_IMAGE_ROWS_H

#include <stdint.h>

#include "crawler/extract/image_draft.h"

struct label_texts;
struct page_context;

/* attribute value, NULL where the element has none. */
enum alt_state image_alt_state(const char *alt, size_t bytes);

/* Writes the rows in document order and returns how many elements refer to images. labels: NULL
 * where no image has aria-labelledby. */
uint32_t image_rows_write(struct page_context *page, struct image_drafts *drafts,
                          const struct label_texts *labels);

#endif
