/* What an image file is, by its first bytes: type, size in pixels, animation. Pure functions; run
 * in a parse process. */
#ifndef IMGCRAWL_EXTRACT_IMAGE_HEAD_H
#define IMGCRAWL_EXTRACT_IMAGE_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct image_bytes;

enum image_type {
    IMAGE_NONE, /* no image, or none that is known here */
    IMAGE_JPEG,
    IMAGE_PNG,
    IMAGE_GIF,
    IMAGE_WEBP,
    IMAGE_AVIF,
    IMAGE_HEIF,
    IMAGE_SVG,
    IMAGE_BMP,
    IMAGE_ICO,
    IMAGE_TYPE_COUNT
};
const char *image_type_name(enum image_type type); /* "none" "jpeg" "png" ... */

struct image_head {
    enum image_type type;
    /* "image/png"; of what is no image: what mime_sniff() makes of it, "text/html" where it begins
     * like markup. A constant. */
    const char *mime_type;
    /* As displayed: exchanged where EXIF (JPEG) or irot (AVIF, HEIF) turn the image on its side. Of
     * an SVG in CSS px, by width and height where they are lengths, else by its viewBox. Of an icon
     * its largest image. 0: not known. */
    uint32_t width, height;
    unsigned orientation; /* EXIF's, 1 to 8: how the stored image becomes the displayed one */
    /* GIF: a second frame, or a loop where the end was not in reach; WebP: ANIM; PNG: acTL with
     * several frames; AVIF and HEIF: a sequence. */
    bool is_animated;
    uint64_t needed_bytes; /* of the file's beginning, to tell its size; 0: nothing more helps */
};

void image_head_read(const struct image_bytes *file, struct image_head *ret_head);

#endif
