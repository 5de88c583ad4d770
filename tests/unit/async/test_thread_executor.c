/* Thread executor: order, ownership of the argument, cancelling, and both ways to shut down.
 * Threads are held at a gate where a test needs one to be busy, so nothing depends on timing. */
#include "tests/unit/async/async_test.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "crawler/async/thread_executor.h"

static struct loop *loop;
static pthread_t loop_thread;
static atomic_int freed;

static int set_up(void **state)
{
    (void)state;
    loop = new_loop();
    loop_thread = pthread_self();
    freed = 0;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    loop = loop_free(loop);
    return 0;
}

static struct thread_executor *new_executor(unsigned threads)
{
    struct thread_executor *executor = NULL;
    assert_int_equal(thread_executor_new(loop, "test", threads, &executor), 0);
    return executor;
}

struct job {
    int number;
    int error;
    int *order; /* where the jobs of one thread write their numbers */
    int *count;
    bool ran;
};

static int run_job(void *arg)
{
    struct job *job = arg;
    assert_false(pthread_equal(pthread_self(), loop_thread));
    job->ran = true;
    if (job->order)
        job->order[(*job->count)++] = job->number;
    return job->error;
}

static void free_job(void *arg)
{
    assert_true(pthread_equal(pthread_self(), loop_thread));
    freed++;
    free(arg);
}

static struct job *new_job(int error)
{
    struct job *job = calloc(1, sizeof(*job));
    assert_non_null(job);
    job->error = error;
    return job;
}

struct gate {
    sem_t entered, open;
};

static int wait_at_gate(void *arg)
{
    struct gate *gate = arg;
    sem_post(&gate->entered);
    while (sem_wait(&gate->open) < 0)
        ;
    return 0;
}

/* A job that a thread is running, until the gate is opened. */
static struct promise *submit_gate(struct thread_executor *executor, struct gate *gate)
{
    sem_init(&gate->entered, 0, 0);
    sem_init(&gate->open, 0, 0);
    struct promise *promise = thread_executor_submit(executor, wait_at_gate, gate);
    while (sem_wait(&gate->entered) < 0)
        ;
    return promise;
}

static void open_gate(struct gate *gate)
{
    sem_post(&gate->open);
}

/* ---- settling ---- */

static void executor_success_resolves_with_the_argument(void **state)
{
    (void)state;
    struct thread_executor *executor = new_executor(2);
    struct job job = {0};
    struct promise *promise = thread_executor_submit(executor, run_job, &job);
    assert_int_equal(wait_for(promise), PROMISE_RESOLVED);
    assert_ptr_equal(promise_value(promise), &job);
    assert_true(job.ran);
    promise_unref(promise);
    thread_executor_free(executor, true);
}

static void executor_failure_rejects_with_its_errno(void **state)
{
    (void)state;
    struct thread_executor *executor = new_executor(1);
    struct job job = {.error = -ENOSPC};
    struct promise *promise = thread_executor_submit(executor, run_job, &job);
    assert_int_equal(wait_for(promise), PROMISE_REJECTED);
    assert_int_equal(promise_error(promise)->code, ENOSPC);
    assert_string_equal(promise_error(promise)->origin, "executor");
    promise_unref(promise);
    thread_executor_free(executor, true);
}

static void executor_owned_argument_is_freed_once_on_the_loop_in_every_case(void **state)
{
    (void)state;
    struct thread_executor *executor = new_executor(1);
    struct promise *good = thread_executor_submit_owned(executor, run_job, new_job(0), free_job);
    assert_int_equal(wait_for(good), PROMISE_RESOLVED);
    assert_int_equal(freed, 0);
    promise_unref(good);
    assert_int_equal(freed, 1);

    struct promise *bad = thread_executor_submit_owned(executor, run_job, new_job(-EIO), free_job);
    assert_int_equal(wait_for(bad), PROMISE_REJECTED);
    assert_int_equal(freed, 2);
    promise_unref(bad);

    struct gate gate;
    struct promise *busy = submit_gate(executor, &gate);
    struct promise *dropped = thread_executor_submit_owned(executor, run_job, new_job(0), free_job);
    promise_cancel(dropped);
    promise_unref(dropped);
    run_queue(loop);
    assert_int_equal(freed, 3);
    open_gate(&gate);
    thread_executor_free(executor, true);
    promise_unref(busy);
}

static void executor_with_one_thread_runs_jobs_in_order(void **state)
{
    (void)state;
    enum { JOBS = 200 };
    struct thread_executor *executor = new_executor(1);
    struct job jobs[JOBS];
    int order[JOBS], count = 0;
    struct promise *promises[JOBS];
    for (int i = 0; i < JOBS; i++) {
        jobs[i] = (struct job){.number = i, .order = order, .count = &count};
        promises[i] = thread_executor_submit(executor, run_job, &jobs[i]);
    }
    struct promise *all = promise_all(loop, promises, JOBS);
    assert_int_equal(wait_for(all), PROMISE_RESOLVED);
    for (int i = 0; i < JOBS; i++)
        assert_int_equal(order[i], i);
    promise_unref(all);
    thread_executor_free(executor, true);
}

/* ---- map ---- */

static void executor_map_resolves_when_all_jobs_are_over(void **state)
{
    (void)state;
    enum { JOBS = 50 };
    struct thread_executor *executor = new_executor(3);
    struct job jobs[JOBS] = {0};
    void *args[JOBS];
    for (int i = 0; i < JOBS; i++)
        args[i] = &jobs[i];
    struct promise *all = thread_executor_map(executor, run_job, args, JOBS);
    assert_int_equal(wait_for(all), PROMISE_RESOLVED);
    for (int i = 0; i < JOBS; i++)
        assert_true(jobs[i].ran);
    promise_unref(all);
    struct promise *none = thread_executor_map(executor, run_job, args, 0);
    assert_int_equal(promise_state_of(none), PROMISE_RESOLVED);
    promise_unref(none);
    thread_executor_free(executor, true);
}

static void executor_map_with_a_failure_still_waits_for_the_others(void **state)
{
    (void)state;
    enum { JOBS = 20 };
    struct thread_executor *executor = new_executor(2);
    struct job jobs[JOBS] = {{.error = -EIO}};
    void *args[JOBS];
    for (int i = 0; i < JOBS; i++)
        args[i] = &jobs[i];
    struct promise *all = thread_executor_map(executor, run_job, args, JOBS);
    assert_int_equal(wait_for(all), PROMISE_REJECTED);
    assert_int_equal(promise_error(all)->code, EIO);
    for (int i = 0; i < JOBS; i++)
        assert_true(jobs[i].ran);
    promise_unref(all);
    thread_executor_free(executor, true);
}

/* ---- cancelling ---- */

static void executor_cancel_takes_out_a_job_that_has_not_started(void **state)
{
    (void)state;
    struct thread_executor *executor = new_executor(1);
    struct gate gate;
    struct job dropped_job = {0}, kept_job = {0};
    struct promise *busy = submit_gate(executor, &gate);
    struct promise *dropped = thread_executor_submit(executor, run_job, &dropped_job);
    struct promise *kept = thread_executor_submit(executor, run_job, &kept_job);
    assert_int_equal(thread_executor_queued(executor), 2);
    promise_cancel(dropped);
    assert_int_equal(promise_error(dropped)->code, ECANCELED);
    run_queue(loop);
    assert_int_equal(thread_executor_queued(executor), 1);
    open_gate(&gate);
    assert_int_equal(wait_for(kept), PROMISE_RESOLVED);
    assert_false(dropped_job.ran);
    promise_unref(busy);
    promise_unref(dropped);
    promise_unref(kept);
    thread_executor_free(executor, true);
}

static void executor_cancel_lets_a_started_job_finish_unheard(void **state)
{
    (void)state;
    struct thread_executor *executor = new_executor(1);
    struct gate gate;
    struct job next_job = {0};
    struct promise *running = submit_gate(executor, &gate);
    struct promise *next = thread_executor_submit(executor, run_job, &next_job);
    promise_cancel(running);
    run_queue(loop);
    assert_false(next_job.ran);
    open_gate(&gate);
    assert_int_equal(wait_for(next), PROMISE_RESOLVED);
    assert_int_equal(promise_error(running)->code, ECANCELED);
    promise_unref(running);
    promise_unref(next);
    thread_executor_free(executor, true);
}

/* ---- shutting down ---- */

static void executor_freed_with_drain_runs_what_is_queued(void **state)
{
    (void)state;
    enum { JOBS = 100 };
    struct thread_executor *executor = new_executor(2);
    struct job jobs[JOBS] = {0};
    struct promise *promises[JOBS];
    for (int i = 0; i < JOBS; i++)
        promises[i] = thread_executor_submit(executor, run_job, &jobs[i]);
    thread_executor_free(executor, true);
    for (int i = 0; i < JOBS; i++) {
        assert_true(jobs[i].ran);
        assert_int_equal(promise_state_of(promises[i]), PROMISE_RESOLVED);
        promise_unref(promises[i]);
    }
}

struct opener {
    struct thread_executor *executor;
    struct gate *gate;
};

/* The only thread stands at the gate, so the queue gets empty by being dropped and not otherwise.
 */
static void *open_gate_when_queue_is_dropped(void *arg)
{
    struct opener *opener = arg;
    while (thread_executor_queued(opener->executor) > 0)
        sched_yield();
    open_gate(opener->gate);
    return NULL;
}

static void executor_freed_without_drain_rejects_the_queued_and_finishes_the_running(void **state)
{
    (void)state;
    struct thread_executor *executor = new_executor(1);
    struct gate gate;
    struct promise *running = submit_gate(executor, &gate);
    struct promise *queued[3];
    for (int i = 0; i < 3; i++)
        queued[i] = thread_executor_submit_owned(executor, run_job, new_job(0), free_job);
    promise_cancel(queued[1]); /* its hook is still in the loop's queue when the executor goes */
    pthread_t thread;
    struct opener opener = {executor, &gate};
    assert_int_equal(pthread_create(&thread, NULL, open_gate_when_queue_is_dropped, &opener), 0);
    thread_executor_free(executor, false);
    pthread_join(thread, NULL);
    assert_int_equal(promise_state_of(running), PROMISE_RESOLVED);
    assert_int_equal(freed, 3);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(promise_error(queued[i])->code, ECANCELED);
        promise_unref(queued[i]);
    }
    promise_unref(running);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(executor_success_resolves_with_the_argument),
        TEST(executor_failure_rejects_with_its_errno),
        TEST(executor_owned_argument_is_freed_once_on_the_loop_in_every_case),
        TEST(executor_with_one_thread_runs_jobs_in_order),
        TEST(executor_map_resolves_when_all_jobs_are_over),
        TEST(executor_map_with_a_failure_still_waits_for_the_others),
        TEST(executor_cancel_takes_out_a_job_that_has_not_started),
        TEST(executor_cancel_lets_a_started_job_finish_unheard),
        TEST(executor_freed_with_drain_runs_what_is_queued),
        TEST(executor_freed_without_drain_rejects_the_queued_and_finishes_the_running),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
