/* IP addresses as hosts of URLs (WHATWG URL Standard, sections 3.5: host parsing, 3.6:
 * serialising). */
#ifndef IMGCRAWL_EXTRACT_URL_IP_H
#define IMGCRAWL_EXTRACT_URL_IP_H

#include <stdbool.h>
#include <stddef.h>

enum { URL_IPV4_MAX_BYTES = 15, URL_IPV6_MAX_BYTES = 41 /* with brackets */ };

/* True where the last label of a domain is a number, and the host so must be an IPv4 address. */
bool url_ends_in_number(const char *domain, size_t bytes);
/* Any of the forms: 127.1, 0x7f.0.0.1, 017700000001, 2130706433. ret_text: canonical, not
 * NUL-ended; returns its bytes, or 0 where it is no address. */
size_t url_ipv4_canonical(const char *text, size_t bytes, char ret_text[URL_IPV4_MAX_BYTES + 1]);
/* text without the brackets; ret_text with them. Returns its bytes, or 0. */
size_t url_ipv6_canonical(const char *text, size_t bytes, char ret_text[URL_IPV6_MAX_BYTES + 1]);

#endif
