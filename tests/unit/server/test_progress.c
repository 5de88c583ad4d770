/* The progress line: what it says, and that it never is wider than the terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "server/human.h"
#include "server/progress.h"

static struct board_entry entry_of(int64_t done, int64_t failed, int64_t queued)
{
    struct board_entry entry = {
        .state = JOB_RUNNING, .remaining_ms = -1, .pages_per_second = 18.23};
    entry.counts.by_class[OUTCOME_DONE] = done;
    entry.counts.by_class[OUTCOME_FAILED] = failed;
    entry.counts.by_class[OUTCOME_SKIPPED] = 50; /* not to be visited: not in the line */
    entry.counts.queued = queued;
    entry.counts.in_flight = 1;
    entry.counts.images = 3210;
    return entry;
}

static void line_tells_pages_images_speed_and_rest(void **state)
{
    (void)state;
    char line[200];
    struct board_entry entry = entry_of(412, 0, 611);
    entry.remaining_ms = 34200;
    size_t columns = progress_line(&entry, 100, line, sizeof line);
    assert_string_equal(line, "412 / 1,024 pages   3,210 images   18.2 pages/s   about 34 s left");
    assert_int_equal(columns, strlen(line));
}

static void unknown_rest_is_not_told(void **state)
{
    (void)state;
    char line[200];
    struct board_entry entry = entry_of(1, 2, 0);
    progress_line(&entry, 100, line, sizeof line);
    assert_string_equal(line, "3 / 4 pages   3,210 images   18.2 pages/s   2 failed");
}

static void state_stands_for_speed_when_it_does_not_run(void **state)
{
    (void)state;
    char line[200];
    struct board_entry entry = entry_of(1, 0, 0);
    entry.state = JOB_QUEUED;
    progress_line(&entry, 100, line, sizeof line);
    assert_string_equal(line, "1 / 2 pages   3,210 images   queued");
}

static void line_fits_every_width_in_whole_parts(void **state)
{
    (void)state;
    char line[200], full[200];
    struct board_entry entry = entry_of(412, 7, 611);
    entry.remaining_ms = 7200000;
    progress_line(&entry, 199, full, sizeof full);
    for (size_t width = 0; width < 120; width++) {
        size_t columns = progress_line(&entry, width, line, sizeof line);
        assert_true(columns <= width);
        assert_int_equal(strlen(line), columns);
        assert_true(columns == 0 || strncmp(line, full, 10) == 0);
    }
}

static void numbers_are_grouped(void **state)
{
    (void)state;
    assert_string_equal(human_count(0).text, "0");
    assert_string_equal(human_count(999).text, "999");
    assert_string_equal(human_count(1000).text, "1,000");
    assert_string_equal(human_count(1234567).text, "1,234,567");
    assert_string_equal(human_count(-1234).text, "-1,234");
    assert_string_equal(human_count(INT64_MAX).text, "9,223,372,036,854,775,807");
}

static void durations_are_short(void **state)
{
    (void)state;
    assert_string_equal(human_duration(400).text, "0.4 s");
    assert_string_equal(human_duration(34999).text, "34 s");
    assert_string_equal(human_duration(185000).text, "3 min 5 s");
    assert_string_equal(human_duration(7800000).text, "2 h 10 min");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(line_tells_pages_images_speed_and_rest),
        cmocka_unit_test(unknown_rest_is_not_told),
        cmocka_unit_test(state_stands_for_speed_when_it_does_not_run),
        cmocka_unit_test(line_fits_every_width_in_whole_parts),
        cmocka_unit_test(numbers_are_grouped),
        cmocka_unit_test(durations_are_short),
    };
    return cmocka_run_group_tests_name("progress", tests, NULL, NULL);
}
