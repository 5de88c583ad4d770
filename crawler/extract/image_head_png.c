/* PNG (W3C PNG, third edition): IHDR comes first and tells the size; acTL before the first IDAT
 * makes it an animation. */
#include "crawler/extract/image_bytes.h"
#include "crawler/extract/image_formats.h"
#include "crawler/extract/image_head.h"

enum { SIGNATURE_BYTES = 8, IHDR_END = 33, CHUNK_OVERHEAD = 12 };

static bool is_animated(const struct image_bytes *file)
{
    uint64_t at = SIGNATURE_BYTES;
    while (image_bytes_have(file, at, 8) && !image_bytes_are(file, at + 4, "IDAT")) {
        if (image_bytes_are(file, at + 4, "acTL") && image_bytes_have(file, at + 8, 4))
            return image_u32be(file, at + 8) > 1;
        at += CHUNK_OVERHEAD + (uint64_t)image_u32be(file, at);
    }
    return false;
}

void image_head_png(const struct image_bytes *file, struct image_head *head)
{
    if (!image_bytes_have(file, 0, IHDR_END)) {
        image_head_need(file, head, IHDR_END);
        return;
    }
    if (!image_bytes_are(file, SIGNATURE_BYTES + 4, "IHDR"))
        return;
    head->width = image_u32be(file, 16);
    head->height = image_u32be(file, 20);
    head->is_animated = is_animated(file);
}
