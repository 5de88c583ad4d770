/* JPEG (ITU-T T.81 annex B): segments up to the frame header, which tells the size; an Exif segment
 * (CIPA DC-008) on the way may turn the image. */
#include "crawler/extract/image_bytes.h"
#include "crawler/extract/image_formats.h"
#include "crawler/extract/image_head.h"

enum {
    MARKER_TEM = 0x01,
    MARKER_RST0 = 0xd0,
    MARKER_SOI = 0xd8,
    MARKER_EOI = 0xd9,
    MARKER_SOS = 0xda,
    MARKER_APP1 = 0xe1,
    TAG_ORIENTATION = 0x0112,
    TYPE_SHORT = 3,
    NEXT_SEGMENT_BYTES = 64 /* enough for the one after, if that is the frame header */
};

/* SOF0 to SOF15, without the three of their range that are tables and extensions. */
static bool is_frame_header(unsigned marker)
{
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

static bool stands_alone(unsigned marker)
{
    return marker == MARKER_TEM || (marker >= MARKER_RST0 && marker <= MARKER_SOI);
}

/* --- Exif --- */

/* A TIFF file inside the segment, in either byte order. */
struct tiff {
    struct image_bytes bytes;
    bool is_little_endian;
};

static uint32_t tiff_u16(const struct tiff *tiff, uint64_t at)
{
    return tiff->is_little_endian ? image_u16le(&tiff->bytes, at) : image_u16be(&tiff->bytes, at);
}

static uint32_t tiff_u32(const struct tiff *tiff, uint64_t at)
{
    return tiff->is_little_endian ? image_u32le(&tiff->bytes, at) : image_u32be(&tiff->bytes, at);
}

/* 1 to 8; 1 where the first directory does not say. */
static unsigned tiff_orientation(const struct tiff *tiff)
{
    if (!image_bytes_have(&tiff->bytes, 0, 8))
        return 1;
    uint64_t directory = tiff_u32(tiff, 4);
    if (!image_bytes_have(&tiff->bytes, directory, 2))
        return 1;
    uint32_t count = tiff_u16(tiff, directory);
    for (uint64_t at = directory + 2; count > 0; count--, at += 12) {
        if (!image_bytes_have(&tiff->bytes, at, 12))
            return 1;
        if (tiff_u16(tiff, at) != TAG_ORIENTATION)
            continue;
        uint32_t value = tiff_u16(tiff, at + 8);
        return tiff_u16(tiff, at + 2) == TYPE_SHORT && value >= 1 && value <= 8 ? value : 1;
    }
    return 1;
}

/* An APP1 segment's content; others than Exif (XMP) say nothing. */
static void read_exif(const struct image_bytes *segment, struct image_head *head)
{
    enum { EXIF_BYTES = 6 };
    if (segment->bytes < EXIF_BYTES || memcmp(segment->data, "Exif\0\0", EXIF_BYTES) != 0)
        return;
    struct tiff tiff = {
        .bytes = {.data = segment->data + EXIF_BYTES, .bytes = segment->bytes - EXIF_BYTES}};
    tiff.is_little_endian = image_bytes_are(&tiff.bytes, 0, "II");
    if (tiff.is_little_endian || image_bytes_are(&tiff.bytes, 0, "MM"))
        head->orientation = tiff_orientation(&tiff);
}

/* --- segments --- */

/* at: its length field, which is in reach. */
static void read_size(const struct image_bytes *file, uint64_t at, struct image_head *head)
{
    bool is_on_its_side = head->orientation >= 5;
    if (!image_bytes_have(file, at, 7)) {
        image_head_need(file, head, at + 7);
        return;
    }
    uint32_t height = image_u16be(file, at + 3);
    uint32_t width = image_u16be(file, at + 5);
    head->width = is_on_its_side ? height : width;
    head->height = is_on_its_side ? width : height;
}

/* The content of a segment whose length field is at at, as much of it as is there. */
static struct image_bytes content_of(const struct image_bytes *file, uint64_t at)
{
    size_t length = image_u16be(file, at);
    size_t there = file->bytes - (size_t)at;
    return (struct image_bytes){.data = file->data + at + 2,
                                .bytes = (length < there ? length : there) - 2};
}

/* The byte after the next marker's 0xff, past fill bytes and what does not belong here. */
static uint64_t next_marker(const struct image_bytes *file, uint64_t at)
{
    const unsigned char *mark =
        at < file->bytes ? memchr(file->data + at, 0xff, file->bytes - at) : NULL;
    if (!mark)
        return file->bytes;
    at = (uint64_t)(mark - file->data);
    while (at < file->bytes && file->data[at] == 0xff)
        at++;
    return at;
}

void image_head_jpeg(const struct image_bytes *file, struct image_head *head)
{
    uint64_t at = 2;
    for (;;) {
        at = next_marker(file, at);
        if (!image_bytes_have(file, at, 3))
            break;
        unsigned marker = file->data[at++];
        if (stands_alone(marker))
            continue;
        if (marker == MARKER_SOS || marker == MARKER_EOI || image_u16be(file, at) < 2)
            return;
        if (is_frame_header(marker)) {
            read_size(file, at, head);
            return;
        }
        if (marker == MARKER_APP1) {
            struct image_bytes content = content_of(file, at);
            read_exif(&content, head);
        }
        at += image_u16be(file, at);
        if (at >= file->bytes)
            break;
    }
    image_head_need(file, head, at + NEXT_SEGMENT_BYTES);
}
