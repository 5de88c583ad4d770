/* Promises: settling, chaining, cancelling. Loop thread only.
 *
 * A chained promise is itself the node in its source's list of readers, so a link of a chain is one
 * allocation and no more. Who keeps whom:
 *
 *   refs    references of users and of the producer.
 *   holds   references of this file: a reader is held by its source's list, the source by each of
 *           its readers, a promise with a queued call by that call, and the promise that holds a
 *           value by every promise that passed it on.
 *
 * A promise goes when both are 0. Nothing here recurses over a chain: settling queues the readers,
 * cancelling walks up in a loop, and a passed-on outcome points straight at its holder.
 */
#include "crawler/async/promise.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

#include "crawler/async/loop.h"
#include "crawler/async/must_alloc.h"
#include "crawler/async/promise_core.h"

/* When a chained promise calls its fn: an or of these. */
enum calls {
    ON_RESOLVED = 1,
    ON_REJECTED = 2,
    EVEN_WHEN_CANCELLED = 4,
};

struct link {
    struct link *prev, *next; /* a ring; NULL: in none */
};

struct promise {
    struct loop *loop;
    unsigned refs;
    unsigned holds;
    unsigned listeners;  /* attached readers that were not cancelled */
    unsigned char state; /* enum promise_state */
    unsigned char calls; /* enum calls; 0 passes the outcome on */
    bool cancelled;      /* one late outcome of the producer is still to be expected */
    bool delivery_queued;
    struct link readers;    /* head of the ring of promises chained to this one, in order */
    struct link link;       /* in source->readers */
    struct promise *source; /* what this one is chained to; NULL: a producer settles it */
    union {                 /* a chained promise has a continuation, any other a cancel hook */
        promise_fn fn;
        promise_cancel_fn cancel_hook;
    };
    void *arg;
    struct promise *holder; /* has the outcome; NULL: it is here */
    union {
        struct {
            void *value;
            promise_free_fn free_value;
        };
        struct promise_error *error;
    };
};

/* Shared by all that are cancelled, never written, never freed. */
static struct promise_error error_cancelled = {ECANCELED, "promise", "cancelled"};

/* ---- the ring of readers ---- */

static void ring_init(struct link *head)
{
    head->prev = head->next = head;
}

static bool ring_is_empty(const struct link *head)
{
    return head->next == head;
}

static void ring_append(struct link *head, struct link *link)
{
    link->prev = head->prev;
    link->next = head;
    head->prev->next = link;
    head->prev = link;
}

static void ring_remove(struct link *link)
{
    link->prev->next = link->next;
    link->next->prev = link->prev;
    link->prev = link->next = NULL;
}

static void ring_move(struct link *from, struct link *to)
{
    ring_init(to);
    if (ring_is_empty(from))
        return;
    *to = *from;
    to->next->prev = to;
    to->prev->next = to;
    ring_init(from);
}

static struct promise *reader_of(struct link *link)
{
    return (struct promise *)(void *)((char *)link - offsetof(struct promise, link));
}

/* ---- life ---- */

static void free_outcome(struct promise *promise)
{
    if (promise->state == PROMISE_REJECTED) {
        if (promise->error != &error_cancelled)
            free(promise->error);
    } else if (promise->free_value && promise->value) {
        promise->free_value(promise->value);
    }
}

static void release(struct promise *promise);

static void free_if_unused(struct promise *promise)
{
    if (promise->refs > 0 || promise->holds > 0)
        return;
    assert(ring_is_empty(&promise->readers));
    if (promise->holder)
        release(promise->holder);
    else
        free_outcome(promise);
    free(promise);
}

static void release(struct promise *promise)
{
    assert(promise->holds > 0);
    promise->holds--;
    free_if_unused(promise);
}

struct promise *promise_new(struct loop *loop)
{
    struct promise *promise = must_calloc(1, sizeof(*promise));
    promise->loop = loop;
    promise->refs = 1;
    ring_init(&promise->readers);
    return promise;
}

struct promise *promise_ref(struct promise *promise)
{
    promise->refs++;
    return promise;
}

/* ---- settling ---- */

static void deliver(void *arg);

static void queue_delivery(struct promise *promise)
{
    if (promise->delivery_queued || ring_is_empty(&promise->readers))
        return;
    promise->delivery_queued = true;
    promise->holds++;
    loop_call_soon(promise->loop, deliver, promise);
}

/* The one place where a promise leaves PROMISE_PENDING. */
static void set_settled(struct promise *promise, enum promise_state state)
{
    assert(promise->state == PROMISE_PENDING);
    promise->state = (unsigned char)state;
    queue_delivery(promise);
}

static void settle_error(struct promise *promise, struct promise_error *take_error)
{
    promise->error = take_error;
    set_settled(promise, PROMISE_REJECTED);
}

static void settle_like(struct promise *promise, struct promise *settled)
{
    promise->holder = settled->holder ? settled->holder : settled;
    promise->holder->holds++;
    set_settled(promise, (enum promise_state)settled->state);
}

/* Whether the producer's outcome is wanted; it always is, but for the late one of a cancelled
 * promise. Either way the producer is done, and its hook with it. */
static bool producer_settles(struct promise *promise)
{
    assert((promise->cancelled || promise->state == PROMISE_PENDING) && "settled twice");
    assert((promise->cancelled || !promise->source) && "settled by another promise");
    promise->cancelled = false;
    if (!promise->source)
        promise->cancel_hook = NULL;
    return promise->state == PROMISE_PENDING;
}

void promise_resolve(struct promise *promise, void *take_value, promise_free_fn free_value)
{
    if (producer_settles(promise)) {
        promise->value = take_value;
        promise->free_value = free_value;
        set_settled(promise, PROMISE_RESOLVED);
    } else if (free_value && take_value) {
        free_value(take_value);
    }
}

__attribute__((format(printf, 3, 0))) static struct promise_error *new_error(int code,
                                                                             const char *origin,
                                                                             const char *format,
                                                                             va_list args)
{
    struct promise_error *error = must_calloc(1, sizeof(*error));
    error->code = code;
    error->origin = origin;
    vsnprintf(error->message, sizeof(error->message), format, args);
    return error;
}

void promise_reject(struct promise *promise, int code, const char *origin, const char *format, ...)
{
    if (!producer_settles(promise))
        return;
    va_list args;
    va_start(args, format);
    settle_error(promise, new_error(code, origin, format, args));
    va_end(args);
}

struct promise *promise_resolved(struct loop *loop, void *take_value, promise_free_fn free_value)
{
    struct promise *promise = promise_new(loop);
    promise_resolve(promise, take_value, free_value);
    return promise;
}

struct promise *promise_rejected(struct loop *loop, int code, const char *origin,
                                 const char *format, ...)
{
    struct promise *promise = promise_new(loop);
    va_list args;
    va_start(args, format);
    settle_error(promise, new_error(code, origin, format, args));
    va_end(args);
    return promise;
}

struct promise *promise_unref(struct promise *promise)
{
    if (!promise)
        return NULL;
    assert(promise->refs > 0);
    promise->refs--;
    if (promise->refs == 0 && promise->state == PROMISE_PENDING && !promise->source)
        settle_error(promise, &error_cancelled);
    free_if_unused(promise);
    return NULL;
}

/* ---- chaining ---- */

static void attach(struct promise *reader, struct promise *take_source)
{
    assert(reader != take_source);
    assert(reader->loop == take_source->loop);
    reader->source = take_source;
    reader->holds++;
    take_source->holds++;
    take_source->listeners++;
    ring_append(&take_source->readers, &reader->link);
    if (take_source->state != PROMISE_PENDING)
        queue_delivery(take_source);
    promise_unref(take_source);
}

/* Makes a pending promise share the outcome of another, at once where that has one. */
static void take_over(struct promise *promise, struct promise *take_source)
{
    promise->calls = 0;
    promise->fn = NULL;
    if (take_source->state == PROMISE_PENDING) {
        attach(promise, take_source);
    } else {
        settle_like(promise, take_source);
        promise_unref(take_source);
    }
}

static bool wants_call(const struct promise *reader, const struct promise *source)
{
    if (reader->state != PROMISE_PENDING && !(reader->calls & EVEN_WHEN_CANCELLED))
        return false;
    return reader->calls & (source->state == PROMISE_RESOLVED ? ON_RESOLVED : ON_REJECTED);
}

static void run_reader(struct promise *reader, struct promise *source)
{
    struct promise *next = NULL;
    if (wants_call(reader, source))
        next = reader->fn(source, reader->arg);
    reader->source = NULL;
    if (reader->state != PROMISE_PENDING)
        promise_unref(next);
    else if (next)
        take_over(reader, next);
    else
        settle_like(reader, source);
    release(source);
    release(reader);
}

static void deliver(void *arg)
{
    struct promise *source = arg;
    struct link batch;
    source->delivery_queued = false;
    ring_move(&source->readers, &batch);
    while (!ring_is_empty(&batch)) {
        struct promise *reader = reader_of(batch.next);
        ring_remove(&reader->link);
        run_reader(reader, source);
    }
    release(source);
}

static struct promise *chain(struct promise *take_source, unsigned calls, promise_fn fn, void *arg)
{
    struct promise *reader = promise_new(take_source->loop);
    reader->calls = (unsigned char)calls;
    reader->fn = fn;
    reader->arg = arg;
    attach(reader, take_source);
    return reader;
}

struct promise *promise_then(struct promise *take_promise, promise_fn fn, void *arg)
{
    return chain(take_promise, ON_RESOLVED, fn, arg);
}

struct promise *promise_catch(struct promise *take_promise, promise_fn fn, void *arg)
{
    return chain(take_promise, ON_REJECTED, fn, arg);
}

struct promise *promise_finally(struct promise *take_promise, promise_fn fn, void *arg)
{
    return chain(take_promise, ON_RESOLVED | ON_REJECTED | EVEN_WHEN_CANCELLED, fn, arg);
}

struct promise *promise_observe(struct promise *take_promise, promise_fn fn, void *arg)
{
    return chain(take_promise, ON_RESOLVED | ON_REJECTED, fn, arg);
}

void promise_follow(struct promise *promise, struct promise *take_source)
{
    if (producer_settles(promise))
        take_over(promise, take_source);
    else
        promise_unref(take_source);
}

/* ---- cancelling ---- */

static void run_cancel_hook(void *arg)
{
    struct promise *promise = arg;
    promise_cancel_fn hook = promise->cancel_hook;
    promise->cancel_hook = NULL;
    if (hook)
        hook(promise->arg);
    release(promise);
}

static void queue_cancel_hook(struct promise *promise)
{
    if (!promise->cancel_hook)
        return;
    promise->holds++;
    loop_call_soon(promise->loop, run_cancel_hook, promise);
}

void promise_on_cancel(struct promise *promise, promise_cancel_fn fn, void *arg)
{
    assert(!promise->source && "only a producer has a cancel hook");
    if (promise->state != PROMISE_PENDING && !promise->cancelled)
        return;
    promise->cancel_hook = fn;
    promise->arg = arg;
    if (promise->cancelled)
        queue_cancel_hook(promise);
}

/* The reader of a pending source does not want its outcome any more. */
static void detach(struct promise *reader, struct promise *source)
{
    source->listeners--;
    if (reader->calls & EVEN_WHEN_CANCELLED || !reader->link.next)
        return;
    ring_remove(&reader->link);
    reader->source = NULL;
    release(source);
    release(reader);
}

/* Cancels one promise; returns its source, held, for the caller to go on with, or NULL. */
static struct promise *cancel_one(struct promise *promise)
{
    struct promise *source = promise->source;
    promise->cancelled = !source;
    settle_error(promise, &error_cancelled);
    if (!source) {
        queue_cancel_hook(promise);
        return NULL;
    }
    source->holds++;
    detach(promise, source);
    return source;
}

void promise_cancel(struct promise *promise)
{
    promise->holds++;
    while (promise && promise->state == PROMISE_PENDING) {
        struct promise *source = cancel_one(promise);
        release(promise);
        promise = source;
        if (promise && promise->listeners > 0)
            break;
    }
    if (promise)
        release(promise);
}

/* ---- reading ---- */

enum promise_state promise_state_of(const struct promise *promise)
{
    return (enum promise_state)promise->state;
}

struct loop *promise_loop(const struct promise *promise)
{
    return promise->loop;
}

void *promise_value(const struct promise *promise)
{
    assert(promise->state == PROMISE_RESOLVED);
    return promise->holder ? promise->holder->value : promise->value;
}

void *promise_take_value(struct promise *promise)
{
    assert(promise->state == PROMISE_RESOLVED);
    struct promise *holder = promise->holder ? promise->holder : promise;
    void *value = holder->value;
    holder->value = NULL;
    return value;
}

const struct promise_error *promise_error(const struct promise *promise)
{
    assert(promise->state == PROMISE_REJECTED);
    return promise->holder ? promise->holder->error : promise->error;
}
