/* One reader for each format, called by image_head.c alone, with a head that knows its type. Each
 * sets what it finds; where the bytes do not reach it says how many it needs. */
#ifndef IMGCRAWL_EXTRACT_IMAGE_FORMATS_H
#define IMGCRAWL_EXTRACT_IMAGE_FORMATS_H

#include <stdbool.h>
#include <stdint.h>

struct image_bytes;
struct image_head;

void image_head_need(const struct image_bytes *file, struct image_head *head, uint64_t bytes);

void image_head_jpeg(const struct image_bytes *file, struct image_head *head);
void image_head_png(const struct image_bytes *file, struct image_head *head);
void image_head_gif(const struct image_bytes *file, struct image_head *head);
void image_head_webp(const struct image_bytes *file, struct image_head *head);
void image_head_isobmff(const struct image_bytes *file, struct image_head *head);
void image_head_bmp(const struct image_bytes *file, struct image_head *head);
void image_head_ico(const struct image_bytes *file, struct image_head *head);

/* XML has no magic number, and its root element may come late: finds out itself whether it is one.
 */
bool image_head_svg(const struct image_bytes *file, struct image_head *head);
/* The same in gzip. */
bool image_head_svgz(const struct image_bytes *file, struct image_head *head);

#endif
