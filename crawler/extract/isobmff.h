/* Boxes of ISO base media files (ISO/IEC 14496-12), as far as AVIF and HEIF (ISO/IEC 23008-12) need
 * them: the primary item, its size, how it is turned, and where its coded bytes are. Pure
 * functions, run in parse processes. */
#ifndef IMGCRAWL_EXTRACT_ISOBMFF_H
#define IMGCRAWL_EXTRACT_ISOBMFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct image_bytes;

enum isobmff_family { ISOBMFF_OTHER, ISOBMFF_AVIF, ISOBMFF_HEIF };

struct isobmff_brand {
    enum isobmff_family family;
    bool is_heic;     /* coded with HEVC */
    bool is_sequence; /* of images: an animation */
};

struct isobmff_brand isobmff_brand(const struct image_bytes *file);

struct isobmff_image {
    uint32_t width, height;    /* as stored, after cropping; 0: the file does not say */
    unsigned turns;            /* by 90 degrees, counter-clockwise */
    const unsigned char *data; /* of the primary item; NULL: not in reach, or in several pieces */
    size_t data_bytes;
    uint64_t needed_bytes; /* of the file's beginning; 0: its description was in reach */
};

void isobmff_read(const struct image_bytes *file, struct isobmff_image *ret_image);

#endif
