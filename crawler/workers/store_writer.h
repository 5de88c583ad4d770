/* Store writer: the one thread that writes, seen from the loop as promises. Group commit: all that
 * waits when the thread comes free goes into one transaction for each job's file.
 *
 * Loop thread. What runs on the writer thread is plain blocking storage code.
 */
#ifndef IMGCRAWL_STORE_WRITER_H
#define IMGCRAWL_STORE_WRITER_H

#include <stddef.h>
#include <stdint.h>

#include "storage/job_store.h"

struct loop;
struct promise;
struct store_writer;

int store_writer_new(struct loop *loop, struct store_writer **ret_writer);
/* Finishes the calls that are queued. No append may be unsettled (store_writer_pending). */
struct store_writer *store_writer_free(struct store_writer *writer);

/* One settled page, or a set of new URLs, on its way to disk. The caller's memory, until `totals`
 * is delivered by the promise. */
struct store_append {
    struct job_store *store;
    struct store_batch batch;   /* what it points to is the caller's too */
    struct store_totals totals; /* of the job, after the commit that holds this */
    struct promise *promise;    /* the writer's */
    struct store_append *next;  /* the writer's */
    int rc;                     /* the writer's */
};

/* Resolves with NULL when the transaction that holds it is committed; rejects with the errno of
 * storage, and then nothing of it is in the file, nor of what was appended to that store before the
 * rejection was told: it might lean on rows that are not there. Not to be cancelled. */
struct promise *store_writer_append(struct store_writer *writer, struct store_append *append);
/* How many appends wait or are being written. */
size_t store_writer_pending(const struct store_writer *writer);

/* Runs fn(arg) on the writer thread, after what was flushed before it. Resolves with NULL for 0,
 * rejects for -errno. Not to be cancelled; arg lives until it settles. */
struct promise *store_writer_call(struct store_writer *writer, int (*fn)(void *arg), void *arg);
/* The same, but arg is consumed: it becomes the promise's value. */
struct promise *store_writer_call_owned(struct store_writer *writer, int (*fn)(void *arg),
                                        void *take_arg, void (*free_arg)(void *arg));

/* CPU time of the writer thread so far. */
int64_t store_writer_cpu_us(const struct store_writer *writer);

#endif
