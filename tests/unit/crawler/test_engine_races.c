/* Engine: what is asked for while something else is under way with the same job: releases of traps,
 * a deletion, a cancellation. The traps are written into the job's file by hand. */
#include "tests/unit/crawler/shared_world.h"

static void add_traps(int64_t id, int count)
{
    sqlite3 *db = look_into(job_file(id));
    char sql[300];
    snprintf(sql, sizeof sql,
             "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
             " INSERT INTO traps(id, kind, host, pattern, detail, examples, state, found_ms)"
             " SELECT i, 'calendar', '127.0.0.1', 'http://127.0.0.1/' || i || '/{date}', 'why',"
             " '[]', 'suspended', 1 FROM n",
             count);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static int64_t finished_with_traps(int count)
{
    int64_t id = create(&world, "");
    wait_for_state(&world, id, JOB_FINISHED);
    wait_until_saved(id);
    add_traps(id, count);
    return id;
}

static void assert_gone(int64_t id)
{
    assert_int_equal(access(job_file(id), F_OK), -1);
    assert_catalog(id, "count(*)", "0");
    assert_false(is_on_board(&world, id));
}

/* The deletion comes ever later; also while the job goes on already. */
static void delete_takes_everything_while_a_trap_is_released(void **state)
{
    (void)state;
    for (int turns = 0; turns < 12; turns++) {
        int64_t id = finished_with_traps(1);
        struct promise *release = engine_release_trap(world.engine, id, 1);
        for (int i = 0; i < turns; i++)
            run_loop_for(world.loop, 0);
        struct promise *first = engine_delete_job(world.engine, id);
        struct promise *second = engine_delete_job(world.engine, id);
        struct promise *late = engine_release_trap(world.engine, id, 1);
        struct promise *index = engine_index_job(world.engine, id);
        assert_int_equal(end_of(first), 0);
        assert_int_equal(end_of(second), 0);
        assert_int_equal(end_of(late), ENOENT);
        assert_int_equal(end_of(index), ENOENT);
        int code = end_of(release);
        assert_true(code == 0 || code == ENOENT);
        run_loop_for(world.loop, 2);
        assert_gone(id);
    }
}

static void index_of_a_job_that_was_deleted_makes_no_file(void **state)
{
    (void)state;
    int64_t id = finished_with_traps(1);
    assert_int_equal(end_of(engine_delete_job(world.engine, id)), 0);
    assert_int_equal(end_of(engine_index_job(world.engine, id)), ENOENT);
    assert_int_equal(end_of(engine_release_trap(world.engine, id, 1)), ENOENT);
    assert_gone(id);
}

static void assert_all_released(int64_t id)
{
    assert_answer(job_file(id), "SELECT count(*) FROM traps WHERE state <> 'released'", "0");
    assert_catalog(id, "state", "finished");
}

static void releases_at_one_time_reopen_a_finished_job_once(void **state)
{
    (void)state;
    enum { TRAPS = 6 };
    int64_t id = finished_with_traps(TRAPS);
    struct promise *releases[TRAPS + 1];
    for (int i = 0; i <= TRAPS; i++) /* the last one is not there */
        releases[i] = engine_release_trap(world.engine, id, i + 1);
    for (int i = 0; i <= TRAPS; i++)
        assert_int_equal(end_of(releases[i]), i < TRAPS ? 0 : ENOENT);
    wait_until_saved(id);
    assert_all_released(id);
}

/* Whether the job is being opened, runs, or is being closed again. */
static void releases_one_after_the_other_are_all_accepted(void **state)
{
    (void)state;
    enum { TRAPS = 12 };
    int64_t id = finished_with_traps(TRAPS);
    for (int i = 0; i < TRAPS; i++) {
        assert_int_equal(end_of(engine_release_trap(world.engine, id, i + 1)), 0);
        for (int turn = 0; turn < i; turn++)
            run_loop_for(world.loop, 0);
    }
    wait_until_saved(id);
    assert_all_released(id);
}

static void shutdown_settles_a_release_that_waits(void **state)
{
    (void)state;
    int64_t id = finished_with_traps(2);
    assert_int_equal(end_of(engine_release_trap(world.engine, id, 1)), 0);
    struct promise *waiting = engine_release_trap(world.engine, id, 2);
    world_shutdown(&world, 0);
    int code = end_of(waiting);
    assert_true(code == 0 || code == EBUSY);
}

static int64_t create_with_seeds(int count)
{
    json_t *object = json_object(), *seeds = json_array();
    for (int i = 0; i < count; i++)
        json_array_append_new(seeds, json_sprintf("http://127.0.0.1:9/%d", i));
    json_object_set_new(object, "seeds", seeds);
    char *text = json_dumps(object, 0);
    struct job_settings *settings = settings_of(text);
    struct promise *created = engine_create_job(world.engine, settings);
    assert_int_equal(wait_for(created), PROMISE_RESOLVED);
    int64_t id = *(const int64_t *)promise_value(created);
    promise_unref(created);
    job_settings_free(settings);
    json_decref(object);
    free(text);
    return id;
}

static void cancel_is_told_with_the_last_numbers(void **state)
{
    (void)state;
    enum { SEEDS = 6000 };
    int64_t id = create_with_seeds(SEEDS);
    struct promise *cancelled = engine_act(world.engine, id, JOB_CANCEL);
    struct board_entry entry;
    for (; board_get(engine_board(world.engine), id, &entry); run_loop_for(world.loop, 0)) {
        if (entry.state == JOB_CANCELLED)
            assert_int_equal(entry.counts.by_outcome[OUTCOME_CANCELLED], SEEDS);
    }
    assert_int_equal(end_of(cancelled), 0);
    assert_int_equal(world.last.state, JOB_CANCELLED);
    assert_int_equal(world.last.counts.by_outcome[OUTCOME_CANCELLED], SEEDS);
    assert_catalog(id, "state", "cancelled");
    assert_answer(job_file(id), "SELECT count(*) FROM urls", "6000");
}

static void cancel_is_answered_also_when_the_job_is_deleted_meanwhile(void **state)
{
    (void)state;
    int64_t id = create(&world, "");
    struct promise *cancelled = engine_act(world.engine, id, JOB_CANCEL);
    assert_int_equal(end_of(engine_act(world.engine, id, JOB_PAUSE)), EBUSY);
    struct promise *gone = engine_delete_job(world.engine, id);
    assert_int_equal(end_of(cancelled), ENOENT);
    assert_int_equal(end_of(gone), 0);
    assert_gone(id);
}

static int64_t running_with_a_trap(void)
{
    site_set_gate(world.site, false);
    int64_t id = create(&world, "");
    wait_for_gate(&world, 1);
    assert_int_equal(end_of(engine_act(world.engine, id, JOB_STOP)), 0);
    site_set_gate(world.site, true);
    wait_until_saved(id);
    add_traps(id, 1);
    site_set_gate(world.site, false);
    assert_int_equal(end_of(engine_act(world.engine, id, JOB_RESUME)), 0);
    wait_for_gate(&world, 1);
    return id;
}

static void release_that_cannot_be_stored_can_be_asked_for_again(void **state)
{
    (void)state;
    int64_t id = running_with_a_trap();
    log_set_level(LOG_LEVEL_ERROR);
    set_fault(FAULT_ERRNO, ENOSPC, 1);
    assert_int_equal(end_of(engine_release_trap(world.engine, id, 1)), ENOSPC);
    set_fault(FAULT_NONE, 0, 0);
    assert_answer(job_file(id), "SELECT state FROM traps", "suspended");
    assert_int_equal(end_of(engine_release_trap(world.engine, id, 1)), 0);
    assert_int_equal(end_of(engine_release_trap(world.engine, id, 1)), EALREADY);
    assert_int_equal(end_of(engine_release_trap(world.engine, id, 2)), ENOENT);
    site_set_gate(world.site, true);
    wait_until_saved(id);
    assert_all_released(id);
    assert_whole_inventory(id);
}

#define ENGINE_TEST(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "parse-process") == 0)
        return parse_process_main(argc, argv);
    const struct CMUnitTest tests[] = {
        ENGINE_TEST(delete_takes_everything_while_a_trap_is_released),
        ENGINE_TEST(index_of_a_job_that_was_deleted_makes_no_file),
        ENGINE_TEST(releases_at_one_time_reopen_a_finished_job_once),
        ENGINE_TEST(releases_one_after_the_other_are_all_accepted),
        ENGINE_TEST(shutdown_settles_a_release_that_waits),
        ENGINE_TEST(cancel_is_told_with_the_last_numbers),
        ENGINE_TEST(cancel_is_answered_also_when_the_job_is_deleted_meanwhile),
        ENGINE_TEST(release_that_cannot_be_stored_can_be_asked_for_again),
    };
    install_faults();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
