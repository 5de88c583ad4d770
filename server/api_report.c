/* See api_report.h. A report is bounded, so it is made in memory and answered whole. */
#include "server/api_report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "crawler/engine.h"
#include "server/job_view.h"
#include "server/report.h"
#include "server/request.h"
#include "server/respond.h"
#include "storage/catalog.h"

static int make(const struct request *request, enum report_format format, char **ret_text,
                size_t *ret_bytes)
{
    char *path = engine_job_path(request->context->data_dir, request->ids[0]), *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    int rc;

    if (!out)
        abort();
    rc = report_write(path, format, out);
    if (fclose(out) != 0)
        abort();
    free(path);
    if (rc < 0) {
        free(text);
        return rc;
    }
    *ret_text = text;
    *ret_bytes = bytes;
    return 0;
}

/* A page is looked at; what programs read is saved. */
static void add_file_name(struct request *request, enum report_format format)
{
    char value[120];

    snprintf(value, sizeof value, "%s; filename=\"imgcrawl-job-%" PRId64 ".%s\"",
             format == REPORT_HTML ? "inline" : "attachment", request->ids[0],
             report_format_ending(format));
    respond_header(request, MHD_HTTP_HEADER_CONTENT_DISPOSITION, value);
}

static void answer(struct request *request, enum report_format format, char *take_text,
                   size_t bytes)
{
    if (format == REPORT_HTML)
        respond_page(request, take_text, bytes);
    else
        respond_text(request, MHD_HTTP_OK, report_format_content_type(format), take_text, bytes);
    add_file_name(request, format);
}

void api_report(struct request *request)
{
    enum report_format format = REPORT_HTML;
    struct job_row row = {0};
    size_t bytes;
    char *text;
    int rc;

    if (job_view_load(request, request->ids[0], &row) < 0)
        return;
    job_row_done(&row);
    if (request->params.format)
        report_format_parse(request->params.format, &format);
    rc = make(request, format, &text, &bytes);
    if (rc == 0) {
        answer(request, format, text, bytes);
    } else if (rc == -ENOENT) {
        respond_error(request, PROBLEM_STORE_BUSY, "The job has not begun to store anything.");
        respond_header(request, MHD_HTTP_HEADER_RETRY_AFTER, "1");
    } else {
        respond_storage_error(request, rc);
    }
}
