/* The place of one worker in the pool, for the workers that follow each other in it: watches the
 * process, checks what it says, settles the requests in its pipe, and finds out how it ended. Loop
 * thread.
 */
#ifndef IMGCRAWL_ASYNC_PROCESS_SLOT_H
#define IMGCRAWL_ASYNC_PROCESS_SLOT_H

#include <stdbool.h>
#include <stdint.h>

#include "crawler/async/process_child.h"
#include "crawler/async/process_pool.h"
#include "crawler/async/process_queue.h"

struct loop_timer;
struct loop_watch;

/* DOWN ─▶ STARTING ─▶ READY ─▶ KILLED ─▶ DOWN; it may die in each. */
enum slot_state { SLOT_DOWN, SLOT_STARTING, SLOT_READY, SLOT_KILLED };

struct process_slot {
    struct loop *loop;
    const struct process_pool_config *config;
    /* Called when something has changed: ready, an answer, the end. */
    void (*on_change)(struct process_slot *slot);
    void *owner;

    enum slot_state state;
    struct process_child child;
    struct process_pipe pipe;
    struct loop_watch *replies;
    struct loop_watch *end;
    struct loop_timer *deadline; /* of the start, then of each request at the head */

    /* Of the worker that is in the slot or was the last one: */
    bool was_ready;
    bool useful;     /* answered something, or met a request that it could not survive */
    bool full;       /* its socket took no more; over with its next reply */
    int kill_code;   /* why we killed it (enum process_error); 0: we did not, or blame nobody */
    uint64_t blamed; /* the request that we killed it for */
    int end_code;    /* enum process_error, when it is down */
    struct process_end ended; /* likewise */
};

void process_slot_init(struct process_slot *slot, struct loop *loop,
                       const struct process_pool_config *config);
/* Kills the worker; the requests in its pipe go to the queue. */
void process_slot_done(struct process_slot *slot, struct process_queue *queue);
/* Of a slot that is down. 0 or -errno. */
int process_slot_start(struct process_slot *slot);
bool process_slot_can_take(const struct process_slot *slot);
/* Sends the first request of the queue. When the worker does not take it, it stays there and the
 * slot cannot take any for now. */
void process_slot_give(struct process_slot *slot, struct process_queue *queue);

#endif
