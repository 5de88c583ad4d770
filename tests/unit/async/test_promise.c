/* Promise: the invariants of settling, chaining, ownership and cancelling. Leaks and uses after
 * free are found by the sanitizer under which these run; counters show that values are freed once.
 */
#include "tests/unit/async/async_test.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

/* A recursion of LONG calls would not fit on the stack either. */
enum { MILLION = 1000000, LONG = 300000 };

static struct loop *loop;
static int freed;

static int set_up(void **state)
{
    (void)state;
    loop = new_loop();
    freed = 0;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    loop = loop_free(loop);
    return 0;
}

static void count_free(void *value)
{
    freed++;
    free(value);
}

static int *new_int(int value)
{
    int *memory = malloc(sizeof(*memory));
    assert_non_null(memory);
    *memory = value;
    return memory;
}

static int int_of(const struct promise *promise)
{
    return *(int *)promise_value(promise);
}

/* ---- continuations used below ---- */

struct calls {
    int count;
    int order[8];
    struct promise *seen; /* not a reference */
    enum promise_state state;
};

static struct promise *note_call(struct promise *settled, void *arg)
{
    struct calls *calls = arg;
    calls->seen = settled;
    calls->state = promise_state_of(settled);
    calls->count++;
    return NULL;
}

static struct promise *add_one(struct promise *settled, void *arg)
{
    (void)arg;
    return promise_resolved(promise_loop(settled), new_int(int_of(settled) + 1), count_free);
}

static struct promise *reject_it(struct promise *settled, void *arg)
{
    (void)arg;
    return promise_rejected(promise_loop(settled), EIO, "test", "broken");
}

static struct promise *recover(struct promise *settled, void *arg)
{
    (void)arg;
    return promise_resolved(promise_loop(settled), new_int(promise_error(settled)->code),
                            count_free);
}

static struct promise *pass(struct promise *settled, void *arg)
{
    (void)settled;
    (void)arg;
    return NULL;
}

static struct promise *return_promise(struct promise *settled, void *arg)
{
    (void)settled;
    return arg;
}

static void count_hook(void *arg)
{
    ++*(int *)arg;
}

/* ---- settling and reading ---- */

static void promise_continuation_never_runs_inline(void **state)
{
    (void)state;
    struct calls calls = {0};
    struct promise *promise = promise_new(loop);
    struct promise *before = promise_then(promise_ref(promise), note_call, &calls);
    promise_resolve(promise, NULL, NULL);
    assert_int_equal(calls.count, 0);
    struct promise *after = promise_then(promise_ref(promise), note_call, &calls);
    assert_int_equal(calls.count, 0);
    run_queue(loop);
    assert_int_equal(calls.count, 2);
    promise_unref(before);
    promise_unref(after);
    promise_unref(promise);
}

struct place {
    struct calls *calls;
    int number;
};

static struct promise *note_order(struct promise *settled, void *arg)
{
    (void)settled;
    struct place *place = arg;
    place->calls->order[place->calls->count++] = place->number;
    return NULL;
}

static void promise_readers_run_in_the_order_of_attaching(void **state)
{
    (void)state;
    struct calls calls = {0};
    struct place places[4] = {{&calls, 0}, {&calls, 1}, {&calls, 2}, {&calls, 3}};
    struct promise *promise = promise_new(loop);
    promise_unref(promise_then(promise_ref(promise), note_order, &places[0]));
    promise_unref(promise_finally(promise_ref(promise), note_order, &places[1]));
    promise_unref(promise_then(promise_ref(promise), note_order, &places[2]));
    promise_resolve(promise, NULL, NULL);
    promise_unref(promise_then(promise_ref(promise), note_order, &places[3]));
    run_queue(loop);
    assert_int_equal(calls.count, 4);
    for (int i = 0; i < 4; i++)
        assert_int_equal(calls.order[i], i);
    promise_unref(promise);
}

static void promise_error_carries_code_origin_and_message(void **state)
{
    (void)state;
    struct promise *promise = promise_rejected(loop, ENOENT, "fetch", "no %s at %d", "page", 404);
    const struct promise_error *error = promise_error(promise);
    assert_int_equal(error->code, ENOENT);
    assert_string_equal(error->origin, "fetch");
    assert_string_equal(error->message, "no page at 404");
    promise_unref(promise);
}

/* Runs fn in a child process; whether abort() ended it. */
static bool aborts(void (*fn)(void))
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        signal(SIGABRT, SIG_DFL);
        if (!freopen("/dev/null", "w", stderr))
            _exit(3);
        fn();
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void settle_twice(void)
{
    struct promise *promise = promise_new(loop);
    promise_resolve(promise, NULL, NULL);
    promise_reject(promise, EIO, "test", "again");
}

static void settle_once(void)
{
    struct promise *promise = promise_new(loop);
    promise_resolve(promise, NULL, NULL);
}

static void settle_cancelled_twice(void)
{
    struct promise *promise = promise_new(loop);
    promise_cancel(promise);
    promise_resolve(promise, NULL, NULL);
    promise_resolve(promise, NULL, NULL);
}

static void promise_settled_twice_asserts(void **state)
{
    (void)state;
    assert_true(aborts(settle_twice));
    assert_true(aborts(settle_cancelled_twice));
    assert_false(aborts(settle_once));
}

/* ---- chaining ---- */

static void promise_then_runs_on_success_and_lets_errors_pass(void **state)
{
    (void)state;
    struct calls calls = {0};
    struct promise *good = promise_resolved(loop, new_int(1), count_free);
    good = promise_then(promise_then(good, add_one, NULL), add_one, NULL);
    struct promise *bad = promise_rejected(loop, EIO, "test", "broken");
    bad = promise_then(bad, note_call, &calls);
    run_queue(loop);
    assert_int_equal(int_of(good), 3);
    assert_int_equal(promise_error(bad)->code, EIO);
    assert_int_equal(calls.count, 0);
    promise_unref(good);
    promise_unref(bad);
    assert_int_equal(freed, 3);
}

static void promise_catch_runs_on_errors_and_lets_values_pass(void **state)
{
    (void)state;
    struct calls calls = {0};
    struct promise *good =
        promise_catch(promise_resolved(loop, new_int(5), count_free), note_call, &calls);
    struct promise *bad = promise_resolved(loop, new_int(1), count_free);
    bad = promise_catch(promise_then(bad, reject_it, NULL), recover, NULL);
    run_queue(loop);
    assert_int_equal(int_of(good), 5);
    assert_int_equal(int_of(bad), EIO);
    assert_int_equal(calls.count, 0);
    promise_unref(good);
    promise_unref(bad);
}

static void promise_finally_runs_in_both_cases_and_may_fail_the_chain(void **state)
{
    (void)state;
    struct calls calls = {0};
    struct promise *good =
        promise_finally(promise_resolved(loop, new_int(5), count_free), note_call, &calls);
    struct promise *bad =
        promise_finally(promise_rejected(loop, EIO, "test", "broken"), note_call, &calls);
    struct promise *failed = promise_finally(promise_resolved(loop, NULL, NULL), reject_it, NULL);
    run_queue(loop);
    assert_int_equal(calls.count, 2);
    assert_int_equal(int_of(good), 5);
    assert_int_equal(promise_error(bad)->code, EIO);
    assert_int_equal(promise_error(failed)->code, EIO);
    promise_unref(good);
    promise_unref(bad);
    promise_unref(failed);
}

static void promise_returned_by_a_continuation_is_waited_for(void **state)
{
    (void)state;
    struct promise *inner = promise_new(loop);
    struct promise *outer =
        promise_then(promise_resolved(loop, NULL, NULL), return_promise, promise_ref(inner));
    run_queue(loop);
    assert_int_equal(promise_state_of(outer), PROMISE_PENDING);
    promise_resolve(inner, new_int(9), count_free);
    run_queue(loop);
    assert_int_equal(int_of(outer), 9);
    promise_unref(inner);
    assert_int_equal(int_of(outer), 9);
    promise_unref(outer);
    assert_int_equal(freed, 1);
}

static void promise_follow_hands_on_the_outcome_of_another(void **state)
{
    (void)state;
    struct promise *source = promise_new(loop);
    struct promise *now = promise_new(loop), *later = promise_new(loop);
    promise_follow(later, promise_ref(source));
    promise_resolve(source, new_int(4), count_free);
    promise_follow(now, promise_ref(source));
    assert_int_equal(int_of(now), 4);
    run_queue(loop);
    assert_int_equal(int_of(later), 4);
    promise_unref(now);
    promise_unref(later);
    promise_unref(source);
    assert_int_equal(freed, 1);
}

static void promise_value_lives_as_long_as_any_promise_that_has_it(void **state)
{
    (void)state;
    struct promise *source = promise_resolved(loop, new_int(6), count_free);
    struct promise *passed =
        promise_catch(promise_finally(promise_ref(source), pass, NULL), pass, NULL);
    run_queue(loop);
    promise_unref(source);
    assert_int_equal(freed, 0);
    assert_int_equal(int_of(passed), 6);
    promise_unref(passed);
    assert_int_equal(freed, 1);
}

static void promise_value_taken_is_the_takers_and_gone_for_others(void **state)
{
    (void)state;
    struct promise *source = promise_resolved(loop, new_int(6), count_free);
    struct promise *passed = promise_then(promise_ref(source), pass, NULL);
    run_queue(loop);
    int *value = promise_take_value(passed);
    assert_int_equal(*value, 6);
    assert_null(promise_value(source));
    promise_unref(source);
    promise_unref(passed);
    assert_int_equal(freed, 0);
    free(value);
}

static void promise_continuation_runs_when_nobody_holds_the_chained_promise(void **state)
{
    (void)state;
    struct calls calls = {0};
    struct promise *promise = promise_new(loop);
    promise_unref(
        promise_finally(promise_then(promise_ref(promise), pass, NULL), note_call, &calls));
    promise_resolve(promise, NULL, NULL);
    promise_unref(promise);
    run_queue(loop);
    assert_int_equal(calls.count, 1);
}

/* ---- a million links ---- */

static struct promise *count_link(struct promise *settled, void *arg)
{
    (void)settled;
    ++*(long *)arg;
    return NULL;
}

static struct promise *chain_of_a_million(struct promise *take_first, promise_fn fn, void *arg)
{
    struct promise *last = take_first;
    for (int i = 0; i < MILLION; i++)
        last = promise_finally(last, fn, arg);
    return last;
}

static void promise_chain_of_a_million_neither_recurses_nor_leaks(void **state)
{
    (void)state;
    long links = 0;
    struct promise *first = promise_new(loop);
    struct promise *last = chain_of_a_million(promise_ref(first), count_link, &links);
    promise_resolve(first, new_int(1), count_free);
    promise_unref(first);
    assert_int_equal(wait_for(last), PROMISE_RESOLVED);
    assert_int_equal(links, MILLION);
    assert_int_equal(int_of(last), 1);
    promise_unref(last);
    assert_int_equal(freed, 1);
}

static void promise_chain_of_a_million_dropped_unsettled_ends_with_ecanceled(void **state)
{
    (void)state;
    long links = 0;
    struct promise *first = promise_new(loop);
    struct promise *last = chain_of_a_million(promise_ref(first), count_link, &links);
    promise_unref(first);
    assert_int_equal(wait_for(last), PROMISE_REJECTED);
    assert_int_equal(promise_error(last)->code, ECANCELED);
    assert_int_equal(links, MILLION);
    promise_unref(last);
}

static void promise_long_chain_is_cancelled_without_recursion(void **state)
{
    (void)state;
    int hooks = 0;
    struct promise *first = promise_new(loop);
    promise_on_cancel(first, count_hook, &hooks);
    struct promise *last = promise_ref(first);
    for (int i = 0; i < LONG; i++)
        last = promise_then(last, pass, NULL);
    promise_cancel(last);
    assert_int_equal(promise_error(first)->code, ECANCELED);
    run_queue(loop);
    assert_int_equal(hooks, 1);
    promise_unref(last);
    promise_unref(first);
}

/* Each continuation returns the rest of the work: a loop written with promises. */
static struct promise *count_down(struct promise *settled, void *arg)
{
    long *left = arg;
    if (--*left == 0)
        return NULL;
    return promise_then(promise_resolved(promise_loop(settled), NULL, NULL), count_down, left);
}

static void promise_long_loop_unwinds_without_recursion(void **state)
{
    (void)state;
    long left = LONG;
    struct promise *all = promise_then(promise_resolved(loop, NULL, NULL), count_down, &left);
    assert_int_equal(wait_for(all), PROMISE_RESOLVED);
    assert_int_equal(left, 0);
    promise_unref(all);
}

/* ---- abandoning and cancelling ---- */

static void promise_dropped_by_its_producer_rejects_its_readers(void **state)
{
    (void)state;
    int hooks = 0;
    struct calls calls = {0};
    struct promise *promise = promise_new(loop);
    promise_on_cancel(promise, count_hook, &hooks);
    struct promise *reader = promise_finally(promise_ref(promise), note_call, &calls);
    promise_unref(promise);
    run_queue(loop);
    assert_int_equal(calls.count, 1);
    assert_int_equal(promise_error(reader)->code, ECANCELED);
    assert_int_equal(hooks, 0);
    promise_unref(reader);
}

static void promise_cancel_settles_at_once_and_queues_readers_and_hook(void **state)
{
    (void)state;
    int hooks = 0;
    struct calls calls = {0};
    struct promise *promise = promise_new(loop);
    promise_on_cancel(promise, count_hook, &hooks);
    promise_unref(promise_catch(promise_ref(promise), note_call, &calls));
    promise_cancel(promise);
    promise_cancel(promise);
    assert_int_equal(promise_error(promise)->code, ECANCELED);
    assert_int_equal(calls.count + hooks, 0);
    run_queue(loop);
    assert_int_equal(calls.count, 1);
    assert_int_equal(hooks, 1);
    promise_unref(promise);
}

static void promise_cancelled_takes_a_late_outcome_and_frees_it(void **state)
{
    (void)state;
    struct promise *promise = promise_new(loop);
    promise_cancel(promise);
    promise_resolve(promise, new_int(1), count_free);
    assert_int_equal(freed, 1);
    assert_int_equal(promise_error(promise)->code, ECANCELED);
    promise_unref(promise);
}

static void promise_settling_takes_away_a_hook_that_is_already_queued(void **state)
{
    (void)state;
    int hooks = 0;
    struct promise *promise = promise_new(loop);
    promise_on_cancel(promise, count_hook, &hooks);
    promise_cancel(promise);
    promise_resolve(promise, NULL, NULL);
    promise_unref(promise);
    run_queue(loop);
    assert_int_equal(hooks, 0);
}

static void promise_cancel_goes_up_only_where_nobody_else_reads(void **state)
{
    (void)state;
    struct promise *source = promise_new(loop);
    struct promise *one = promise_then(promise_ref(source), pass, NULL);
    struct promise *other = promise_then(promise_then(promise_ref(source), pass, NULL), pass, NULL);
    promise_cancel(other);
    assert_int_equal(promise_state_of(other), PROMISE_REJECTED);
    assert_int_equal(promise_state_of(source), PROMISE_PENDING);
    promise_cancel(one);
    assert_int_equal(promise_state_of(source), PROMISE_REJECTED);
    promise_unref(one);
    promise_unref(other);
    promise_unref(source);
}

static void promise_cancel_reaches_what_a_continuation_returned(void **state)
{
    (void)state;
    int hooks = 0;
    struct promise *inner = promise_new(loop);
    promise_on_cancel(inner, count_hook, &hooks);
    struct promise *outer =
        promise_then(promise_resolved(loop, NULL, NULL), return_promise, promise_ref(inner));
    run_queue(loop);
    promise_cancel(outer);
    run_queue(loop);
    assert_int_equal(hooks, 1);
    promise_unref(outer);
    promise_unref(inner);
}

static void promise_cancelled_runs_its_finally_but_not_its_then(void **state)
{
    (void)state;
    struct calls then = {0}, finally = {0};
    struct promise *source = promise_new(loop);
    struct promise *tail = promise_then(promise_ref(source), note_call, &then);
    tail = promise_finally(tail, note_call, &finally);
    promise_cancel(tail);
    run_queue(loop);
    assert_int_equal(then.count, 0);
    assert_int_equal(finally.count, 1);
    assert_int_equal(finally.state, PROMISE_REJECTED);
    promise_unref(tail);
    promise_unref(source);
}

static struct promise *cancel_arg(struct promise *settled, void *arg)
{
    (void)settled;
    promise_cancel(*(struct promise **)arg);
    return NULL;
}

static void promise_cancelled_by_an_earlier_reader_is_not_called(void **state)
{
    (void)state;
    struct calls calls = {0};
    struct promise *later = NULL;
    struct promise *source = promise_new(loop);
    promise_unref(promise_then(promise_ref(source), cancel_arg, &later));
    later = promise_then(promise_ref(source), note_call, &calls);
    promise_resolve(source, NULL, NULL);
    run_queue(loop);
    assert_int_equal(calls.count, 0);
    promise_unref(later);
    promise_unref(source);
}

static void promise_may_be_cancelled_in_its_own_continuation(void **state)
{
    (void)state;
    struct promise *self = NULL;
    self = promise_then(promise_resolved(loop, NULL, NULL), cancel_arg, &self);
    run_queue(loop);
    assert_int_equal(promise_error(self)->code, ECANCELED);
    promise_unref(self);
}

/* ---- all, any, race ---- */

struct three {
    struct promise *producers[3];
    struct promise *sources[3];
    int cancelled;
};

static void make_three(struct three *three)
{
    three->cancelled = 0;
    for (int i = 0; i < 3; i++) {
        three->producers[i] = promise_new(loop);
        promise_on_cancel(three->producers[i], count_hook, &three->cancelled);
        three->sources[i] = promise_ref(three->producers[i]);
    }
}

static void drop_three(struct three *three)
{
    for (int i = 0; i < 3; i++)
        promise_unref(three->producers[i]);
}

static void promise_all_resolves_when_the_last_has(void **state)
{
    (void)state;
    struct three three;
    make_three(&three);
    struct promise *all = promise_all(loop, three.sources, 3);
    promise_resolve(three.producers[2], new_int(2), count_free);
    promise_resolve(three.producers[0], new_int(0), count_free);
    run_queue(loop);
    assert_int_equal(promise_state_of(all), PROMISE_PENDING);
    promise_resolve(three.producers[1], new_int(1), count_free);
    run_queue(loop);
    assert_int_equal(promise_state_of(all), PROMISE_RESOLVED);
    assert_null(promise_value(all));
    assert_int_equal(int_of(three.producers[1]), 1);
    promise_unref(all);
    drop_three(&three);
    assert_int_equal(freed, 3);
}

static void promise_all_rejects_with_the_first_error_and_cancels_the_rest(void **state)
{
    (void)state;
    struct three three;
    make_three(&three);
    struct promise *all = promise_all(loop, three.sources, 3);
    promise_reject(three.producers[1], EIO, "test", "broken");
    run_queue(loop);
    assert_int_equal(promise_error(all)->code, EIO);
    assert_int_equal(three.cancelled, 2);
    promise_unref(all);
    drop_three(&three);
}

static void promise_any_takes_the_first_value_or_the_last_error(void **state)
{
    (void)state;
    struct three three;
    make_three(&three);
    struct promise *any = promise_any(loop, three.sources, 3);
    promise_reject(three.producers[0], EIO, "test", "broken");
    promise_resolve(three.producers[2], new_int(2), count_free);
    run_queue(loop);
    assert_int_equal(int_of(any), 2);
    assert_int_equal(three.cancelled, 1);
    promise_unref(any);
    drop_three(&three);

    make_three(&three);
    any = promise_any(loop, three.sources, 3);
    promise_reject(three.producers[0], EIO, "test", "broken");
    promise_reject(three.producers[1], EPERM, "test", "refused");
    promise_reject(three.producers[2], ENOENT, "test", "missing");
    run_queue(loop);
    assert_int_equal(promise_error(any)->code, ENOENT);
    promise_unref(any);
    drop_three(&three);
}

static void promise_race_takes_the_first_outcome_and_cancels_the_losers(void **state)
{
    (void)state;
    struct three three;
    make_three(&three);
    struct promise *race = promise_race(loop, three.sources, 3);
    promise_reject(three.producers[1], EIO, "test", "broken");
    run_queue(loop);
    assert_int_equal(promise_error(race)->code, EIO);
    assert_int_equal(three.cancelled, 2);
    promise_unref(race);
    drop_three(&three);
}

static void promise_race_spares_losers_that_somebody_else_reads(void **state)
{
    (void)state;
    struct three three;
    make_three(&three);
    struct promise *other = promise_then(promise_ref(three.producers[0]), pass, NULL);
    struct promise *race = promise_race(loop, three.sources, 3);
    promise_resolve(three.producers[1], NULL, NULL);
    run_queue(loop);
    assert_int_equal(promise_state_of(three.producers[0]), PROMISE_PENDING);
    assert_int_equal(three.cancelled, 1);
    promise_unref(race);
    drop_three(&three);
    promise_unref(other);
}

static void promise_group_cancelled_cancels_its_sources(void **state)
{
    (void)state;
    struct three three;
    make_three(&three);
    struct promise *all = promise_all(loop, three.sources, 3);
    promise_cancel(all);
    promise_resolve(three.producers[0], NULL, NULL); /* in the same turn as the cancelling */
    run_queue(loop);
    assert_int_equal(promise_error(all)->code, ECANCELED);
    assert_int_equal(three.cancelled, 2);
    promise_unref(all);
    drop_three(&three);
}

static void promise_group_of_nothing_settles(void **state)
{
    (void)state;
    struct promise *all = promise_all(loop, NULL, 0);
    struct promise *any = promise_any(loop, NULL, 0);
    struct promise *race = promise_race(loop, NULL, 0);
    assert_int_equal(promise_state_of(all), PROMISE_RESOLVED);
    assert_int_equal(promise_error(any)->code, EINVAL);
    assert_int_equal(promise_error(race)->code, EINVAL);
    promise_unref(all);
    promise_unref(any);
    promise_unref(race);
}

/* ---- time ---- */

static void promise_timeout_rejects_and_cancels_what_is_late(void **state)
{
    (void)state;
    int hooks = 0;
    struct promise *source = promise_new(loop);
    promise_on_cancel(source, count_hook, &hooks);
    struct promise *limited = promise_timeout(promise_ref(source), 5);
    assert_int_equal(wait_for(limited), PROMISE_REJECTED);
    assert_int_equal(promise_error(limited)->code, ETIMEDOUT);
    run_queue(loop);
    assert_int_equal(hooks, 1);
    promise_unref(limited);
    promise_unref(source);
}

static void promise_timeout_passes_on_what_is_in_time(void **state)
{
    (void)state;
    struct promise *limited = promise_timeout(promise_sleep(loop, 1), 60 * 1000);
    assert_int_equal(wait_for(limited), PROMISE_RESOLVED);
    promise_unref(limited);
    struct promise *settled =
        promise_timeout(promise_resolved(loop, new_int(3), count_free), 60 * 1000);
    assert_int_equal(wait_for(settled), PROMISE_RESOLVED);
    assert_int_equal(int_of(settled), 3);
    promise_unref(settled);
}

static void promise_timeout_cancelled_cancels_the_source(void **state)
{
    (void)state;
    struct promise *sleep = promise_sleep(loop, 60 * 1000);
    struct promise *limited = promise_timeout(promise_ref(sleep), 60 * 1000);
    promise_cancel(limited);
    run_queue(loop);
    assert_int_equal(promise_error(sleep)->code, ECANCELED);
    promise_unref(limited);
    promise_unref(sleep);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(promise_continuation_never_runs_inline),
        TEST(promise_readers_run_in_the_order_of_attaching),
        TEST(promise_error_carries_code_origin_and_message),
        TEST(promise_settled_twice_asserts),
        TEST(promise_then_runs_on_success_and_lets_errors_pass),
        TEST(promise_catch_runs_on_errors_and_lets_values_pass),
        TEST(promise_finally_runs_in_both_cases_and_may_fail_the_chain),
        TEST(promise_returned_by_a_continuation_is_waited_for),
        TEST(promise_follow_hands_on_the_outcome_of_another),
        TEST(promise_value_lives_as_long_as_any_promise_that_has_it),
        TEST(promise_value_taken_is_the_takers_and_gone_for_others),
        TEST(promise_continuation_runs_when_nobody_holds_the_chained_promise),
        TEST(promise_chain_of_a_million_neither_recurses_nor_leaks),
        TEST(promise_chain_of_a_million_dropped_unsettled_ends_with_ecanceled),
        TEST(promise_long_chain_is_cancelled_without_recursion),
        TEST(promise_long_loop_unwinds_without_recursion),
        TEST(promise_dropped_by_its_producer_rejects_its_readers),
        TEST(promise_cancel_settles_at_once_and_queues_readers_and_hook),
        TEST(promise_cancelled_takes_a_late_outcome_and_frees_it),
        TEST(promise_settling_takes_away_a_hook_that_is_already_queued),
        TEST(promise_cancel_goes_up_only_where_nobody_else_reads),
        TEST(promise_cancel_reaches_what_a_continuation_returned),
        TEST(promise_cancelled_runs_its_finally_but_not_its_then),
        TEST(promise_cancelled_by_an_earlier_reader_is_not_called),
        TEST(promise_may_be_cancelled_in_its_own_continuation),
        TEST(promise_all_resolves_when_the_last_has),
        TEST(promise_all_rejects_with_the_first_error_and_cancels_the_rest),
        TEST(promise_any_takes_the_first_value_or_the_last_error),
        TEST(promise_race_takes_the_first_outcome_and_cancels_the_losers),
        TEST(promise_race_spares_losers_that_somebody_else_reads),
        TEST(promise_group_cancelled_cancels_its_sources),
        TEST(promise_group_of_nothing_settles),
        TEST(promise_timeout_rejects_and_cancels_what_is_late),
        TEST(promise_timeout_passes_on_what_is_in_time),
        TEST(promise_timeout_cancelled_cancels_the_source),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
