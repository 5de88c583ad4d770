/* Requests of the process pool, and the two things that hold them: the queue of those that no
 * worker has, and the pipe of those that one worker has, oldest first. Plain data, loop thread.
 */
#ifndef IMGCRAWL_ASYNC_PROCESS_QUEUE_H
#define IMGCRAWL_ASYNC_PROCESS_QUEUE_H

#include <stddef.h>
#include <stdint.h>

#include "crawler/async/process_wire.h"
#include "crawler/async/promise.h"

struct process_queue;

struct process_request {
    struct process_request *prev, *next;
    struct process_queue *queue; /* that it is in; NULL: it is in a pipe */
    struct promise *promise;
    struct wire_request wire;
    unsigned char data[];
};

struct process_queue {
    struct process_request *first, *last;
    size_t count;
};

struct process_pipe {
    struct process_request **ring; /* of `depth`; a place in it is the lane of its request */
    unsigned depth;
    unsigned head;
    unsigned count;
};

/* The request's promise is made with it; cancelling that ends a queued request. */
struct process_request *process_request_new(struct loop *loop, uint64_t id, const void *data,
                                            size_t bytes);
/* Forgets it; its promise is settled or cancelled. */
void process_request_end(struct process_request *request);

/* Puts a request before `next`, which is in the queue; NULL: at the end. */
void process_queue_insert(struct process_queue *queue, struct process_request *request,
                          struct process_request *next);
void process_queue_remove(struct process_request *request);
/* Rejects and ends all. */
void process_queue_reject(struct process_queue *queue, int code, const char *text);

void process_pipe_init(struct process_pipe *pipe, unsigned depth);
void process_pipe_done(struct process_pipe *pipe);
/* The id of the oldest; 0: the pipe is empty. */
uint64_t process_pipe_head_id(const struct process_pipe *pipe);
/* The lane that the next request appended will have. */
unsigned process_pipe_next_lane(const struct process_pipe *pipe);
void process_pipe_append(struct process_pipe *pipe, struct process_request *request);
struct process_request *process_pipe_take_head(struct process_pipe *pipe);
/* Puts what is in the pipe back into the queue, ahead of all that came later. */
void process_pipe_requeue(struct process_pipe *pipe, struct process_queue *queue);

#endif
