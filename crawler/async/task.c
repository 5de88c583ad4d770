/* Tasks: coroutines on stacks of their own, switched with swapcontext(). Loop thread only.
 *
 * A stack is a private mapping; below it lies a guard that no access passes, and only the pages
 * that were touched cost memory. A few that ended tasks left behind are kept for the next ones of
 * their thread: mapping, guarding and touching a new one costs more than a short task does.
 *
 * The switch is told to the sanitizers: ASan must know the bounds of the stack it is on, TSan sees
 * each stack as a fiber.
 */
#include "crawler/async/task.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "crawler/async/loop.h"
#include "crawler/async/must_alloc.h"
#include "crawler/async/promise_core.h"
#include "crawler/async/sanitizers.h"

#if UNDER_ASAN
#include <sanitizer/common_interface_defs.h>
#endif
#if UNDER_TSAN
#include <sanitizer/tsan_interface.h>
#endif

enum {
    STACK_BYTES = 256 * 1024,
    GUARD_BYTES = 64 * 1024, /* wider than any one frame that could jump over a single page */
    SPARE_STACKS = 32,
};

static _Thread_local struct {
    unsigned char *mappings[SPARE_STACKS];
    size_t count;
} spare;

/* One side of a switch: where it stopped, and what the sanitizers know it by. */
struct side {
    ucontext_t context;
    const void *stack_bottom;
    size_t stack_bytes;
    void *fake_stack; /* ASan */
    void *fiber;      /* TSan */
};

struct task {
    struct loop *loop;
    struct promise *promise; /* the task as others see it */
    task_fn fn;
    void *arg;
    struct promise *outcome;  /* what fn returned */
    struct promise *observer; /* of the promise it waits for; NULL: it does not wait */
    bool running;
    bool cancelled;
    bool ended;
    unsigned char *mapping; /* guard, then stack */
    struct side inside;
    struct side outside; /* the loop's stack */
};

/* ---- switching ---- */

/* Inlined, because TSan keeps a call stack for each fiber: a call begun on one must end on it. */
__attribute__((always_inline)) static inline void before_switch(struct side *from,
                                                                const struct side *to,
                                                                bool for_good)
{
#if UNDER_ASAN
    __sanitizer_start_switch_fiber(for_good ? NULL : &from->fake_stack, to->stack_bottom,
                                   to->stack_bytes);
#endif
#if UNDER_TSAN
    from->fiber = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(to->fiber, 0);
#endif
    (void)from;
    (void)to;
    (void)for_good;
}

/* ASan tells the bounds of the stack just left: so we learn those of the loop's. */
static void after_switch(struct side *now, struct side *left)
{
#if UNDER_ASAN
    __sanitizer_finish_switch_fiber(now->fake_stack, &left->stack_bottom, &left->stack_bytes);
#endif
    (void)now;
    (void)left;
}

static void task_end(struct task *task);

/* From the loop into the task, until it waits or ends. */
static void enter(struct task *task)
{
    task->running = true;
    before_switch(&task->outside, &task->inside, false);
    swapcontext(&task->outside.context, &task->inside.context);
    after_switch(&task->outside, &task->inside);
    task->running = false;
    if (task->ended)
        task_end(task);
}

static void leave(struct task *task)
{
    before_switch(&task->inside, &task->outside, task->ended);
    swapcontext(&task->inside.context, &task->outside.context);
    after_switch(&task->inside, &task->outside);
}

/* makecontext() passes ints: the pointer comes in two halves. */
static void body(unsigned high, unsigned low)
{
    struct task *task = (struct task *)(((uintptr_t)high << 32) | low);
    after_switch(&task->inside, &task->outside);
    task->outcome = task->fn(task, task->arg);
    task->ended = true;
    leave(task);
}

/* ---- life ---- */

static unsigned char *map_stack(void)
{
    unsigned char *mapping = mmap(NULL, GUARD_BYTES + STACK_BYTES, PROT_NONE,
                                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0);
    if (mapping == MAP_FAILED)
        abort();
    if (mprotect(mapping + GUARD_BYTES, STACK_BYTES, PROT_READ | PROT_WRITE) < 0)
        abort();
    return mapping;
}

static void drop_stack(unsigned char *mapping)
{
    if (spare.count < SPARE_STACKS)
        spare.mappings[spare.count++] = mapping;
    else
        munmap(mapping, GUARD_BYTES + STACK_BYTES);
}

static void make_stack(struct task *task)
{
    task->mapping = spare.count ? spare.mappings[--spare.count] : map_stack();
    task->inside.stack_bottom = task->mapping + GUARD_BYTES;
    task->inside.stack_bytes = STACK_BYTES;
}

static void make_context(struct task *task)
{
    ucontext_t *context = &task->inside.context;
    getcontext(context);
    context->uc_stack.ss_sp = task->mapping + GUARD_BYTES;
    context->uc_stack.ss_size = STACK_BYTES;
    context->uc_link = NULL;
    uint64_t address = (uintptr_t)task;
    makecontext(context, (void (*)(void))body, 2, (unsigned)(address >> 32), (unsigned)address);
#if UNDER_TSAN
    task->inside.fiber = __tsan_create_fiber(0);
#endif
}

static void task_end(struct task *task)
{
    if (task->outcome)
        promise_follow(task->promise, task->outcome);
    else
        promise_resolve(task->promise, NULL, NULL);
    promise_unref(task->promise);
#if UNDER_TSAN
    __tsan_destroy_fiber(task->inside.fiber);
#endif
    drop_stack(task->mapping);
    free(task);
}

static void on_start(void *arg)
{
    enter(arg);
}

static void on_cancel(void *arg)
{
    struct task *task = arg;
    task->cancelled = true;
    promise_cancel(task->observer);
    enter(task);
}

struct promise *task_start(struct loop *loop, task_fn fn, void *arg)
{
    struct task *task = must_calloc(1, sizeof(*task));
    task->loop = loop;
    task->fn = fn;
    task->arg = arg;
    task->promise = promise_new(loop);
    make_stack(task);
    make_context(task);
    loop_call_soon(loop, on_start, task);
    /* Queued behind on_start even when cancelled at once: by then the task waits or has ended. */
    promise_on_cancel(task->promise, on_cancel, task);
    return promise_ref(task->promise);
}

/* ---- waiting ---- */

static struct promise *on_awaited(struct promise *settled, void *arg)
{
    (void)settled;
    enter(arg);
    return NULL;
}

int task_await(struct task *task, struct promise *promise)
{
    assert(task->running && "called from outside the task");
    task->observer = promise_observe(promise_ref(promise), on_awaited, task);
    if (task->cancelled)
        promise_cancel(task->observer);
    else
        leave(task);
    task->observer = promise_unref(task->observer);
    if (task->cancelled)
        return -ECANCELED;
    return promise_state_of(promise) == PROMISE_RESOLVED ? 0 : -promise_error(promise)->code;
}

struct loop *task_loop(const struct task *task)
{
    return task->loop;
}
