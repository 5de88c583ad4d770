/* WebP by libwebp: a still image scaled down while it is decoded, the first frame of an animation
 * on a white canvas. */
#include "crawler/extract/image_grey.h"

#include <stdlib.h>

#include <webp/decode.h>
#include <webp/demux.h>

#include "crawler/extract/image_bytes.h"
#include "crawler/extract/image_grid.h"

enum { RGBA = 4, ENOUGH_PIXELS = 8 * IMAGE_GRID_SIDE, WHITE = 255 };

static void grey_of(const unsigned char *rgba, unsigned char *grey, uint32_t width)
{
    for (uint32_t x = 0; x < width; x++, rgba += RGBA)
        grey[x] = image_grey(rgba[0], rgba[1], rgba[2], rgba[3]);
}

/* Where a frame lies on the canvas. */
struct frame {
    uint32_t left, top, width, height;
    const unsigned char *rgba;
    size_t stride;
};

/* A frame never reaches beyond its canvas: the demuxer sees to that. */
static bool draw(struct image_grid *grid, const struct frame *frame)
{
    unsigned char *grey = malloc(grid->width);
    if (!grey)
        return false;
    for (uint32_t y = 0; y < grid->height; y++) {
        memset(grey, WHITE, grid->width);
        if (y >= frame->top && y - frame->top < frame->height)
            grey_of(frame->rgba + (y - frame->top) * frame->stride, grey + frame->left,
                    frame->width);
        image_grid_row(grid, y, grey);
    }
    free(grey);
    return true;
}

static int scaled(int side)
{
    return side > ENOUGH_PIXELS ? ENOUGH_PIXELS : side;
}

static bool decode_still(const struct image_bytes *file, WebPDecoderConfig *config,
                         struct image_grid *grid)
{
    if (!image_grid_begin(grid, (uint32_t)config->input.width, (uint32_t)config->input.height))
        return false;
    config->options.use_scaling = 1;
    config->options.scaled_width = scaled(config->input.width);
    config->options.scaled_height = scaled(config->input.height);
    config->output.colorspace = MODE_RGBA;
    if (WebPDecode(file->data, file->bytes, config) != VP8_STATUS_OK)
        return false;
    const WebPDecBuffer *output = &config->output;
    const struct frame frame = {.width = (uint32_t)output->width,
                                .height = (uint32_t)output->height,
                                .rgba = output->u.RGBA.rgba,
                                .stride = (size_t)output->u.RGBA.stride};
    bool drawn = image_grid_begin(grid, frame.width, frame.height) && draw(grid, &frame);
    WebPFreeDecBuffer(&config->output);
    return drawn;
}

static bool decode_frame(const WebPIterator *first, struct image_grid *grid)
{
    int width, height;
    if ((uint64_t)first->width * (uint64_t)first->height > IMAGE_BUFFERED_PIXELS_MAX ||
        (uint64_t)first->x_offset + (uint64_t)first->width > grid->width)
        return false;
    unsigned char *rgba =
        WebPDecodeRGBA(first->fragment.bytes, first->fragment.size, &width, &height);
    if (!rgba)
        return false;
    const struct frame frame = {.left = (uint32_t)first->x_offset,
                                .top = (uint32_t)first->y_offset,
                                .width = (uint32_t)width,
                                .height = (uint32_t)height,
                                .rgba = rgba,
                                .stride = (size_t)width * RGBA};
    bool drawn = width == first->width && draw(grid, &frame);
    WebPFree(rgba);
    return drawn;
}

static bool decode_animation(const struct image_bytes *file, struct image_grid *grid)
{
    const WebPData data = {.bytes = file->data, .size = file->bytes};
    WebPIterator first;
    WebPDemuxer *demuxer = WebPDemux(&data);
    if (!demuxer)
        return false;
    bool decoded = false;
    if (image_grid_begin(grid, WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_WIDTH),
                         WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_HEIGHT)) &&
        WebPDemuxGetFrame(demuxer, 1, &first)) {
        decoded = decode_frame(&first, grid);
        WebPDemuxReleaseIterator(&first);
    }
    WebPDemuxDelete(demuxer);
    return decoded;
}

bool image_grey_webp(const struct image_bytes *file, struct image_grid *grid)
{
    WebPDecoderConfig config;
    if (!WebPInitDecoderConfig(&config) ||
        WebPGetFeatures(file->data, file->bytes, &config.input) != VP8_STATUS_OK)
        return false;
    return config.input.has_animation ? decode_animation(file, grid)
                                      : decode_still(file, &config, grid);
}
