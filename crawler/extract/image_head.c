/* Which image format a file is in, by its magic number, and then by that format's reader. Runs in a
 * parse process, or in the command line for `inspect image`. */
#include "crawler/extract/image_head.h"

#include <string.h>

#include "crawler/extract/image_bytes.h"
#include "crawler/extract/image_formats.h"
#include "crawler/extract/isobmff.h"
#include "crawler/extract/mime_sniff.h"

const char *image_type_name(enum image_type type)
{
    static const char *const names[] = {
        [IMAGE_NONE] = "none", [IMAGE_JPEG] = "jpeg", [IMAGE_PNG] = "png",   [IMAGE_GIF] = "gif",
        [IMAGE_WEBP] = "webp", [IMAGE_AVIF] = "avif", [IMAGE_HEIF] = "heif", [IMAGE_SVG] = "svg",
        [IMAGE_BMP] = "bmp",   [IMAGE_ICO] = "ico",
    };
    _Static_assert(sizeof names / sizeof *names == IMAGE_TYPE_COUNT, "each type has a name");
    return names[type];
}

void image_head_need(const struct image_bytes *file, struct image_head *head, uint64_t bytes)
{
    if (!file->is_whole)
        head->needed_bytes = bytes > file->bytes ? bytes : file->bytes + 1;
}

/* --- magic numbers --- */

static bool is_jpeg(const struct image_bytes *file)
{
    return image_bytes_are(file, 0, "\xff\xd8\xff");
}

static bool is_png(const struct image_bytes *file)
{
    return image_bytes_are(file, 0, "\x89PNG\r\n\x1a\n");
}

static bool is_gif(const struct image_bytes *file)
{
    return image_bytes_are(file, 0, "GIF87a") || image_bytes_are(file, 0, "GIF89a");
}

static bool is_webp(const struct image_bytes *file)
{
    return image_bytes_are(file, 0, "RIFF") && image_bytes_are(file, 8, "WEBPVP8");
}

static bool is_avif(const struct image_bytes *file)
{
    return isobmff_brand(file).family == ISOBMFF_AVIF;
}

static bool is_heif(const struct image_bytes *file)
{
    return isobmff_brand(file).family == ISOBMFF_HEIF;
}

/* Two letters alone may begin a text: the reserved field and the header's size are looked at too.
 */
static bool is_bmp(const struct image_bytes *file)
{
    if (!image_bytes_are(file, 0, "BM") || !image_bytes_have(file, 0, 18))
        return false;
    uint32_t header_bytes = image_u32le(file, 14);
    return image_u32le(file, 6) == 0 && header_bytes >= 12 && header_bytes <= 124;
}

/* An icon or a cursor. */
static bool is_ico(const struct image_bytes *file)
{
    if (!image_bytes_have(file, 0, 22) || image_u16le(file, 0) != 0)
        return false;
    uint32_t kind = image_u16le(file, 2);
    uint32_t images = image_u16le(file, 4);
    return (kind == 1 || kind == 2) && images > 0 && file->data[9] == 0 &&
           image_u32le(file, 18) >= 6 + 16 * images;
}

/* --- formats --- */

static const struct format {
    enum image_type type;
    const char *mime_type;
    bool (*is)(const struct image_bytes *file);
    void (*read)(const struct image_bytes *file, struct image_head *head);
} formats[] = {
    {IMAGE_JPEG, "image/jpeg", is_jpeg, image_head_jpeg},
    {IMAGE_PNG, "image/png", is_png, image_head_png},
    {IMAGE_GIF, "image/gif", is_gif, image_head_gif},
    {IMAGE_WEBP, "image/webp", is_webp, image_head_webp},
    {IMAGE_AVIF, "image/avif", is_avif, image_head_isobmff},
    {IMAGE_HEIF, "image/heif", is_heif, image_head_isobmff},
    {IMAGE_BMP, "image/bmp", is_bmp, image_head_bmp},
    {IMAGE_ICO, "image/x-icon", is_ico, image_head_ico},
};

static bool begins_like_markup(const struct image_bytes *file)
{
    size_t at = image_bytes_are(file, 0, "\xef\xbb\xbf") ? 3 : 0;
    while (at < file->bytes && strchr(" \t\r\n\f", file->data[at]) && file->data[at])
        at++;
    return at < file->bytes && file->data[at] == '<';
}

static const char *other_type(const struct image_bytes *file)
{
    enum mime_type type = mime_sniff(file->data, file->bytes, false);
    if (type != MIME_HTML)
        return mime_type_name(type);
    return begins_like_markup(file) ? "text/html" : "text/plain";
}

static const struct format *format_of(const struct image_bytes *file)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (formats[i].is(file))
            return &formats[i];
    return NULL;
}

/* Too little of it to know any format by. */
static bool is_short(const struct image_bytes *file)
{
    enum { MAGIC_BYTES = 32 };
    return !file->is_whole && file->bytes < MAGIC_BYTES;
}

void image_head_read(const struct image_bytes *file, struct image_head *ret_head)
{
    struct image_head head = {.type = IMAGE_NONE, .orientation = 1};
    const struct format *format = format_of(file);
    if (format) {
        head.type = format->type;
        head.mime_type = format->mime_type;
        format->read(file, &head);
        if (!head.width || !head.height)
            head.width = head.height = 0;
        else
            head.needed_bytes = 0;
    } else if (image_head_svg(file, &head) || image_head_svgz(file, &head)) {
        head.type = IMAGE_SVG;
        head.mime_type = "image/svg+xml";
    } else {
        head.mime_type = other_type(file);
        if (is_short(file))
            image_head_need(file, &head, 4096);
    }
    *ret_head = head;
}
