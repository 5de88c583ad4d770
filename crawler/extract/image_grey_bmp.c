/* BMP without compression: palettes of 1, 4 and 8 bits, and 24 and 32 bits a pixel. */
#include "crawler/extract/image_grey.h"

#include <stdlib.h>

#include "crawler/extract/image_bytes.h"
#include "crawler/extract/image_grid.h"

enum {
    DATA_OFFSET_AT = 10,
    HEADER_AT = 14,
    INFO_HEADER_BYTES = 40,
    HEAD_BYTES = HEADER_AT + INFO_HEADER_BYTES,
    BI_RGB = 0,
    PALETTE_MAX = 256
};

struct bmp {
    const struct image_bytes *file;
    uint64_t data_at, row_bytes;
    uint32_t bits;
    uint32_t pixels_in_byte; /* 0 without a palette */
    bool is_top_down;
    unsigned char palette[PALETTE_MAX]; /* as brightness */
};

static unsigned char grey_at(const struct image_bytes *file, uint64_t at)
{
    return image_grey(file->data[at + 2], file->data[at + 1], file->data[at], 255);
}

static void read_palette(struct bmp *bmp)
{
    uint64_t at = HEADER_AT + (uint64_t)image_u32le(bmp->file, HEADER_AT);
    for (uint32_t i = 0; i < 1u << bmp->bits && image_bytes_have(bmp->file, at, 4); i++, at += 4)
        bmp->palette[i] = grey_at(bmp->file, at);
}

static bool read_header(struct bmp *bmp, struct image_grid *grid)
{
    const struct image_bytes *file = bmp->file;
    if (!image_bytes_have(file, 0, HEAD_BYTES) ||
        image_u32le(file, HEADER_AT) < INFO_HEADER_BYTES || image_u32le(file, 30) != BI_RGB)
        return false;
    uint32_t height = image_u32le(file, 22);
    bmp->is_top_down = height & 0x80000000u;
    bmp->bits = image_u16le(file, 28);
    if (!image_grid_begin(grid, image_u32le(file, 18), bmp->is_top_down ? ~height + 1 : height))
        return false;
    bmp->data_at = image_u32le(file, DATA_OFFSET_AT);
    bmp->row_bytes = ((uint64_t)grid->width * bmp->bits + 31) / 32 * 4;
    if (bmp->bits == 1 || bmp->bits == 4 || bmp->bits == 8) {
        bmp->pixels_in_byte = 8 / bmp->bits;
        read_palette(bmp);
    } else if (bmp->bits != 24 && bmp->bits != 32) {
        return false;
    }
    return image_bytes_have(file, bmp->data_at, bmp->row_bytes * grid->height);
}

static unsigned char pixel(const struct bmp *bmp, uint64_t row_at, uint32_t x)
{
    uint32_t in_byte = bmp->pixels_in_byte;
    if (in_byte == 0)
        return grey_at(bmp->file, row_at + (uint64_t)x * (bmp->bits / 8));
    unsigned shift = 8 - bmp->bits * (x % in_byte + 1);
    unsigned index = bmp->file->data[row_at + x / in_byte] >> shift & ((1u << bmp->bits) - 1);
    return bmp->palette[index];
}

bool image_grey_bmp(const struct image_bytes *file, struct image_grid *grid)
{
    struct bmp bmp = {.file = file};
    if (!read_header(&bmp, grid))
        return false;
    unsigned char *grey = malloc(grid->width);
    if (!grey)
        return false;
    for (uint32_t i = 0; i < grid->height; i++) {
        for (uint32_t x = 0; x < grid->width; x++)
            grey[x] = pixel(&bmp, bmp.data_at + i * bmp.row_bytes, x);
        image_grid_row(grid, bmp.is_top_down ? i : grid->height - 1 - i, grey);
    }
    free(grey);
    return true;
}
