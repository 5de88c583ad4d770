/* See api_traps.h. */
#include "server/api_traps.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "crawler/async/promise.h"
#include "crawler/base/memory.h"
#include "crawler/engine.h"
#include "crawler/job/job_state.h"
#include "server/job_results.h"
#include "server/job_view.h"
#include "server/json_value.h"
#include "server/listing.h"
#include "server/request.h"
#include "server/respond.h"
#include "storage/catalog.h"
#include "storage/job_query.h"

enum { COMMAND_DEADLINE_MS = 30 * 1000 };

static json_t *trap_view(const struct trap_result *trap)
{
    json_t *view = json_object();
    json_t *examples = trap->examples ? json_loads(trap->examples, 0, NULL) : NULL;

    json_object_set_new(view, "id", json_integer(trap->id));
    json_object_set_new(view, "kind", json_text(trap->kind));
    json_object_set_new(view, "host", json_text(trap->host));
    json_object_set_new(view, "pattern", json_text(trap->pattern));
    json_object_set_new(view, "detail", json_text(trap->detail));
    json_object_set_new(view, "examples", examples ? examples : json_array());
    json_object_set_new(view, "state", json_text(trap->state));
    json_object_set_new(view, "held_urls", json_integer(trap->held_urls));
    json_object_set_new(view, "released_urls", json_integer(trap->released_urls));
    json_object_set_new(view, "found_at", json_time(trap->found_ms));
    json_object_set_new(view, "released_at", json_time(trap->released_ms));
    return view;
}

/* ---- GET /v1/jobs/{id}/traps ---- */

static int add_trap(const struct trap_result *trap, void *arg)
{
    return listing_add(arg, trap->id, trap_view(trap));
}

static void answer_part(struct listing *listing, struct job_reader *reader, int64_t after_id)
{
    struct request *request = listing->request;
    int rc = reader ? query_traps(reader, after_id, listing->limit + 1, add_trap, listing) : 0;

    if (rc == 0) {
        listing_respond(listing);
        return;
    }
    listing_drop(listing);
    respond_storage_error(request, rc);
}

void api_list_traps(struct request *request)
{
    struct job_reader *reader;
    struct listing listing;
    int64_t after_id;

    if (job_results_open(request, &reader) < 0)
        return;
    if (listing_begin_part(&listing, request, CURSOR_TRAPS, &after_id) == 0)
        answer_part(&listing, reader, after_id);
    reader = job_reader_free(reader);
}

/* ---- POST /v1/jobs/{id}/traps/{trap_id}/release ---- */

struct release_command {
    int64_t job_id, trap_id;
};

static struct promise *release_start(struct loop *loop, struct engine *engine, void *arg)
{
    const struct release_command *command = arg;

    (void)loop;
    return engine_release_trap(engine, command->job_id, command->trap_id);
}

static const struct loop_command release_command = {.start = release_start, .free_arg = free};

static int take_view(const struct trap_result *trap, void *arg)
{
    json_t **view = arg;

    *view = trap_view(trap);
    return 1;
}

static void refuse_no_trap(struct request *request)
{
    respond_error(request, PROBLEM_TRAP_NOT_FOUND,
                  "Job %" PRId64 " has no trap with the id %" PRId64 ".", request->ids[0],
                  request->ids[1]);
}

static void answer_trap(struct request *request)
{
    struct job_reader *reader;
    json_t *view = NULL;
    int rc = 0;

    if (job_results_open(request, &reader) < 0)
        return;
    if (reader)
        rc = query_traps(reader, request->ids[1] - 1, 1, take_view, &view);
    reader = job_reader_free(reader);
    if (view && json_integer_value(json_object_get(view, "id")) == request->ids[1]) {
        respond_json(request, MHD_HTTP_OK, view);
        return;
    }
    json_decref(view);
    if (rc < 0)
        respond_storage_error(request, rc);
    else
        refuse_no_trap(request);
}

/* The job cannot go on, at all or now: the person must ask anew. */
static void refuse_state(struct request *request)
{
    struct problem problem;
    struct job_row row = {0};
    enum job_state state;

    if (job_view_load(request, request->ids[0], &row) < 0)
        return;
    state = job_view_state(engine_board(request->context->engine), &row);
    job_row_done(&row);
    problem_init(&problem, PROBLEM_JOB_STATE, "Job %" PRId64 " is %s. %s.", request->ids[0],
                 job_state_name(state),
                 job_state_is_final(state)
                     ? "Start a new one with the URLs as seeds, or with detect_traps false"
                     : "Its file is being opened or closed; try again in a moment");
    problem_set(&problem, "state", json_string(job_state_name(state)));
    problem_set(&problem, "allowed_actions", json_array());
    respond_problem(request, &problem);
}

static void answer_release(struct request *request, const struct loop_call_result *result)
{
    switch (result->code) {
    case 0:
    case EALREADY:
    case ENOENT: /* it tells which of the two there is not */
        answer_trap(request);
        break;
    case EBUSY:
        refuse_state(request);
        break;
    default:
        respond_storage_error(request, -result->code);
    }
}

void api_release_trap(struct request *request)
{
    struct release_command *command = memory_new(sizeof *command);

    *command = (struct release_command){.job_id = request->ids[0], .trap_id = request->ids[1]};
    request_call_loop(request, &release_command, command, COMMAND_DEADLINE_MS, answer_release);
}
