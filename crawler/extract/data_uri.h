/* data: URIs (RFC 2397): images carried in the page itself. Only their head is kept. */
#ifndef IMGCRAWL_EXTRACT_DATA_URI_H
#define IMGCRAWL_EXTRACT_DATA_URI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct data_uri {
    size_t head_bytes;   /* up to and including the comma; 0 where there is none */
    uint64_t data_bytes; /* of what follows: the decoded size for base64 */
};

/* Whether the trimmed text is a data: URI; then tells its parts. */
bool data_uri_parse(const char *text, size_t bytes, struct data_uri *ret_uri);

#endif
