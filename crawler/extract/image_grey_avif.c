/* AVIF: the primary item (isobmff.h) by dav1d. Not by libavif or libheif: these bring encoders that
 * double what a process maps at its start, and libheif's decoders start threads, which the sandbox
 * forbids. An image of several tiles (a grid item) is not decoded. */
#include "crawler/extract/image_grey.h"

#include <errno.h>
#include <stdlib.h>

#include <dav1d/dav1d.h>

#include "crawler/extract/image_bytes.h"
#include "crawler/extract/image_grid.h"
#include "crawler/extract/isobmff.h"

/* Brightness of one sample; limited range leaves room below black and above white. */
struct samples {
    const unsigned char *row;
    unsigned shift; /* bits beyond 8 */
    bool is_wide;
    bool is_full_range;
};

static unsigned char grey_of(const struct samples *samples, uint32_t x)
{
    uint16_t wide;
    if (samples->is_wide)
        memcpy(&wide, samples->row + 2 * (size_t)x, sizeof wide);
    else
        wide = samples->row[x];
    int value = wide >> samples->shift;
    if (!samples->is_full_range)
        value = (value - 16) * 255 / 219;
    return (unsigned char)(value < 0 ? 0 : value > 255 ? 255 : value);
}

static bool draw(const Dav1dPicture *picture, struct image_grid *grid)
{
    if (!picture->seq_hdr ||
        !image_grid_begin(grid, (uint32_t)picture->p.w, (uint32_t)picture->p.h))
        return false;
    unsigned char *grey = malloc(grid->width);
    if (!grey)
        return false;
    struct samples samples = {.shift = (unsigned)picture->p.bpc - 8,
                              .is_wide = picture->p.bpc > 8,
                              .is_full_range = picture->seq_hdr->color_range};
    for (uint32_t y = 0; y < grid->height; y++) {
        samples.row = (const unsigned char *)picture->data[0] + (ptrdiff_t)y * picture->stride[0];
        for (uint32_t x = 0; x < grid->width; x++)
            grey[x] = grey_of(&samples, x);
        image_grid_row(grid, y, grey);
    }
    free(grey);
    return true;
}

/* The data is not dav1d's to free. */
static void keep(const uint8_t *data, void *arg)
{
    (void)data;
    (void)arg;
}

static bool decode(Dav1dContext *decoder, const struct isobmff_image *image,
                   struct image_grid *grid)
{
    Dav1dData data = {0};
    Dav1dPicture picture = {0};
    if (dav1d_data_wrap(&data, image->data, image->data_bytes, keep, NULL) < 0)
        return false;
    int rc = 0;
    while (data.sz > 0 && (rc == 0 || rc == DAV1D_ERR(EAGAIN))) {
        rc = dav1d_send_data(decoder, &data);
        if (rc < 0 && rc != DAV1D_ERR(EAGAIN))
            break;
        rc = dav1d_get_picture(decoder, &picture);
        if (rc == 0)
            break;
    }
    if (data.sz > 0)
        dav1d_data_unref(&data);
    if (rc != 0)
        rc = dav1d_get_picture(decoder, &picture); /* what it held back */
    if (rc != 0)
        return false;
    bool drawn = draw(&picture, grid);
    dav1d_picture_unref(&picture);
    return drawn;
}

bool image_grey_avif(const struct image_bytes *file, struct image_grid *grid)
{
    struct isobmff_image image;
    Dav1dSettings settings;
    Dav1dContext *decoder;
    isobmff_read(file, &image);
    if (!image.data || !image.data_bytes)
        return false;
    dav1d_default_settings(&settings);
    settings.n_threads = 1;
    settings.max_frame_delay = 1;
    settings.apply_grain = 0;
    settings.frame_size_limit = IMAGE_PIXELS_MAX;
    settings.logger.callback = NULL;
    if (dav1d_open(&decoder, &settings) < 0)
        return false;
    bool decoded = decode(decoder, &image, grid);
    dav1d_close(&decoder);
    return decoded;
}
