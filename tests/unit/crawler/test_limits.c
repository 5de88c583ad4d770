/* Limits: query variants of a path, visits of a host, and the memory of the counters. */
#include <stdio.h>

#include "crawler/frontier/limits.h"
#include "tests/unit/crawler/crawler_test.h"

static enum outcome judge(struct limits *limits, const struct job_settings *settings,
                          const char *text)
{
    struct url url = url_of(text);
    return limits_judge_new(limits, settings, &url);
}

static void variants_are_counted_by_path(void **state)
{
    (void)state;
    const struct job_settings settings = {.max_query_variants = 2};
    struct limits *limits = limits_new(7);
    assert_int_equal(judge(limits, &settings, "http://a.example/x?1"), OUTCOME_OK);
    assert_int_equal(judge(limits, &settings, "http://a.example/x?2"), OUTCOME_OK);
    assert_int_equal(judge(limits, &settings, "http://a.example/x?3"), OUTCOME_MAX_QUERY_VARIANTS);
    assert_int_equal(judge(limits, &settings, "http://a.example/x"), OUTCOME_OK);
    assert_int_equal(judge(limits, &settings, "http://a.example/y?3"), OUTCOME_OK);
    assert_int_equal(judge(limits, &settings, "http://b.example/x?3"), OUTCOME_OK);
    limits_free(limits);
}

static void variants_have_no_limit_at_0(void **state)
{
    (void)state;
    const struct job_settings settings = {.max_query_variants = 0};
    struct limits *limits = limits_new(7);
    char text[64];
    for (int i = 0; i < 2000; i++) {
        snprintf(text, sizeof text, "http://a.example/x?%d", i);
        assert_int_equal(judge(limits, &settings, text), OUTCOME_OK);
    }
    limits_free(limits);
}

static void variants_are_restored(void **state)
{
    (void)state;
    const struct job_settings settings = {.max_query_variants = 2};
    struct limits *limits = limits_new(7);
    limits_restore_url(limits, "http://a.example/x?1", 20);
    limits_restore_url(limits, "http://a.example/x", 18);
    limits_restore_url(limits, "http://a.example/x?2", 20);
    assert_int_equal(judge(limits, &settings, "http://a.example/x?3"), OUTCOME_MAX_QUERY_VARIANTS);
    limits_free(limits);
}

static void counters_take_at_most_16_bytes_a_path(void **state)
{
    (void)state;
    enum { PATHS = 200000 };
    const struct job_settings settings = {.max_query_variants = 1};
    struct limits *limits = limits_new(7);
    char text[64];
    int refused = 0;
    for (int i = 0; i < PATHS; i++) {
        int bytes = snprintf(text, sizeof text, "http://a.example/%d?q", i);
        limits_restore_url(limits, text, (size_t)bytes);
        if (i > 1000)
            assert_true(limits_memory_bytes(limits) <= (size_t)i * 16);
    }
    for (int i = 0; i < PATHS; i += 997) {
        snprintf(text, sizeof text, "http://a.example/%d?r", i);
        assert_int_equal(judge(limits, &settings, text), OUTCOME_MAX_QUERY_VARIANTS);
        snprintf(text, sizeof text, "http://b.example/%d?r", i);
        refused += judge(limits, &settings, text) != OUTCOME_OK;
    }
    assert_true(refused <= 1);
    limits_free(limits);
}

static void visits_of_a_host_are_counted(void **state)
{
    (void)state;
    struct job_settings settings = {.max_host_pages = 2};
    struct limits *limits = limits_new(7);
    limits_restore_visits(limits, "a.example", 9, 1);
    assert_int_equal(limits_judge_visit(limits, &settings, "a.example"), OUTCOME_OK);
    limits_count_visit(limits, "a.example");
    assert_int_equal(limits_judge_visit(limits, &settings, "a.example"), OUTCOME_MAX_HOST_PAGES);
    assert_int_equal(judge(limits, &settings, "https://a.example:444/"), OUTCOME_MAX_HOST_PAGES);
    assert_int_equal(limits_judge_visit(limits, &settings, "b.example"), OUTCOME_OK);
    settings.max_host_pages = 3; /* it is live */
    assert_int_equal(limits_judge_visit(limits, &settings, "a.example"), OUTCOME_OK);
    limits_free(limits);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(variants_are_counted_by_path),
        cmocka_unit_test(variants_have_no_limit_at_0),
        cmocka_unit_test(variants_are_restored),
        cmocka_unit_test(counters_take_at_most_16_bytes_a_path),
        cmocka_unit_test(visits_of_a_host_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
