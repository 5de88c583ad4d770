/* UTF-8: what is well-formed (Unicode table 3-7: no overlong forms, no surrogates, nothing past
 * U+10FFFF), and how much of the rest one U+FFFD stands for (its section "U+FFFD substitution of
 * maximal subparts", as the WHATWG Encoding Standard decodes). Pure functions. */
#ifndef IMGCRAWL_EXTRACT_UTF8_H
#define IMGCRAWL_EXTRACT_UTF8_H

#include <stddef.h>

#define UTF8_REPLACEMENT "\xef\xbf\xbd"

/* Bytes of the well-formed sequence that text begins with; 0 where it is malformed, and then
 * *ret_skip is the length of the part that one U+FFFD stands for. bytes > 0. */
size_t utf8_sequence(const char *text, size_t bytes, size_t *ret_skip);
/* Bytes from the start that are ASCII. */
size_t utf8_ascii_prefix(const char *text, size_t bytes);
/* Bytes from the start that are well-formed. */
size_t utf8_valid_prefix(const char *text, size_t bytes);

#endif
