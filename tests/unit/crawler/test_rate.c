/* Rate: events a second over the last ten seconds, by the time that the caller gives. */
#include "crawler/base/rate.h"
#include "tests/unit/crawler/crawler_test.h"

static void assert_about(double actual, double expected)
{
    if (actual < expected * 0.9 - 0.01 || actual > expected * 1.1 + 0.01)
        fail_msg("%f is not about %f", actual, expected);
}

static void rate_is_zero_before_anything_is_counted(void **state)
{
    (void)state;
    struct rate rate = {0};
    assert_about(rate_per_second(&rate, 0), 0);
    assert_about(rate_per_second(&rate, 123456), 0);
}

static void rate_of_steady_events_is_their_rate(void **state)
{
    (void)state;
    const int64_t starts[] = {1, 999, 1000, 123456};
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
        struct rate rate = {0};
        int64_t now = starts[i];
        for (int n = 0; n < 100 * 25; n++) {
            rate_count(&rate, now);
            now += 10;
            if (n > 200)
                assert_about(rate_per_second(&rate, now), 100);
        }
    }
}

static void rate_is_not_told_from_the_first_moments(void **state)
{
    (void)state;
    struct rate rate = {0};
    for (int n = 0; n < 30; n++)
        rate_count(&rate, 5000 + n);
    assert_true(rate_per_second(&rate, 5030) == 0);
    assert_true(rate_per_second(&rate, 5000 + RATE_FIRST_MS - 1) == 0);
    assert_about(rate_per_second(&rate, 5000 + RATE_FIRST_MS), 15);
}

static void rate_of_the_first_seconds_is_over_their_time(void **state)
{
    (void)state;
    struct rate rate = {0};
    for (int n = 0; n < 50; n++)
        rate_count(&rate, 5000 + n * 40);
    assert_about(rate_per_second(&rate, 7000), 25);
}

static void rate_forgets_what_is_older_than_ten_seconds(void **state)
{
    (void)state;
    struct rate rate = {0};
    for (int n = 0; n < 1000; n++)
        rate_count(&rate, 5000);
    assert_true(rate_per_second(&rate, 14000) > 0);
    assert_about(rate_per_second(&rate, 15000), 0);
    assert_about(rate_per_second(&rate, INT64_C(1) << 40), 0);
    rate_count(&rate, INT64_C(1) << 40);
    assert_true(rate_per_second(&rate, (INT64_C(1) << 40) + 500) > 0);
}

static void rate_is_read_without_being_changed(void **state)
{
    (void)state;
    struct rate rate = {0};
    rate_count(&rate, 5000);
    struct rate before = rate;
    rate_per_second(&rate, 90000);
    assert_memory_equal(&rate, &before, sizeof rate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rate_is_zero_before_anything_is_counted),
        cmocka_unit_test(rate_of_steady_events_is_their_rate),
        cmocka_unit_test(rate_is_not_told_from_the_first_moments),
        cmocka_unit_test(rate_of_the_first_seconds_is_over_their_time),
        cmocka_unit_test(rate_forgets_what_is_older_than_ten_seconds),
        cmocka_unit_test(rate_is_read_without_being_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
