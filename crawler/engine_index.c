/* The engine and the indexes of its jobs: begun when a job ends (crawl.c), or when somebody asks
 * for one that is not there; out of the way when the job goes on or goes away. Loop thread but
 * where it says otherwise. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/async/loop.h"
#include "crawler/async/mailbox.h"
#include "crawler/async/promise.h"
#include "crawler/base/memory.h"
#include "crawler/data_dir.h"
#include "crawler/engine_private.h"
#include "crawler/indexer.h"

static void on_idle(void *arg)
{
    engine_check_stopped(arg);
}

int engine_open_indexer(struct engine *engine)
{
    struct services *services = &engine->services;
    int rc = mailbox_new(services->loop, &engine->wanted);
    return rc < 0 ? rc : indexer_new(services->loop, on_idle, engine, &services->indexer);
}

void engine_close_indexer(struct engine *engine)
{
    if (engine->wanted)
        mailbox_free(engine->wanted);
    indexer_free(engine->services.indexer);
}

/* Asking */

struct promise *engine_index_job(struct engine *engine, int64_t job_id)
{
    const struct job *job = engine_find_job(engine, job_id);
    if (engine_deletion_of(engine, job_id))
        return promise_rejected(engine->services.loop, ENOENT, "engine",
                                "the job is being deleted");
    if (job && job->crawl)
        return promise_rejected(engine->services.loop, EBUSY, "engine", "the job runs");
    char *path = data_dir_job_path(engine->config.data_dir, job_id);
    struct promise *promise = indexer_build(engine->services.indexer, job_id, path);
    free(path);
    return promise;
}

struct wanted_index {
    struct letter letter; /* first: the mailbox gives it back */
    struct engine *engine;
    int64_t job_id;
};

static void take_wanted(struct letter *letter)
{
    struct wanted_index *wanted = (struct wanted_index *)letter;
    if (!wanted->engine->stopping)
        promise_unref(engine_index_job(wanted->engine, wanted->job_id));
    free(wanted);
}

void engine_want_index(struct engine *engine, int64_t job_id)
{
    struct wanted_index *wanted = memory_new(sizeof *wanted);
    *wanted =
        (struct wanted_index){.letter = {.fn = take_wanted}, .engine = engine, .job_id = job_id};
    mailbox_post(engine->wanted, &wanted->letter);
}

bool engine_index_progress(struct engine *engine, int64_t job_id, double *ret_done)
{
    return indexer_progress(engine->services.indexer, job_id, ret_done);
}

/* Deleting */

struct removal {
    struct engine *engine;
    int64_t job_id;
    char *path;
};

static struct promise *remove_now(struct promise *settled, void *arg)
{
    struct removal *removal = arg;
    (void)settled;
    struct promise *promise =
        catalog_calls_delete(&removal->engine->catalog, removal->job_id, removal->path);
    free(removal->path);
    free(removal);
    return promise;
}

struct promise *engine_delete_stored(struct engine *engine, int64_t job_id, const char *path)
{
    struct removal *removal = memory_new(sizeof *removal);
    *removal = (struct removal){
        .engine = engine, .job_id = job_id, .path = memory_strndup(path, strlen(path))};
    return promise_finally(indexer_stop(engine->services.indexer, job_id), remove_now, removal);
}
