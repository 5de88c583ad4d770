/* Decoders, each a library behind one face: the first image of a file, as brightness into a grid.
 * False where the file is broken, of a kind that is not decoded, or too large. Run in a parse
 * process, with its limits of memory and time. */
#ifndef IMGCRAWL_EXTRACT_IMAGE_GREY_H
#define IMGCRAWL_EXTRACT_IMAGE_GREY_H

#include <stdbool.h>

struct image_bytes;
struct image_grid;

bool image_grey_jpeg(const struct image_bytes *file, struct image_grid *grid);
bool image_grey_png(const struct image_bytes *file, struct image_grid *grid);
bool image_grey_gif(const struct image_bytes *file, struct image_grid *grid);
bool image_grey_webp(const struct image_bytes *file, struct image_grid *grid);
bool image_grey_avif(const struct image_bytes *file, struct image_grid *grid);
bool image_grey_bmp(const struct image_bytes *file, struct image_grid *grid);

#endif
