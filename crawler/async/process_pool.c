/* Process pool: gives requests to slots, and workers to slots whose worker has ended. Loop thread.
 *
 * A request is in the queue, then in the pipe of one slot, whose head is the one being worked on;
 * it comes back to the front of the queue when its worker ends before its turn.
 */
#include "crawler/async/process_pool.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "crawler/async/loop.h"
#include "crawler/async/must_alloc.h"
#include "crawler/async/process_slot.h"

enum {
    /* In a row; then nobody is kept waiting for workers any more. Being killed from outside says
     * little about the next start, so that has to go on for a while. */
    START_FAILURES_MAX = 8,
    START_PATIENCE_MS = 60 * 1000,
    RESPAWN_DELAY_MIN_MS = 20,
    RESPAWN_DOUBLINGS_MAX = 7,
};

struct process_pool {
    struct loop *loop;
    struct process_pool_config config;
    char **argv; /* config's */
    int *shared_fds;
    struct process_queue queue;
    uint64_t last_id;
    unsigned useless_ends;    /* in a row: workers that ended without having been of use */
    unsigned start_failures;  /* in a row: workers that never were ready */
    int64_t first_failure_ms; /* of that row */
    struct loop_timer *respawn;
    struct process_pool_stats counters;
    struct process_slot slots[];
};

/* ---- requests to slots ---- */

static struct process_slot *least_busy(struct process_pool *pool)
{
    struct process_slot *best = NULL;
    for (unsigned i = 0; i < pool->config.workers; i++) {
        struct process_slot *slot = &pool->slots[i];
        if (process_slot_can_take(slot) && (!best || slot->pipe.count < best->pipe.count))
            best = slot;
    }
    return best;
}

static void dispatch(struct process_pool *pool)
{
    struct process_slot *slot;
    while (pool->queue.first && (slot = least_busy(pool))) {
        struct process_request *request = pool->queue.first;
        if (promise_state_of(request->promise) == PROMISE_PENDING) {
            process_slot_give(slot, &pool->queue);
        } else { /* cancelled while in the pipe of a worker that has ended */
            process_queue_remove(request);
            process_request_end(request);
        }
    }
}

/* ---- workers to slots ---- */

static bool any_ready(const struct process_pool *pool)
{
    for (unsigned i = 0; i < pool->config.workers; i++) {
        if (pool->slots[i].state == SLOT_READY)
            return true;
    }
    return false;
}

/* Every wait has an end: when nothing starts, those who wait are told. */
static void note_start_failure(struct process_pool *pool, bool killed)
{
    int64_t now_ms = loop_now_ms(pool->loop);
    if (pool->start_failures++ == 0)
        pool->first_failure_ms = now_ms;
    bool hopeless = !killed || now_ms - pool->first_failure_ms >= START_PATIENCE_MS;
    if (pool->start_failures >= START_FAILURES_MAX && hopeless && !any_ready(pool))
        process_queue_reject(&pool->queue, PROCESS_CRASHED, "the workers do not start");
}

static void respawn_later(struct process_pool *pool)
{
    unsigned doublings = pool->useless_ends < 2 ? 0 : pool->useless_ends - 2;
    if (doublings > RESPAWN_DOUBLINGS_MAX)
        doublings = RESPAWN_DOUBLINGS_MAX;
    loop_timer_start_in(pool->respawn, (int64_t)RESPAWN_DELAY_MIN_MS << doublings);
}

static int start(struct process_pool *pool, struct process_slot *slot)
{
    int error = process_slot_start(slot);
    if (!error)
        pool->counters.spawned++;
    return error;
}

static void on_respawn(void *arg)
{
    struct process_pool *pool = arg;
    for (unsigned i = 0; i < pool->config.workers; i++) {
        struct process_slot *slot = &pool->slots[i];
        if (slot->state == SLOT_DOWN && start(pool, slot) != 0) {
            pool->useless_ends++;
            note_start_failure(pool, false);
            respawn_later(pool);
            return;
        }
    }
}

/* At once after a worker that was of use, and after the first that was not; a binary that only dies
 * must not keep the machine busy. */
static void replace(struct process_pool *pool, struct process_slot *slot)
{
    if (!slot->was_ready)
        note_start_failure(pool, slot->ended.by_signal && slot->ended.code == SIGKILL);
    if (!slot->useful)
        pool->useless_ends++;
    if (pool->useless_ends > 1 || start(pool, slot) != 0)
        respawn_later(pool);
}

static void count_end(struct process_pool *pool, const struct process_slot *slot)
{
    struct process_pool_stats *counters = &pool->counters;
    counters->cpu_us += slot->ended.cpu_us;
    if (slot->end_code == PROCESS_DEADLINE)
        counters->deadlines++;
    else if (slot->end_code == PROCESS_OUT_OF_MEMORY)
        counters->out_of_memory++;
    else
        counters->crashed++;
}

static void on_change(struct process_slot *slot)
{
    struct process_pool *pool = slot->owner;
    if (slot->was_ready)
        pool->start_failures = 0;
    if (slot->useful)
        pool->useless_ends = 0;
    if (slot->state == SLOT_DOWN) {
        count_end(pool, slot);
        process_pipe_requeue(&slot->pipe, &pool->queue);
        replace(pool, slot);
    }
    dispatch(pool);
}

/* ---- the face ---- */

static void copy_config(struct process_pool *pool, const struct process_pool_config *config)
{
    size_t argc = 0;
    while (config->argv[argc])
        argc++;
    pool->argv = must_calloc(argc + 1, sizeof(char *));
    for (size_t i = 0; i < argc; i++) {
        size_t bytes = strlen(config->argv[i]) + 1;
        pool->argv[i] = memcpy(must_calloc(1, bytes), config->argv[i], bytes);
    }
    pool->shared_fds = must_calloc(config->shared_fd_count + 1, sizeof(int));
    for (size_t i = 0; i < config->shared_fd_count; i++)
        pool->shared_fds[i] = config->shared_fds[i];
    pool->config = *config;
    pool->config.argv = (const char *const *)pool->argv;
    pool->config.shared_fds = pool->shared_fds;
}

static struct process_pool *allocate(struct loop *loop, const struct process_pool_config *config)
{
    struct process_pool *pool =
        must_calloc(1, sizeof(*pool) + config->workers * sizeof(struct process_slot));
    pool->loop = loop;
    copy_config(pool, config);
    pool->respawn = loop_timer_new(loop, on_respawn, pool);
    for (unsigned i = 0; i < config->workers; i++) {
        process_slot_init(&pool->slots[i], loop, &pool->config);
        pool->slots[i].on_change = on_change;
        pool->slots[i].owner = pool;
    }
    return pool;
}

int process_pool_new(struct loop *loop, const struct process_pool_config *config,
                     struct process_pool **ret_pool)
{
    assert(config->workers > 0 && config->depth > 0 && config->lane_bytes > 0);
    struct process_pool *pool = allocate(loop, config);
    int error = 0;
    for (unsigned i = 0; i < config->workers && !error; i++)
        error = start(pool, &pool->slots[i]);
    if (error) {
        process_pool_free(pool);
        return error;
    }
    *ret_pool = pool;
    return 0;
}

struct process_pool *process_pool_free(struct process_pool *pool)
{
    if (!pool)
        return NULL;
    for (unsigned i = 0; i < pool->config.workers; i++)
        process_slot_done(&pool->slots[i], &pool->queue);
    process_queue_reject(&pool->queue, ECANCELED, "the pool was closed");
    loop_timer_free(pool->respawn);
    for (char **argument = pool->argv; *argument; argument++)
        free(*argument);
    free(pool->argv);
    free(pool->shared_fds);
    free(pool);
    return NULL;
}

static struct promise *submit_before(struct process_pool *pool, struct process_request *next,
                                     const void *request, size_t bytes)
{
    if (bytes > PROCESS_REQUEST_MAX_BYTES)
        return promise_rejected(pool->loop, EMSGSIZE, "process", "a request of %zu bytes", bytes);
    struct process_request *queued =
        process_request_new(pool->loop, ++pool->last_id, request, bytes);
    struct promise *promise = promise_ref(queued->promise);
    process_queue_insert(&pool->queue, queued, next);
    dispatch(pool);
    return promise;
}

struct promise *process_pool_submit(struct process_pool *pool, const void *request, size_t bytes)
{
    return submit_before(pool, NULL, request, bytes);
}

struct promise *process_pool_submit_first(struct process_pool *pool, const void *request,
                                          size_t bytes)
{
    return submit_before(pool, pool->queue.first, request, bytes);
}

void process_pool_stats(struct process_pool *pool, struct process_pool_stats *ret_stats)
{
    *ret_stats = pool->counters;
    ret_stats->queued = pool->queue.count;
    for (unsigned i = 0; i < pool->config.workers; i++) {
        if (pool->slots[i].state == SLOT_DOWN)
            continue;
        ret_stats->workers++;
        ret_stats->cpu_us += process_child_cpu_us(&pool->slots[i].child);
    }
}

size_t process_pool_pids(struct process_pool *pool, int *ret_pids, size_t max)
{
    size_t count = 0;
    for (unsigned i = 0; i < pool->config.workers && count < max; i++) {
        if (pool->slots[i].state != SLOT_DOWN)
            ret_pids[count++] = pool->slots[i].child.pid;
    }
    return count;
}
