/* Job states: the whole table of what is allowed when, as the diagram in job_state.h draws it. */
#include <errno.h>

#include "crawler/job/job_state.h"
#include "tests/unit/crawler/crawler_test.h"

static void state_names_lead_back(void **state)
{
    (void)state;
    for (int i = 0; i < JOB_STATE_COUNT; i++) {
        enum job_state parsed = JOB_STATE_COUNT;
        assert_int_equal(job_state_parse(job_state_name((enum job_state)i), &parsed), 0);
        assert_int_equal(parsed, i);
    }
    for (int i = 0; i < JOB_ACTION_COUNT; i++) {
        enum job_action parsed = JOB_ACTION_COUNT;
        assert_int_equal(job_action_parse(job_action_name((enum job_action)i), &parsed), 0);
        assert_int_equal(parsed, i);
    }
    enum job_state untouched = JOB_PAUSED;
    enum job_action untouched_action = JOB_STOP;
    assert_int_equal(job_state_parse("Running", &untouched), -EINVAL);
    assert_int_equal(job_action_parse("delete", &untouched_action), -EINVAL);
    assert_int_equal(untouched, JOB_PAUSED);
    assert_int_equal(untouched_action, JOB_STOP);
}

static void actions_are_allowed_where_the_diagram_has_an_arrow(void **state)
{
    (void)state;
    static const struct {
        enum job_state state;
        const char *allowed; /* p r s c */
    } table[JOB_STATE_COUNT] = {
        {JOB_QUEUED, "psc"}, {JOB_RUNNING, "psc"}, {JOB_PAUSED, "rsc"}, {JOB_FINISHED, ""},
        {JOB_STOPPED, "rc"}, {JOB_CANCELLED, ""},  {JOB_FAILED, ""},
    };
    for (int i = 0; i < JOB_STATE_COUNT; i++) {
        for (int j = 0; j < JOB_ACTION_COUNT; j++) {
            char letter = job_action_name((enum job_action)j)[0];
            bool expected = strchr(table[i].allowed, letter) != NULL;
            assert_int_equal(job_action_allowed((enum job_action)j, table[i].state), expected);
        }
    }
}

static void final_states_allow_nothing_and_are_not_active(void **state)
{
    (void)state;
    for (int i = 0; i < JOB_STATE_COUNT; i++) {
        bool anything = false;
        for (int j = 0; j < JOB_ACTION_COUNT; j++)
            anything = anything || job_action_allowed((enum job_action)j, (enum job_state)i);
        assert_int_equal(job_state_is_final((enum job_state)i), !anything);
        assert_false(job_state_is_final((enum job_state)i) &&
                     job_state_is_active((enum job_state)i));
    }
    assert_true(job_state_is_active(JOB_QUEUED) && job_state_is_active(JOB_RUNNING));
    assert_false(job_state_is_active(JOB_PAUSED) || job_state_is_active(JOB_STOPPED));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(state_names_lead_back),
        cmocka_unit_test(actions_are_allowed_where_the_diagram_has_an_arrow),
        cmocka_unit_test(final_states_allow_nothing_and_are_not_active),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
