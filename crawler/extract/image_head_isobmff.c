/* AVIF and HEIF: size and turn of the primary item (isobmff.h). */
#include "crawler/extract/image_bytes.h"
#include "crawler/extract/image_formats.h"
#include "crawler/extract/image_head.h"
#include "crawler/extract/isobmff.h"

void image_head_isobmff(const struct image_bytes *file, struct image_head *head)
{
    /* EXIF's numbers for turns against the clock: none, 90, 180, 270 degrees */
    static const unsigned char orientations[] = {1, 8, 3, 6};
    struct isobmff_brand brand = isobmff_brand(file);
    struct isobmff_image image;
    isobmff_read(file, &image);
    bool is_on_its_side = image.turns & 1;
    head->width = is_on_its_side ? image.height : image.width;
    head->height = is_on_its_side ? image.width : image.height;
    head->orientation = orientations[image.turns];
    head->is_animated = brand.is_sequence;
    if (brand.is_heic)
        head->mime_type = "image/heic";
    if (image.needed_bytes)
        image_head_need(file, head, image.needed_bytes);
}
