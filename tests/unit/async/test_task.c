/* Task: awaiting, errors, cancelling, and the guard below the stack. */
#include "tests/unit/async/async_test.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crawler/async/task.h"

static struct loop *loop;

static int set_up(void **state)
{
    (void)state;
    loop = new_loop();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    loop = loop_free(loop);
    return 0;
}

static int *new_int(int value)
{
    int *memory = malloc(sizeof(*memory));
    assert_non_null(memory);
    *memory = value;
    return memory;
}

struct story {
    struct promise *awaited;
    bool started;
    bool ended;
    int status;       /* of the first await */
    int later_status; /* of one after it */
};

/* ---- running and awaiting ---- */

static struct promise *sum_of_three(struct task *task, void *arg)
{
    (void)arg;
    int sum = 0;
    for (int i = 1; i <= 3; i++) {
        struct promise *part = promise_resolved(task_loop(task), new_int(i), free);
        assert_int_equal(task_await(task, part), 0);
        sum += *(int *)promise_value(part);
        promise_unref(part);
    }
    return promise_resolved(task_loop(task), new_int(sum), free);
}

static void task_is_a_promise_of_what_it_returns(void **state)
{
    (void)state;
    struct promise *sum = task_start(loop, sum_of_three, NULL);
    assert_int_equal(wait_for(sum), PROMISE_RESOLVED);
    assert_int_equal(*(int *)promise_value(sum), 6);
    promise_unref(sum);
}

static struct promise *await_one(struct task *task, void *arg)
{
    struct story *story = arg;
    story->started = true;
    story->status = task_await(task, story->awaited);
    story->ended = true;
    return NULL;
}

static void task_never_starts_inline(void **state)
{
    (void)state;
    struct story story = {.awaited = promise_resolved(loop, NULL, NULL)};
    struct promise *task = task_start(loop, await_one, &story);
    assert_false(story.started);
    assert_int_equal(wait_for(task), PROMISE_RESOLVED);
    assert_null(promise_value(task));
    assert_true(story.ended);
    promise_unref(task);
    promise_unref(story.awaited);
}

static void task_errors_arrive_at_the_await(void **state)
{
    (void)state;
    struct story story = {.awaited = promise_new(loop)};
    struct promise *task = task_start(loop, await_one, &story);
    run_queue(loop);
    assert_true(story.started);
    assert_false(story.ended);
    promise_reject(story.awaited, ENOENT, "test", "missing");
    assert_false(story.ended);
    wait_for(task);
    assert_int_equal(story.status, -ENOENT);
    promise_unref(task);
    promise_unref(story.awaited);
}

static struct promise *reject_it(struct task *task, void *arg)
{
    (void)arg;
    return promise_rejected(task_loop(task), EIO, "test", "broken");
}

static struct promise *await_child(struct task *task, void *arg)
{
    struct promise *child = task_start(task_loop(task), arg ? reject_it : sum_of_three, NULL);
    assert_int_equal(task_await(task, child), arg ? -EIO : 0);
    return child;
}

static void task_awaits_another_task(void **state)
{
    (void)state;
    int choose_error = 1;
    struct promise *good = task_start(loop, await_child, NULL);
    struct promise *bad = task_start(loop, await_child, &choose_error);
    assert_int_equal(wait_for(good), PROMISE_RESOLVED);
    assert_int_equal(*(int *)promise_value(good), 6);
    if (promise_state_of(bad) == PROMISE_PENDING)
        wait_for(bad);
    assert_int_equal(promise_error(bad)->code, EIO);
    promise_unref(good);
    promise_unref(bad);
}

/* Locals of many tasks must not meet: each adds its own number on its own stack. */
static struct promise *count_slowly(struct task *task, void *arg)
{
    int local = 0;
    for (int i = 0; i < 20; i++) {
        struct promise *pause = promise_resolved(task_loop(task), NULL, NULL);
        task_await(task, pause);
        promise_unref(pause);
        local += *(int *)arg;
    }
    assert_int_equal(local, 20 * *(int *)arg);
    return NULL;
}

static void task_stacks_are_their_own(void **state)
{
    (void)state;
    enum { TASKS = 200 };
    int numbers[TASKS];
    struct promise *tasks[TASKS];
    for (int i = 0; i < TASKS; i++) {
        numbers[i] = i;
        tasks[i] = task_start(loop, count_slowly, &numbers[i]);
    }
    struct promise *all = promise_all(loop, tasks, TASKS);
    assert_int_equal(wait_for(all), PROMISE_RESOLVED);
    promise_unref(all);
}

/* ---- cancelling ---- */

static struct promise *await_twice(struct task *task, void *arg)
{
    struct story *story = arg;
    story->started = true;
    story->status = task_await(task, story->awaited);
    struct promise *other = promise_resolved(task_loop(task), NULL, NULL);
    story->later_status = task_await(task, other);
    promise_unref(other);
    story->ended = true;
    return promise_resolved(task_loop(task), new_int(1), free);
}

static void task_cancelled_leaves_its_await_and_every_later_one(void **state)
{
    (void)state;
    struct story story = {.awaited = promise_new(loop)};
    struct promise *task = task_start(loop, await_twice, &story);
    run_queue(loop);
    promise_cancel(task);
    assert_int_equal(promise_error(task)->code, ECANCELED);
    assert_false(story.ended);
    run_queue(loop);
    assert_true(story.ended);
    assert_int_equal(story.status, -ECANCELED);
    assert_int_equal(story.later_status, -ECANCELED);
    assert_int_equal(promise_state_of(story.awaited), PROMISE_REJECTED);
    promise_unref(task);
    promise_unref(story.awaited);
}

static void task_cancelled_before_it_began_meets_it_at_the_first_await(void **state)
{
    (void)state;
    struct story story = {.awaited = promise_new(loop)};
    struct promise *task = task_start(loop, await_twice, &story);
    promise_cancel(task);
    run_queue(loop);
    assert_true(story.ended);
    assert_int_equal(story.status, -ECANCELED);
    promise_unref(task);
    promise_unref(story.awaited);
}

static void task_cancelled_spares_what_others_read(void **state)
{
    (void)state;
    struct story one = {.awaited = promise_new(loop)};
    struct story other = {.awaited = one.awaited};
    struct promise *cancelled = task_start(loop, await_one, &one);
    struct promise *spared = task_start(loop, await_one, &other);
    run_queue(loop);
    promise_cancel(cancelled);
    run_queue(loop);
    assert_int_equal(one.status, -ECANCELED);
    assert_int_equal(promise_state_of(one.awaited), PROMISE_PENDING);
    promise_resolve(one.awaited, NULL, NULL);
    assert_int_equal(wait_for(spared), PROMISE_RESOLVED);
    assert_int_equal(other.status, 0);
    promise_unref(cancelled);
    promise_unref(spared);
    promise_unref(one.awaited);
}

static void task_cancelled_in_the_turn_of_its_outcome_ends_once(void **state)
{
    (void)state;
    struct story story = {.awaited = promise_new(loop)};
    struct promise *task = task_start(loop, await_one, &story);
    run_queue(loop);
    promise_resolve(story.awaited, NULL, NULL);
    promise_cancel(task);
    run_queue(loop);
    assert_true(story.ended);
    promise_unref(task);
    promise_unref(story.awaited);
}

/* ---- the guard ---- */

enum { EXIT_GUARD_HIT = 42, EXIT_STACK_BYTES_MAX = 1024 * 1024 };

static volatile char *stack_top;
static volatile char *deepest;

/* Runs on a stack of its own, since the task's is used up. */
static void on_fault(int signum, siginfo_t *info, void *context)
{
    (void)signum;
    (void)context;
    const volatile char *address = info->si_addr;
    bool below = address < deepest && deepest - address < 64 * 1024;
    bool near = stack_top - address < EXIT_STACK_BYTES_MAX;
    _exit(below && near ? EXIT_GUARD_HIT : 1);
}

__attribute__((noinline)) static int sink_deeper(int depth)
{
    volatile char frame[512];
    frame[0] = (char)depth;
    deepest = frame;
    if (depth < 0)
        return frame[0];
    return sink_deeper(depth + 1) + frame[0];
}

static struct promise *overflow(struct task *task, void *arg)
{
    (void)task;
    (void)arg;
    volatile char top = 0;
    stack_top = &top;
    sink_deeper(top);
    return NULL;
}

static void overflow_in_child(void)
{
    static char spare[64 * 1024];
    stack_t stack = {.ss_sp = spare, .ss_size = sizeof(spare)};
    struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigaltstack(&stack, NULL);
    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
    struct promise *task = task_start(loop, overflow, NULL);
    wait_for(task);
    _exit(0);
}

static void task_guard_stops_an_overflow(void **state)
{
    (void)state;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        overflow_in_child();
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), EXIT_GUARD_HIT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(task_is_a_promise_of_what_it_returns),
        TEST(task_never_starts_inline),
        TEST(task_errors_arrive_at_the_await),
        TEST(task_awaits_another_task),
        TEST(task_stacks_are_their_own),
        TEST(task_cancelled_leaves_its_await_and_every_later_one),
        TEST(task_cancelled_before_it_began_meets_it_at_the_first_await),
        TEST(task_cancelled_spares_what_others_read),
        TEST(task_cancelled_in_the_turn_of_its_outcome_ends_once),
        TEST(task_guard_stops_an_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
