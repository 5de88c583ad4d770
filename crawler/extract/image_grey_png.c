/* PNG by libpng, row by row; an interlaced one is kept whole, and so may be smaller only. Of an
 * animation the default image. */
#include "crawler/extract/image_grey.h"

#include <setjmp.h>
#include <stdlib.h>

#include <png.h>

#include "crawler/extract/image_bytes.h"
#include "crawler/extract/image_grid.h"

enum { CHUNK_MAX_BYTES = 8 * 1024 * 1024, CHUNKS_MAX = 1000, RGBA = 4 };

struct png_reader {
    png_structp png;
    png_infop info;
    const struct image_bytes *file;
    size_t at;
    struct image_grid *grid;
    unsigned char *pixels; /* a row, or all of them */
    unsigned char *grey;   /* a row */
};

static void give_bytes(png_structp png, png_bytep out, size_t bytes)
{
    struct png_reader *reader = png_get_io_ptr(png);
    if (!image_bytes_have(reader->file, reader->at, bytes))
        png_error(png, "ends early");
    memcpy(out, reader->file->data + reader->at, bytes);
    reader->at += bytes;
}

static void fail(png_structp png, png_const_charp text)
{
    (void)text;
    png_longjmp(png, 1);
}

static void say_nothing(png_structp png, png_const_charp text)
{
    (void)png;
    (void)text;
}

static void add_row(struct png_reader *reader, uint32_t y, const unsigned char *rgba)
{
    for (uint32_t x = 0; x < reader->grid->width; x++, rgba += RGBA)
        reader->grey[x] = image_grey(rgba[0], rgba[1], rgba[2], rgba[3]);
    image_grid_row(reader->grid, y, reader->grey);
}

/* Whatever the file has, 8-bit RGBA comes out. */
static void set_transformations(png_structp png)
{
    png_set_expand(png);
    png_set_scale_16(png);
    png_set_gray_to_rgb(png);
    png_set_add_alpha(png, 0xff, PNG_FILLER_AFTER);
}

static bool read_rows(struct png_reader *reader, int passes)
{
    const struct image_grid *grid = reader->grid;
    size_t row_bytes = (size_t)grid->width * RGBA;
    bool is_interlaced = passes > 1;
    if (is_interlaced && (uint64_t)grid->width * grid->height > IMAGE_BUFFERED_PIXELS_MAX)
        return false;
    reader->pixels = calloc(is_interlaced ? grid->height : 1, row_bytes);
    reader->grey = malloc(grid->width);
    if (!reader->pixels || !reader->grey ||
        png_get_rowbytes(reader->png, reader->info) != row_bytes)
        return false;
    for (int pass = 0; pass < passes; pass++) {
        for (uint32_t y = 0; y < grid->height; y++) {
            unsigned char *row = reader->pixels + (is_interlaced ? y * row_bytes : 0);
            png_read_row(reader->png, row, NULL);
            if (pass == passes - 1)
                add_row(reader, y, row);
        }
    }
    return true;
}

static bool decode(struct png_reader *reader)
{
    png_structp png = reader->png;
    if (setjmp(png_jmpbuf(png)))
        return false;
    png_set_read_fn(png, reader, give_bytes);
    png_set_user_limits(png, IMAGE_SIDE_MAX, IMAGE_SIDE_MAX);
    png_set_chunk_malloc_max(png, CHUNK_MAX_BYTES);
    png_set_chunk_cache_max(png, CHUNKS_MAX);
    png_set_crc_action(png, PNG_CRC_QUIET_USE, PNG_CRC_QUIET_USE);
    png_read_info(png, reader->info);
    if (!image_grid_begin(reader->grid, png_get_image_width(png, reader->info),
                          png_get_image_height(png, reader->info)))
        return false;
    set_transformations(png);
    int passes = png_set_interlace_handling(png);
    png_read_update_info(png, reader->info);
    return read_rows(reader, passes);
}

bool image_grey_png(const struct image_bytes *file, struct image_grid *grid)
{
    struct png_reader reader = {.file = file, .grid = grid};
    reader.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, fail, say_nothing);
    reader.info = reader.png ? png_create_info_struct(reader.png) : NULL;
    bool decoded = reader.info && decode(&reader);
    if (reader.png)
        png_destroy_read_struct(&reader.png, &reader.info, NULL);
    free(reader.pixels);
    free(reader.grey);
    return decoded;
}
