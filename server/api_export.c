/* See api_export.h. The stream holds one snapshot of the job's file for as long as it runs; the
 * client's deadline (clients.h) bounds that.
 */
#include "server/api_export.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/base/log.h"
#include "crawler/engine.h"
#include "server/job_view.h"
#include "server/request.h"
#include "server/respond.h"
#include "server/routes.h"
#include "storage/catalog.h"
#include "storage/export.h"

/* An error in the middle breaks the chunked body off, so that nobody takes it for the whole. */
static ssize_t read_piece(void *reader, uint64_t position, char *buffer, size_t max)
{
    ssize_t bytes = export_read(reader, buffer, max);

    (void)position;
    if (bytes == 0)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (bytes < 0) {
        log_error("export: %s", strerror((int)-bytes));
        return MHD_CONTENT_READER_END_WITH_ERROR;
    }
    return bytes;
}

static void close_export(void *reader)
{
    export_free(reader);
}

/* The host of the first seed, of letters that are safe in a file name; "" where it cannot be told.
 */
static void site_name(const char *settings_text, char *name, size_t bytes)
{
    json_t *settings = settings_text ? json_loads(settings_text, 0, NULL) : NULL;
    const char *seed = json_string_value(json_array_get(json_object_get(settings, "seeds"), 0));
    const char *host = seed ? strstr(seed, "://") : NULL;
    size_t used = 0;

    for (host = host ? host + 3 : ""; *host && !strchr("/?#", *host) && used + 1 < bytes; host++)
        name[used++] = strchr("[]:@", *host) ? '_' : *host;
    name[used] = '\0';
    json_decref(settings);
}

static void add_file_name(struct request *request, const struct job_row *row,
                          enum export_format format)
{
    char site[100], value[200];

    site_name(row->settings, site, sizeof site);
    snprintf(value, sizeof value, "attachment; filename=\"imgcrawl-job-%" PRId64 "%s%s.%s\"",
             row->id, *site ? "-" : "", site, export_format_name(format));
    respond_header(request, MHD_HTTP_HEADER_CONTENT_DISPOSITION, value);
}

static int open_export(const struct request *request, enum export_format format,
                       struct export **ret_export)
{
    char *path = engine_job_path(request->context->data_dir, request->ids[0]);
    int rc = export_open(path, format, ret_export);

    free(path);
    return rc;
}

void api_export(struct request *request)
{
    enum export_format format = (enum export_format)request->route->arg;
    struct export *export;
    struct job_row row = {0};
    int rc;

    if (job_view_load(request, request->ids[0], &row) < 0)
        return;
    rc = open_export(request, format, &export);
    if (rc == 0) {
        respond_stream(request, export_format_content_type(format), read_piece, export,
                       close_export);
        add_file_name(request, &row, format);
    } else if (rc == -ENOENT) {
        respond_error(request, PROBLEM_STORE_BUSY, "The job has not begun to store anything.");
        respond_header(request, MHD_HTTP_HEADER_RETRY_AFTER, "1");
    } else {
        respond_storage_error(request, rc);
    }
    job_row_done(&row);
}
