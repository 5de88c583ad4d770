/* data: URIs (RFC 2397): images carried in the page itself. Their head is kept, and a fingerprint
 * of the whole that tells one from another: "data:image/png;base64,#xxh3=0123456789abcdef". */
#ifndef IMGCRAWL_EXTRACT_DATA_URI_H
#define IMGCRAWL_EXTRACT_DATA_URI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct data_uri {
    size_t head_bytes;   /* up to and including the comma; 0 where there is none */
    uint64_t data_bytes; /* of what follows, decoded */
};

/* Whether the trimmed text is a data: URI; then tells its parts. */
bool data_uri_parse(const char *text, size_t bytes, struct data_uri *ret_uri);

enum { DATA_URI_MARK_BYTES = 22 }; /* "#xxh3=" and 16 hexadecimal digits */

/* The mark of a data: URI: XXH3, 64 bits, of the whole with its scheme in lower case. False when
 * memory is out. */
bool data_uri_mark(const char *text, size_t bytes, char ret_mark[DATA_URI_MARK_BYTES + 1]);

#endif
