/* Size variants: image servers give one picture in many sizes, whose URLs differ only in what asks
 * for a size. Here that is taken out of a URL by a table of patterns; two images whose rests are
 * the same, one of which had such a part at least, are candidates for the same picture. Pure
 * functions; any thread. */
#ifndef IMGCRAWL_STORAGE_SIZE_VARIANT_H
#define IMGCRAWL_STORAGE_SIZE_VARIANT_H

#include <stdbool.h>
#include <stddef.h>

/* Writes the URL without what asks for a size, NUL-ended; false where nothing was taken out, or
 * where it does not fit. ret_rest: room for `bytes` + 1. */
bool size_variant_rest(const char *url, size_t bytes, char *ret_rest, size_t *ret_bytes);

#endif
