/* See api_live.h. */
#include "server/api_live.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "crawler/base/memory.h"
#include "crawler/engine.h"
#include "server/job_view.h"
#include "server/request.h"
#include "server/respond.h"

enum { COMMAND_DEADLINE_MS = 30 * 1000 };

struct patch_command {
    int64_t job_id;
    json_t *object;
    struct settings_error error; /* of EINVAL */
};

static struct promise *patch_start(struct loop *loop, struct engine *engine, void *arg)
{
    struct patch_command *patch = arg;

    (void)loop;
    return engine_patch_job(engine, patch->job_id, patch->object, &patch->error);
}

static void patch_free(void *arg)
{
    struct patch_command *patch = arg;

    json_decref(patch->object);
    free(patch);
}

static const struct loop_command patch_command = {.start = patch_start, .free_arg = patch_free};

static void answer_patch(struct request *request, const struct loop_call_result *result)
{
    const struct patch_command *patch = loop_call_arg(request->call);

    if (result->code == 0)
        job_view_respond(request, MHD_HTTP_OK, patch->job_id);
    else if (result->code == ENOENT)
        respond_no_job(request, patch->job_id);
    else if (result->code == EBUSY)
        respond_error(request, PROBLEM_JOB_STATE,
                      "Job %" PRId64 " has ended: its settings are a record now. Start another "
                      "with POST /v1/jobs.",
                      patch->job_id);
    else if (result->code == EINVAL)
        respond_settings_error(request, &patch->error);
    else
        respond_storage_error(request, -result->code);
}

void api_patch_job(struct request *request)
{
    json_t *object = request_take_json(request);
    struct patch_command *patch;

    if (!object)
        return;
    patch = memory_new(sizeof *patch);
    patch->job_id = request->ids[0];
    patch->object = object;
    request_call_loop(request, &patch_command, patch, COMMAND_DEADLINE_MS, answer_patch);
}
