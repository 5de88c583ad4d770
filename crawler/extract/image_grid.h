/* An image as 32 × 32 means of brightness: what perceptual hashing looks at. Filled row by row as a
 * decoder gives them, so that an image is never in memory as a whole for it. Pure functions. */
#ifndef IMGCRAWL_EXTRACT_IMAGE_GRID_H
#define IMGCRAWL_EXTRACT_IMAGE_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    IMAGE_GRID_SIDE = 32,
    IMAGE_GRID_CELLS = IMAGE_GRID_SIDE * IMAGE_GRID_SIDE,
    IMAGE_PIXELS_MAX = 64 * 1024 * 1024,          /* what is larger is not decoded */
    IMAGE_BUFFERED_PIXELS_MAX = 16 * 1024 * 1024, /* of what cannot be decoded row by row */
    IMAGE_SIDE_MAX = 1000000
};

struct image_grid {
    uint32_t width, height;
    uint64_t sums[IMAGE_GRID_CELLS];   /* brightness by area */
    uint64_t weights[IMAGE_GRID_SIDE]; /* of each row of cells, how much of its height came */
};

/* False where the image is empty or too large. */
bool image_grid_begin(struct image_grid *grid, uint32_t width, uint32_t height);
/* width bytes of brightness, 0 to 255. Rows may come in any order, each once; y is below height. */
void image_grid_row(struct image_grid *grid, uint32_t y, const unsigned char *grey);
/* The means, as displayed with this EXIF orientation; false where not every
 * row has come once. */
bool image_grid_means(const struct image_grid *grid, unsigned orientation,
                      double ret_means[IMAGE_GRID_CELLS]);

/* Brightness by Rec. 601, as JPEG's, of a colour before white. */
static inline unsigned char image_grey(unsigned red, unsigned green, unsigned blue, unsigned alpha)
{
    unsigned grey = (77 * red + 150 * green + 29 * blue) >> 8;
    return (unsigned char)((grey * alpha + 255 * (255 - alpha)) / 255);
}

#endif
