/* JPEG by libjpeg-turbo: brightness alone, decoded at an eighth of its size where that is enough. A
 * progressive file is kept whole by the library, so its memory is limited, and its scans counted.
 */
#include "crawler/extract/image_grey.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

#include "crawler/extract/image_bytes.h"
#include "crawler/extract/image_grid.h"

enum {
    MEMORY_MAX_BYTES = 256 * 1024 * 1024,
    SCANS_MAX = 100,
    ENOUGH_PIXELS = 8 * IMAGE_GRID_SIDE /* of each side after scaling */
};

struct jpeg_reader {
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    jmp_buf failed;
    struct image_grid *grid;
    unsigned char *row, *grey;
};

static void fail(j_common_ptr jpeg)
{
    struct jpeg_reader *reader = jpeg->client_data;
    longjmp(reader->failed, 1);
}

static void say_nothing(j_common_ptr jpeg)
{
    (void)jpeg;
}

static void warn_nothing(j_common_ptr jpeg, int level)
{
    (void)jpeg;
    (void)level;
}

static void count_scans(j_common_ptr jpeg)
{
    const struct jpeg_reader *reader = jpeg->client_data;
    if (reader->jpeg.input_scan_number > SCANS_MAX)
        fail(jpeg);
}

static void set_scale(struct jpeg_decompress_struct *jpeg)
{
    JDIMENSION shorter =
        jpeg->image_width < jpeg->image_height ? jpeg->image_width : jpeg->image_height;
    jpeg->scale_num = 1;
    jpeg->scale_denom = 1;
    while (jpeg->scale_denom < 8 && shorter / (2 * jpeg->scale_denom) >= ENOUGH_PIXELS)
        jpeg->scale_denom *= 2;
}

/* CMYK, in Adobe's manner with ink as 0. */
static void grey_of_inks(const unsigned char *inks, unsigned char *grey, JDIMENSION width)
{
    for (JDIMENSION x = 0; x < width; x++, inks += 4) {
        unsigned light = image_grey(inks[0], inks[1], inks[2], 255);
        grey[x] = (unsigned char)(light * inks[3] / 255);
    }
}

static void read_rows(struct jpeg_reader *reader)
{
    struct jpeg_decompress_struct *jpeg = &reader->jpeg;
    while (jpeg->output_scanline < jpeg->output_height) {
        uint32_t y = jpeg->output_scanline;
        JSAMPROW row = reader->row;
        if (jpeg_read_scanlines(jpeg, &row, 1) != 1)
            fail((j_common_ptr)jpeg);
        if (jpeg->output_components == 4)
            grey_of_inks(reader->row, reader->grey, jpeg->output_width);
        image_grid_row(reader->grid, y, jpeg->output_components == 4 ? reader->grey : reader->row);
    }
}

static bool decode(struct jpeg_reader *reader, const struct image_bytes *file)
{
    struct jpeg_decompress_struct *jpeg = &reader->jpeg;
    if (setjmp(reader->failed))
        return false;
    jpeg_create_decompress(jpeg);
    jpeg->mem->max_memory_to_use = MEMORY_MAX_BYTES;
    jpeg->progress = &reader->progress;
    jpeg_mem_src(jpeg, file->data, file->bytes);
    jpeg_read_header(jpeg, TRUE);
    /* asked before anything is allocated for it */
    if (!image_grid_begin(reader->grid, jpeg->image_width, jpeg->image_height))
        return false;
    set_scale(jpeg);
    jpeg->out_color_space = jpeg->num_components == 4 ? JCS_CMYK : JCS_GRAYSCALE;
    jpeg->dct_method = JDCT_ISLOW;
    jpeg_start_decompress(jpeg);
    reader->row = malloc((size_t)jpeg->output_width * (unsigned)jpeg->output_components);
    reader->grey = malloc(jpeg->output_width);
    if (!reader->row || !reader->grey ||
        !image_grid_begin(reader->grid, jpeg->output_width, jpeg->output_height))
        return false;
    read_rows(reader);
    return true;
}

bool image_grey_jpeg(const struct image_bytes *file, struct image_grid *grid)
{
    struct jpeg_reader reader = {.grid = grid};
    reader.jpeg.err = jpeg_std_error(&reader.errors);
    reader.jpeg.client_data = &reader;
    reader.errors.error_exit = fail;
    reader.errors.output_message = say_nothing;
    reader.errors.emit_message = warn_nothing;
    reader.progress.progress_monitor = count_scans;
    bool decoded = decode(&reader, file);
    jpeg_destroy_decompress(&reader.jpeg);
    free(reader.row);
    free(reader.grey);
    return decoded;
}
