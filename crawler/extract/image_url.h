/* The URL of an image reference, from what is written: resolved, or of a data: URI its head and a
 * mark of the whole (data_uri.h). */
#ifndef IMGCRAWL_EXTRACT_IMAGE_URL_H
#define IMGCRAWL_EXTRACT_IMAGE_URL_H

#include <stddef.h>

struct flat_image;
struct page_context;

/* Sets url, raw and data_bytes. Text that points nowhere (white space, no usable URL) leaves url
 * absent. */
void image_url_set(struct page_context *page, struct flat_image *image, const char *text,
                   size_t bytes);

#endif
