/* Thread executor: blocking plain functions made asynchronous. submit(fn, arg) runs fn on one of
 * the executor's threads and settles a promise on the loop (what asyncio.wrap_future does).
 */
#ifndef IMGCRAWL_ASYNC_THREAD_EXECUTOR_H
#define IMGCRAWL_ASYNC_THREAD_EXECUTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "crawler/async/promise.h"

struct thread_executor;

/* Runs on a thread of the executor; 0 resolves the promise with `arg`, -errno rejects it. */
typedef int (*thread_fn)(void *arg);

/* name: for the threads, at most 15 bytes ("store-writer"). */
int thread_executor_new(struct loop *loop, const char *name, unsigned threads,
                        struct thread_executor **ret_executor);
/* Blocks until every thread has ended: drain runs what is queued, otherwise the queued promises
 * are rejected with ECANCELED. What runs is always finished. Continuations are run by the loop
 * afterwards (or by loop_free). Loop thread. */
struct thread_executor *thread_executor_free(struct thread_executor *executor, bool drain);

/* Jobs start in the order of submission; with one thread they also end in it. Cancelling the
 * promise takes a job that has not started out of the queue; one that has started is finished,
 * unheard. Loop thread.
 *
 * submit: `arg` stays the caller's and must live until the job is over. A promise that settles
 * without having been cancelled says so; who may cancel uses submit_owned, or an arg that outlives
 * the executor.
 * submit_owned: the job owns `arg`. It becomes the promise's value when fn returns 0; otherwise it
 * is freed on the loop, when the job is over or will never be begun. */
struct promise *thread_executor_submit(struct thread_executor *executor, thread_fn fn, void *arg);
struct promise *thread_executor_submit_owned(struct thread_executor *executor, thread_fn fn,
                                             void *take_arg, promise_free_fn free_arg);
/* fn over `count` args at once (the caller's, as with submit). Settles when all jobs are over:
 * resolves with NULL, or rejects as the first that failed did. */
struct promise *thread_executor_map(struct thread_executor *executor, thread_fn fn, void **args,
                                    size_t count);
/* Jobs that no thread has begun. Any thread. */
size_t thread_executor_queued(struct thread_executor *executor);

#endif
