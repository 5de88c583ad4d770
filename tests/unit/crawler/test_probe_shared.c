/* What the probes of all jobs know of each other: one request for an image at a time, and whoever
 * waits for it is woken once, whatever came of it. */
#include "crawler/probe/probe_shared.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static unsigned woken;

static void wake(struct probe_waiter *waiter)
{
    assert_null(waiter->flight);
    woken++;
}

static void one_under_way_is_found_by_its_fingerprint_alone(void **state)
{
    (void)state;
    struct probe_shared *shared = probe_shared_new();
    struct probe_flight one = {0}, other = {0};
    probe_flight_begin(shared, &one, 1);
    probe_flight_begin(shared, &other, 2);
    assert_ptr_equal(probe_shared_find(shared, 1), &one);
    assert_ptr_equal(probe_shared_find(shared, 2), &other);
    assert_null(probe_shared_find(shared, 3));
    probe_flight_end(&one, false, 0);
    assert_null(probe_shared_find(shared, 1));
    probe_flight_end(&one, false, 0); /* again: nothing */
    probe_flight_end(&other, false, 0);
    probe_shared_free(shared);
}

static void who_waits_is_woken_once_unless_it_has_left(void **state)
{
    (void)state;
    struct probe_shared *shared = probe_shared_new();
    struct probe_flight flight = {0};
    struct probe_waiter waiters[3] = {{.wake = wake}, {.wake = wake}, {.wake = wake}};
    woken = 0;
    probe_flight_begin(shared, &flight, 7);
    for (int i = 0; i < 3; i++)
        probe_wait(&flight, &waiters[i]);
    probe_leave(&waiters[1]);
    probe_leave(&waiters[1]);
    probe_flight_end(&flight, true, 5);
    assert_int_equal(woken, 2);
    probe_shared_free(shared);
}

static void what_was_stored_is_newer_than_what_was_looked_up_before(void **state)
{
    (void)state;
    struct probe_shared *shared = probe_shared_new();
    struct probe_flight flight = {0};
    probe_flight_begin(shared, &flight, 7);
    probe_flight_end(&flight, true, 100);
    assert_true(probe_shared_is_newer(shared, 7, 99));
    assert_false(probe_shared_is_newer(shared, 7, 101));
    assert_false(probe_shared_is_newer(shared, 8, 99));
    probe_flight_begin(shared, &flight, 9);
    probe_flight_end(&flight, false, 100);
    assert_false(probe_shared_is_newer(shared, 9, 99));
    probe_shared_free(shared);
}

static void what_one_may_see_is_not_what_another_may(void **state)
{
    (void)state;
    const char *url = "http://127.0.0.1/a.png";
    assert_true(probe_fingerprint(url, strlen(url), true) !=
                probe_fingerprint(url, strlen(url), false));
    assert_true(probe_fingerprint(url, strlen(url), true) ==
                probe_fingerprint(url, strlen(url), true));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_under_way_is_found_by_its_fingerprint_alone),
        cmocka_unit_test(who_waits_is_woken_once_unless_it_has_left),
        cmocka_unit_test(what_was_stored_is_newer_than_what_was_looked_up_before),
        cmocka_unit_test(what_one_may_see_is_not_what_another_may),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
