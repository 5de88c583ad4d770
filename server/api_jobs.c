/* See api_jobs.h. */
#include "server/api_jobs.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "crawler/async/promise.h"
#include "crawler/base/memory.h"
#include "crawler/engine.h"
#include "server/export_cache.h"
#include "server/job_view.h"
#include "server/json_value.h"
#include "server/listing.h"
#include "server/request.h"
#include "server/respond.h"
#include "server/routes.h"
#include "storage/catalog.h"

enum { COMMAND_DEADLINE_MS = 30 * 1000 };

/* ---- POST /v1/jobs ---- */

struct create_command {
    struct job_settings *settings;
    int64_t id;
};

static struct promise *create_start(struct loop *loop, struct engine *engine, void *arg)
{
    struct create_command *create = arg;

    (void)loop;
    return engine_create_job(engine, create->settings);
}

static void create_collect(struct promise *resolved, void *arg)
{
    struct create_command *create = arg;

    create->id = *(const int64_t *)promise_value(resolved);
}

static void create_free(void *arg)
{
    struct create_command *create = arg;

    job_settings_free(create->settings);
    free(create);
}

static const struct loop_command create_command = {
    .start = create_start, .collect = create_collect, .free_arg = create_free};

static void answer_create(struct request *request, const struct loop_call_result *result)
{
    const struct create_command *create = loop_call_arg(request->call);
    char location[64];

    if (result->code == EAGAIN) {
        respond_error(request, PROBLEM_TOO_MANY_JOBS, "%s.", result->message);
        respond_header(request, MHD_HTTP_HEADER_RETRY_AFTER, "10");
        return;
    }
    if (result->code != 0) {
        respond_storage_error(request, -result->code);
        return;
    }
    job_view_respond(request, MHD_HTTP_CREATED, create->id);
    if (request->status != MHD_HTTP_CREATED)
        return;
    snprintf(location, sizeof location, "/v1/jobs/%" PRId64, create->id);
    respond_header(request, MHD_HTTP_HEADER_LOCATION, location);
}

int api_read_settings(struct request *request, struct job_settings **ret_settings)
{
    json_t *body = request_take_json(request);
    struct settings_error error;
    int rc;

    if (!body)
        return -EINVAL;
    rc = job_settings_from_json(body, ret_settings, &error);
    json_decref(body);
    if (rc < 0)
        respond_settings_error(request, &error);
    return rc;
}

static int refuse_repeat(struct request *request, const struct job_settings *settings,
                         const char *why)
{
    struct settings_error error = {.pointer = "/repeat_of"};
    snprintf(error.detail, sizeof error.detail, "job %" PRId64 " %s", settings->repeat_of, why);
    respond_settings_error(request, &error);
    return -EINVAL;
}

/* What is repeated has come to its end: nothing is added to it any more. */
static int check_repeat(struct request *request, const struct job_settings *settings)
{
    struct job_row row = {0};
    struct catalog *catalog = NULL;
    const char *reason;
    if (settings->repeat_of == 0)
        return 0;
    int rc = catalog_open(request->context->data_dir, STORAGE_READ_ONLY, &catalog, &reason);
    if (rc == 0)
        rc = catalog_get_job(catalog, settings->repeat_of, &row);
    catalog = catalog_free(catalog);
    if (rc == -ENOENT)
        return refuse_repeat(request, settings, "is not there; GET /v1/jobs lists those there are");
    if (rc < 0) {
        respond_storage_error(request, rc);
        return rc;
    }
    enum job_state state = job_view_state(engine_board(request->context->engine), &row);
    job_row_done(&row);
    if (!job_state_is_final(state))
        return refuse_repeat(request, settings,
                             "has not ended yet; only a job that has can be "
                             "repeated");
    return 0;
}

void api_create_job(struct request *request)
{
    struct job_settings *settings;
    struct create_command *create;

    if (api_read_settings(request, &settings) < 0)
        return;
    if (check_repeat(request, settings) < 0) {
        job_settings_free(settings);
        return;
    }
    create = memory_new(sizeof *create);
    create->settings = settings;
    request_call_loop(request, &create_command, create, COMMAND_DEADLINE_MS, answer_create);
}

/* ---- GET /v1/jobs, GET /v1/jobs/{id} ---- */

struct job_list {
    struct listing listing;
    struct board *board;
    const char *state; /* only these, at this moment */
};

static int add_job(const struct job_row *row, void *arg)
{
    struct job_list *list = arg;

    return listing_add(&list->listing, row->id, job_view(list->board, row));
}

void api_list_jobs(struct request *request)
{
    struct job_list list = {.board = engine_board(request->context->engine)};
    struct job_filter filter = {.state = request->params.state};
    struct catalog *catalog = NULL;
    const char *reason;
    int rc;

    if (listing_begin_part(&list.listing, request, CURSOR_JOBS, &filter.before_id) < 0)
        return;
    filter.limit = list.listing.limit + 1;
    rc = catalog_open(request->context->data_dir, STORAGE_READ_ONLY, &catalog, &reason);
    if (rc == 0)
        rc = catalog_list_jobs(catalog, &filter, add_job, &list);
    catalog = catalog_free(catalog);
    if (rc < 0) {
        listing_drop(&list.listing);
        respond_storage_error(request, rc);
        return;
    }
    listing_respond(&list.listing);
}

void api_get_job(struct request *request)
{
    job_view_respond(request, MHD_HTTP_OK, request->ids[0]);
}

/* ---- POST /v1/jobs/{id}/pause, resume, stop, cancel; DELETE /v1/jobs/{id} ---- */

struct job_command {
    int64_t id;
    enum job_action action;
};

static struct promise *act_start(struct loop *loop, struct engine *engine, void *arg)
{
    const struct job_command *command = arg;

    (void)loop;
    return engine_act(engine, command->id, command->action);
}

static struct promise *delete_start(struct loop *loop, struct engine *engine, void *arg)
{
    const struct job_command *command = arg;

    (void)loop;
    return engine_delete_job(engine, command->id);
}

static const struct loop_command act_command = {.start = act_start, .free_arg = free};
static const struct loop_command delete_command = {.start = delete_start, .free_arg = free};

static json_t *actions_of(enum job_state state, char *text, size_t bytes)
{
    json_t *actions = json_array();
    size_t used = 0;

    snprintf(text, bytes, "none");
    for (int i = 0; i < JOB_ACTION_COUNT; i++) {
        const char *name = job_action_name((enum job_action)i);

        if (!job_action_allowed((enum job_action)i, state))
            continue;
        json_array_append_new(actions, json_string(name));
        used += (size_t)snprintf(text + used, bytes - used, "%s%s", used > 0 ? ", " : "", name);
    }
    return actions;
}

/* 409, with the state in which the job is and what can be asked of it there. */
static void refuse_action(struct request *request)
{
    struct problem problem;
    struct job_row row = {0};
    enum job_state state;
    char names[64];
    json_t *actions;

    if (job_view_load(request, request->ids[0], &row) < 0)
        return;
    state = job_view_state(engine_board(request->context->engine), &row);
    job_row_done(&row);
    actions = actions_of(state, names, sizeof names);
    problem_init(&problem, PROBLEM_JOB_STATE,
                 "Job %" PRId64 " is %s. What it takes in this state: %s.", request->ids[0],
                 job_state_name(state), names);
    problem_set(&problem, "state", json_string(job_state_name(state)));
    problem_set(&problem, "allowed_actions", actions);
    respond_problem(request, &problem);
}

/* Whether the command failed; then the request is answered. */
static bool answer_failure(struct request *request, const struct loop_call_result *result)
{
    if (result->code == 0)
        return false;
    if (result->code == ENOENT)
        respond_no_job(request, request->ids[0]);
    else if (result->code == EBUSY)
        refuse_action(request);
    else
        respond_storage_error(request, -result->code);
    return true;
}

static void answer_act(struct request *request, const struct loop_call_result *result)
{
    if (!answer_failure(request, result))
        job_view_respond(request, MHD_HTTP_OK, request->ids[0]);
}

static void answer_delete(struct request *request, const struct loop_call_result *result)
{
    if (answer_failure(request, result))
        return;
    export_cache_forget(request->context->exports, request->ids[0]);
    respond_empty(request, MHD_HTTP_NO_CONTENT);
}

static struct job_command *job_command_new(const struct request *request)
{
    struct job_command *command = memory_new(sizeof *command);

    command->id = request->ids[0];
    command->action = (enum job_action)request->route->arg;
    return command;
}

void api_act_on_job(struct request *request)
{
    request_call_loop(request, &act_command, job_command_new(request), COMMAND_DEADLINE_MS,
                      answer_act);
}

void api_delete_job(struct request *request)
{
    request_call_loop(request, &delete_command, job_command_new(request), COMMAND_DEADLINE_MS,
                      answer_delete);
}
