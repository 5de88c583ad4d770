/* Job: a catalog row and back, and what follows from a change of state. */
#include <errno.h>

#include "crawler/job.h"
#include "storage/catalog.h"
#include "tests/unit/crawler/crawler_test.h"

static char state_text[20], settings_text[] = "{\"seeds\": [\"http://example.com/\"]}",
                            counts_text[] = "{\"known\": 3, \"done_by_outcome\": {\"ok\": 3}}",
                            reason_text[] = "user";

static int load(const char *job_state, char *settings, struct job **ret_job)
{
    strcpy(state_text, job_state);
    struct job_row row = {.id = 5,
                          .created_ms = 10,
                          .started_ms = 20,
                          .active_ms = 30,
                          .state = state_text,
                          .reason = reason_text,
                          .settings = settings,
                          .counts = counts_text};
    return job_from_row(&row, "/data", ret_job);
}

static void job_comes_from_a_row_and_goes_back(void **state)
{
    (void)state;
    struct job *job = NULL, *back = NULL;
    struct job_row row;
    assert_int_equal(load("paused", settings_text, &job), 0);
    assert_string_equal(job->path, "/data/jobs/5.sqlite");
    assert_int_equal(job->state, JOB_PAUSED);
    job_to_row(job, &row);
    assert_int_equal(job_from_row(&row, "/data", &back), 0);
    assert_int_equal(back->id, 5);
    assert_int_equal(back->state, JOB_PAUSED);
    assert_string_equal(back->reason, "user");
    assert_int_equal(back->created_ms, 10);
    assert_int_equal(back->active_ms, 30);
    assert_memory_equal(&back->counts, &job->counts, sizeof job->counts);
    assert_int_equal(back->counts.by_class[OUTCOME_DONE], 3);
    job_row_done(&row);
    job_free(job);
    job_free(back);
}

static void job_of_an_unknown_row_is_refused_without_a_leak(void **state)
{
    (void)state;
    static char broken[] = "{", unknown[] = "{\"seeds\": [\"http://a/\"], \"of_the_future\": 1}";
    struct job *job = NULL;
    assert_int_equal(load("dreaming", settings_text, &job), -EINVAL);
    assert_int_equal(load("paused", broken, &job), -EINVAL);
    assert_int_equal(load("paused", unknown, &job), -EINVAL);
    assert_null(job);
}

static void job_times_follow_its_states(void **state)
{
    (void)state;
    struct job *job = NULL;
    assert_int_equal(load("queued", settings_text, &job), 0);
    job->started_ms = 0;
    job_set_state(job, JOB_RUNNING, "", "", 100);
    assert_int_equal(job->started_ms, 100);
    job_set_state(job, JOB_STOPPED, "user", "", 200);
    assert_int_equal(job->finished_ms, 200);
    job_set_state(job, JOB_QUEUED, "", "", 300);
    assert_int_equal(job->finished_ms, 0);
    job_set_state(job, JOB_RUNNING, "", "", 400);
    assert_int_equal(job->started_ms, 100); /* the first time counts */
    job_set_state(job, JOB_PAUSED, "user", "", 500);
    assert_int_equal(job->finished_ms, 0);
    job_set_state(job, JOB_FAILED, "storage_error", "disk full", 600);
    assert_int_equal(job->finished_ms, 600);
    assert_string_equal(job->detail, "disk full");
    job_free(job);
}

static void job_shows_its_last_counts_while_it_does_not_run(void **state)
{
    (void)state;
    struct job *job = NULL;
    struct board_entry entry;
    assert_int_equal(load("stopped", settings_text, &job), 0);
    job_show(job, &entry);
    assert_int_equal(entry.job_id, 5);
    assert_int_equal(entry.state, JOB_STOPPED);
    assert_string_equal(entry.reason, "user");
    assert_int_equal(entry.counts.known, 3);
    assert_int_equal(entry.remaining_ms, -1);
    job_free(job);
    assert_null(job_free(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(job_comes_from_a_row_and_goes_back),
        cmocka_unit_test(job_of_an_unknown_row_is_refused_without_a_leak),
        cmocka_unit_test(job_times_follow_its_states),
        cmocka_unit_test(job_shows_its_last_counts_while_it_does_not_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
