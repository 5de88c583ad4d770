/* Loop: order, fairness, timers, descriptors and signals, on every backend that is there. */
#include "tests/unit/async/async_test.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

struct trace {
    struct loop *loop;
    int count;
    int values[16];
};

struct step {
    struct trace *trace;
    int value;
};

static void note(struct trace *trace, int value)
{
    assert_true(trace->count < 16);
    trace->values[trace->count++] = value;
}

static void note_step(void *arg)
{
    struct step *step = arg;
    note(step->trace, step->value);
}

static void loop_backend_names_are_parsed_back(void **state)
{
    (void)state;
    for (int i = 0; i < LOOP_BACKEND_COUNT; i++) {
        enum loop_backend parsed = LOOP_BACKEND_COUNT;
        assert_int_equal(loop_backend_parse(loop_backend_name(i), &parsed), 0);
        assert_int_equal(parsed, i);
    }
    enum loop_backend untouched = LOOP_BACKEND_POLL;
    assert_int_equal(loop_backend_parse("kqueue", &untouched), -EINVAL);
    assert_int_equal(untouched, LOOP_BACKEND_POLL);
}

static void loop_backend_chosen_is_the_one_in_use(void **state)
{
    (void)state;
    for (int i = LOOP_BACKEND_AUTO + 1; i < LOOP_BACKEND_COUNT; i++) {
        struct loop *loop = NULL;
        int error = loop_new(i, &loop);
        if (i == LOOP_BACKEND_IO_URING && error == -ENOTSUP)
            continue;
        assert_int_equal(error, 0);
        assert_int_equal(loop_backend_of(loop), i);
        loop_free(loop);
    }
    struct loop *loop = new_loop();
    assert_int_equal(loop_backend_of(loop), LOOP_BACKEND_EPOLL);
    loop_free(loop);
}

static void loop_calls_run_in_order_and_never_inline(void **state)
{
    (void)state;
    struct trace trace = {.loop = new_loop()};
    struct step steps[] = {{&trace, 1}, {&trace, 2}, {&trace, 3}};
    for (int i = 0; i < 3; i++)
        loop_call_soon(trace.loop, note_step, &steps[i]);
    assert_int_equal(trace.count, 0);
    run_queue(trace.loop);
    assert_int_equal(trace.count, 3);
    for (int i = 0; i < 3; i++)
        assert_int_equal(trace.values[i], i + 1);
    loop_free(trace.loop);
}

struct chain {
    struct loop *loop;
    bool stop;
};

static void call_again(void *arg)
{
    struct chain *chain = arg;
    if (!chain->stop)
        loop_call_soon(chain->loop, call_again, chain);
}

static void stop_on_readable(int fd, unsigned events, void *arg)
{
    (void)fd;
    assert_true(events & LOOP_READ);
    loop_stop(arg);
}

static void loop_descriptors_and_timers_get_their_turn_during_an_endless_chain(void **state)
{
    (void)state;
    struct chain chain = {.loop = new_loop()};
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "x", 1), 1);
    struct loop_watch *watch =
        loop_watch_new(chain.loop, ends[0], LOOP_READ, stop_on_readable, chain.loop);
    loop_call_soon(chain.loop, call_again, &chain);
    loop_run(chain.loop);
    loop_watch_free(watch);

    struct loop_timer *timer = loop_timer_new(chain.loop, stop_loop, chain.loop);
    loop_timer_start_in(timer, 5);
    loop_run(chain.loop);
    loop_timer_free(timer);
    close(ends[0]);
    close(ends[1]);
    chain.stop = true;
    loop_free(chain.loop);
}

static void count_call(void *arg)
{
    ++*(long *)arg;
}

static void loop_queue_takes_a_million_calls(void **state)
{
    (void)state;
    struct loop *loop = new_loop();
    long calls = 0;
    for (int i = 0; i < 1000000; i++)
        loop_call_soon(loop, count_call, &calls);
    run_queue(loop);
    assert_int_equal(calls, 1000000);
    loop_free(loop);
}

static void loop_free_runs_what_is_queued_to_the_end(void **state)
{
    (void)state;
    struct trace trace = {.loop = new_loop()};
    struct step step = {&trace, 7};
    loop_call_soon(trace.loop, note_step, &step);
    loop_free(trace.loop);
    assert_int_equal(trace.count, 1);
}

static void loop_stop_before_run_is_not_lost(void **state)
{
    (void)state;
    struct loop *loop = new_loop();
    loop_stop(loop);
    loop_run(loop); /* returns */
    loop_free(loop);
}

/* ---- timers ---- */

struct alarm {
    struct loop *loop;
    struct loop_timer *timer;
    struct trace *trace;
    int value;
    int64_t due_ms;
    int beats_left;
};

static void on_alarm(void *arg)
{
    struct alarm *alarm = arg;
    assert_true(loop_now_ms(alarm->loop) >= alarm->due_ms);
    note(alarm->trace, alarm->value);
}

static void loop_timers_run_by_time_and_never_early(void **state)
{
    (void)state;
    struct trace trace = {.loop = new_loop()};
    struct alarm alarms[4];
    static const int delays_ms[4] = {31, 1, 17, 6};
    int64_t now_ms = loop_now_ms(trace.loop);
    for (int i = 0; i < 4; i++) {
        alarms[i] = (struct alarm){.loop = trace.loop, .trace = &trace, .value = delays_ms[i]};
        alarms[i].due_ms = now_ms + delays_ms[i];
        alarms[i].timer = loop_timer_new(trace.loop, on_alarm, &alarms[i]);
        loop_timer_start_at(alarms[i].timer, alarms[i].due_ms);
    }
    struct promise *over = promise_sleep(trace.loop, 40);
    wait_for(over);
    assert_int_equal(trace.count, 4);
    assert_int_equal(trace.values[0], 1);
    assert_int_equal(trace.values[1], 6);
    assert_int_equal(trace.values[2], 17);
    assert_int_equal(trace.values[3], 31);
    for (int i = 0; i < 4; i++)
        loop_timer_free(alarms[i].timer);
    promise_unref(over);
    loop_free(trace.loop);
}

static void free_own_timer(void *arg)
{
    struct alarm *alarm = arg;
    if (--alarm->beats_left > 0)
        return;
    alarm->timer = loop_timer_free(alarm->timer);
    loop_stop(alarm->loop);
}

static void loop_timer_may_be_freed_in_its_own_callback(void **state)
{
    (void)state;
    struct alarm alarm = {.loop = new_loop(), .beats_left = 3};
    alarm.timer = loop_timer_new(alarm.loop, free_own_timer, &alarm);
    loop_timer_repeat(alarm.timer, 2);
    loop_run(alarm.loop);
    assert_null(alarm.timer);
    loop_free(alarm.loop);
}

static void loop_timer_stopped_or_moved_does_not_run_at_its_first_time(void **state)
{
    (void)state;
    struct trace trace = {.loop = new_loop()};
    struct step stopped = {&trace, 1}, moved = {&trace, 2};
    struct loop_timer *stopped_timer = loop_timer_new(trace.loop, note_step, &stopped);
    struct loop_timer *moved_timer = loop_timer_new(trace.loop, note_step, &moved);
    loop_timer_start_in(stopped_timer, 1);
    loop_timer_start_in(moved_timer, 1);
    loop_timer_stop(stopped_timer);
    loop_timer_start_in(moved_timer, 60 * 1000);
    struct promise *over = promise_sleep(trace.loop, 20);
    wait_for(over);
    assert_int_equal(trace.count, 0);
    promise_unref(over);
    loop_timer_free(stopped_timer);
    loop_timer_free(moved_timer);
    loop_free(trace.loop);
}

static void block_for_a_while(void *arg)
{
    (void)arg;
    usleep(250 * 1000);
}

static void loop_lag_tells_of_a_blocked_turn_once(void **state)
{
    (void)state;
    struct loop *loop = new_loop();
    struct promise *over = promise_sleep(loop, 300);
    loop_call_soon(loop, block_for_a_while, NULL);
    wait_for(over);
    assert_true(loop_lag_us(loop) >=
                100 * 1000); /* the beat was due after 100 ms, came after 250 */
    assert_int_equal(loop_lag_us(loop), 0);
    assert_true(loop_stalled_ms(loop) >= 100);
    promise_unref(over);
    loop_free(loop);
}

/* ---- descriptors and signals, on each backend ---- */

struct echo {
    struct loop *loop;
    struct loop_watch *near, *far;
    int sent, received;
};

enum { ECHOES = 50 };

static void on_near(int fd, unsigned events, void *arg)
{
    struct echo *echo = arg;
    char byte;
    if (events & LOOP_WRITE) {
        assert_int_equal(write(fd, "x", 1), 1);
        echo->sent++;
        loop_watch_set(echo->near, LOOP_READ);
    } else {
        assert_int_equal(read(fd, &byte, 1), 1);
        if (++echo->received == ECHOES)
            loop_stop(echo->loop);
        else
            loop_watch_set(echo->near, LOOP_WRITE);
    }
}

static void on_far(int fd, unsigned events, void *arg)
{
    (void)arg;
    char byte;
    assert_int_equal(events, LOOP_READ);
    assert_int_equal(read(fd, &byte, 1), 1);
    assert_int_equal(write(fd, &byte, 1), 1);
}

static void echo_on(enum loop_backend backend)
{
    struct echo echo = {0};
    int ends[2];
    if (loop_new(backend, &echo.loop) == -ENOTSUP)
        return;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    echo.near = loop_watch_new(echo.loop, ends[0], 0, on_near, &echo);
    echo.far = loop_watch_new(echo.loop, ends[1], LOOP_READ, on_far, &echo);
    loop_watch_set(echo.near, LOOP_WRITE);
    loop_run(echo.loop);
    assert_int_equal(echo.sent, ECHOES);
    loop_watch_free(echo.near);
    loop_watch_free(echo.far);
    close(ends[0]);
    close(ends[1]);
    loop_free(echo.loop);
}

static void loop_watches_work_on_every_backend(void **state)
{
    (void)state;
    for (int i = 0; i < LOOP_BACKEND_COUNT; i++)
        echo_on(i);
}

/* The number of a closed descriptor comes back at once: the new one must be seen, not the old. */
static void reuse_descriptor_on(enum loop_backend backend)
{
    struct loop *loop = NULL;
    if (loop_new(backend, &loop) == -ENOTSUP)
        return;
    for (int i = 0; i < 20; i++) {
        int ends[2];
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
        struct loop_watch *watch = loop_watch_new(loop, ends[0], LOOP_READ, stop_on_readable, loop);
        run_queue(loop); /* the backend has seen it, and nothing is there */
        assert_int_equal(write(ends[1], "x", 1), 1);
        loop_run(loop);
        loop_watch_free(watch);
        close(ends[0]);
        close(ends[1]);
    }
    loop_free(loop);
}

static void loop_watch_of_a_reused_descriptor_sees_the_new_file(void **state)
{
    (void)state;
    for (int i = 0; i < LOOP_BACKEND_COUNT; i++)
        reuse_descriptor_on(i);
}

static void wake_often(void *arg)
{
    struct alarm *alarm = arg;
    if (--alarm->beats_left == 0)
        loop_stop(alarm->loop);
}

static void loop_timers_wake_every_backend(void **state)
{
    (void)state;
    for (int i = 0; i < LOOP_BACKEND_COUNT; i++) {
        struct alarm alarm = {.beats_left = 5};
        if (loop_new(i, &alarm.loop) == -ENOTSUP)
            continue;
        alarm.timer = loop_timer_new(alarm.loop, wake_often, &alarm);
        loop_timer_repeat(alarm.timer, 2);
        loop_run(alarm.loop);
        loop_timer_free(alarm.timer);
        loop_free(alarm.loop);
    }
}

static void on_signal(int signum, void *arg)
{
    struct trace *trace = arg;
    note(trace, signum);
    loop_stop(trace->loop);
}

static void raise_signal(void *arg)
{
    (void)arg;
    raise(SIGUSR1);
}

static void loop_signal_handler_runs_on_the_loop_of_every_backend(void **state)
{
    (void)state;
    for (int i = 0; i < LOOP_BACKEND_COUNT; i++) {
        struct trace trace = {0};
        if (loop_new(i, &trace.loop) == -ENOTSUP)
            continue;
        loop_on_signal(trace.loop, SIGUSR1, on_signal, &trace);
        loop_call_soon(trace.loop, raise_signal, NULL);
        loop_run(trace.loop);
        assert_int_equal(trace.count, 1);
        assert_int_equal(trace.values[0], SIGUSR1);
        loop_free(trace.loop);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loop_backend_names_are_parsed_back),
        cmocka_unit_test(loop_backend_chosen_is_the_one_in_use),
        cmocka_unit_test(loop_calls_run_in_order_and_never_inline),
        cmocka_unit_test(loop_descriptors_and_timers_get_their_turn_during_an_endless_chain),
        cmocka_unit_test(loop_queue_takes_a_million_calls),
        cmocka_unit_test(loop_free_runs_what_is_queued_to_the_end),
        cmocka_unit_test(loop_stop_before_run_is_not_lost),
        cmocka_unit_test(loop_timers_run_by_time_and_never_early),
        cmocka_unit_test(loop_timer_may_be_freed_in_its_own_callback),
        cmocka_unit_test(loop_timer_stopped_or_moved_does_not_run_at_its_first_time),
        cmocka_unit_test(loop_lag_tells_of_a_blocked_turn_once),
        cmocka_unit_test(loop_watches_work_on_every_backend),
        cmocka_unit_test(loop_watch_of_a_reused_descriptor_sees_the_new_file),
        cmocka_unit_test(loop_timers_wake_every_backend),
        cmocka_unit_test(loop_signal_handler_runs_on_the_loop_of_every_backend),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
