/* See export_answer.h. */
#include "server/export_answer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/byte_range.h"
#include "server/request.h"
#include "server/respond.h"

bool export_answer_not_modified(struct request *request, const struct export_key *key)
{
    const char *known = request_header(request, MHD_HTTP_HEADER_IF_NONE_MATCH);

    if (!known || (strcmp(known, "*") != 0 && !strstr(known, key->etag)))
        return false;
    respond_empty(request, MHD_HTTP_NOT_MODIFIED);
    respond_header(request, MHD_HTTP_HEADER_ETAG, key->etag);
    return true;
}

/* A date in If-Range is never ours. */
bool export_answer_wants_part(const struct request *request, const struct export_key *key)
{
    const char *condition = request_header(request, MHD_HTTP_HEADER_IF_RANGE);

    return request_header(request, MHD_HTTP_HEADER_RANGE) &&
           (!condition || strcmp(condition, key->etag) == 0);
}

void export_answer_tell_parts(struct request *request, const struct export_key *key)
{
    respond_header(request, MHD_HTTP_HEADER_ACCEPT_RANGES, "bytes");
    respond_header(request, MHD_HTTP_HEADER_ETAG, key->etag);
}

static void refuse_range(struct request *request, uint64_t size)
{
    char value[48];

    respond_error(request, PROBLEM_RANGE, "The file has %" PRIu64 " bytes.", size);
    snprintf(value, sizeof value, "bytes */%" PRIu64, size);
    respond_header(request, MHD_HTTP_HEADER_CONTENT_RANGE, value);
}

static void tell_range(struct request *request, const struct byte_range *range, uint64_t size)
{
    char value[80];

    snprintf(value, sizeof value, "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64, range->first,
             range->first + range->bytes - 1, size);
    respond_header(request, MHD_HTTP_HEADER_CONTENT_RANGE, value);
}

void export_answer_file(struct request *request, const struct file_format *format, int take_fd,
                        const struct export_key *key)
{
    enum byte_range_result result = RANGE_NONE;
    struct stat status;

    if (fstat(take_fd, &status) < 0) {
        respond_storage_error(request, -errno);
        close(take_fd);
        return;
    }
    uint64_t size = (uint64_t)status.st_size;
    struct byte_range range = {.bytes = size};
    if (key && export_answer_wants_part(request, key))
        result = byte_range_read(request_header(request, MHD_HTTP_HEADER_RANGE), size, &range);
    if (result == RANGE_OUTSIDE) {
        close(take_fd);
        refuse_range(request, size);
        return;
    }
    respond_file(request, result == RANGE_PART ? MHD_HTTP_PARTIAL_CONTENT : MHD_HTTP_OK,
                 format->content_type, take_fd, range.first, range.bytes);
    if (result == RANGE_PART)
        tell_range(request, &range, size);
    if (key)
        export_answer_tell_parts(request, key);
}
