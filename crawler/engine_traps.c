/* Releasing a trap of a job, whether it runs, rests or has finished: then it goes on. See engine.h.
 * Loop thread; the file of a job that does not run is opened on the writer thread, so a start that
 * comes meanwhile finds it done. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/async/promise.h"
#include "crawler/base/clock.h"
#include "crawler/base/log.h"
#include "crawler/base/memory.h"
#include "crawler/crawl.h"
#include "crawler/crawl_traps.h"
#include "crawler/engine_private.h"
#include "crawler/workers/store_writer.h"
#include "storage/catalog.h"
#include "storage/job_store.h"

struct release {
    struct engine *engine;
    int64_t job_id, trap_id;
    char *path;
    bool is_adopted; /* the job, once it had finished */
};

static int release_on_thread(void *arg)
{
    const struct release *release = arg;
    struct job_store *store = NULL;
    const char *reason = NULL;
    int rc = job_store_reopen(release->path, &store, &reason);
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
        log_info("job %lld: trap %lld released; what it holds follows when the job goes on",
                 (long long)release->job_id, (long long)release->trap_id);
    engine->saves--;
    free(release->path);
    free(release);
    engine_check_stopped(engine);
    return NULL;
}

static struct release *release_new(struct engine *engine, int64_t job_id, int64_t trap_id)
{
    struct release *release = memory_new(sizeof *release);
    *release = (struct release){.engine = engine,
                                .job_id = job_id,
                                .trap_id = trap_id,
                                .path = engine_job_path(engine->config.data_dir, job_id)};
    engine->saves++;
    return release;
}

static struct promise *release_at_rest(struct engine *engine, const struct job *job,
                                       int64_t trap_id)
{
    struct release *release = release_new(engine, job->id, trap_id);
    return promise_finally(store_writer_call(engine->services.writer, release_on_thread, release),
                           release_ended, release);
}

/* A job that has finished */

/* It was cut short by none of its limits, which would cut off at once what is released. */
static bool can_go_on(const struct job_row *row)
{
    return strcmp(row->state, job_state_name(JOB_FINISHED)) == 0 && row->reason &&
           (strcmp(row->reason, "complete") == 0 || strcmp(row->reason, "max_urls") == 0);
}

/* It was released before, and the program ended before the job was reopened: that is made up for.
 */
static int release_rest_again(struct job_store *store)
{
    int64_t count = 0;
    int rc = crawl_release_rest(store, &count);
    return rc == 0 && count == 0 ? -EALREADY : rc;
}

static int release_ended_on_thread(void *arg)
{
    struct release *release = arg;
    struct job_store *store = NULL;
    const char *reason = NULL;
    int rc = job_store_reopen(release->path, &store, &reason);
    if (rc == 0)
        rc = job_store_release_trap(store, release->trap_id, clock_epoch_ms());
    if (rc == -EALREADY)
        rc = release_rest_again(store);
    job_store_free(store);
    return rc;
}

static struct promise *gone(const struct engine *engine)
{
    return promise_rejected(engine->services.loop, ENOENT, "engine", "the job is being deleted");
}

/* Another trap's release may have reopened it: its crawl finds what was written before. */
static struct promise *reopen(struct promise *settled, void *arg)
{
    (void)settled;
    struct release *release = arg;
    struct engine *engine = release->engine;
    struct job *job = engine_find_job(engine, release->job_id);
    if (!job || job->deletion)
        return gone(engine);
    return job_state_is_final(job->state) ? engine_reopen_job(engine, job) : NULL;
}

static struct promise *reopening_ended(struct promise *settled, void *arg)
{
    struct release *release = arg;
    struct job *job = engine_find_job(release->engine, release->job_id);
    if (job && release->is_adopted)
        engine_leave_ended(release->engine, job);
    return release_ended(settled, release);
}

/* In the engine's list, though it has ended, it is in nobody else's way and nobody in its. Several
 * releases may be at it. */
static struct promise *adopt(struct promise *settled, void *arg)
{
    struct release *release = arg;
    struct engine *engine = release->engine;
    const struct job_row *row = promise_value(settled);
    struct job *job = engine_find_job(engine, row->id);
    if (engine_deletion_of(engine, row->id))
        return gone(engine);
    if (job && !job_state_is_final(job->state))
        return engine_release_trap(engine, release->job_id, release->trap_id);
    if (engine->stopping || !can_go_on(row) || (job && job->reopenings == 0) ||
        (!job && engine_adopt_ended(engine, row, &job) < 0))
        return promise_rejected(engine->services.loop, EBUSY, "engine", "the job has ended");
    release->is_adopted = true;
    job->reopenings++;
    struct promise *on_disk =
        store_writer_call(engine->services.writer, release_ended_on_thread, release);
    return promise_then(on_disk, reopen, release);
}

static struct promise *release_and_reopen(struct engine *engine, int64_t job_id, int64_t trap_id)
{
    struct release *release = release_new(engine, job_id, trap_id);
    struct promise *row = catalog_calls_get(&engine->catalog, job_id);
    return promise_finally(promise_then(row, adopt, release), reopening_ended, release);
}

/* A job whose file is being opened or closed */

static struct promise *try_again(struct promise *settled, void *arg)
{
    (void)settled;
    struct release *release = arg;
    struct engine *engine = release->engine;
    struct promise *promise =
        engine->stopping
            ? promise_rejected(engine->services.loop, EBUSY, "engine", "imgcrawl is stopping")
            : engine_release_trap(engine, release->job_id, release->trap_id);
    engine->saves--;
    free(release->path);
    free(release);
    engine_check_stopped(engine);
    return promise;
}

static struct promise *release_in_crawl(struct engine *engine, const struct job *job,
                                        int64_t trap_id)
{
    struct promise *turn = crawl_await_turn(job->crawl);
    if (!turn)
        return crawl_release_trap(job->crawl, trap_id);
    return promise_finally(turn, try_again, release_new(engine, job->id, trap_id));
}

struct promise *engine_release_trap(struct engine *engine, int64_t job_id, int64_t trap_id)
{
    const struct job *job = engine_find_job(engine, job_id);
    if (engine_deletion_of(engine, job_id))
        return gone(engine);
    if (job && job->crawl)
        return release_in_crawl(engine, job, trap_id);
    if (!job || job_state_is_final(job->state))
        return release_and_reopen(engine, job_id, trap_id);
    return release_at_rest(engine, job, trap_id);
}
