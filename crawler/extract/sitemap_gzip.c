/* Unpacking gzip through zlib; see sitemap_gzip.h.
 *
 * The output doubles in the arena, so that a bomb costs at most twice max_bytes, and only as much
 * time as it takes to unpack that.
 */
#include "crawler/extract/sitemap_gzip.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#define ZLIB_CONST
#include <zlib.h>

#include "crawler/extract/arena.h"
#include "crawler/extract/sitemap_record.h"

enum { GZIP_WINDOW_BITS = 16 + MAX_WBITS, FIRST_CAPACITY = 64 * 1024 };

struct gunzip {
    z_stream stream;
    struct arena *arena;
    unsigned char *data;
    size_t bytes, capacity, max_bytes;
};

bool sitemap_is_gzip(const unsigned char *data, size_t bytes)
{
    return bytes >= 3 && data[0] == 0x1f && data[1] == 0x8b && data[2] == Z_DEFLATED;
}

/* Room for more output; 0 where max_bytes are there already. */
static int make_room(struct gunzip *gunzip)
{
    if (gunzip->bytes < gunzip->capacity)
        return 1;
    if (gunzip->capacity == gunzip->max_bytes)
        return 0;
    size_t capacity = gunzip->capacity ? 2 * gunzip->capacity : FIRST_CAPACITY;
    if (capacity > gunzip->max_bytes)
        capacity = gunzip->max_bytes;
    unsigned char *data = arena_alloc(gunzip->arena, capacity);
    if (!data)
        return -ENOMEM;
    if (gunzip->bytes)
        memcpy(data, gunzip->data, gunzip->bytes);
    gunzip->data = data;
    gunzip->capacity = capacity;
    return 1;
}

static int inflate_some(struct gunzip *gunzip)
{
    z_stream *stream = &gunzip->stream;
    stream->next_out = gunzip->data + gunzip->bytes;
    stream->avail_out = (uInt)(gunzip->capacity - gunzip->bytes);
    int status = inflate(stream, Z_NO_FLUSH);
    gunzip->bytes = gunzip->capacity - stream->avail_out;
    return status;
}

/* Whether another member follows; anything else behind a member is padding. */
static bool next_member(struct gunzip *gunzip)
{
    z_stream *stream = &gunzip->stream;
    return sitemap_is_gzip(stream->next_in, stream->avail_in) && inflateReset(stream) == Z_OK;
}

static int unpack(struct gunzip *gunzip, uint32_t *flags)
{
    for (;;) {
        int room = make_room(gunzip);
        if (room < 0)
            return room;
        if (room == 0) {
            *flags |= SITEMAP_TRUNCATED;
            return 0;
        }
        int status = inflate_some(gunzip);
        if (status == Z_MEM_ERROR)
            return -ENOMEM;
        if (status == Z_STREAM_END && !next_member(gunzip))
            return 0;
        if (status != Z_OK && status != Z_STREAM_END) {
            *flags |= SITEMAP_BROKEN;
            return 0;
        }
    }
}

int sitemap_gunzip(struct arena *arena, const unsigned char *data, size_t bytes, size_t max_bytes,
                   uint32_t *flags, const unsigned char **ret_data, size_t *ret_bytes)
{
    struct gunzip gunzip = {.arena = arena, .max_bytes = max_bytes};
    gunzip.stream.next_in = data;
    gunzip.stream.avail_in = (uInt)(bytes < UINT_MAX ? bytes : UINT_MAX);
    if (inflateInit2(&gunzip.stream, GZIP_WINDOW_BITS) != Z_OK)
        return -ENOMEM;
    int rc = unpack(&gunzip, flags);
    inflateEnd(&gunzip.stream);
    if (rc < 0)
        return rc;
    *ret_data = gunzip.data;
    *ret_bytes = gunzip.bytes;
    return 0;
}
