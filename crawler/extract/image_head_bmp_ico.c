/* BMP, and the directory of an icon or cursor file. */
#include <stdlib.h>

#include "crawler/extract/image_bytes.h"
#include "crawler/extract/image_formats.h"
#include "crawler/extract/image_head.h"

enum {
    BMP_HEADER = 14,
    BMP_CORE_BYTES = 12, /* OS/2's header, with 16-bit sizes */
    BMP_HEAD_BYTES = 26,
    ICO_DIRECTORY = 6,
    ICO_ENTRY_BYTES = 16,
    ICO_IMAGES_MAX = 256
};

/* Negative where the rows go downwards. */
static uint32_t magnitude(uint32_t value)
{
    return value & 0x80000000u ? ~value + 1 : value;
}

void image_head_bmp(const struct image_bytes *file, struct image_head *head)
{
    if (!image_bytes_have(file, 0, BMP_HEAD_BYTES)) {
        image_head_need(file, head, BMP_HEAD_BYTES);
    } else if (image_u32le(file, BMP_HEADER) == BMP_CORE_BYTES) {
        head->width = image_u16le(file, BMP_HEADER + 4);
        head->height = image_u16le(file, BMP_HEADER + 6);
    } else {
        head->width = magnitude(image_u32le(file, BMP_HEADER + 4));
        head->height = magnitude(image_u32le(file, BMP_HEADER + 8));
    }
}

/* 0 in the byte means 256. */
static uint32_t ico_side(unsigned char byte)
{
    return byte ? byte : 256;
}

void image_head_ico(const struct image_bytes *file, struct image_head *head)
{
    uint32_t images = image_u16le(file, 4);
    if (images > ICO_IMAGES_MAX)
        images = ICO_IMAGES_MAX;
    for (uint64_t at = ICO_DIRECTORY; images > 0; images--, at += ICO_ENTRY_BYTES) {
        if (!image_bytes_have(file, at, 2))
            return;
        uint32_t width = ico_side(file->data[at]);
        uint32_t height = ico_side(file->data[at + 1]);
        if (width * height > head->width * head->height) {
            head->width = width;
            head->height = height;
        }
    }
}
