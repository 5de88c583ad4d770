/* Byte range: which part of a file a request asks for (RFC 9110 section 14). One range; what is
 * malformed, of another unit, or several at once counts as none, as that standard allows. Plain
 * function, any thread.
 */
#ifndef IMGCRAWL_SERVER_BYTE_RANGE_H
#define IMGCRAWL_SERVER_BYTE_RANGE_H

#include <stdint.h>

enum byte_range_result { RANGE_NONE, RANGE_PART, RANGE_OUTSIDE };

struct byte_range {
    uint64_t first, bytes;
};

/* header: the value of Range; NULL: none was sent. */
enum byte_range_result byte_range_read(const char *header, uint64_t size,
                                       struct byte_range *ret_range);

#endif
