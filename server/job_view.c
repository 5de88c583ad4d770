/* See job_view.h. */
#include "server/job_view.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "crawler/engine.h"
#include "crawler/job/board.h"
#include "crawler/job/job_counts.h"
#include "server/api_findings.h"
#include "server/file_formats.h"
#include "server/job_notes.h"
#include "server/job_secrets.h"
#include "server/json_value.h"
#include "server/request.h"
#include "server/respond.h"
#include "storage/catalog.h"
#include "storage/job_query.h"

/* A JSON text of the catalog, as an object in every case. */
static json_t *stored_object(const char *text)
{
    json_t *object = text ? json_loads(text, 0, NULL) : NULL;

    if (json_is_object(object))
        return object;
    json_decref(object);
    return json_object();
}

/* What the catalog knows, in the form of the board. */
static void entry_of_row(const struct job_row *row, struct board_entry *ret_entry)
{
    json_t *counts = stored_object(row->counts);

    *ret_entry = (struct board_entry){.job_id = row->id,
                                      .started_ms = row->started_ms,
                                      .finished_ms = row->finished_ms,
                                      .active_ms = row->active_ms,
                                      .pages_per_second = -1,
                                      .remaining_ms = -1};
    if (!row->state || job_state_parse(row->state, &ret_entry->state) < 0)
        ret_entry->state = JOB_FAILED;
    snprintf(ret_entry->reason, sizeof ret_entry->reason, "%s", row->reason ? row->reason : "");
    snprintf(ret_entry->detail, sizeof ret_entry->detail, "%s", row->detail ? row->detail : "");
    job_counts_from_json(counts, &ret_entry->counts);
    json_decref(counts);
}

static void truth_of(struct board *board, const struct job_row *row, struct board_entry *ret_entry)
{
    if (!board_get(board, row->id, ret_entry))
        entry_of_row(row, ret_entry);
}

enum job_state job_view_state(struct board *board, const struct job_row *row)
{
    struct board_entry entry;

    truth_of(board, row, &entry);
    return entry.state;
}

void job_view_counts(struct board *board, const struct job_row *row, struct job_counts *ret_counts)
{
    struct board_entry entry;

    truth_of(board, row, &entry);
    *ret_counts = entry.counts;
}

static json_t *links_of(int64_t id)
{
    static const char *const parts[] = {"pages",   "images",   "occurrences", "hosts",   "events",
                                        "skipped", "sitemaps", "traps",       "findings"};
    json_t *links = json_object();

    json_object_set_new(links, "self", json_sprintf("/v1/jobs/%" PRId64, id));
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        json_object_set_new(links, parts[i], json_sprintf("/v1/jobs/%" PRId64 "/%s", id, parts[i]));
    for (size_t i = 0; i < FILE_FORMAT_COUNT; i++) {
        const char *format = file_formats[i].name;
        char name[32];

        snprintf(name, sizeof name, "export_%s", format);
        json_object_set_new(links, name,
                            json_sprintf("/v1/jobs/%" PRId64 "/export.%s", id, format));
    }
    return links;
}

static json_t *allowed_actions(enum job_state state)
{
    json_t *actions = json_array();

    for (int i = 0; i < JOB_ACTION_COUNT; i++)
        if (job_action_allowed((enum job_action)i, state))
            json_array_append_new(actions, json_string(job_action_name((enum job_action)i)));
    return actions;
}

static void add_progress(json_t *view, const struct board_entry *entry)
{
    bool is_running = entry->state == JOB_RUNNING;

    json_object_set_new(view, "active_seconds", json_real((double)entry->active_ms / 1000));
    json_object_set_new(view, "pages_per_second",
                        is_running && entry->pages_per_second >= 0
                            ? json_real(entry->pages_per_second)
                            : json_null());
    json_object_set_new(view, "remaining_seconds",
                        is_running && entry->remaining_ms >= 0
                            ? json_real((double)entry->remaining_ms / 1000)
                            : json_null());
    json_object_set_new(view, "counts", job_counts_to_json(&entry->counts));
}

json_t *job_view(struct board *board, const struct job_row *row)
{
    json_t *view = json_object(), *settings = stored_object(row->settings);
    const char *name = json_string_value(json_object_get(settings, "name"));
    struct board_entry entry;

    truth_of(board, row, &entry);
    json_object_set_new(view, "id", json_integer(row->id));
    json_object_set_new(view, "name", json_text(name ? name : ""));
    json_object_set_new(view, "state", json_string(job_state_name(entry.state)));
    json_object_set_new(view, "reason", json_text_or_null(entry.reason));
    json_object_set_new(view, "detail", json_text_or_null(entry.detail));
    json_object_set_new(view, "allowed_actions", allowed_actions(entry.state));
    json_object_set_new(view, "created_at", json_time(row->created_ms));
    json_object_set_new(view, "started_at", json_time(entry.started_ms));
    json_object_set_new(view, "finished_at", json_time(entry.finished_ms));
    add_progress(view, &entry);
    job_secrets_hide(settings);
    json_object_set_new(view, "settings", settings);
    json_object_set_new(view, "links", links_of(row->id));
    return view;
}

void respond_no_job(struct request *request, int64_t job_id)
{
    respond_error(request, PROBLEM_JOB_NOT_FOUND,
                  "No job has the id %" PRId64 "; GET /v1/jobs lists those there are.", job_id);
}

int job_view_load(struct request *request, int64_t job_id, struct job_row *ret_row)
{
    struct catalog *catalog = NULL;
    const char *reason;
    int rc = catalog_open(request->context->data_dir, STORAGE_READ_ONLY, &catalog, &reason);

    if (rc == 0)
        rc = catalog_get_job(catalog, job_id, ret_row);
    if (rc == -ENOENT)
        respond_no_job(request, job_id);
    else if (rc < 0)
        respond_storage_error(request, rc);
    catalog = catalog_free(catalog);
    return rc;
}

/* What only the job's file can tell; the sums of verdicts in it are those of all rules. */
static void add_index(struct request *request, json_t *view, int64_t job_id)
{
    char *path = engine_job_path(request->context->data_dir, job_id);
    struct job_reader *reader = NULL;
    int64_t verdicts[QUERY_VERDICTS];

    if (job_reader_open(path, &reader) < 0)
        reader = NULL;
    json_object_set_new(view, "index", index_view(request, job_id, reader));
    if (reader && query_verdict_sums(reader, verdicts) == 0)
        json_object_set_new(json_object_get(view, "counts"), "verdicts",
                            verdict_counts_view(verdicts));
    reader = job_reader_free(reader);
    free(path);
}

void job_view_respond(struct request *request, unsigned status, int64_t job_id)
{
    struct job_row row = {0};
    json_t *view;

    if (job_view_load(request, job_id, &row) < 0)
        return;
    view = job_view(engine_board(request->context->engine), &row);
    json_object_set_new(view, "notes", job_notes(request->context->data_dir, job_id));
    add_index(request, view, job_id);
    respond_json(request, status, view);
    job_row_done(&row);
}
