/* Process pool: CPU work on untrusted bytes, in processes that may crash, loop or be killed.
 *
 * A worker is our own binary executed again (never fork without exec: libraries hold threads).
 * Requests and replies are small messages on a SOCK_SEQPACKET socket; bulk data goes through shared
 * memory: descriptors that the owner shares with every worker, and a result area of the worker's
 * own with one lane for each request in its pipe. Several requests stand in the pipe of each
 * worker, so that no core waits for the loop; a worker takes them in order.
 *
 * When a worker dies or passes its deadline, the request it was working on (the oldest unanswered)
 * is rejected with the reason; the others in its pipe are given to other workers as if nothing had
 * happened, and a new worker is started. All functions: loop thread.
 */
#ifndef IMGCRAWL_ASYNC_PROCESS_POOL_H
#define IMGCRAWL_ASYNC_PROCESS_POOL_H

#include <stddef.h>
#include <stdint.h>

#include "crawler/async/promise.h"

struct process_pool;

enum { PROCESS_REQUEST_MAX_BYTES = 16 * 1024 };

/* Codes of a rejected request (promise_error.code; others are errno values). */
enum process_error {
    /* Ended by a signal, or with a status that says nothing. */
    PROCESS_CRASHED = 1000,
    /* Worked longer than deadline_ms and was killed, or used up its RLIMIT_CPU. */
    PROCESS_DEADLINE = 1001,
    /* Met its address-space limit (exit status PROCESS_EXIT_MEMORY). */
    PROCESS_OUT_OF_MEMORY = 1002,
    /* Said something that its protocol does not allow, and was killed. */
    PROCESS_PROTOCOL = 1003
};
enum { PROCESS_EXIT_MEMORY = 12 };

struct process_pool_config {
    const char *const *argv; /* for /proc/self/exe, NULL-ended, argv[0] included */
    unsigned workers;        /* 1 and up */
    unsigned depth;          /* requests in one worker's pipe, 1 and up */
    const int *shared_fds;   /* seen by the worker as process_worker_shared_fd(0), (1) … */
    size_t shared_fd_count;
    size_t lane_bytes;   /* size of one result lane (sparse) */
    int64_t deadline_ms; /* for one request, from when a ready worker has answered all before it */
};

/* What a request resolves with: a copy of what the worker wrote. */
struct process_reply {
    size_t bytes;
    unsigned char data[]; /* aligned to 8 */
};

int process_pool_new(struct loop *loop, const struct process_pool_config *config,
                     struct process_pool **ret_pool);
/* Kills the workers and rejects what is unanswered with ECANCELED. */
struct process_pool *process_pool_free(struct process_pool *pool);

/* The request (copied, at most PROCESS_REQUEST_MAX_BYTES) is queued without limit: the caller
 * bounds what is in flight. Resolves with a struct process_reply. Cancelling drops a queued
 * request; one that a worker has ends unheard. When no worker can be started (8 attempts in a row,
 * at growing distance, and none got ready), what is queued is rejected with PROCESS_CRASHED, so
 * that nobody waits for ever; the attempts go on. */
struct promise *process_pool_submit(struct process_pool *pool, const void *request, size_t bytes);

/* The same, ahead of all that waits: for a second try. */
struct promise *process_pool_submit_first(struct process_pool *pool, const void *request,
                                          size_t bytes);

struct process_pool_stats {
    unsigned workers; /* alive */
    uint64_t spawned; /* since the start */
    uint64_t crashed, deadlines, out_of_memory;
    size_t queued;  /* requests that no worker has yet */
    int64_t cpu_us; /* CPU time of workers that ended, plus of those alive */
};
void process_pool_stats(struct process_pool *pool, struct process_pool_stats *ret_stats);
/* The worker's process ids, at most `max`; returns how many. */
size_t process_pool_pids(struct process_pool *pool, int *ret_pids, size_t max);

#endif
