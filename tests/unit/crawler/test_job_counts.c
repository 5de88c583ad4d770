/* Job counts: known = done + queued + in flight + skipped + failed, whatever is done to them. */
#include <errno.h>

#include "crawler/job/job_counts.h"
#include "tests/unit/crawler/crawler_test.h"

static void assert_adds_up(const struct job_counts *counts)
{
    int64_t settled = 0, by_outcome = 0;
    for (int i = 0; i < OUTCOME_CLASS_COUNT; i++)
        settled += counts->by_class[i];
    for (int i = 0; i < OUTCOME_COUNT; i++)
        by_outcome += counts->by_outcome[i];
    assert_int_equal(counts->known, counts->queued + counts->in_flight + settled);
    assert_int_equal(settled, by_outcome);
}

/* Every way in which they change, with every outcome. */
static struct job_counts lively(void)
{
    struct job_counts counts = {0};
    job_counts_add_queued(&counts, 3 * OUTCOME_COUNT + 10);
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        job_counts_lease(&counts);
        job_counts_unlease(&counts);
        job_counts_lease(&counts);
        assert_adds_up(&counts);
        job_counts_settle(&counts, (enum outcome)i);
        job_counts_add_settled(&counts, (enum outcome)i, i);
        assert_adds_up(&counts);
    }
    job_counts_skip_queued(&counts, OUTCOME_CANCELLED, 5);
    job_counts_lease(&counts);
    assert_adds_up(&counts);
    return counts;
}

static void counts_add_up_after_every_change(void **state)
{
    (void)state;
    struct job_counts counts = lively();
    assert_int_equal(counts.in_flight, 1);
    assert_int_equal(counts.by_outcome[OUTCOME_CANCELLED], 1 + OUTCOME_CANCELLED + 5);
    assert_int_equal(counts.by_outcome[OUTCOME_OK], 1);
}

static void counts_of_a_class_are_those_of_its_outcomes(void **state)
{
    (void)state;
    struct job_counts counts = lively();
    int64_t sums[OUTCOME_CLASS_COUNT] = {0};
    for (int i = 0; i < OUTCOME_COUNT; i++)
        sums[outcome_class_of((enum outcome)i)] += counts.by_outcome[i];
    for (int i = 0; i < OUTCOME_CLASS_COUNT; i++)
        assert_int_equal(sums[i], counts.by_class[i]);
}

static void counts_come_back_from_json_as_they_were(void **state)
{
    (void)state;
    struct job_counts counts = lively(), back;
    counts.images = 1;
    counts.occurrences = 2;
    counts.alt_missing = 3;
    counts.alt_empty = 4;
    counts.alt_whitespace = 5;
    counts.alt_text = 6;
    counts.alt_not_applicable = 7;
    counts.body_bytes = INT64_C(1) << 40;
    json_t *object = job_counts_to_json(&counts);
    assert_non_null(object);
    memset(&back, 0xff, sizeof back);
    job_counts_from_json(object, &back);
    assert_memory_equal(&back, &counts, sizeof counts);
    json_decref(object);
}

static void counts_absent_from_json_are_zero(void **state)
{
    (void)state;
    const struct job_counts none = {0};
    struct job_counts counts;
    memset(&counts, 0xff, sizeof counts);
    job_counts_from_json(NULL, &counts);
    assert_memory_equal(&counts, &none, sizeof none);
    json_t *object = json_pack("{s:i, s:{s:i, s:i}, s:s}", "known", 3, "done_by_outcome", "ok", 2,
                               "of_the_future", 9, "alt", "not an object");
    job_counts_from_json(object, &counts);
    assert_int_equal(counts.known, 3);
    assert_int_equal(counts.by_class[OUTCOME_DONE], 2);
    json_decref(object);
}

static void outcomes_have_names_that_lead_back(void **state)
{
    (void)state;
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        enum outcome outcome;
        assert_int_equal(outcome_parse(outcome_name((enum outcome)i), &outcome), 0);
        assert_int_equal(outcome, i);
        assert_true(strlen(outcome_text((enum outcome)i)) > 5);
        /* Only a failure is worth another try. */
        if (outcome_is_transient((enum outcome)i))
            assert_int_equal(outcome_class_of((enum outcome)i), OUTCOME_FAILED);
    }
    enum outcome outcome = OUTCOME_OK;
    assert_int_equal(outcome_parse("", &outcome), -ENOENT);
    assert_int_equal(outcome, OUTCOME_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_add_up_after_every_change),
        cmocka_unit_test(counts_of_a_class_are_those_of_its_outcomes),
        cmocka_unit_test(counts_come_back_from_json_as_they_were),
        cmocka_unit_test(counts_absent_from_json_are_zero),
        cmocka_unit_test(outcomes_have_names_that_lead_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
