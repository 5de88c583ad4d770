/* The beginning of an image file, and numbers read from it. Every read is asked for with
 * image_bytes_have() first. */
#ifndef IMGCRAWL_EXTRACT_IMAGE_BYTES_H
#define IMGCRAWL_EXTRACT_IMAGE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct image_bytes {
    const unsigned char *data;
    size_t bytes;
    bool is_whole; /* nothing follows */
};

static inline bool image_bytes_have(const struct image_bytes *file, uint64_t at, uint64_t count)
{
    return at <= file->bytes && count <= file->bytes - at;
}

static inline bool image_bytes_are(const struct image_bytes *file, uint64_t at, const char *text)
{
    return image_bytes_have(file, at, strlen(text)) &&
           memcmp(file->data + at, text, strlen(text)) == 0;
}

static inline uint32_t image_u16be(const struct image_bytes *file, uint64_t at)
{
    return (uint32_t)file->data[at] << 8 | file->data[at + 1];
}

static inline uint32_t image_u16le(const struct image_bytes *file, uint64_t at)
{
    return (uint32_t)file->data[at + 1] << 8 | file->data[at];
}

static inline uint32_t image_u32be(const struct image_bytes *file, uint64_t at)
{
    return image_u16be(file, at) << 16 | image_u16be(file, at + 2);
}

static inline uint32_t image_u32le(const struct image_bytes *file, uint64_t at)
{
    return image_u16le(file, at + 2) << 16 | image_u16le(file, at);
}

#endif
