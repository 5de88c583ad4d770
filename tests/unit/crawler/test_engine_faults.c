/* Engine: a disk that fails, and a site that does. Whatever fails is told, nothing hangs, and once
 * the disk is well again nothing that was acknowledged is missing. */
#include "tests/unit/crawler/shared_world.h"

#include <sys/stat.h>

static bool is_quiet(void)
{
    struct engine_stats stats;
    engine_stats(world.engine, &stats);
    return stats.slots_in_use == 0 && world.site->waiting == 0;
}

/* From the Nth write on every write fails. */
static int64_t crawl_on_a_disk_that_fails_at(long nth)
{
    int64_t id = 0;
    set_fault(FAULT_ERRNO, ENOSPC, nth);
    struct promise *created = begin_creation(&world, "");
    if (wait_for(created) == PROMISE_RESOLVED)
        id = *(const int64_t *)promise_value(created);
    else
        assert_int_equal(promise_error(created)->code, ENOSPC);
    promise_unref(created);
    for (int i = 0; i < 20 || !is_quiet() || (id && is_on_board(&world, id)); i++)
        run_loop_for(world.loop, 1);
    return id;
}

static void disk_that_fails_at_any_write_loses_nothing_acknowledged(void **state)
{
    (void)state;
    bool failed = true;
    int jobs = 0;
    for (long nth = 1; failed; nth += 1 + nth / 4) {
        int64_t id = crawl_on_a_disk_that_fails_at(nth);
        failed = fault.happened > 0;
        world_shutdown(&world, 60000);
        set_fault(FAULT_NONE, 0, 0);
        world_open_engine(&world, true);
        if (!id)
            continue;
        jobs++;
        /* A job whose failure could be saved ended so; any other goes on to its end. */
        for (int i = 0; i < 20 || is_on_board(&world, id); i++)
            run_loop_for(world.loop, 1);
        sqlite3 *db = look_into(in_folder("imgcrawl.db"));
        char sql[80];
        snprintf(sql, sizeof sql, "SELECT state FROM jobs WHERE id = %lld", (long long)id);
        char *ended = ask(db, sql);
        assert_non_null(ended);
        if (strcmp(ended, "finished") == 0)
            assert_whole_inventory(id);
        else
            assert_string_equal(ended, "failed");
        free(ended);
        sqlite3_close(db);
        if (!failed)
            assert_whole_inventory(id);
    }
    assert_true(jobs > 3);
}

static bool has_tables(const char *path)
{
    sqlite3 *db = look_into(path);
    char *answer = ask(db, "SELECT 1 FROM sqlite_schema WHERE name = 'urls'");
    bool has = answer;
    free(answer);
    sqlite3_close(db);
    return has;
}

/* A short failure in the middle: what was being stored then may lean on rows that are lost. */
static void disk_that_fails_for_a_moment_leaves_a_file_that_holds_together(void **state)
{
    (void)state;
    int crawls = 0;
    for (long nth = 8; nth < 160; nth += 10) {
        set_fault(FAULT_ERRNO, ENOSPC, nth);
        struct promise *created = begin_creation(&world, "");
        wait_for(created);
        assert_int_equal(promise_state_of(created), PROMISE_RESOLVED);
        int64_t id = *(const int64_t *)promise_value(created);
        promise_unref(created);
        while (fault.happened == 0 && is_on_board(&world, id))
            run_loop_for(world.loop, 0);
        set_fault(FAULT_NONE, 0, 0);
        for (int i = 0; i < 20 || is_on_board(&world, id); i++)
            run_loop_for(world.loop, 1);
        assert_sound(job_file(id));
        if (!has_tables(job_file(id)))
            continue; /* it failed while the file was being made */
        crawls++;
        assert_answer(job_file(id),
                      "SELECT count(*) FROM urls WHERE origin_id NOT IN (SELECT id FROM origins)"
                      " OR (parent_id IS NOT NULL AND parent_id NOT IN (SELECT id FROM urls))",
                      "0");
        assert_answer(job_file(id),
                      "SELECT count(*) FROM pages WHERE id NOT IN (SELECT id FROM urls)", "0");
    }
    assert_true(crawls > 2);
}

/* Pages 2 and 3 are on their way together, and 3 comes later. */
static void answer_one_after_the_other(struct site_server *server, int fd, const char *path)
{
    if (strcmp(path, "/2") == 0 || strcmp(path, "/3") == 0)
        site_wait_at_gate(server);
    if (strcmp(path, "/3") == 0)
        usleep(300 * 1000);
    if (strcmp(path, "/robots.txt") == 0)
        site_answer(fd, "404 None", "", "");
    else if (strcmp(path, "/1") == 0)
        site_answer(fd, "200 OK", "", "<a href=/2>x</a><a href=/3>x</a>");
    else
        site_answer(fd, "200 OK", "", "<a href=http://127.0.0.1/new>x</a><a href=/4>x</a>");
}

static void page_after_one_that_could_not_be_stored_is_not_stored_either(void **state)
{
    (void)state;
    world_end(&world);
    world_begin(&world, answer_one_after_the_other);
    site_set_gate(world.site, false);
    int64_t id = create(&world, "");
    wait_for_gate(&world, 2);
    set_fault(FAULT_ERRNO, ENOSPC, 1);
    site_set_gate(world.site, true);
    while (fault.happened == 0)
        run_loop_for(world.loop, 1);
    run_loop_for(world.loop, 20); /* the job knows */
    set_fault(FAULT_NONE, 0, 0);
    wait_for_state(&world, id, JOB_FAILED);
    while (is_on_board(&world, id))
        run_loop_for(world.loop, 1);
    assert_catalog(id, "reason", "storage_error");
    assert_answer(job_file(id), "SELECT count(*) FROM pages", "1");
    assert_answer(job_file(id), "SELECT count(*) FROM urls", "3");
}

static void job_file_that_cannot_be_opened_fails_the_job_alone(void **state)
{
    (void)state;
    site_set_gate(world.site, false);
    int64_t well = create(&world, "");
    int64_t broken = well + 1;
    char path[128];
    snprintf(path, sizeof path, "%s", job_file(broken));
    assert_int_equal(mkdir(path, 0755), 0); /* in its place */
    assert_int_equal(create(&world, ""), broken);
    wait_for_state(&world, broken, JOB_FAILED);
    assert_string_equal(world.last.reason, "storage_error");
    assert_non_null(strstr(world.last.detail, path));
    site_set_gate(world.site, true);
    wait_for_state(&world, well, JOB_FINISHED);
    assert_int_equal(rmdir(path), 0);
}

static void data_directory_in_use_is_refused_with_a_reason(void **state)
{
    (void)state;
    struct engine *second = NULL;
    const char *reason = NULL;
    assert_true(engine_new(world.loop, &world.config, true, &second, &reason) < 0);
    assert_null(second);
    assert_non_null(strstr(reason, "in use"));
}

static void engine_that_cannot_be_made_leaks_nothing(void **state)
{
    (void)state;
    struct engine *engine = NULL;
    const char *reason = NULL;
    world_shutdown(&world, 0);
    FILE *file = fopen(in_folder("imgcrawl.db"), "w");
    assert_non_null(file);
    fputs("this is not a database, and long enough to be taken for one", file);
    fclose(file);
    assert_true(engine_new(world.loop, &world.config, true, &engine, &reason) < 0);
    assert_non_null(strstr(reason, "imgcrawl.db"));
    world.config.data_dir = "/proc/nowhere";
    assert_true(engine_new(world.loop, &world.config, true, &engine, &reason) < 0);
    assert_non_null(strstr(reason, "/proc/nowhere"));
    assert_null(engine);
}

/* The site fails */

static void answer_robots_at_the_gate(struct site_server *server, int fd, const char *path)
{
    if (strcmp(path, "/robots.txt") == 0) {
        site_wait_at_gate(server);
        site_answer(fd, "200 OK", "", "User-agent: *\nDisallow: /1\nDisallow: /2");
    } else {
        site_answer(fd, "200 OK", "", "");
    }
}

static void begin_robots(void)
{
    world_end(&world);
    world_begin(&world, answer_robots_at_the_gate);
    site_set_gate(world.site, false);
}

static void cancel_during_robots_ends_the_request(void **state)
{
    (void)state;
    begin_robots();
    int64_t id = create(&world, "");
    wait_for_gate(&world, 1);
    assert_int_equal(end_of(engine_act(world.engine, id, JOB_CANCEL)), 0);
    while (is_on_board(&world, id)) /* nobody opened the gate */
        run_loop_for(world.loop, 1);
    assert_catalog(id, "state", "cancelled");
}

static void cancel_during_robots_does_not_end_the_wait_of_another_job(void **state)
{
    (void)state;
    begin_robots();
    int64_t first = create(&world, ""), second = create(&world, "");
    wait_for_gate(&world, 1);
    run_loop_for(world.loop, 20); /* the second has joined */
    assert_int_equal(world.site->robots_requests, 1);
    assert_int_equal(end_of(engine_act(world.engine, first, JOB_CANCEL)), 0);
    while (is_on_board(&world, first))
        run_loop_for(world.loop, 1);
    site_set_gate(world.site, true);
    wait_for_state(&world, second, JOB_FAILED);
    assert_string_equal(world.last.reason, "robots_disallowed");
}

static void delete_and_shutdown_during_robots_end_at_once(void **state)
{
    (void)state;
    begin_robots();
    int64_t first = create(&world, ""), second = create(&world, "");
    wait_for_gate(&world, 1);
    assert_int_equal(end_of(engine_delete_job(world.engine, first)), 0);
    world_shutdown(&world, 5);
    assert_catalog(second, "state", "running");
    world_open_engine(&world, true);
    site_set_gate(world.site, true);
    wait_for_state(&world, second, JOB_FAILED);
}

static void robots_are_remembered_by_the_next_engine(void **state)
{
    (void)state;
    begin_robots();
    site_set_gate(world.site, true);
    int64_t id = create(&world, "");
    wait_for_state(&world, id, JOB_FAILED);
    assert_int_equal(world.last.counts.by_outcome[OUTCOME_ROBOTS_DISALLOWED], 1);
    world_shutdown(&world, 60000);
    world_open_engine(&world, true);
    id = create(&world, "");
    wait_for_state(&world, id, JOB_FAILED);
    assert_int_equal(world.site->robots_requests, 1);
    assert_int_equal(world.site->requests, 1);
}

static void nobody_there_fails_the_job_with_that_reason(void **state)
{
    (void)state;
    unsigned port;
    int fd = raw_bind(&port); /* bound, and nobody listens */
    char text[100];
    snprintf(text, sizeof text, "{\"seeds\": [\"http://127.0.0.1:%u/\"]}", port);
    struct job_settings *settings = settings_of(text);
    struct promise *created = engine_create_job(world.engine, settings);
    assert_int_equal(wait_for(created), PROMISE_RESOLVED);
    int64_t id = *(const int64_t *)promise_value(created);
    promise_unref(created);
    wait_for_state(&world, id, JOB_FAILED);
    assert_string_equal(world.last.reason, "connect_refused");
    assert_int_equal(world.last.counts.by_outcome[OUTCOME_CONNECT_REFUSED], 1);
    job_settings_free(settings);
    close(fd);
}

static void answer_503_twice(struct site_server *server, int fd, const char *path)
{
    if (strcmp(path, "/robots.txt") == 0)
        site_answer(fd, "404 None", "", "");
    else if (server->requests % 2 == 0) /* the first after robots.txt, and each other one */
        site_answer(fd, "503 Busy", "Retry-After: 0\r\n", "");
    else
        site_page(server, fd, path);
}

static void site_that_is_overloaded_is_tried_again(void **state)
{
    (void)state;
    world_end(&world);
    world_begin(&world, answer_503_twice);
    world_shutdown(&world, 0);
    world.config.max_attempts = 50;
    world.config.own_host_connections = 1;
    world_open_engine(&world, true);
    int64_t id = create(&world, "");
    wait_for_state(&world, id, JOB_FINISHED);
    while (is_on_board(&world, id))
        run_loop_for(world.loop, 1);
    assert_whole_inventory(id);
    assert_answer(job_file(id), "SELECT max(attempts) > 1 FROM pages", "1");
}

#define ENGINE_TEST(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "parse-process") == 0)
        return parse_process_main(argc, argv);
    const struct CMUnitTest tests[] = {
        ENGINE_TEST(disk_that_fails_at_any_write_loses_nothing_acknowledged),
        ENGINE_TEST(disk_that_fails_for_a_moment_leaves_a_file_that_holds_together),
        ENGINE_TEST(page_after_one_that_could_not_be_stored_is_not_stored_either),
        ENGINE_TEST(job_file_that_cannot_be_opened_fails_the_job_alone),
        ENGINE_TEST(data_directory_in_use_is_refused_with_a_reason),
        ENGINE_TEST(engine_that_cannot_be_made_leaks_nothing),
        ENGINE_TEST(cancel_during_robots_ends_the_request),
        ENGINE_TEST(cancel_during_robots_does_not_end_the_wait_of_another_job),
        ENGINE_TEST(delete_and_shutdown_during_robots_end_at_once),
        ENGINE_TEST(robots_are_remembered_by_the_next_engine),
        ENGINE_TEST(nobody_there_fails_the_job_with_that_reason),
        ENGINE_TEST(site_that_is_overloaded_is_tried_again),
    };
    install_faults();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
