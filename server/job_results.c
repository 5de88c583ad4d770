/* See job_results.h. */
#include "server/job_results.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "crawler/engine.h"
#include "server/job_view.h"
#include "server/request.h"
#include "server/respond.h"
#include "storage/catalog.h"
#include "storage/job_query.h"

/* Whether there is such a job; if not, the request is answered. */
static bool job_exists(struct request *request)
{
    struct job_row row = {0};

    if (job_view_load(request, request->ids[0], &row) < 0)
        return false;
    job_row_done(&row);
    return true;
}

int job_results_open(struct request *request, struct job_reader **ret_reader)
{
    char *path = engine_job_path(request->context->data_dir, request->ids[0]);
    struct job_reader *reader = NULL;
    int rc = job_reader_open(path, &reader);

    free(path);
    if (rc == -ENOENT && !job_exists(request))
        return -ENOENT;
    if (rc < 0 && rc != -ENOENT) {
        respond_storage_error(request, rc);
        return rc;
    }
    *ret_reader = reader;
    return 0;
}
