/* See api_estimate.h. */
#include "server/api_estimate.h"

#include <errno.h>
#include <stdlib.h>

#include "crawler/async/promise.h"
#include "crawler/base/memory.h"
#include "crawler/engine.h"
#include "crawler/sitemaps/estimate.h"
#include "server/api_jobs.h"
#include "server/estimate_view.h"
#include "server/request.h"
#include "server/respond.h"

enum {
    DEADLINE_MS = 90 * 1000
}; /* the estimate's own is a minute; this is for a loop that hangs */

struct estimate_command {
    struct job_settings *settings;
    struct estimate *estimate;
};

static struct promise *start(struct loop *loop, struct engine *engine, void *arg)
{
    struct estimate_command *command = arg;
    struct job_settings *settings = command->settings;

    (void)loop;
    command->settings = NULL;
    return engine_estimate(engine, settings);
}

static void collect(struct promise *resolved, void *arg)
{
    struct estimate_command *command = arg;

    command->estimate = promise_take_value(resolved);
}

static void free_command(void *arg)
{
    struct estimate_command *command = arg;

    job_settings_free(command->settings);
    estimate_free(command->estimate);
    free(command);
}

static const struct loop_command estimate_command = {
    .start = start, .collect = collect, .free_arg = free_command};

static void answer(struct request *request, const struct loop_call_result *result)
{
    const struct estimate_command *command = loop_call_arg(request->call);

    if (result->code == 0) {
        respond_json(request, MHD_HTTP_OK, estimate_view(command->estimate));
        return;
    }
    respond_error(request, result->code == EAGAIN ? PROBLEM_TOO_MANY_JOBS : PROBLEM_STOPPING, "%s.",
                  result->message);
    respond_header(request, MHD_HTTP_HEADER_RETRY_AFTER, "10");
}

void api_estimate(struct request *request)
{
    struct job_settings *settings;
    struct estimate_command *command;

    if (api_read_settings(request, &settings) < 0)
        return;
    command = memory_new(sizeof *command);
    command->settings = settings;
    request_call_loop(request, &estimate_command, command, DEADLINE_MS, answer);
}
