/* WebP (RFC 9649): the first chunk tells the size: VP8 (lossy), VP8L (lossless) or VP8X (with
 * features, of which one is animation). An EXIF chunk turns nothing: browsers pay no heed to it. */
#include "crawler/extract/image_bytes.h"
#include "crawler/extract/image_formats.h"
#include "crawler/extract/image_head.h"

enum { CHUNK_DATA = 20, HEAD_BYTES = 30, FLAG_ANIMATION = 0x02, LOSSLESS_SIGNATURE = 0x2f };

static uint32_t u24le(const struct image_bytes *file, uint64_t at)
{
    return image_u16le(file, at) | (uint32_t)file->data[at + 2] << 16;
}

static void read_lossy(const struct image_bytes *file, struct image_head *head)
{
    if (!image_bytes_are(file, CHUNK_DATA + 3, "\x9d\x01\x2a"))
        return;
    head->width = image_u16le(file, CHUNK_DATA + 6) & 0x3fff;
    head->height = image_u16le(file, CHUNK_DATA + 8) & 0x3fff;
}

static void read_lossless(const struct image_bytes *file, struct image_head *head)
{
    if (file->data[CHUNK_DATA] != LOSSLESS_SIGNATURE)
        return;
    uint32_t bits = image_u32le(file, CHUNK_DATA + 1);
    head->width = (bits & 0x3fff) + 1;
    head->height = (bits >> 14 & 0x3fff) + 1;
}

static void read_extended(const struct image_bytes *file, struct image_head *head)
{
    head->is_animated = (file->data[CHUNK_DATA] & FLAG_ANIMATION) != 0;
    head->width = u24le(file, CHUNK_DATA + 4) + 1;
    head->height = u24le(file, CHUNK_DATA + 7) + 1;
}

void image_head_webp(const struct image_bytes *file, struct image_head *head)
{
    if (!image_bytes_have(file, 0, HEAD_BYTES))
        image_head_need(file, head, HEAD_BYTES);
    else if (image_bytes_are(file, 12, "VP8 "))
        read_lossy(file, head);
    else if (image_bytes_are(file, 12, "VP8L"))
        read_lossless(file, head);
    else if (image_bytes_are(file, 12, "VP8X"))
        read_extended(file, head);
}
