/* The texts of the elements that aria-labelledby names: read in a walk of its own, only on pages
 * whose images have that attribute. Lives in the page's arena. */
#ifndef IMGCRAWL_EXTRACT_LABEL_TEXTS_H
#define IMGCRAWL_EXTRACT_LABEL_TEXTS_H

#include <stddef.h>

struct html_document;
struct image_drafts;
struct label_texts;

/* -ENOMEM. */
int label_texts_read(const struct image_drafts *drafts, const struct html_document *document,
                     struct label_texts **ret_labels);

/* The texts of the elements in the list of ids, joined by spaces, into a buffer of capacity bytes;
 * returns their bytes: 0 where nothing is found or said. */
size_t label_texts_join(const struct label_texts *labels, const char *ids, char *ret_text,
                        size_t capacity);

#endif
