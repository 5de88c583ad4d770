/* See export_stream.h. The stream holds one snapshot of the job's file for as long as it runs; the
 * client's deadline (clients.h) bounds that. What cannot be kept (a full disk) is streamed all the
 * same.
 */
#include "server/export_stream.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crawler/base/log.h"
#include "crawler/base/memory.h"
#include "server/request.h"
#include "server/respond.h"

struct stream {
    struct export *export;
    const struct export_cache *cache; /* NULL: it is not kept */
    struct export_key key;
    char *part; /* NULL: not begun, or given up */
    int fd;
    bool has_begun;
};

static void give_up(struct stream *stream)
{
    if (!stream->part)
        return;
    close(stream->fd);
    unlink(stream->part);
    free(stream->part);
    stream->part = NULL;
}

static void begin(struct stream *stream)
{
    stream->has_begun = true;
    if (stream->cache && export_cache_begin(stream->cache, &stream->part, &stream->fd) < 0)
        stream->part = NULL;
}

static void keep_piece(struct stream *stream, const char *data, size_t bytes)
{
    if (!stream->has_begun)
        begin(stream);
    if (stream->part && write(stream->fd, data, bytes) != (ssize_t)bytes)
        give_up(stream);
}

static void keep(struct stream *stream)
{
    if (!stream->part)
        return;
    if (export_cache_keep(stream->cache, &stream->key, stream->part) < 0) {
        give_up(stream);
        return;
    }
    close(stream->fd);
    free(stream->part);
    stream->part = NULL;
}

/* An error in the middle breaks the chunked body off, so that nobody takes it for the whole. */
static ssize_t read_piece(void *arg, uint64_t position, char *buffer, size_t max)
{
    struct stream *stream = arg;
    ssize_t bytes = export_read(stream->export, buffer, max);

    (void)position;
    if (bytes == 0) {
        keep(stream);
        return MHD_CONTENT_READER_END_OF_STREAM;
    }
    if (bytes < 0) {
        log_error("export: %s", strerror((int)-bytes));
        return MHD_CONTENT_READER_END_WITH_ERROR;
    }
    keep_piece(stream, buffer, (size_t)bytes);
    return bytes;
}

static void stream_free(void *arg)
{
    struct stream *stream = arg;

    give_up(stream);
    export_free(stream->export);
    free(stream);
}

void export_stream_respond(struct request *request, const struct file_format *format,
                           struct export *take_export, const struct export_key *key)
{
    struct stream *stream = memory_new(sizeof *stream);

    *stream = (struct stream){.export = take_export};
    if (key) {
        stream->cache = request->context->exports;
        stream->key = *key;
    }
    respond_stream(request, format->content_type, read_piece, stream, stream_free);
}
