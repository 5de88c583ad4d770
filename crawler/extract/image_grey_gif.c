/* GIF by giflib: the first image, on a white canvas. Read block by block, so that of a long
 * animation nothing else is decoded. */
#include "crawler/extract/image_grey.h"

#include <stdlib.h>

#include <gif_lib.h>

#include "crawler/extract/image_bytes.h"
#include "crawler/extract/image_grid.h"

enum { NO_COLOR = -1, WHITE = 255 };

struct gif_reader {
    const struct image_bytes *file;
    size_t at;
    GifFileType *gif;
    struct image_grid *grid;
    int transparent;     /* its colour's index */
    unsigned char *line; /* of indexes, the image's width */
    unsigned char *grey; /* the canvas' width */
};

static int give_bytes(GifFileType *gif, GifByteType *out, int bytes)
{
    struct gif_reader *reader = gif->UserData;
    size_t left = reader->file->bytes - reader->at;
    size_t count = (size_t)bytes < left ? (size_t)bytes : left;
    memcpy(out, reader->file->data + reader->at, count);
    reader->at += count;
    return (int)count;
}

static bool skip_extension(struct gif_reader *reader)
{
    enum { HAS_TRANSPARENT = 1, CONTROL_BYTES = 4 };
    int label;
    GifByteType *block; /* its length, then its bytes */
    if (DGifGetExtension(reader->gif, &label, &block) != GIF_OK)
        return false;
    while (block) {
        if (label == GRAPHICS_EXT_FUNC_CODE && block[0] == CONTROL_BYTES)
            reader->transparent = block[1] & HAS_TRANSPARENT ? block[4] : NO_COLOR;
        if (DGifGetExtensionNext(reader->gif, &block) != GIF_OK)
            return false;
    }
    return true;
}

static bool find_image(struct gif_reader *reader)
{
    for (;;) {
        GifRecordType record;
        if (DGifGetRecordType(reader->gif, &record) != GIF_OK)
            return false;
        if (record == IMAGE_DESC_RECORD_TYPE)
            return DGifGetImageDesc(reader->gif) == GIF_OK;
        if (record != EXTENSION_RECORD_TYPE || !skip_extension(reader))
            return false;
    }
}

static void draw_line(struct gif_reader *reader, const ColorMapObject *colors)
{
    const GifImageDesc *image = &reader->gif->Image;
    memset(reader->grey, WHITE, reader->grid->width);
    for (int i = 0; i < image->Width; i++) {
        int x = image->Left + i;
        int index = reader->line[i];
        if (index == reader->transparent || index >= colors->ColorCount ||
            (uint32_t)x >= reader->grid->width)
            continue;
        const GifColorType *color = &colors->Colors[index];
        reader->grey[x] = image_grey(color->Red, color->Green, color->Blue, 255);
    }
}

static bool draw_lines(struct gif_reader *reader, const ColorMapObject *colors, int first, int step)
{
    const GifImageDesc *image = &reader->gif->Image;
    for (int y = first; y < image->Height; y += step) {
        if (DGifGetLine(reader->gif, reader->line, image->Width) != GIF_OK)
            return false;
        draw_line(reader, colors);
        if ((uint32_t)(image->Top + y) < reader->grid->height)
            image_grid_row(reader->grid, (uint32_t)(image->Top + y), reader->grey);
    }
    return true;
}

/* The canvas above and below the image. */
static void draw_margins(struct gif_reader *reader)
{
    const GifImageDesc *image = &reader->gif->Image;
    memset(reader->grey, WHITE, reader->grid->width);
    for (uint32_t y = 0; y < reader->grid->height; y++)
        if (y < (uint32_t)image->Top || y >= (uint32_t)(image->Top + image->Height))
            image_grid_row(reader->grid, y, reader->grey);
}

static bool draw_image(struct gif_reader *reader)
{
    static const struct {
        int first, step;
    } passes[] = {{0, 8}, {4, 8}, {2, 4}, {1, 2}};
    const GifImageDesc *image = &reader->gif->Image;
    const ColorMapObject *colors = image->ColorMap ? image->ColorMap : reader->gif->SColorMap;
    if (!colors || image->Width <= 0 || image->Height <= 0)
        return false;
    reader->line = malloc((size_t)image->Width);
    reader->grey = malloc(reader->grid->width);
    if (!reader->line || !reader->grey)
        return false;
    draw_margins(reader);
    if (!image->Interlace)
        return draw_lines(reader, colors, 0, 1);
    bool drawn = true;
    for (size_t i = 0; i < sizeof passes / sizeof *passes && drawn; i++)
        drawn = draw_lines(reader, colors, passes[i].first, passes[i].step);
    return drawn;
}

bool image_grey_gif(const struct image_bytes *file, struct image_grid *grid)
{
    struct gif_reader reader = {.file = file, .grid = grid, .transparent = NO_COLOR};
    reader.gif = DGifOpen(&reader, give_bytes, NULL);
    if (!reader.gif)
        return false;
    bool decoded =
        image_grid_begin(grid, (uint32_t)reader.gif->SWidth, (uint32_t)reader.gif->SHeight) &&
        find_image(&reader) && draw_image(&reader);
    DGifCloseFile(reader.gif, NULL);
    free(reader.line);
    free(reader.grey);
    return decoded;
}
