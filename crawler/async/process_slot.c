/* One slot of the process pool.
 *
 * Only a READY worker gets requests, so a worker that dies while it starts takes nobody along. An
 * end is believed when the pidfd says so; before that everything the worker had written is read, so
 * an answer that was given counts even if its author is dead. What a worker says is checked: ready
 * first, then replies in order, each no longer than its lane.
 */
#include "crawler/async/process_slot.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/async/loop.h"

enum {
    START_MAX_MS = 20 * 1000,        /* from exec to ready */
    LARGE_REPLY_BYTES = 1024 * 1024, /* after one, the lane's memory goes back to the system */
};

/* code: what the head is to be blamed for; 0: it is not for its sake. */
static void kill_worker(struct process_slot *slot, int code)
{
    if (code) {
        slot->kill_code = code;
        slot->blamed = process_pipe_head_id(&slot->pipe);
    }
    slot->state = SLOT_KILLED;
    loop_timer_stop(slot->deadline);
    process_child_kill(&slot->child);
}

/* The head has changed: its time begins now. */
static void time_head(struct process_slot *slot)
{
    if (slot->pipe.count > 0)
        loop_timer_start_in(slot->deadline, slot->config->deadline_ms);
    else
        loop_timer_stop(slot->deadline);
}

/* ---- requests out ---- */

bool process_slot_can_take(const struct process_slot *slot)
{
    return slot->state == SLOT_READY && !slot->full && slot->pipe.count < slot->pipe.depth;
}

void process_slot_give(struct process_slot *slot, struct process_queue *queue)
{
    struct process_request *request = queue->first;
    request->wire.lane = process_pipe_next_lane(&slot->pipe);
    int error = process_child_send(&slot->child, &request->wire, request->data);
    if (error == -EAGAIN && slot->pipe.count > 0) {
        slot->full = true;
    } else if (error) { /* its end is closed, or an empty socket takes no message: of no use */
        kill_worker(slot, 0);
    } else {
        process_queue_remove(request);
        process_pipe_append(&slot->pipe, request);
        if (slot->pipe.count == 1)
            time_head(slot);
    }
}

/* ---- replies in ---- */

static void resolve_from_lane(struct process_slot *slot, struct process_request *request,
                              size_t bytes)
{
    struct process_reply *reply = malloc(sizeof(*reply) + bytes);
    if (!reply) {
        promise_reject(request->promise, ENOMEM, "process", "no memory for a reply");
        return;
    }
    int error = process_child_read_lane(&slot->child, request->wire.lane, reply->data, bytes);
    if (error) {
        free(reply);
        promise_reject(request->promise, -error, "process", "reply: %s", strerror(-error));
        return;
    }
    reply->bytes = bytes;
    promise_resolve(request->promise, reply, free);
}

static void answer_head(struct process_slot *slot, size_t bytes)
{
    struct process_request *request = process_pipe_take_head(&slot->pipe);
    if (promise_state_of(request->promise) == PROMISE_PENDING)
        resolve_from_lane(slot, request, bytes);
    if (bytes > LARGE_REPLY_BYTES)
        process_child_trim_lane(&slot->child, request->wire.lane);
    process_request_end(request);
    slot->full = false;
    slot->useful = true;
    if (slot->state == SLOT_READY)
        time_head(slot);
}

static void note_ready(struct process_slot *slot)
{
    slot->was_ready = true;
    if (slot->state != SLOT_STARTING)
        return;
    slot->state = SLOT_READY;
    loop_timer_stop(slot->deadline);
}

/* 0, or -EPROTO for what a worker may not say now. */
static int accept_reply(struct process_slot *slot, const struct wire_reply *reply)
{
    if (!slot->was_ready) {
        if (reply->id != 0)
            return -EPROTO;
        note_ready(slot);
        return 0;
    }
    if (reply->id == 0 || reply->id != process_pipe_head_id(&slot->pipe) ||
        reply->bytes > slot->child.lane_bytes)
        return -EPROTO;
    answer_head(slot, (size_t)reply->bytes);
    return 0;
}

/* Reads all there is. After a breach of the protocol nothing is read any more. */
static void read_replies(struct process_slot *slot)
{
    struct wire_reply reply;
    int error = slot->kill_code == PROCESS_PROTOCOL ? -EAGAIN : 0;
    while (!error) {
        error = process_child_receive(&slot->child, &reply);
        if (!error)
            error = accept_reply(slot, &reply);
    }
    if (error == -EAGAIN)
        return;
    loop_watch_set(slot->replies, 0);
    kill_worker(slot, error == -EPROTO ? PROCESS_PROTOCOL : 0);
}

static void on_replies(int fd, unsigned events, void *arg)
{
    (void)fd;
    (void)events;
    struct process_slot *slot = arg;
    read_replies(slot);
    slot->on_change(slot);
}

static void on_deadline(void *arg)
{
    struct process_slot *slot = arg;
    uint64_t overdue = process_pipe_head_id(&slot->pipe);
    enum slot_state state = slot->state;
    read_replies(slot); /* the loop itself may be late */
    if (slot->state == state && process_pipe_head_id(&slot->pipe) == overdue)
        kill_worker(slot, overdue ? PROCESS_DEADLINE : 0);
    slot->on_change(slot);
}

/* ---- the end of a worker ---- */

static int end_code(const struct process_slot *slot)
{
    const struct process_end *end = &slot->ended;
    if (slot->kill_code)
        return slot->kill_code;
    if (!end->by_signal && end->code == PROCESS_EXIT_MEMORY)
        return PROCESS_OUT_OF_MEMORY;
    if (end->by_signal && end->code == SIGXCPU)
        return PROCESS_DEADLINE;
    return PROCESS_CRASHED;
}

static void reject_head(struct process_slot *slot)
{
    const struct process_end *end = &slot->ended;
    struct process_request *request = process_pipe_take_head(&slot->pipe);
    struct promise *promise = request->promise;
    int code = slot->end_code;
    slot->useful = true;
    if (code == PROCESS_DEADLINE)
        promise_reject(promise, code, "process",
                       "the worker took more than %lld ms or its CPU time",
                       (long long)slot->config->deadline_ms);
    else if (code == PROCESS_PROTOCOL)
        promise_reject(promise, code, "process", "the worker broke its protocol");
    else if (code == PROCESS_OUT_OF_MEMORY)
        promise_reject(promise, code, "process", "the worker met its memory limit");
    else
        promise_reject(promise, code, "process", "the worker ended by %s %d",
                       end->by_signal ? "signal" : "status", end->code);
    process_request_end(request);
}

static void bury(struct process_slot *slot)
{
    slot->replies = loop_watch_free(slot->replies);
    slot->end = loop_watch_free(slot->end);
    loop_timer_stop(slot->deadline);
    process_child_bury(&slot->child, &slot->ended);
    slot->state = SLOT_DOWN;
}

/* The head is rejected with the reason, unless the worker was killed for a request that it answered
 * in the end. The rest of the pipe is the pool's to give to others. */
static void on_end(int fd, unsigned events, void *arg)
{
    (void)fd;
    (void)events;
    struct process_slot *slot = arg;
    read_replies(slot);
    bury(slot);
    slot->end_code = end_code(slot);
    uint64_t head = process_pipe_head_id(&slot->pipe);
    if (head && (!slot->kill_code || slot->blamed == head))
        reject_head(slot);
    slot->on_change(slot);
}

/* ---- the start of a worker ---- */

int process_slot_start(struct process_slot *slot)
{
    assert(slot->state == SLOT_DOWN && slot->pipe.count == 0);
    int error = process_child_start(slot->config, &slot->child);
    if (error)
        return error;
    slot->state = SLOT_STARTING;
    slot->was_ready = slot->useful = slot->full = false;
    slot->kill_code = slot->end_code = 0;
    slot->blamed = 0;
    slot->replies = loop_watch_new(slot->loop, slot->child.socket, LOOP_READ, on_replies, slot);
    slot->end = loop_watch_new(slot->loop, slot->child.pidfd, LOOP_READ, on_end, slot);
    loop_timer_start_in(slot->deadline, START_MAX_MS);
    return 0;
}

void process_slot_init(struct process_slot *slot, struct loop *loop,
                       const struct process_pool_config *config)
{
    *slot = (struct process_slot){.loop = loop, .config = config};
    process_pipe_init(&slot->pipe, config->depth);
    slot->deadline = loop_timer_new(loop, on_deadline, slot);
}

void process_slot_done(struct process_slot *slot, struct process_queue *queue)
{
    if (slot->state != SLOT_DOWN) {
        process_child_kill(&slot->child);
        bury(slot);
    }
    process_pipe_requeue(&slot->pipe, queue);
    process_pipe_done(&slot->pipe);
    loop_timer_free(slot->deadline);
}
