/* Releasing a trap of a job, whether it runs or rests. See engine.h. Loop thread; the file of a job
 * that rests is opened on the writer thread, so a start that comes meanwhile finds it done. */
#include <errno.h>
#include <stdlib.h>

#include "crawler/async/promise.h"
#include "crawler/base/clock.h"
#include "crawler/base/log.h"
#include "crawler/base/memory.h"
#include "crawler/crawl_traps.h"
#include "crawler/engine_private.h"
#include "crawler/workers/store_writer.h"
#include "storage/job_store.h"

struct release {
    struct engine *engine;
    int64_t job_id, trap_id;
    char *path;
};

static int release_on_thread(void *arg)
{
    const struct release *release = arg;
    struct job_store *store = NULL;
    const char *reason = NULL;
    int rc = job_store_open(release->path, &store, &reason);
    if (rc == 0)
        rc = job_store_release_trap(store, release->trap_id, clock_epoch_ms());
    job_store_free(store);
    return rc;
}

static struct promise *release_ended(struct promise *settled, void *arg)
{
    struct release *release = arg;
    struct engine *engine = release->engine;
    if (promise_state_of(settled) == PROMISE_RESOLVED)
        log_info("job %lld: trap %lld released, for when it goes on", (long long)release->job_id,
                 (long long)release->trap_id);
    engine->saves--;
    free(release->path);
    free(release);
    engine_check_stopped(engine);
    return NULL;
}

static struct promise *release_at_rest(struct engine *engine, const struct job *job,
                                       int64_t trap_id)
{
    struct release *release = memory_new(sizeof *release);
    *release = (struct release){.engine = engine,
                                .job_id = job->id,
                                .trap_id = trap_id,
                                .path = engine_job_path(engine->config.data_dir, job->id)};
    engine->saves++;
    return promise_finally(store_writer_call(engine->services.writer, release_on_thread, release),
                           release_ended, release);
}

static struct promise *refuse_ended(struct promise *settled, void *arg)
{
    (void)arg;
    return promise_rejected(promise_loop(settled), EBUSY, "engine", "the job has ended");
}

struct promise *engine_release_trap(struct engine *engine, int64_t job_id, int64_t trap_id)
{
    struct job *job = engine_find_job(engine, job_id);
    if (!job || job->deletion)
        return promise_then(catalog_calls_get(&engine->catalog, job_id), refuse_ended, NULL);
    if (job_state_is_final(job->state))
        return promise_rejected(engine->services.loop, EBUSY, "engine", "the job has ended");
    if (job->crawl)
        return crawl_release_trap(job->crawl, trap_id);
    return release_at_rest(engine, job, trap_id);
}
