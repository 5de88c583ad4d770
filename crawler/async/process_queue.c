/* Requests of the process pool, their queue and pipes: see the header. */
#include "crawler/async/process_queue.h"

#include <assert.h>
#include <string.h>

#include "crawler/async/must_alloc.h"

/* ---- requests ---- */

static void on_cancel(void *arg)
{
    struct process_request *request = arg;
    if (!request->queue)
        return; /* its worker goes on; the late outcome ends it */
    process_queue_remove(request);
    process_request_end(request);
}

struct process_request *process_request_new(struct loop *loop, uint64_t id, const void *data,
                                            size_t bytes)
{
    struct process_request *request = must_calloc(1, sizeof(*request) + bytes);
    request->wire = (struct wire_request){.id = id, .bytes = (uint32_t)bytes};
    if (bytes > 0)
        memcpy(request->data, data, bytes);
    request->promise = promise_new(loop);
    promise_on_cancel(request->promise, on_cancel, request);
    return request;
}

void process_request_end(struct process_request *request)
{
    promise_on_cancel(request->promise, NULL, NULL);
    promise_unref(request->promise);
    free(request);
}

/* ---- the queue ---- */

void process_queue_insert(struct process_queue *queue, struct process_request *request,
                          struct process_request *next)
{
    request->next = next;
    request->prev = next ? next->prev : queue->last;
    *(request->prev ? &request->prev->next : &queue->first) = request;
    *(next ? &next->prev : &queue->last) = request;
    request->queue = queue;
    queue->count++;
}

void process_queue_remove(struct process_request *request)
{
    struct process_queue *queue = request->queue;
    *(request->prev ? &request->prev->next : &queue->first) = request->next;
    *(request->next ? &request->next->prev : &queue->last) = request->prev;
    request->queue = NULL;
    queue->count--;
}

void process_queue_reject(struct process_queue *queue, int code, const char *text)
{
    while (queue->first) {
        struct process_request *request = queue->first;
        process_queue_remove(request);
        promise_reject(request->promise, code, "process", "%s", text);
        process_request_end(request);
    }
}

/* ---- pipes ---- */

void process_pipe_init(struct process_pipe *pipe, unsigned depth)
{
    *pipe = (struct process_pipe){.depth = depth};
    pipe->ring = must_calloc(depth, sizeof(struct process_request *));
}

void process_pipe_done(struct process_pipe *pipe)
{
    assert(pipe->count == 0);
    free(pipe->ring);
}

uint64_t process_pipe_head_id(const struct process_pipe *pipe)
{
    return pipe->count > 0 ? pipe->ring[pipe->head]->wire.id : 0;
}

unsigned process_pipe_next_lane(const struct process_pipe *pipe)
{
    return (pipe->head + pipe->count) % pipe->depth;
}

void process_pipe_append(struct process_pipe *pipe, struct process_request *request)
{
    assert(pipe->count < pipe->depth);
    pipe->ring[process_pipe_next_lane(pipe)] = request;
    pipe->count++;
}

struct process_request *process_pipe_take_head(struct process_pipe *pipe)
{
    assert(pipe->count > 0);
    struct process_request *request = pipe->ring[pipe->head];
    pipe->head = (pipe->head + 1) % pipe->depth;
    pipe->count--;
    return request;
}

void process_pipe_requeue(struct process_pipe *pipe, struct process_queue *queue)
{
    struct process_request *next = queue->first;
    while (pipe->count > 0)
        process_queue_insert(queue, process_pipe_take_head(pipe), next);
}
