/* Base64 (RFC 4648 §4), decoding only; for bytes that travel in JSON. Pure functions. */
#ifndef IMGCRAWL_SERVER_BASE64_H
#define IMGCRAWL_SERVER_BASE64_H

#include <stddef.h>

/* On the heap and NUL-ended for convenience; NULL where text is not base64. Padding may be missing.
 */
unsigned char *base64_decode(const char *text, size_t bytes, size_t *ret_bytes);

#endif
