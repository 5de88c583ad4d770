/* See image_grid.h. */
#include "crawler/extract/image_grid.h"

#include <string.h>

enum { SIDE = IMAGE_GRID_SIDE };

bool image_grid_begin(struct image_grid *grid, uint32_t width, uint32_t height)
{
    if (!width || !height || width > IMAGE_SIDE_MAX || height > IMAGE_SIDE_MAX ||
        (uint64_t)width * height > IMAGE_PIXELS_MAX)
        return false;
    memset(grid, 0, sizeof *grid);
    grid->width = width;
    grid->height = height;
    return true;
}

/* Lengths are counted in 32nds of a pixel, so that cells end at whole numbers: a cell is as long as
 * the side has pixels. */
enum { PARTS = SIDE };

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Brightness by length, from begin to end. */
static uint64_t sum_of(const unsigned char *grey, uint64_t begin, uint64_t end)
{
    uint64_t sum = 0;
    while (begin < end) {
        uint64_t next = smaller((begin / PARTS + 1) * PARTS, end);
        sum += grey[begin / PARTS] * (next - begin);
        begin = next;
    }
    return sum;
}

void image_grid_row(struct image_grid *grid, uint32_t y, const unsigned char *grey)
{
    uint64_t sums[SIDE];
    uint64_t begin = (uint64_t)y * PARTS, end = begin + PARTS;
    for (uint32_t column = 0; column < SIDE; column++)
        sums[column] =
            sum_of(grey, (uint64_t)column * grid->width, (uint64_t)(column + 1) * grid->width);
    while (begin < end) {
        uint64_t row = begin / grid->height;
        uint64_t next = smaller((row + 1) * grid->height, end);
        for (uint32_t column = 0; column < SIDE; column++)
            grid->sums[row * SIDE + column] += sums[column] * (next - begin);
        grid->weights[row] += next - begin;
        begin = next;
    }
}

/* Which stored cell is seen at a row and column. EXIF: 2 mirrored, 3 upside down, 4 both, 5 to 8
 * the same with rows and columns exchanged. */
static uint32_t stored_cell(unsigned orientation, uint32_t row, uint32_t column)
{
    uint32_t last = SIDE - 1;
    switch (orientation) {
    case 2:
        return row * SIDE + (last - column);
    case 3:
        return (last - row) * SIDE + (last - column);
    case 4:
        return (last - row) * SIDE + column;
    case 5:
        return column * SIDE + row;
    case 6:
        return (last - column) * SIDE + row;
    case 7:
        return (last - column) * SIDE + (last - row);
    case 8:
        return column * SIDE + (last - row);
    default:
        return row * SIDE + column;
    }
}

bool image_grid_means(const struct image_grid *grid, unsigned orientation,
                      double ret_means[IMAGE_GRID_CELLS])
{
    for (uint32_t i = 0; i < IMAGE_GRID_CELLS; i++) {
        uint32_t cell = stored_cell(orientation, i / SIDE, i % SIDE);
        if (grid->weights[cell / SIDE] != grid->height)
            return false;
        ret_means[i] = (double)grid->sums[cell] / ((double)grid->width * grid->height);
    }
    return true;
}
