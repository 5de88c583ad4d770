/* The host parser of the WHATWG URL Standard (section 3.5), for special schemes. */
#ifndef IMGCRAWL_EXTRACT_URL_HOST_H
#define IMGCRAWL_EXTRACT_URL_HOST_H

#include <stdbool.h>
#include <stddef.h>

#include "crawler/extract/url_encode.h"

/* Writes the canonical form of a host (domain, IPv4 in any form, [IPv6]); false where it is none.
 */
bool url_write_host(struct url_writer *out, const char *text, size_t bytes, bool *ret_is_ip);

#endif
