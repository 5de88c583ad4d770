/* What promises offer to the rest of this folder only. */
#ifndef IMGCRAWL_ASYNC_PROMISE_CORE_H
#define IMGCRAWL_ASYNC_PROMISE_CORE_H

#include "crawler/async/promise.h"

/* Like promise_finally(), but cancelling the returned promise unhooks fn for good: for readers that
 * keep their own account of what they wait for. */
struct promise *promise_observe(struct promise *take_promise, promise_fn fn, void *arg);

#endif
