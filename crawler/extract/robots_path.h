/* Paths of robots rules and of URLs in the one form in which they are compared (RFC 9309 §2.2.2).
 */
#ifndef IMGCRAWL_EXTRACT_ROBOTS_PATH_H
#define IMGCRAWL_EXTRACT_ROBOTS_PATH_H

#include <stddef.h>

#include "crawler/extract/url_encode.h"

/* Both: percent-encoded unreserved characters are decoded, other encodings written in upper case,
 * bytes that no URI may hold encoded, reserved characters left as they are.
 * In a pattern '*' and a '$' at the end keep their meaning, and runs of '*' become one; any other
 * '*' or '$' is written %2A or %24. */
void robots_write_pattern(struct url_writer *out, const char *text, size_t bytes);
void robots_write_path(struct url_writer *out, const char *text, size_t bytes);

#endif
