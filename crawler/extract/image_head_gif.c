/* GIF (89a): the logical screen tells the size at once; whether it moves, only the blocks after it:
 * a second image, or the loop that encoders ask for before the first. */
#include "crawler/extract/image_bytes.h"
#include "crawler/extract/image_formats.h"
#include "crawler/extract/image_head.h"

enum {
    SCREEN_END = 13,
    BLOCK_EXTENSION = 0x21,
    BLOCK_IMAGE = 0x2c,
    BLOCK_TRAILER = 0x3b,
    LABEL_APPLICATION = 0xff,
    IMAGE_DESCRIPTOR_BYTES = 10
};

struct blocks {
    const struct image_bytes *file;
    uint64_t at;
    unsigned images;
    bool loops;
    bool is_ended; /* by the trailer, or by what is no block */
};

static uint64_t color_table_bytes(unsigned flags)
{
    return flags & 0x80 ? (uint64_t)3 << ((flags & 7) + 1) : 0;
}

static void skip_sub_blocks(struct blocks *blocks)
{
    const struct image_bytes *file = blocks->file;
    while (image_bytes_have(file, blocks->at, 1)) {
        unsigned bytes = file->data[blocks->at];
        blocks->at += 1 + bytes;
        if (!bytes)
            return;
    }
}

static void read_extension(struct blocks *blocks)
{
    const struct image_bytes *file = blocks->file;
    if (image_bytes_have(file, blocks->at, 2) && file->data[blocks->at + 1] == LABEL_APPLICATION)
        blocks->loops = blocks->loops || image_bytes_are(file, blocks->at + 3, "NETSCAPE2.0") ||
                        image_bytes_are(file, blocks->at + 3, "ANIMEXTS1.0");
    blocks->at += 2;
    skip_sub_blocks(blocks);
}

static void read_image(struct blocks *blocks)
{
    const struct image_bytes *file = blocks->file;
    blocks->images++;
    if (!image_bytes_have(file, blocks->at, IMAGE_DESCRIPTOR_BYTES)) {
        blocks->at = file->bytes;
        return;
    }
    blocks->at += IMAGE_DESCRIPTOR_BYTES + 1 + color_table_bytes(file->data[blocks->at + 9]);
    skip_sub_blocks(blocks);
}

static bool is_animated(const struct image_bytes *file)
{
    struct blocks blocks = {.file = file};
    blocks.at = SCREEN_END + color_table_bytes(file->data[10]);
    while (image_bytes_have(file, blocks.at, 1) && blocks.images < 2 && !blocks.is_ended) {
        switch (file->data[blocks.at]) {
        case BLOCK_IMAGE:
            read_image(&blocks);
            break;
        case BLOCK_EXTENSION:
            read_extension(&blocks);
            break;
        default:
            blocks.is_ended = true;
        }
    }
    bool saw_all = blocks.is_ended || file->is_whole;
    return blocks.images > 1 || (blocks.loops && !saw_all);
}

void image_head_gif(const struct image_bytes *file, struct image_head *head)
{
    if (!image_bytes_have(file, 0, SCREEN_END)) {
        image_head_need(file, head, SCREEN_END);
        return;
    }
    head->width = image_u16le(file, 6);
    head->height = image_u16le(file, 8);
    head->is_animated = is_animated(file);
}
