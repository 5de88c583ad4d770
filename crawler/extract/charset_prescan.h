/* What a page says of its own encoding, found before it is parsed. */
#ifndef IMGCRAWL_EXTRACT_CHARSET_PRESCAN_H
#define IMGCRAWL_EXTRACT_CHARSET_PRESCAN_H

#include <stddef.h>

#include "crawler/extract/charset_labels.h"

/* The encoding that the first meta element or, failing that, an XML declaration names, by the HTML
 * standard's "prescan a byte stream to determine its encoding" (section 13.2.3.2); CHARSET_COUNT
 * where there is none. The standard looks at 1,024 bytes and lets the parser start over when a meta
 * comes later; here the same algorithm just reads on, to 64 KiB. */
enum charset charset_prescan(const char *data, size_t bytes);

/* The encoding in "text/html; charset=...", as the content attribute of a meta element. */
enum charset charset_from_meta_content(const char *text, size_t bytes);

#endif
