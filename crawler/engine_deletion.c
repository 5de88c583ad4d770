/* Deleting a job: its crawl, then its row and its file. See engine.h. Loop thread.
 *
 * From the first word on until the file is gone the job is marked, in the list of jobs or, if it
 * has come to its end, in the list of deletions: nobody takes it up again or makes its file anew.
 */
#include <errno.h>
#include <stdlib.h>

#include "crawler/async/promise.h"
#include "crawler/base/log.h"
#include "crawler/base/memory.h"
#include "crawler/crawl.h"
#include "crawler/data_dir.h"
#include "crawler/engine_private.h"

struct deletion {
    struct deletion *next;
    struct engine *engine;
    int64_t job_id;
    struct promise *promise;
};

struct promise *engine_deletion_of(const struct engine *engine, int64_t job_id)
{
    const struct job *job = engine_find_job(engine, job_id);
    if (job && job->deletion)
        return job->deletion;
    for (const struct deletion *deletion = engine->deletions; deletion; deletion = deletion->next) {
        if (deletion->job_id == job_id)
            return deletion->promise;
    }
    return NULL;
}

static void take_out(struct engine *engine, const struct deletion *deletion)
{
    struct deletion **place = &engine->deletions;
    while (*place != deletion)
        place = &(*place)->next;
    *place = deletion->next;
}

/* The job that is in the list was there when its deletion began: nobody takes one up since. */
static void end_job(struct engine *engine, struct job *job, bool is_gone)
{
    job->deletion = promise_unref(job->deletion);
    if (is_gone)
        engine_drop_job(engine, job);
}

static struct promise *deleted(struct promise *settled, void *arg)
{
    struct deletion *deletion = arg;
    struct engine *engine = deletion->engine;
    struct job *job = engine_find_job(engine, deletion->job_id);
    bool is_gone = promise_state_of(settled) == PROMISE_RESOLVED;
    if (is_gone)
        log_info("job %lld: deleted", (long long)deletion->job_id);
    if (job)
        end_job(engine, job, is_gone);
    take_out(engine, deletion);
    promise_unref(deletion->promise);
    free(deletion);
    engine->saves--;
    engine_check_stopped(engine);
    return is_gone ? promise_resolved(engine->services.loop, NULL, NULL) : NULL;
}

struct promise *engine_delete_now(struct engine *engine, int64_t job_id, const char *path)
{
    struct deletion *deletion = memory_new(sizeof *deletion);
    *deletion = (struct deletion){.next = engine->deletions, .engine = engine, .job_id = job_id};
    engine->deletions = deletion;
    engine->saves++;
    struct promise *promise =
        promise_finally(engine_delete_stored(engine, job_id, path), deleted, deletion);
    deletion->promise = promise_ref(promise);
    return promise;
}

static struct promise *delete_at_rest(struct engine *engine, int64_t job_id, struct job *job)
{
    char *path = data_dir_job_path(engine->config.data_dir, job_id);
    struct promise *promise = engine_delete_now(engine, job_id, path);
    free(path);
    if (job)
        job->deletion = promise_ref(promise);
    return promise;
}

struct promise *engine_delete_job(struct engine *engine, int64_t job_id)
{
    struct job *job = engine_find_job(engine, job_id);
    struct promise *deletion = engine_deletion_of(engine, job_id);
    if (deletion)
        return promise_ref(deletion);
    if (!job || !job->crawl)
        return delete_at_rest(engine, job_id, job);
    if (job->cancellation)
        promise_reject(job->cancellation, ENOENT, "engine", "the job is being deleted");
    job->cancellation = promise_unref(job->cancellation);
    job->deletion = promise_new(engine->services.loop);
    engine_end_crawl(job, JOB_CANCELLED, "deleted");
    crawl_cancel_visits(job->crawl);
    return promise_ref(job->deletion);
}
