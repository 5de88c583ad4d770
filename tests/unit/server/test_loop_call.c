/* Loop calls and deadlines: one answer, to exactly one waker, in every order of events. The loop
 * runs on the test thread; other threads post, or the deadline thread fires.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "crawler/async/loop.h"
#include "crawler/async/promise.h"
#include "server/deadlines.h"
#include "server/loop_call.h"

enum { NEVER_MS = 3600 * 1000 };

/* One of each for every test. */
static struct loop *loop;
static struct loop_calls *calls;
static struct promise *held; /* what start_held() answers with */
static atomic_int starts, frees, wakes;
static sem_t woken;

static int set_up(void **state)
{
    (void)state;
    atomic_store(&starts, 0);
    atomic_store(&frees, 0);
    atomic_store(&wakes, 0);
    held = NULL;
    sem_init(&woken, 0, 0);
    assert_int_equal(loop_new(LOOP_BACKEND_AUTO, &loop), 0);
    return loop_calls_new(loop, NULL, &calls);
}

static int tear_down(void **state)
{
    (void)state;
    loop_calls_stop(calls);
    calls = loop_calls_free(calls);
    held = promise_unref(held);
    loop = loop_free(loop);
    sem_destroy(&woken);
    return 0;
}

static struct promise *start_doubled(struct loop *on, struct engine *engine, void *arg)
{
    int *number = malloc(sizeof *number);

    (void)engine;
    starts++;
    *number = 2 * *(const int *)arg;
    return promise_resolved(on, number, free);
}

static void collect_number(struct promise *resolved, void *arg)
{
    *(int *)arg = *(const int *)promise_value(resolved);
}

static struct promise *start_refused(struct loop *on, struct engine *engine, void *arg)
{
    (void)engine, (void)arg;
    return promise_rejected(on, EAGAIN, "test", "full of %d", 3);
}

static struct promise *start_held(struct loop *on, struct engine *engine, void *arg)
{
    (void)engine, (void)arg;
    starts++;
    held = promise_new(on);
    loop_stop(on);
    return promise_ref(held);
}

static void free_counted(void *arg)
{
    frees++;
    free(arg);
}

static const struct loop_command doubled = {start_doubled, collect_number, free_counted};
static const struct loop_command refused = {start_refused, NULL, free_counted};
static const struct loop_command waiting = {start_held, NULL, free_counted};

static void count_wake(void *arg)
{
    (void)arg;
    wakes++;
    sem_post(&woken);
}

static void wake_and_stop(void *arg)
{
    count_wake(arg);
    loop_stop(loop);
}

static struct loop_call *post(const struct loop_command *command, int number, int64_t deadline_ms,
                              void (*wake)(void *))
{
    int *arg = malloc(sizeof *arg);

    *arg = number;
    return loop_call_post(calls, command, arg, deadline_ms, wake, NULL);
}

static struct loop_call_result result_of(const struct loop_call *call)
{
    struct loop_call_result result;

    loop_call_result(call, &result);
    return result;
}

struct wanted {
    const atomic_int *counter;
    int value;
};

static void stop_when_reached(void *arg)
{
    const struct wanted *wanted = arg;

    if (atomic_load(wanted->counter) >= wanted->value)
        loop_stop(loop);
}

static void run_until(const atomic_int *counter, int value)
{
    struct wanted wanted = {counter, value};
    struct loop_timer *timer = loop_timer_new(loop, stop_when_reached, &wanted);

    loop_timer_repeat(timer, 1);
    loop_run(loop);
    loop_timer_free(timer);
    assert_int_equal(atomic_load(counter), value);
}

static void call_gives_what_the_command_collects(void **state)
{
    struct loop_call *call = post(&doubled, 21, NEVER_MS, wake_and_stop);

    (void)state;
    loop_run(loop);
    assert_int_equal(result_of(call).state, LOOP_CALL_SETTLED);
    assert_int_equal(result_of(call).code, 0);
    assert_int_equal(*(int *)loop_call_arg(call), 42);
    loop_call_free(call);
    run_until(&frees, 1);
    assert_int_equal(wakes, 1);
}

static void call_gives_the_code_and_words_of_a_rejection(void **state)
{
    struct loop_call *call = post(&refused, 0, NEVER_MS, wake_and_stop);

    (void)state;
    loop_run(loop);
    assert_int_equal(result_of(call).state, LOOP_CALL_SETTLED);
    assert_int_equal(result_of(call).code, EAGAIN);
    assert_string_equal(result_of(call).message, "full of 3");
    loop_call_free(call);
}

static void call_that_expired_in_the_mailbox_is_never_started(void **state)
{
    struct loop_call *call = post(&doubled, 1, 1, count_wake);

    (void)state;
    sem_wait(&woken); /* the loop stands still */
    assert_int_equal(result_of(call).state, LOOP_CALL_DROPPED);
    loop_call_free(call);
    assert_int_equal(frees, 0); /* the mailbox has it still */
    run_until(&frees, 1);
    assert_int_equal(starts, 0);
    assert_int_equal(wakes, 1);
}

static void call_that_expires_while_it_runs_goes_on_unheard(void **state)
{
    struct loop_call *call = post(&waiting, 1, NEVER_MS, count_wake), *late;

    (void)state;
    loop_run(loop);
    loop_calls_stop(calls);
    assert_int_equal(wakes, 1);
    assert_int_equal(result_of(call).state, LOOP_CALL_ABANDONED);
    assert_string_equal(result_of(call).message, "");
    late = post(&doubled, 1, NEVER_MS, count_wake);
    assert_int_equal(wakes, 2);
    assert_int_equal(result_of(late).state, LOOP_CALL_DROPPED);
    loop_call_free(call);
    loop_call_free(late);
    promise_reject(held, EIO, "test", "late");
    run_until(&frees, 2);
}

/* ---- many threads ---- */

enum { THREADS = 4, CALLS_EACH = 50 };

struct caller {
    sem_t woken;
    int settled, expired, wrong;
};

static void wake_caller(void *arg)
{
    struct caller *caller = arg;

    sem_post(&caller->woken);
}

static void call_once(struct caller *caller, int number)
{
    int *arg = malloc(sizeof *arg);
    struct loop_call *call;

    *arg = number;
    /* some deadlines are so short that both sides race for the call */
    call =
        loop_call_post(calls, &doubled, arg, number % 3 == 0 ? 0 : NEVER_MS, wake_caller, caller);
    sem_wait(&caller->woken);
    if (result_of(call).state == LOOP_CALL_SETTLED) {
        caller->settled++;
        caller->wrong += *(int *)loop_call_arg(call) != 2 * number;
    } else {
        caller->expired++;
        caller->wrong += number % 3 != 0;
    }
    loop_call_free(call);
}

static void *call_often(void *arg)
{
    struct caller *caller = arg;

    for (int i = 0; i < CALLS_EACH; i++)
        call_once(caller, i);
    return NULL;
}

static void calls_of_many_threads_each_get_their_own_answer(void **state)
{
    struct caller callers[THREADS] = {0};
    pthread_t threads[THREADS];

    (void)state;
    for (int i = 0; i < THREADS; i++) {
        sem_init(&callers[i].woken, 0, 0);
        pthread_create(&threads[i], NULL, call_often, &callers[i]);
    }
    run_until(&frees, THREADS * CALLS_EACH);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(callers[i].settled + callers[i].expired, CALLS_EACH);
        assert_int_equal(callers[i].wrong, 0);
        sem_destroy(&callers[i].woken);
    }
}

/* ---- deadlines alone ---- */

static atomic_int fired;

static void count_fired(struct deadline *deadline)
{
    (void)deadline;
    fired++;
    sem_post(&woken);
}

static void deadline_fires_once_in_the_order_of_time(void **state)
{
    struct deadline soon = {.fn = count_fired}, later = {.fn = count_fired};
    struct deadlines *deadlines;

    (void)state;
    atomic_store(&fired, 0);
    assert_int_equal(deadlines_new(&deadlines), 0);
    deadlines_set(deadlines, &later, NEVER_MS);
    deadlines_set(deadlines, &soon, 1);
    sem_wait(&woken);
    deadlines_clear(deadlines, &soon);
    assert_int_equal(fired, 1);
    deadlines_set(deadlines, &later, 0); /* moved, not set twice */
    sem_wait(&woken);
    deadlines_fire_all(deadlines);
    assert_int_equal(fired, 2);
    deadlines_free(deadlines);
}

static void deadline_that_was_cleared_does_not_fire(void **state)
{
    struct deadline entry = {.fn = count_fired};
    struct deadlines *deadlines;

    (void)state;
    atomic_store(&fired, 0);
    assert_int_equal(deadlines_new(&deadlines), 0);
    deadlines_set(deadlines, &entry, NEVER_MS);
    deadlines_clear(deadlines, &entry);
    deadlines_fire_all(deadlines);
    assert_int_equal(fired, 0);
    deadlines_free(deadlines);
}

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(call_gives_what_the_command_collects),
        TEST(call_gives_the_code_and_words_of_a_rejection),
        TEST(call_that_expired_in_the_mailbox_is_never_started),
        TEST(call_that_expires_while_it_runs_goes_on_unheard),
        TEST(calls_of_many_threads_each_get_their_own_answer),
        TEST(deadline_fires_once_in_the_order_of_time),
        TEST(deadline_that_was_cleared_does_not_fire),
    };
#undef TEST

    return cmocka_run_group_tests(tests, NULL, NULL);
}
