/* See api_why.h. */
#include "server/api_why.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "crawler/base/outcome.h"
#include "crawler/engine.h"
#include "crawler/job/board.h"
#include "crawler/job/job_counts.h"
#include "crawler/job/job_settings.h"
#include "crawler/why.h"
#include "server/job_results.h"
#include "server/job_view.h"
#include "server/json_value.h"
#include "server/request.h"
#include "server/respond.h"
#include "storage/catalog.h"
#include "storage/job_query.h"

/* ---- GET /v1/jobs/{id}/why ---- */

static void refuse_url(struct request *request, const char *detail)
{
    struct problem problem;

    problem_init(&problem, PROBLEM_BAD_PARAMETER, "%s", "Each entry of errors names a parameter.");
    problem_add_error(&problem, PROBLEM_PARAMETER, "url", "%s", detail);
    respond_problem(request, &problem);
}

/* The job's settings as they are stored; or the request is answered. */
static struct job_settings *load_settings(struct request *request)
{
    struct job_row row = {0};
    struct job_settings *settings = NULL;
    struct settings_error error;
    json_t *object;

    if (job_view_load(request, request->ids[0], &row) < 0)
        return NULL;
    object = row.settings ? json_loads(row.settings, 0, NULL) : NULL;
    if (!object || job_settings_from_json(object, &settings, &error) < 0)
        respond_error(request, PROBLEM_INTERNAL, "The settings of job %" PRId64 " cannot be read.",
                      request->ids[0]);
    json_decref(object);
    job_row_done(&row);
    return settings;
}

static int explain(const struct request *request, const struct job_settings *settings,
                   struct job_reader *reader, json_t **ret_answer)
{
    struct catalog *catalog = NULL;
    const char *reason;
    int rc = catalog_open(request->context->data_dir, STORAGE_READ_ONLY, &catalog, &reason);
    const struct why_question question = {
        .url = request->params.url, .settings = settings, .reader = reader, .catalog = catalog};

    if (rc == 0)
        rc = why_explain(&question, ret_answer);
    catalog = catalog_free(catalog);
    return rc;
}

/* What the job itself says of waiting holds for its queued URLs, too. */
static void add_waiting(struct request *request, json_t *answer)
{
    const char *state = json_string_value(json_object_get(answer, "state"));
    const char *sentence = json_string_value(json_object_get(answer, "sentence"));
    struct board_entry entry;

    if (!state || !sentence || strcmp(state, "queued") != 0 ||
        !board_get(engine_board(request->context->engine), request->ids[0], &entry) ||
        entry.state != JOB_RUNNING || !*entry.detail)
        return;
    json_object_set_new(answer, "sentence",
                        json_sprintf("%s The job: %s.", sentence, entry.detail));
}

static void answer_why(struct request *request, const struct job_settings *settings)
{
    struct job_reader *reader;
    json_t *answer;
    int rc;

    if (job_results_open(request, &reader) < 0)
        return;
    rc = explain(request, settings, reader, &answer);
    if (rc == 0)
        add_waiting(request, answer);
    reader = job_reader_free(reader);
    if (rc == 0)
        respond_json(request, MHD_HTTP_OK, answer);
    else if (rc == -EINVAL)
        refuse_url(request, "must be an absolute http or https URL, percent-encoded");
    else
        respond_storage_error(request, rc);
}

void api_why(struct request *request)
{
    struct job_settings *settings;

    if (!request->params.url) {
        refuse_url(request, "is missing; give ?url=https%3A%2F%2Fwww.example.com%2F");
        return;
    }
    settings = load_settings(request);
    if (!settings)
        return;
    answer_why(request, settings);
    job_settings_free(settings);
}

/* ---- GET /v1/jobs/{id}/skipped ---- */

enum { EXAMPLES = 3 };

static int add_example(const struct page_result *row, void *arg)
{
    json_t *example = json_object();

    json_object_set_new(example, "page_id", json_integer(row->id));
    json_object_set_new(example, "url", json_text(row->url));
    json_object_set_new(example, "detail", json_text_or_null(row->detail));
    json_array_append_new(arg, example);
    return 0;
}

static int add_examples(struct job_reader *reader, const char *reason, json_t *examples)
{
    const struct query_filter filter = {.limit = EXAMPLES, .state = "skipped", .outcome = reason};

    return reader ? query_pages(reader, &filter, add_example, examples) : 0;
}

static int add_reason(struct request *request, struct job_reader *reader, enum outcome reason,
                      int64_t count, json_t *items)
{
    json_t *item = json_object(), *examples = json_array();

    json_object_set_new(item, "reason", json_string(outcome_name(reason)));
    json_object_set_new(item, "text", json_string(outcome_text(reason)));
    json_object_set_new(item, "count", json_integer(count));
    json_object_set_new(item, "examples", examples);
    json_object_set_new(item, "pages",
                        json_sprintf("/v1/jobs/%" PRId64 "/pages?state=skipped&outcome=%s",
                                     request->ids[0], outcome_name(reason)));
    json_array_append_new(items, item);
    return add_examples(reader, outcome_name(reason), examples);
}

/* The counts are those of GET /v1/jobs/{id} at this moment, so that they add up. */
static int list_reasons(struct request *request, const struct job_counts *counts,
                        struct job_reader *reader, json_t *items)
{
    int rc = 0;

    for (int i = 0; rc == 0 && i < OUTCOME_COUNT; i++)
        if (outcome_class_of((enum outcome)i) == OUTCOME_SKIPPED && counts->by_outcome[i] > 0)
            rc = add_reason(request, reader, (enum outcome)i, counts->by_outcome[i], items);
    return rc;
}

void api_list_skipped(struct request *request)
{
    struct job_row row = {0};
    struct job_reader *reader;
    struct job_counts counts;
    json_t *items = json_array();
    int rc;

    if (job_view_load(request, request->ids[0], &row) < 0) {
        json_decref(items);
        return;
    }
    job_view_counts(engine_board(request->context->engine), &row, &counts);
    job_row_done(&row);
    if (job_results_open(request, &reader) < 0) {
        json_decref(items);
        return;
    }
    rc = list_reasons(request, &counts, reader, items);
    reader = job_reader_free(reader);
    if (rc < 0) {
        json_decref(items);
        respond_storage_error(request, rc);
        return;
    }
    respond_json(request, MHD_HTTP_OK,
                 json_pack("{s:o, s:I, s:I}", "items", items, "skipped",
                           (json_int_t)counts.by_class[OUTCOME_SKIPPED], "known",
                           (json_int_t)counts.known));
}
