/* See indexer.h. */
#include "crawler/indexer.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/async/loop.h"
#include "crawler/async/promise.h"
#include "crawler/async/thread_executor.h"
#include "crawler/base/log.h"
#include "crawler/base/memory.h"
#include "crawler/index_judge.h"

/* One build: made on the loop, worked at on the thread, ended on the loop. */
struct build {
    struct build *next;
    struct indexer *indexer;
    int64_t job_id;
    char *path;
    atomic_bool stop;
    _Atomic double done;
    struct promise *promise; /* told when it has ended */
};

struct indexer {
    struct loop *loop;
    struct thread_executor *thread;
    void (*on_idle)(void *arg);
    void *arg;
    pthread_mutex_t lock; /* of the list: the loop changes it, any thread looks for progress */
    struct build *builds;
    bool closed;
};

/* --- the list ------------------------------------------------------------------------------ */

/* The last of them: there may be one that ends beside one that is to begin. */
static struct build *find(const struct indexer *indexer, int64_t job_id)
{
    struct build *found = NULL;
    for (struct build *build = indexer->builds; build; build = build->next)
        found = build->job_id == job_id ? build : found;
    return found;
}

static void add(struct indexer *indexer, struct build *build)
{
    pthread_mutex_lock(&indexer->lock);
    struct build **place = &indexer->builds;
    while (*place)
        place = &(*place)->next;
    *place = build;
    pthread_mutex_unlock(&indexer->lock);
}

static void take_out(struct indexer *indexer, struct build *build)
{
    pthread_mutex_lock(&indexer->lock);
    struct build **place = &indexer->builds;
    while (*place != build)
        place = &(*place)->next;
    *place = build->next;
    pthread_mutex_unlock(&indexer->lock);
}

bool indexer_is_idle(const struct indexer *indexer)
{
    return !indexer->builds;
}

bool indexer_progress(struct indexer *indexer, int64_t job_id, double *ret_done)
{
    pthread_mutex_lock(&indexer->lock);
    const struct build *build = find(indexer, job_id);
    if (build)
        *ret_done = atomic_load(&build->done);
    pthread_mutex_unlock(&indexer->lock);
    return build != NULL;
}

/* --- a build ------------------------------------------------------------------------------- */

/* Index thread. */
static int work(void *arg)
{
    struct build *build = arg;
    return index_judge_build(build->path, &build->stop, &build->done);
}

static void settle(struct build *build, const struct promise *settled)
{
    if (promise_state_of(settled) == PROMISE_RESOLVED) {
        promise_resolve(build->promise, NULL, NULL);
        return;
    }
    const struct promise_error *error = promise_error(settled);
    if (!atomic_load(&build->stop) && error->code != ENOENT)
        log_error("job %lld: its index could not be built: %s", (long long)build->job_id,
                  strerror(error->code));
    promise_reject(build->promise, error->code, "indexer", "the index could not be built: %s",
                   strerror(error->code));
}

static struct promise *ended(struct promise *settled, void *arg)
{
    struct build *build = arg;
    struct indexer *indexer = build->indexer;
    take_out(indexer, build);
    settle(build, settled);
    promise_unref(build->promise);
    free(build->path);
    free(build);
    if (indexer_is_idle(indexer))
        indexer->on_idle(indexer->arg);
    return NULL;
}

struct promise *indexer_build(struct indexer *indexer, int64_t job_id, const char *path)
{
    struct build *build = find(indexer, job_id);
    if (build && !atomic_load(&build->stop))
        return promise_ref(build->promise);
    if (indexer->closed)
        return promise_rejected(indexer->loop, ECANCELED, "indexer", "imgcrawl is stopping");
    build = memory_new(sizeof *build);
    build->indexer = indexer;
    build->job_id = job_id;
    build->path = memory_strndup(path, strlen(path));
    build->promise = promise_new(indexer->loop);
    add(indexer, build);
    struct promise *promise = promise_ref(build->promise);
    promise_unref(
        promise_finally(thread_executor_submit(indexer->thread, work, build), ended, build));
    return promise;
}

/* --- stopping ------------------------------------------------------------------------------ */

static struct promise *forget_how(struct promise *settled, void *arg)
{
    (void)arg;
    return promise_resolved(promise_loop(settled), NULL, NULL);
}

struct promise *indexer_stop(struct indexer *indexer, int64_t job_id)
{
    struct build *last = find(indexer, job_id);
    for (struct build *build = indexer->builds; build; build = build->next) {
        if (build->job_id == job_id)
            atomic_store(&build->stop, true);
    }
    return last ? promise_finally(promise_ref(last->promise), forget_how, NULL)
                : promise_resolved(indexer->loop, NULL, NULL);
}

void indexer_close(struct indexer *indexer)
{
    indexer->closed = true;
    for (struct build *build = indexer->builds; build; build = build->next)
        atomic_store(&build->stop, true);
}

/* --- the object ---------------------------------------------------------------------------- */

int indexer_new(struct loop *loop, void (*on_idle)(void *arg), void *arg,
                struct indexer **ret_indexer)
{
    struct indexer *indexer = memory_new(sizeof *indexer);
    *indexer = (struct indexer){.loop = loop, .on_idle = on_idle, .arg = arg};
    int rc = thread_executor_new(loop, "indexer", 1, &indexer->thread);
    if (rc < 0) {
        free(indexer);
        return rc;
    }
    pthread_mutex_init(&indexer->lock, NULL);
    *ret_indexer = indexer;
    return 0;
}

struct indexer *indexer_free(struct indexer *indexer)
{
    if (!indexer)
        return NULL;
    indexer_close(indexer);
    thread_executor_free(indexer->thread, true);
    pthread_mutex_destroy(&indexer->lock);
    free(indexer);
    return NULL;
}
