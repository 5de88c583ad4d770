/* Thread executor: a queue of jobs, threads that take them, a mailbox that brings them back.
 *
 * Threads: submit, cancel, settle and free run on the loop; run_jobs() on the executor's threads.
 * The lock covers the queue, the states of the jobs in it and `closing`, and is never held while a
 * job runs or a letter is posted. A job belongs to the queue, then to the thread that runs it, then
 * to the mailbox, and is freed on the loop when its promise has settled.
 */
#include "crawler/async/thread_executor.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>

#include "crawler/async/loop.h"
#include "crawler/async/mailbox.h"
#include "crawler/async/must_alloc.h"
#include "crawler/async/promise_core.h"

enum { NAME_BYTES = 16 };

struct job {
    struct letter letter;    /* first: a letter is its job */
    struct job *prev, *next; /* in the queue */
    bool queued;             /* no thread has it yet */
    struct thread_executor *executor;
    thread_fn fn;
    void *arg;
    promise_free_fn free_arg; /* NULL: arg is the submitter's */
    int result;
    struct promise *promise;
};

struct thread_executor {
    struct loop *loop;
    struct mailbox *mailbox;
    char name[NAME_BYTES];
    pthread_mutex_t lock;
    pthread_cond_t work; /* something in the queue, or closing */
    struct job *first, *last;
    size_t queued;
    bool closing;
    unsigned thread_count;
    pthread_t threads[];
};

/* ---- the queue; the lock is held ---- */

static void queue_append(struct thread_executor *executor, struct job *job)
{
    job->prev = executor->last;
    job->next = NULL;
    *(executor->last ? &executor->last->next : &executor->first) = job;
    executor->last = job;
    executor->queued++;
    job->queued = true;
}

static void queue_remove(struct thread_executor *executor, struct job *job)
{
    *(job->prev ? &job->prev->next : &executor->first) = job->next;
    *(job->next ? &job->next->prev : &executor->last) = job->prev;
    executor->queued--;
    job->queued = false;
}

/* Loop thread: takes a job back that no thread has begun. */
static bool withdraw(struct job *job)
{
    struct thread_executor *executor = job->executor;
    pthread_mutex_lock(&executor->lock);
    bool withdrawn = job->queued;
    if (withdrawn)
        queue_remove(executor, job);
    pthread_mutex_unlock(&executor->lock);
    return withdrawn;
}

/* ---- the threads ---- */

/* The next job, or NULL when there is none and none will come. */
static struct job *wait_for_job(struct thread_executor *executor)
{
    pthread_mutex_lock(&executor->lock);
    while (!executor->first && !executor->closing)
        pthread_cond_wait(&executor->work, &executor->lock);
    struct job *job = executor->first;
    if (job)
        queue_remove(executor, job);
    pthread_mutex_unlock(&executor->lock);
    return job;
}

static void *run_jobs(void *arg)
{
    struct thread_executor *executor = arg;
    struct job *job;
    pthread_setname_np(pthread_self(), executor->name);
    while ((job = wait_for_job(executor))) {
        job->result = job->fn(job->arg);
        mailbox_post(executor->mailbox, &job->letter);
    }
    return NULL;
}

/* Signals are the loop's business: threads start with all of them blocked. */
static int start_thread(struct thread_executor *executor)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error =
        pthread_create(&executor->threads[executor->thread_count], NULL, run_jobs, executor);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!error)
        executor->thread_count++;
    return -error;
}

/* ---- settling, on the loop ---- */

/* After this the arg is gone, unless it is the submitter's. */
static void job_end(struct job *job)
{
    if (job->arg && job->free_arg)
        job->free_arg(job->arg);
    promise_unref(job->promise);
    free(job);
}

static void on_done(struct letter *letter)
{
    struct job *job = (struct job *)letter;
    if (job->result < 0) {
        promise_reject(job->promise, -job->result, "executor", "%s: %s", job->executor->name,
                       strerror(-job->result));
    } else {
        promise_resolve(job->promise, job->arg, job->free_arg);
        job->arg = NULL;
    }
    job_end(job);
}

static void on_cancel(void *arg)
{
    struct job *job = arg;
    if (withdraw(job))
        job_end(job);
}

/* ---- the face ---- */

struct promise *thread_executor_submit_owned(struct thread_executor *executor, thread_fn fn,
                                             void *take_arg, promise_free_fn free_arg)
{
    struct job *job = must_calloc(1, sizeof(*job));
    job->letter.fn = on_done;
    job->executor = executor;
    job->fn = fn;
    job->arg = take_arg;
    job->free_arg = free_arg;
    job->promise = promise_new(executor->loop);
    promise_on_cancel(job->promise, on_cancel, job);
    struct promise *promise = promise_ref(job->promise);
    pthread_mutex_lock(&executor->lock);
    assert(!executor->closing);
    queue_append(executor, job);
    pthread_mutex_unlock(&executor->lock);
    pthread_cond_signal(&executor->work);
    return promise;
}

struct promise *thread_executor_submit(struct thread_executor *executor, thread_fn fn, void *arg)
{
    return thread_executor_submit_owned(executor, fn, arg, NULL);
}

size_t thread_executor_queued(struct thread_executor *executor)
{
    pthread_mutex_lock(&executor->lock);
    size_t queued = executor->queued;
    pthread_mutex_unlock(&executor->lock);
    return queued;
}

static struct thread_executor *allocate(struct loop *loop, const char *name, unsigned threads)
{
    struct thread_executor *executor =
        must_calloc(1, sizeof(*executor) + threads * sizeof(pthread_t));
    executor->loop = loop;
    strncpy(executor->name, name, NAME_BYTES - 1);
    pthread_mutex_init(&executor->lock, NULL);
    pthread_cond_init(&executor->work, NULL);
    return executor;
}

int thread_executor_new(struct loop *loop, const char *name, unsigned threads,
                        struct thread_executor **ret_executor)
{
    assert(threads > 0);
    struct thread_executor *executor = allocate(loop, name, threads);
    int error = mailbox_new(loop, &executor->mailbox);
    while (!error && executor->thread_count < threads)
        error = start_thread(executor);
    if (error) {
        thread_executor_free(executor, false);
        return error;
    }
    *ret_executor = executor;
    return 0;
}

static struct job *close_queue(struct thread_executor *executor, bool drain)
{
    pthread_mutex_lock(&executor->lock);
    executor->closing = true;
    struct job *dropped = drain ? NULL : executor->first;
    for (struct job *job = dropped; job; job = job->next)
        job->queued = false;
    if (!drain) {
        executor->first = executor->last = NULL;
        executor->queued = 0;
    }
    pthread_mutex_unlock(&executor->lock);
    pthread_cond_broadcast(&executor->work);
    return dropped;
}

struct thread_executor *thread_executor_free(struct thread_executor *executor, bool drain)
{
    if (!executor)
        return NULL;
    struct job *dropped = close_queue(executor, drain);
    for (unsigned i = 0; i < executor->thread_count; i++)
        pthread_join(executor->threads[i], NULL);
    mailbox_free(executor->mailbox);
    while (dropped) {
        struct job *job = dropped;
        dropped = job->next;
        promise_reject(job->promise, ECANCELED, "executor", "the executor was closed");
        job_end(job);
    }
    pthread_cond_destroy(&executor->work);
    pthread_mutex_destroy(&executor->lock);
    free(executor);
    return NULL;
}

/* ---- map ---- */

/* Waits for all of its jobs also when one has failed, because their args are the caller's. */
struct map {
    struct promise *result;
    struct promise *failed; /* the first that was rejected */
    size_t count;
    size_t pending;
    struct promise *jobs[]; /* observers of the submitted promises */
};

static void map_end(void *arg)
{
    struct map *map = arg;
    for (size_t i = 0; i < map->count; i++) {
        promise_cancel(map->jobs[i]);
        promise_unref(map->jobs[i]);
    }
    promise_unref(map->failed);
    promise_unref(map->result);
    free(map);
}

static struct promise *on_mapped(struct promise *settled, void *arg)
{
    struct map *map = arg;
    if (promise_state_of(settled) == PROMISE_REJECTED && !map->failed)
        map->failed = promise_ref(settled);
    if (--map->pending > 0)
        return NULL;
    if (map->failed)
        promise_follow(map->result, promise_ref(map->failed));
    else
        promise_resolve(map->result, NULL, NULL);
    map_end(map);
    return NULL;
}

struct promise *thread_executor_map(struct thread_executor *executor, thread_fn fn, void **args,
                                    size_t count)
{
    if (count == 0)
        return promise_resolved(executor->loop, NULL, NULL);
    struct map *map = must_calloc(1, sizeof(*map) + count * sizeof(struct promise *));
    map->count = map->pending = count;
    map->result = promise_new(executor->loop);
    promise_on_cancel(map->result, map_end, map);
    for (size_t i = 0; i < count; i++) {
        struct promise *job = thread_executor_submit(executor, fn, args[i]);
        map->jobs[i] = promise_observe(job, on_mapped, map);
    }
    return promise_ref(map->result);
}
