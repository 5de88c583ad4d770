/* See job.h. */
#include "crawler/job.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/async/promise.h"
#include "crawler/base/memory.h"
#include "crawler/crawl.h"
#include "crawler/data_dir.h"
#include "storage/catalog.h"

static int read_settings(const char *text, struct job_settings **ret_settings)
{
    struct settings_error error;
    json_t *object = json_loads(text, 0, NULL);
    int rc = object ? job_settings_from_json(object, ret_settings, &error) : -EINVAL;
    json_decref(object);
    return rc;
}

static void read_counts(const char *text, struct job_counts *ret_counts)
{
    json_t *object = text ? json_loads(text, 0, NULL) : NULL;
    job_counts_from_json(object, ret_counts);
    json_decref(object);
}

int job_from_row(const struct job_row *row, const char *data_dir, struct job **ret_job)
{
    struct job *job = memory_new(sizeof *job);
    int rc = job_state_parse(row->state, &job->state);
    if (rc == 0)
        rc = read_settings(row->settings, &job->settings);
    if (rc < 0) {
        free(job);
        return rc;
    }
    job->id = row->id;
    job->path = data_dir_job_path(data_dir, row->id);
    snprintf(job->reason, sizeof job->reason, "%s", row->reason ? row->reason : "");
    snprintf(job->detail, sizeof job->detail, "%s", row->detail ? row->detail : "");
    job->created_ms = row->created_ms;
    job->started_ms = row->started_ms;
    job->finished_ms = row->finished_ms;
    job->active_ms = row->active_ms;
    read_counts(row->counts, &job->counts);
    *ret_job = job;
    return 0;
}

struct job *job_free(struct job *job)
{
    if (!job)
        return NULL;
    promise_unref(job->cancellation);
    job_settings_free(job->settings);
    free(job->path);
    free(job);
    return NULL;
}

void job_set_state(struct job *job, enum job_state state, const char *reason, const char *detail,
                   int64_t now_ms)
{
    job->state = state;
    snprintf(job->reason, sizeof job->reason, "%s", reason);
    snprintf(job->detail, sizeof job->detail, "%s", detail);
    if (state == JOB_RUNNING && !job->started_ms)
        job->started_ms = now_ms;
    job->finished_ms = job_state_is_active(state) || state == JOB_PAUSED ? 0 : now_ms;
}

void job_show(const struct job *job, struct board_entry *ret_entry)
{
    const struct crawl *crawl = job->crawl;
    *ret_entry = (struct board_entry){
        .job_id = job->id,
        .state = job->state,
        .started_ms = job->started_ms,
        .finished_ms = job->finished_ms,
        .active_ms = job->active_ms + (crawl ? crawl_running_ms(crawl) : 0),
        .pages_per_second = crawl ? crawl_pages_per_second(crawl) : 0,
        .remaining_ms = crawl ? crawl_remaining_ms(crawl) : -1,
        .counts = crawl ? *crawl_counts(crawl) : job->counts,
    };
    memcpy(ret_entry->reason, job->reason, sizeof ret_entry->reason);
    memcpy(ret_entry->detail, job->detail, sizeof ret_entry->detail);
    if (crawl && job->state == JOB_RUNNING && !*job->detail)
        snprintf(ret_entry->detail, sizeof ret_entry->detail, "%s", crawl_waiting(crawl));
}

static char *dump(json_t *take_json)
{
    char *text = json_dumps(take_json, JSON_COMPACT);
    json_decref(take_json);
    return text;
}

void job_to_row(const struct job *job, struct job_row *ret_row)
{
    struct board_entry entry;
    job_show(job, &entry);
    *ret_row = (struct job_row){
        .id = job->id,
        .created_ms = job->created_ms,
        .started_ms = job->started_ms,
        .finished_ms = job->finished_ms,
        .active_ms = entry.active_ms,
        .state = memory_strndup(job_state_name(job->state), strlen(job_state_name(job->state))),
        .reason = memory_strndup(job->reason, strlen(job->reason)),
        .detail = memory_strndup(job->detail, strlen(job->detail)),
        .settings = dump(job_settings_to_json(job->settings)),
        .counts = dump(job_counts_to_json(&entry.counts)),
    };
}
