/* Image record: what a parse process found out about one image file, as one flat block of memory.
 * Written in the worker by image_record_write(), opened in the parent by image_record_open(), which
 * believes nothing. */
#ifndef IMGCRAWL_EXTRACT_IMAGE_RECORD_H
#define IMGCRAWL_EXTRACT_IMAGE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crawler/extract/image_hash.h"
#include "crawler/extract/image_head.h"

enum { IMAGE_MIME_TYPE_MAX_BYTES = 48 };

/* The meanings are those of struct image_head and of image_hash.h. */
struct image_record {
    enum image_type type;
    char mime_type[IMAGE_MIME_TYPE_MAX_BYTES]; /* NUL-ended, never empty */
    uint32_t width, height;                    /* both or none */
    bool is_animated;
    uint64_t needed_bytes; /* of the file's beginning; 0: nothing more helps */
    bool has_sha256, has_hash;
    unsigned char sha256[IMAGE_SHA256_BYTES];
    uint64_t hash;
};

/* is_whole: these are all bytes of the file; then its hashes are made too. */
void image_record_read(const unsigned char *data, size_t bytes, bool is_whole,
                       struct image_record *ret_record);

/* Bytes written, or -E2BIG. */
int64_t image_record_write(const struct image_record *record, void *out, size_t capacity);
/* 0, or -EBADMSG where anything does not hold. */
int image_record_open(const void *data, size_t bytes, struct image_record *ret_record);

#endif
