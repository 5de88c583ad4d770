/* See store_writer.h.
 *
 * Two lists make the group commit without a lock: `waiting` grows on the loop while the thread
 * writes the batch before; when that is done, the whole list becomes the next batch.
 */
#include "crawler/workers/store_writer.h"

#include <assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "crawler/async/loop.h"
#include "crawler/async/promise.h"
#include "crawler/async/thread_executor.h"
#include "crawler/base/memory.h"

enum { GATHER_MS = 10, FULL_BATCH = 64 };

struct store_writer {
    struct loop *loop;
    struct thread_executor *thread;
    struct store_append *waiting, **waiting_end; /* in order of arrival; loop's */
    struct store_append *writing;                /* the thread's while flushing, else NULL */
    struct promise *flush;                       /* of the batch being written */
    size_t pending;
    size_t waiting_count;
    int64_t next_flush_ms;     /* loop time: not sooner, unless a batch is full */
    struct loop_timer *gather; /* for that time */
    _Atomic int64_t cpu_us;
};

size_t store_writer_pending(const struct store_writer *writer)
{
    return writer->pending;
}

int64_t store_writer_cpu_us(const struct store_writer *writer)
{
    return writer->cpu_us;
}

static void note_cpu_time(struct store_writer *writer)
{
    struct timespec used;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    writer->cpu_us = used.tv_sec * 1000000 + used.tv_nsec / 1000;
}

enum { NOT_WRITTEN = 1 };

static int append_all(struct store_append *first)
{
    struct job_store *store = first->store;
    int rc = job_store_begin(store);
    for (struct store_append *append = first; append && rc == 0; append = append->next) {
        if (append->store == store)
            rc = job_store_append(store, &append->batch);
    }
    if (rc == 0)
        rc = job_store_commit(store);
    if (rc < 0)
        job_store_rollback(store);
    return rc;
}

/* One transaction for the file of `first` with all that the batch has for it. Writer thread. */
static void write_file(struct store_append *first)
{
    int rc = append_all(first);
    struct store_totals totals = {0};
    job_store_live_totals(first->store, &totals);
    for (struct store_append *append = first; append; append = append->next) {
        if (append->store == first->store) {
            append->rc = rc;
            append->totals = totals;
        }
    }
}

static int flush_on_thread(void *arg)
{
    struct store_writer *writer = arg;
    for (struct store_append *append = writer->writing; append; append = append->next) {
        if (append->rc == NOT_WRITTEN)
            write_file(append);
    }
    note_cpu_time(writer);
    return 0;
}

static void settle(struct store_append *append)
{
    struct promise *promise = append->promise;
    if (append->rc == 0)
        promise_resolve(promise, NULL, NULL);
    else
        promise_reject(promise, -append->rc, "store", "the page could not be stored");
    promise_unref(promise);
}

/* What was queued after a failure may lean on rows that are not there: it fails as well. */
static void fail_followers(struct store_writer *writer, const struct store_append *failed)
{
    for (struct store_append *append = writer->waiting; append; append = append->next) {
        if (append->store == failed->store)
            append->rc = failed->rc;
    }
}

static void flush_when_due(struct store_writer *writer);

static struct promise *flush_done(struct promise *settled, void *arg)
{
    (void)settled;
    struct store_writer *writer = arg;
    struct store_append *append = writer->writing;
    writer->writing = NULL;
    writer->flush = promise_unref(writer->flush);
    while (append) {
        struct store_append *next = append->next; /* the owner may free it once it is settled */
        writer->pending--;
        if (append->rc < 0)
            fail_followers(writer, append);
        settle(append);
        append = next;
    }
    writer->next_flush_ms = loop_now_ms(writer->loop) + GATHER_MS;
    flush_when_due(writer);
    return NULL;
}

static void start_flush(struct store_writer *writer)
{
    writer->writing = writer->waiting;
    writer->waiting = NULL;
    writer->waiting_end = &writer->waiting;
    writer->waiting_count = 0;
    loop_timer_stop(writer->gather);
    struct promise *flushed = thread_executor_submit(writer->thread, flush_on_thread, writer);
    writer->flush = promise_finally(flushed, flush_done, writer);
}

static void flush_when_due(struct store_writer *writer)
{
    if (writer->writing || !writer->waiting)
        return;
    if (writer->waiting_count >= FULL_BATCH || loop_now_ms(writer->loop) >= writer->next_flush_ms)
        start_flush(writer);
    else
        loop_timer_start_at(writer->gather, writer->next_flush_ms);
}

static void on_gathered(void *arg)
{
    flush_when_due(arg);
}

struct promise *store_writer_append(struct store_writer *writer, struct store_append *append)
{
    append->promise = promise_new(writer->loop);
    append->rc = NOT_WRITTEN;
    append->next = NULL;
    *writer->waiting_end = append;
    writer->waiting_end = &append->next;
    writer->pending++;
    writer->waiting_count++;
    struct promise *promise = promise_ref(append->promise);
    flush_when_due(writer);
    return promise;
}

struct promise *store_writer_call(struct store_writer *writer, int (*fn)(void *arg), void *arg)
{
    return thread_executor_submit(writer->thread, fn, arg);
}

struct promise *store_writer_call_owned(struct store_writer *writer, int (*fn)(void *arg),
                                        void *take_arg, void (*free_arg)(void *arg))
{
    return thread_executor_submit_owned(writer->thread, fn, take_arg, free_arg);
}

int store_writer_new(struct loop *loop, struct store_writer **ret_writer)
{
    struct store_writer *writer = memory_new(sizeof *writer);
    writer->loop = loop;
    writer->waiting_end = &writer->waiting;
    int rc = thread_executor_new(loop, "store-writer", 1, &writer->thread);
    if (rc < 0) {
        free(writer);
        return rc;
    }
    writer->gather = loop_timer_new(loop, on_gathered, writer);
    *ret_writer = writer;
    return 0;
}

struct store_writer *store_writer_free(struct store_writer *writer)
{
    if (!writer)
        return NULL;
    assert(writer->pending == 0);
    thread_executor_free(writer->thread, true);
    promise_unref(writer->flush);
    loop_timer_free(writer->gather);
    free(writer);
    return NULL;
}
