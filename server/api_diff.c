/* See api_diff.h. */
#include "server/api_diff.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "crawler/engine.h"
#include "server/diff_view.h"
#include "server/job_view.h"
#include "server/listing.h"
#include "server/request.h"
#include "server/respond.h"
#include "storage/catalog.h"

static void refuse_against(struct request *request, const char *detail)
{
    struct problem problem;

    problem_init(&problem, PROBLEM_BAD_PARAMETER, "%s", "Each entry of errors names a parameter.");
    problem_add_error(&problem, PROBLEM_PARAMETER, "against", "%s", detail);
    respond_problem(request, &problem);
}

static bool job_exists(struct request *request, int64_t job_id)
{
    struct job_row row = {0};

    if (job_view_load(request, job_id, &row) < 0)
        return false;
    job_row_done(&row);
    return true;
}

/* -errno where the request is answered. */
static int open_diff(struct request *request, struct job_diff **ret_diff)
{
    const char *data_dir = request->context->data_dir;
    char *older = engine_job_path(data_dir, request->params.against);
    char *newer = engine_job_path(data_dir, request->ids[0]);
    enum diff_side failed;
    int rc = job_diff_open(older, newer, ret_diff, &failed);

    free(older);
    free(newer);
    if (rc == -ENOENT) {
        respond_error(request, PROBLEM_STORE_BUSY,
                      "Job %" PRId64 " has not begun to store anything.",
                      failed == DIFF_OLDER ? request->params.against : request->ids[0]);
        respond_header(request, MHD_HTTP_HEADER_RETRY_AFTER, "1");
    } else if (rc < 0) {
        respond_storage_error(request, rc);
    }
    return rc;
}

static void answer_summary(struct request *request, struct job_diff *diff)
{
    struct diff_summary summary;
    int rc = job_diff_sum(diff, &summary);
    json_t *view;

    if (rc < 0) {
        respond_storage_error(request, rc);
        return;
    }
    view = diff_summary_view(diff, &summary);
    json_object_set_new(view, "job_id", json_integer(request->ids[0]));
    json_object_set_new(view, "against", json_integer(request->params.against));
    respond_json(request, MHD_HTTP_OK, view);
}

static int add_row(const struct diff_row *row, void *arg)
{
    struct listing *listing = arg;

    listing_add(listing, row->position, diff_row_view(row));
    return listing->has_more;
}

static void answer_rows(struct request *request, struct job_diff *diff, enum diff_kind kind)
{
    struct listing listing;
    int64_t after;
    int rc;

    if (listing_begin_part(&listing, request, CURSOR_DIFF, &after) < 0)
        return;
    rc = job_diff_walk(diff, kind, after, add_row, &listing);
    if (rc < 0) {
        listing_drop(&listing);
        respond_storage_error(request, rc);
        return;
    }
    listing_respond(&listing);
}

void api_diff(struct request *request)
{
    const struct params *params = &request->params;
    struct job_diff *diff;
    enum diff_kind kind;

    if (params->against == 0) {
        refuse_against(request, "is missing; give the id of the older job");
        return;
    }
    if (params->against == request->ids[0]) {
        refuse_against(request, "must be another job");
        return;
    }
    if (!job_exists(request, request->ids[0]) || !job_exists(request, params->against) ||
        open_diff(request, &diff) < 0)
        return;
    if (params->kind && diff_kind_parse(params->kind, &kind) == 0)
        answer_rows(request, diff, kind);
    else
        answer_summary(request, diff);
    job_diff_free(diff);
}
