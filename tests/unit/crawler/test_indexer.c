/* The index of a job: made when it ends, beside other work, out of the way when the job goes. */
#include "tests/unit/crawler/engine_world.h"

#include "storage/job_query.h"

static int end_of_index(struct world *world, int64_t id)
{
    return end_of(engine_index_job(world->engine, id));
}

static bool is_indexed(int64_t id)
{
    struct job_reader *reader = NULL;
    assert_int_equal(job_reader_open(job_file(id), &reader), 0);
    bool indexed = query_is_indexed(reader);
    job_reader_free(reader);
    return indexed;
}

static void a_job_that_ends_is_indexed(void **state)
{
    struct world world;
    (void)state;
    world_begin(&world, site_page);
    int64_t id = create(&world, "");
    wait_for_state(&world, id, JOB_FINISHED);
    assert_int_equal(end_of_index(&world, id), 0);
    assert_true(is_indexed(id));
    double done;
    assert_false(engine_index_progress(world.engine, id, &done));
    /* 60 images without alt, and a logo; what rules say of them is kept by name */
    assert_answer(job_file(id), "SELECT sum(occurrences) FROM finding_groups WHERE rule = 0", "60");
    assert_answer(job_file(id), "SELECT name FROM rules WHERE bit = 0", "alt_missing");
    assert_int_equal(world.last.counts.verdicts[AUDIT_ALT_MISSING], 60);
    world_end(&world);
}

static void an_index_is_made_when_somebody_wants_it(void **state)
{
    struct world world;
    (void)state;
    world_begin(&world, site_page);
    int64_t id = create(&world, "");
    wait_for_state(&world, id, JOB_FINISHED);
    assert_int_equal(end_of_index(&world, id), 0);
    sqlite3 *db = look_into(job_file(id));
    free(ask(db, "DELETE FROM meta WHERE key = 'index'"));
    sqlite3_close(db);
    engine_want_index(world.engine, id);
    while (!is_indexed(id))
        run_loop_for(world.loop, 1);
    assert_int_equal(end_of_index(&world, id), 0);
    assert_int_equal(end_of_index(&world, 77), ENOENT);
    world_end(&world);
}

static void a_job_can_go_while_it_is_indexed(void **state)
{
    struct world world;
    (void)state;
    world_begin(&world, site_page);
    int64_t id = create(&world, "");
    wait_for_state(&world, id, JOB_FINISHED); /* the index has just begun */
    assert_int_equal(end_of(engine_delete_job(world.engine, id)), 0);
    assert_int_equal(access(job_file(id), F_OK), -1);
    world_end(&world);
}

static void the_end_of_the_engine_is_not_held_up(void **state)
{
    struct world world;
    (void)state;
    world_begin(&world, site_page);
    int64_t id = create(&world, "");
    wait_for_state(&world, id, JOB_FINISHED);
    world_shutdown(&world, 60000);
    world_open_engine(&world, true);
    assert_int_equal(end_of_index(&world, id), 0); /* it goes on, or was done */
    assert_true(is_indexed(id));
    world_end(&world);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "parse-process") == 0)
        return parse_process_main(argc, argv);
    install_faults();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_job_that_ends_is_indexed, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(an_index_is_made_when_somebody_wants_it, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(a_job_can_go_while_it_is_indexed, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(the_end_of_the_engine_is_not_held_up, make_folder,
                                        remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
