/* Engine: what becomes of jobs, with everything real but the site. States and what may follow, ends
 * in each phase, and taking up after a shutdown. This binary is its own parse process. */
#include "tests/unit/crawler/shared_world.h"

static int64_t create_running(void)
{
    site_set_gate(world.site, false);
    int64_t id = create(&world, "");
    wait_for_gate(&world, 1);
    assert_int_equal(world.last.state, JOB_RUNNING);
    return id;
}

static void finish(int64_t id)
{
    site_set_gate(world.site, true);
    wait_for_state(&world, id, JOB_FINISHED);
    wait_until_saved(id);
    assert_whole_inventory(id);
    assert_catalog(id, "state", "finished");
}

static int act(int64_t id, enum job_action action)
{
    return end_of(engine_act(world.engine, id, action));
}

/* Creating */

static void job_is_on_disk_when_its_creation_resolves(void **state)
{
    (void)state;
    site_set_gate(world.site, false);
    int64_t id = create(&world, ", \"name\": \"a name\"");
    assert_catalog(id, "count(*)", "1");
    finish(id);
    assert_string_equal(world.last.reason, "complete");
    assert_int_equal(world.last.counts.by_class[OUTCOME_DONE], PAGES);
    assert_int_equal(world.last.counts.images, PAGES + 1);
    assert_int_equal(world.last.counts.occurrences, 2 * PAGES);
    assert_int_equal(world.site->robots_requests, 1);
}

static void jobs_beyond_the_running_ones_wait_and_then_run(void **state)
{
    (void)state;
    site_set_gate(world.site, false);
    int64_t ids[4];
    for (int i = 0; i < 4; i++)
        ids[i] = create(&world, "");
    wait_for_gate(&world, 1);
    struct engine_stats stats;
    engine_stats(world.engine, &stats);
    assert_true(stats.slots_in_use <= stats.slots);
    site_set_gate(world.site, true);
    for (int i = 0; i < 4; i++) { /* they may end in any order */
        while (!(world.finished & UINT64_C(1) << ids[i]))
            run_loop_for(world.loop, 1);
        wait_until_saved(ids[i]);
        assert_whole_inventory(ids[i]);
    }
}

static void creation_is_refused_when_too_many_wait_also_those_on_their_way(void **state)
{
    (void)state;
    site_set_gate(world.site, false);
    create(&world, "");
    create(&world, "");
    struct promise *created[5];
    for (int i = 0; i < 5; i++)
        created[i] = begin_creation(&world, "");
    for (int i = 0; i < 5; i++)
        assert_int_equal(end_of(created[i]), i < 3 ? 0 : EAGAIN);
}

/* Acting */

static void act_on_what_is_not_there_says_so(void **state)
{
    (void)state;
    for (int i = 0; i < JOB_ACTION_COUNT; i++)
        assert_int_equal(act(77, (enum job_action)i), ENOENT);
    assert_int_equal(end_of(engine_delete_job(world.engine, 77)), ENOENT);
}

static void act_is_refused_with_the_states_that_allow_it(void **state)
{
    (void)state;
    int64_t id = create(&world, "");
    finish(id);
    for (int i = 0; i < JOB_ACTION_COUNT; i++) {
        struct promise *refused = engine_act(world.engine, id, (enum job_action)i);
        assert_int_equal(wait_for(refused), PROMISE_REJECTED);
        assert_int_equal(promise_error(refused)->code, EBUSY);
        assert_non_null(strstr(promise_error(refused)->message, "finished"));
        assert_non_null(
            strstr(promise_error(refused)->message, i == JOB_RESUME ? "stopped" : "running"));
        promise_unref(refused);
    }
    assert_catalog(id, "state", "finished");
}

static void pause_keeps_what_is_in_flight_and_resume_goes_on(void **state)
{
    (void)state;
    int64_t id = create_running();
    assert_int_equal(act(id, JOB_PAUSE), 0);
    assert_catalog(id, "state", "paused");
    assert_int_equal(act(id, JOB_PAUSE), EBUSY);
    site_set_gate(world.site, true);
    wait_until_saved(id); /* what was in flight is done */
    assert_answer(job_file(id), "SELECT count(*) > 0 FROM pages", "1");
    assert_int_equal(act(id, JOB_RESUME), 0);
    finish(id);
}

static void resume_while_it_still_drains_waits_for_the_drain(void **state)
{
    (void)state;
    int64_t id = create_running();
    for (int i = 0; i < 3; i++) {
        assert_int_equal(act(id, JOB_PAUSE), 0);
        assert_int_equal(act(id, JOB_RESUME), 0);
        assert_int_equal(world.last.state, JOB_QUEUED);
    }
    finish(id);
}

static void stop_can_be_resumed_also_after_a_restart(void **state)
{
    (void)state;
    int64_t id = create_running();
    assert_int_equal(act(id, JOB_STOP), 0);
    site_set_gate(world.site, true);
    wait_until_saved(id);
    world_shutdown(&world, 1000);
    world_open_engine(&world, true);
    run_loop_for(world.loop, 20);
    assert_catalog(id, "state", "stopped"); /* it does not start by itself */
    assert_int_equal(act(id, JOB_RESUME), 0);
    finish(id);
}

static void cancel_skips_what_is_left_and_drops_what_is_in_flight(void **state)
{
    (void)state;
    int64_t id = create_running();
    assert_int_equal(act(id, JOB_CANCEL), 0);
    wait_until_saved(id); /* nobody opened the gate */
    assert_catalog(id, "state", "cancelled");
    assert_int_equal(world.last.counts.queued, 0);
    assert_int_equal(world.last.counts.by_outcome[OUTCOME_CANCELLED], 1);
    assert_answer(job_file(id), "SELECT outcome FROM pages", "cancelled");
    assert_int_equal(act(id, JOB_RESUME), EBUSY);
}

static void cancel_right_after_its_start_finds_it_opening(void **state)
{
    (void)state;
    site_set_gate(world.site, false);
    int64_t id = create(&world, "");
    assert_int_equal(world.last.state, JOB_RUNNING); /* its file is not open yet */
    assert_int_equal(act(id, JOB_CANCEL), 0);
    wait_until_saved(id);
    assert_catalog(id, "state", "cancelled");
    assert_int_equal(world.last.counts.by_outcome[OUTCOME_CANCELLED], 1);
    assert_int_equal(world.last.counts.known, 1);
}

static void cancel_of_what_does_not_run_skips_its_frontier_too(void **state)
{
    (void)state;
    site_set_gate(world.site, false);
    create(&world, "");
    create(&world, "");
    int64_t queued = create(&world, ""), paused = create(&world, "");
    assert_int_equal(act(paused, JOB_PAUSE), 0);
    assert_int_equal(act(queued, JOB_CANCEL), 0);
    assert_int_equal(act(paused, JOB_CANCEL), 0);
    wait_until_saved(queued);
    wait_until_saved(paused);
    assert_catalog(queued, "state", "cancelled");
    assert_catalog(paused, "state", "cancelled");
    assert_answer(job_file(paused), "SELECT outcome FROM pages", "cancelled");
}

/* The crawl closes its file already: too late for it to learn of the cancellation. */
static void cancel_while_a_paused_job_closes_leaves_nothing_queued(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++) {
        struct board_entry entry;
        int64_t id = create_running();
        assert_int_equal(act(id, JOB_PAUSE), 0);
        site_set_gate(world.site, true);
        do {
            run_loop_for(world.loop, 0);
        } while (board_get(engine_board(world.engine), id, &entry) && entry.counts.in_flight > 0);
        assert_int_equal(act(id, JOB_CANCEL), 0);
        wait_until_saved(id);
        assert_catalog(id, "state", "cancelled");
        assert_int_equal(world.last.counts.queued, 0);
        assert_answer(job_file(id),
                      "SELECT count(*) FROM urls WHERE skipped IS NULL AND id NOT IN"
                      " (SELECT id FROM pages)",
                      "0");
    }
}

/* Deleting */

static void assert_gone(int64_t id)
{
    assert_int_equal(access(job_file(id), F_OK), -1);
    assert_catalog(id, "count(*)", "0");
    assert_false(is_on_board(&world, id));
    assert_int_equal(act(id, JOB_STOP), ENOENT);
}

static void delete_while_it_runs_takes_everything(void **state)
{
    (void)state;
    int64_t id = create_running();
    struct promise *first = engine_delete_job(world.engine, id);
    struct promise *second = engine_delete_job(world.engine, id);
    assert_int_equal(end_of(engine_act(world.engine, id, JOB_PAUSE)), ENOENT);
    assert_int_equal(end_of(first), 0); /* nobody opened the gate */
    assert_int_equal(end_of(second), 0);
    assert_gone(id);
}

static void delete_that_nobody_waits_for_is_done_all_the_same(void **state)
{
    (void)state;
    int64_t id = create_running();
    promise_unref(engine_delete_job(world.engine, id));
    while (access(job_file(id), F_OK) == 0 || is_on_board(&world, id))
        run_loop_for(world.loop, 1);
    assert_gone(id);
}

static void delete_in_any_other_state_takes_everything(void **state)
{
    (void)state;
    int64_t finished = create(&world, "");
    finish(finished);
    site_set_gate(world.site, false);
    int64_t opening = create(&world, "");
    struct promise *gone = engine_delete_job(world.engine, opening);
    assert_int_equal(end_of(gone), 0);
    int64_t draining = create(&world, "");
    wait_for_gate(&world, 1);
    create(&world, "");
    int64_t queued = create(&world, "");
    assert_int_equal(act(draining, JOB_PAUSE), 0);
    assert_int_equal(end_of(engine_delete_job(world.engine, queued)), 0);
    assert_int_equal(end_of(engine_delete_job(world.engine, draining)), 0);
    assert_int_equal(end_of(engine_delete_job(world.engine, finished)), 0);
    assert_gone(finished);
    assert_gone(opening);
    assert_gone(queued);
    assert_gone(draining);
}

/* Shutting down */

static void restart_and_finish(int64_t id)
{
    site_set_gate(world.site, true);
    world_open_engine(&world, true);
    world.last.job_id = 0;
    finish(id);
}

static void shutdown_of_an_idle_engine_is_at_once(void **state)
{
    (void)state;
    world_shutdown(&world, 60000);
    world_open_engine(&world, true);
}

static void shutdown_waits_for_a_job_that_is_being_created(void **state)
{
    (void)state;
    struct promise *created = begin_creation(&world, "");
    world_shutdown(&world, 60000);
    assert_int_equal(promise_state_of(created), PROMISE_RESOLVED);
    int64_t id = *(const int64_t *)promise_value(created);
    promise_unref(created);
    restart_and_finish(id);
}

static void shutdown_refuses_new_jobs(void **state)
{
    (void)state;
    create_running();
    struct promise *stopped = engine_shutdown(world.engine, 0);
    assert_int_equal(end_of(begin_creation(&world, "")), EAGAIN);
    if (promise_state_of(stopped) == PROMISE_PENDING)
        wait_for(stopped);
    promise_unref(stopped);
    world.engine = engine_free(world.engine);
}

static void shutdown_while_opening_lets_it_go_on_at_the_next_start(void **state)
{
    (void)state;
    int64_t id = create(&world, "");
    world_shutdown(&world, 60000);
    restart_and_finish(id);
}

static void shutdown_finishes_what_is_in_flight_within_the_grace(void **state)
{
    (void)state;
    int64_t id = create_running();
    struct promise *stopped = engine_shutdown(world.engine, 60000);
    run_loop_for(world.loop, 10);
    assert_int_equal(promise_state_of(stopped), PROMISE_PENDING);
    site_set_gate(world.site, true);
    assert_int_equal(end_of(stopped), 0);
    world.engine = engine_free(world.engine);
    assert_answer(job_file(id), "SELECT count(*) FROM pages WHERE state = 'done'", "1");
    restart_and_finish(id);
    assert_int_equal(world.site->requests - world.site->robots_requests, PAGES);
}

static void shutdown_drops_what_is_in_flight_after_the_grace(void **state)
{
    (void)state;
    int64_t id = create_running();
    world_shutdown(&world, 5);
    assert_answer(job_file(id), "SELECT count(*) FROM pages", "0");
    assert_catalog(id, "state", "running");
    restart_and_finish(id);
}

static void shutdown_at_many_moments_loses_nothing(void **state)
{
    (void)state;
    int64_t id = create(&world, "");
    for (int i = 0; i < 25 && !(world.last.job_id == id && world.last.state == JOB_FINISHED); i++) {
        run_loop_for(world.loop, i % 7);
        world_shutdown(&world, i % 2 ? 0 : 60000);
        world_open_engine(&world, true);
    }
    if (world.last.state != JOB_FINISHED)
        finish(id);
    assert_whole_inventory(id);
}

static void shutdown_while_paused_keeps_it_paused(void **state)
{
    (void)state;
    int64_t id = create_running();
    assert_int_equal(act(id, JOB_PAUSE), 0);
    world_shutdown(&world, 0); /* it drains yet */
    world_open_engine(&world, true);
    assert_catalog(id, "state", "paused");
    assert_int_equal(act(id, JOB_RESUME), 0);
    finish(id);
}

static void shutdown_while_deleting_waits_for_it(void **state)
{
    (void)state;
    int64_t id = create_running();
    promise_unref(engine_delete_job(world.engine, id));
    world_shutdown(&world, 60000);
    assert_catalog(id, "count(*)", "0");
    assert_int_equal(access(job_file(id), F_OK), -1);
}

/* Limits */

static void limit_of_pages_skips_the_rest_for_that_reason(void **state)
{
    (void)state;
    int64_t id = create(&world, ", \"max_pages\": 10");
    wait_for_state(&world, id, JOB_FINISHED);
    wait_until_saved(id);
    const struct job_counts *counts = &world.last.counts;
    assert_string_equal(world.last.reason, "max_pages");
    assert_int_equal(counts->by_class[OUTCOME_DONE], 10);
    assert_int_equal(counts->queued, 0);
    assert_int_equal(counts->by_outcome[OUTCOME_MAX_PAGES], counts->known - 10);
}

static void limit_of_urls_ends_a_job_with_its_name(void **state)
{
    (void)state;
    int64_t id = create(&world, ", \"max_urls\": 5");
    wait_for_state(&world, id, JOB_FINISHED);
    wait_until_saved(id);
    assert_string_equal(world.last.reason, "max_urls");
    assert_int_equal(world.last.counts.known, 5);
    assert_int_equal(world.last.counts.queued, 0);
}

static void limit_of_time_ends_a_job_whose_site_hangs(void **state)
{
    (void)state;
    site_set_gate(world.site, false);
    int64_t id = create(&world, ", \"max_seconds\": 1");
    while (world.last.counts.in_flight == 0 && world.last.state != JOB_FINISHED) {
        struct board_entry entry;
        run_loop_for(world.loop, 20);
        if (board_get(engine_board(world.engine), id, &entry))
            world.last.counts = entry.counts;
    }
    run_loop_for(world.loop, 1100);
    site_set_gate(world.site, true); /* what is in flight is finished */
    wait_for_state(&world, id, JOB_FINISHED);
    wait_until_saved(id);
    assert_string_equal(world.last.reason, "max_seconds");
    assert_int_equal(world.last.counts.queued, 0);
}

#define ENGINE_TEST(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "parse-process") == 0)
        return parse_process_main(argc, argv);
    const struct CMUnitTest tests[] = {
        ENGINE_TEST(job_is_on_disk_when_its_creation_resolves),
        ENGINE_TEST(jobs_beyond_the_running_ones_wait_and_then_run),
        ENGINE_TEST(creation_is_refused_when_too_many_wait_also_those_on_their_way),
        ENGINE_TEST(act_on_what_is_not_there_says_so),
        ENGINE_TEST(act_is_refused_with_the_states_that_allow_it),
        ENGINE_TEST(pause_keeps_what_is_in_flight_and_resume_goes_on),
        ENGINE_TEST(resume_while_it_still_drains_waits_for_the_drain),
        ENGINE_TEST(stop_can_be_resumed_also_after_a_restart),
        ENGINE_TEST(cancel_skips_what_is_left_and_drops_what_is_in_flight),
        ENGINE_TEST(cancel_right_after_its_start_finds_it_opening),
        ENGINE_TEST(cancel_of_what_does_not_run_skips_its_frontier_too),
        ENGINE_TEST(cancel_while_a_paused_job_closes_leaves_nothing_queued),
        ENGINE_TEST(delete_while_it_runs_takes_everything),
        ENGINE_TEST(delete_that_nobody_waits_for_is_done_all_the_same),
        ENGINE_TEST(delete_in_any_other_state_takes_everything),
        ENGINE_TEST(shutdown_of_an_idle_engine_is_at_once),
        ENGINE_TEST(shutdown_waits_for_a_job_that_is_being_created),
        ENGINE_TEST(shutdown_refuses_new_jobs),
        ENGINE_TEST(shutdown_while_opening_lets_it_go_on_at_the_next_start),
        ENGINE_TEST(shutdown_finishes_what_is_in_flight_within_the_grace),
        ENGINE_TEST(shutdown_drops_what_is_in_flight_after_the_grace),
        ENGINE_TEST(shutdown_at_many_moments_loses_nothing),
        ENGINE_TEST(shutdown_while_paused_keeps_it_paused),
        ENGINE_TEST(shutdown_while_deleting_waits_for_it),
        ENGINE_TEST(limit_of_pages_skips_the_rest_for_that_reason),
        ENGINE_TEST(limit_of_urls_ends_a_job_with_its_name),
        ENGINE_TEST(limit_of_time_ends_a_job_whose_site_hangs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
