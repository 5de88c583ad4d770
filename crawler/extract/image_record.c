/* Reader, writer and opener of image records; see image_record.h. The layout below is theirs alone:
 * native byte order, as both sides are processes of one machine. */
#include "crawler/extract/image_record.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "crawler/extract/image_bytes.h"

enum {
    IMAGE_RECORD_MAGIC = 0x31696769, /* "igi1" */
    FLAT_ANIMATED = 1,
    FLAT_SHA256 = 2,
    FLAT_HASH = 4,
    FLAT_FLAGS_ALL = 7
};

struct flat_image_record {
    uint32_t magic;
    uint16_t type;
    uint16_t flags;
    uint32_t width, height;
    uint64_t needed_bytes;
    uint64_t hash;                            /* 0 without FLAT_HASH */
    unsigned char sha256[IMAGE_SHA256_BYTES]; /* likewise */
    char mime_type[IMAGE_MIME_TYPE_MAX_BYTES];
};
_Static_assert(sizeof(struct flat_image_record) == 112, "no hidden padding");

void image_record_read(const unsigned char *data, size_t bytes, bool is_whole,
                       struct image_record *ret_record)
{
    const struct image_bytes file = {.data = data, .bytes = bytes, .is_whole = is_whole};
    struct image_head head;
    image_head_read(&file, &head);
    *ret_record = (struct image_record){
        .type = head.type,
        .width = head.width,
        .height = head.height,
        .is_animated = head.is_animated,
        .needed_bytes = head.needed_bytes,
    };
    snprintf(ret_record->mime_type, sizeof ret_record->mime_type, "%s", head.mime_type);
    if (!is_whole)
        return;
    ret_record->has_sha256 = true;
    image_sha256(data, bytes, ret_record->sha256);
    ret_record->has_hash = image_perceptual_hash(&file, &head, &ret_record->hash);
}

int64_t image_record_write(const struct image_record *record, void *out, size_t capacity)
{
    struct flat_image_record flat = {
        .magic = IMAGE_RECORD_MAGIC,
        .type = (uint16_t)record->type,
        .flags =
            (uint16_t)((record->is_animated ? FLAT_ANIMATED : 0) |
                       (record->has_sha256 ? FLAT_SHA256 : 0) | (record->has_hash ? FLAT_HASH : 0)),
        .width = record->width,
        .height = record->height,
        .needed_bytes = record->needed_bytes,
        .hash = record->has_hash ? record->hash : 0,
    };
    if (capacity < sizeof flat)
        return -E2BIG;
    if (record->has_sha256)
        memcpy(flat.sha256, record->sha256, sizeof flat.sha256);
    memcpy(flat.mime_type, record->mime_type,
           strnlen(record->mime_type, sizeof flat.mime_type - 1));
    memcpy(out, &flat, sizeof flat);
    return sizeof flat;
}

/* Type, slash, subtype, in the characters that such names have; nothing after the NUL. */
static bool mime_type_holds(const char mime_type[IMAGE_MIME_TYPE_MAX_BYTES])
{
    static const char characters[] = "abcdefghijklmnopqrstuvwxyz0123456789.+-/";
    static const char nothing[IMAGE_MIME_TYPE_MAX_BYTES];
    size_t length = strnlen(mime_type, IMAGE_MIME_TYPE_MAX_BYTES);
    return length < IMAGE_MIME_TYPE_MAX_BYTES && strchr(mime_type, '/') &&
           strspn(mime_type, characters) == length &&
           memcmp(mime_type + length, nothing, IMAGE_MIME_TYPE_MAX_BYTES - length) == 0;
}

static bool hashes_hold(const struct flat_image_record *flat)
{
    static const unsigned char no_digest[IMAGE_SHA256_BYTES];
    return (flat->flags & FLAT_HASH || flat->hash == 0) &&
           (flat->flags & FLAT_SHA256 || memcmp(flat->sha256, no_digest, sizeof no_digest) == 0);
}

static bool record_holds(const struct flat_image_record *flat)
{
    return flat->magic == IMAGE_RECORD_MAGIC && flat->type < IMAGE_TYPE_COUNT &&
           !(flat->flags & ~(unsigned)FLAT_FLAGS_ALL) && !flat->width == !flat->height &&
           mime_type_holds(flat->mime_type) && hashes_hold(flat);
}

int image_record_open(const void *data, size_t bytes, struct image_record *ret_record)
{
    struct flat_image_record flat;
    if (bytes != sizeof flat)
        return -EBADMSG;
    memcpy(&flat, data, sizeof flat);
    if (!record_holds(&flat))
        return -EBADMSG;
    *ret_record = (struct image_record){
        .type = flat.type,
        .width = flat.width,
        .height = flat.height,
        .is_animated = flat.flags & FLAT_ANIMATED,
        .needed_bytes = flat.needed_bytes,
        .has_sha256 = flat.flags & FLAT_SHA256,
        .has_hash = flat.flags & FLAT_HASH,
        .hash = flat.hash,
    };
    memcpy(ret_record->sha256, flat.sha256, sizeof flat.sha256);
    memcpy(ret_record->mime_type, flat.mime_type, sizeof flat.mime_type);
    return 0;
}
