/* Promise: one outcome, settled once by its producer, read by any number of readers.
 *
 * A promise belongs to one loop and is made, settled, read and freed on that loop's thread.
 * Continuations are always queued to the loop, never run inline, in the order in which they were
 * attached. Settling twice is a bug that asserts; the one exception is a promise that was
 * cancelled: its producer may still settle it once, and that late outcome is freed and forgotten.
 *
 * Ownership: every function that takes `take_promise` consumes one reference of the caller and
 * returns a new promise with one reference for the caller. Who wants to keep the source as well
 * calls promise_ref() first. The value lives as long as any promise that has it as its outcome.
 *
 * The producer holds a reference of its own until it has settled. When the last reference of a
 * pending promise goes, nobody is left who could settle it: its readers get ECANCELED, and its
 * cancel hook is forgotten (the producer is gone). A chained promise needs no reference to run its
 * continuation: promise_unref(promise_then(...)) is how one says "and I need no answer".
 *
 * Names follow GNOME libdex; the rule "never inline" follows systemd's sd-future.
 */
#ifndef IMGCRAWL_ASYNC_PROMISE_H
#define IMGCRAWL_ASYNC_PROMISE_H

#include <stddef.h>
#include <stdint.h>

struct loop;
struct promise;

enum promise_state { PROMISE_PENDING, PROMISE_RESOLVED, PROMISE_REJECTED };

/* An error: errno-like code (positive), where it came from ("fetch", "parse" …), text for people.
 */
struct promise_error {
    int code;
    const char *origin; /* a string constant */
    char message[192];
};

typedef void (*promise_free_fn)(void *value);
typedef void (*promise_cancel_fn)(void *arg);

/* A continuation. `settled` is borrowed. Returns the promise whose outcome the chained promise
 * takes over (its reference is consumed), or NULL: then the outcome of `settled` passes through. */
typedef struct promise *(*promise_fn)(struct promise *settled, void *arg);

struct promise *promise_new(struct loop *loop);
struct promise *promise_ref(struct promise *promise);
struct promise *promise_unref(struct promise *promise); /* NULL is allowed; returns NULL */

/* Already settled ones. free_value may be NULL. */
struct promise *promise_resolved(struct loop *loop, void *take_value, promise_free_fn free_value);
struct promise *promise_rejected(struct loop *loop, int code, const char *origin,
                                 const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The producer's side. */
void promise_resolve(struct promise *promise, void *take_value, promise_free_fn free_value);
void promise_reject(struct promise *promise, int code, const char *origin, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Settles with the outcome of another promise, now or when that one settles. */
void promise_follow(struct promise *promise, struct promise *take_source);
/* fn is called once, queued, when somebody cancels while this is pending: free what works for it
 * and drop the reference. Settling takes the hook away even when it is queued already, so a
 * producer sees exactly one of the two ends. A promise that is cancelled already queues fn at once;
 * NULL takes the hook away. */
void promise_on_cancel(struct promise *promise, promise_cancel_fn fn, void *arg);

/* The reader's side. */
enum promise_state promise_state_of(const struct promise *promise);
struct loop *promise_loop(const struct promise *promise);
void *promise_value(const struct promise *promise); /* borrowed; only of a resolved one */
/* Moves the value out; the caller frees it. Later readers see NULL. */
void *promise_take_value(struct promise *promise);
const struct promise_error *promise_error(const struct promise *promise); /* of a rejected one */

/* then: fn is called when the source resolves; catch: when it is rejected; finally: in both cases.
 * An outcome that fn is not for passes through. When the chained promise is cancelled first, the fn
 * of then and catch is never called; the fn of finally always is, once the source has settled, and
 * what it returns is dropped: what must be cleaned up belongs there. */
struct promise *promise_then(struct promise *take_promise, promise_fn fn, void *arg);
struct promise *promise_catch(struct promise *take_promise, promise_fn fn, void *arg);
struct promise *promise_finally(struct promise *take_promise, promise_fn fn, void *arg);

/* Over `count` promises whose references are consumed (the array is the caller's):
 * all: resolves with NULL when all have resolved, rejects with the first rejection;
 * any: takes over the first that resolves, rejects with the last rejection when none does;
 * race: takes over the first that settles. Losers that nobody else reads are cancelled.
 * The sources of `all` can be kept (promise_ref) to read their values. Of no promises at all: `all`
 * resolves, the others reject with EINVAL. */
struct promise *promise_all(struct loop *loop, struct promise **take_promises, size_t count);
struct promise *promise_any(struct loop *loop, struct promise **take_promises, size_t count);
struct promise *promise_race(struct loop *loop, struct promise **take_promises, size_t count);

/* Rejects with ETIMEDOUT, and cancels the source (if no other reader wants it), when it is still
 * pending after delay_ms. */
struct promise *promise_timeout(struct promise *take_promise, int64_t delay_ms);
/* Resolves with NULL after delay_ms. */
struct promise *promise_sleep(struct loop *loop, int64_t delay_ms);

/* Asks for the end: a pending promise is rejected with ECANCELED at once (its readers are queued),
 * its producer's cancel hook is queued, and the request goes up to the source it was chained from,
 * if no other reader is attached to that one. On a settled promise: nothing. */
void promise_cancel(struct promise *promise);

#endif
