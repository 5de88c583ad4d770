/* Task: a stackful coroutine on the loop. Sequential code that waits: await() suspends the task to
 * the loop until a promise settles, and the task itself is seen from outside as a promise.
 *
 * A task runs on its loop's thread only, on a stack of its own (256 KiB) with a guard below it.
 * Tasks end before their loop is freed: cancel them first.
 */
#ifndef IMGCRAWL_ASYNC_TASK_H
#define IMGCRAWL_ASYNC_TASK_H

#include "crawler/async/promise.h"

struct task;

/* The body of a task. What it returns settles the task's promise (reference consumed);
 * NULL resolves it with NULL. */
typedef struct promise *(*task_fn)(struct task *task, void *arg);

/* Starts fn soon, never inline. Cancelling the returned promise rejects it at once, and makes the
 * await that the task is in, and every later one, return -ECANCELED: a cancelled task cannot wait,
 * so it cleans up and ends. What it returns then is dropped. */
struct promise *task_start(struct loop *loop, task_fn fn, void *arg);

/* Waits for `promise` (borrowed: the caller keeps its reference and reads value or error from it).
 * 0 when it resolved, -code when it was rejected, -ECANCELED when the task was cancelled, in which
 * case `promise` is cancelled too if nobody else reads it. Only to be called from inside the task.
 */
int task_await(struct task *task, struct promise *promise);

struct loop *task_loop(const struct task *task);

#endif
