/* Domain names with non-ASCII letters, as their ASCII form (UTS #46 through libidn2). */
#ifndef IMGCRAWL_EXTRACT_URL_IDNA_H
#define IMGCRAWL_EXTRACT_URL_IDNA_H

#include <stddef.h>

/* domain: UTF-8 without NUL bytes. Writes the A-label form to ret_text, not NUL-ended; returns its
 * bytes, or 0 where the domain is not valid or does not fit into capacity. */
size_t url_idna_to_ascii(const char *domain, size_t bytes, char *ret_text, size_t capacity);

#endif
