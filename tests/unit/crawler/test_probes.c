/* Probes in a crawl, on a real engine: each image is asked for once and settled once, whenever the
 * crawl is interrupted and whatever fails. This binary is its own parse process. */
#include "tests/unit/crawler/engine_world.h"

static struct world world;

/* A picture of one pixel, as far as its head goes. */
static const char gif[] = "GIF89a\x01\0\x01\0\0\0\0\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0;";

enum { PICTURES = PAGES + 1 }; /* one for each page, and the logo */
static unsigned asked[PICTURES];

static void send_picture(int fd)
{
    char head[128];
    size_t bytes = sizeof gif - 1;
    int n = snprintf(head, sizeof head,
                     "HTTP/1.1 206 Part\r\nContent-Type: image/gif\r\nContent-Length: %zu\r\n"
                     "Content-Range: bytes 0-%zu/%zu\r\n\r\n",
                     bytes, bytes - 1, bytes);
    char answer[256];
    memcpy(answer, head, (size_t)n);
    memcpy(answer + n, gif, bytes);
    raw_send(fd, answer, (size_t)n + bytes);
}

static void serve(struct site_server *server, int fd, const char *path)
{
    if (!strstr(path, ".png")) {
        site_page(server, fd, path);
        return;
    }
    site_wait_at_gate(server);
    __atomic_add_fetch(&asked[atoi(path + 1)], 1, __ATOMIC_RELAXED);
    if (atoi(path + 1) == PAGES)
        site_answer(fd, "404 None", "", "");
    else
        send_picture(fd);
}

static int begin(void **state)
{
    memset(asked, 0, sizeof asked);
    make_folder(state);
    world_begin(&world, serve);
    return 0;
}

static int end(void **state)
{
    world_end(&world);
    remove_folder(state);
    return 0;
}

#define PROBE ", \"probe\": \"first_bytes\""

static void assert_counts(const struct asset_counts *counts)
{
    assert_int_equal(counts->known, counts->queued + counts->in_flight + counts->done +
                                        counts->failed + counts->skipped);
}

static void assert_all_probed(int64_t id)
{
    const char *file = job_file(id);
    assert_whole_inventory(id);
    assert_answer(file, "SELECT count(*) FROM probes", "61");
    assert_answer(file,
                  "SELECT group_concat(outcome || ' ' || number, ', ') FROM (SELECT outcome,"
                  " count(*) AS number FROM probes GROUP BY outcome ORDER BY outcome)",
                  "http_4xx 1, ok 60");
    assert_answer(file,
                  "SELECT count(*) FROM probes WHERE type = 'image/gif' AND width = 1"
                  " AND bytes = 29",
                  "60");
}

static void every_image_is_asked_for_once(void **state)
{
    (void)state;
    int64_t id = create(&world, PROBE);
    wait_for_state(&world, id, JOB_FINISHED);
    assert_all_probed(id);
    assert_counts(&world.last.counts.probes);
    assert_int_equal(world.last.counts.probes.done, 60);
    assert_int_equal(world.last.counts.probes.failed, 1);
    for (int i = 0; i < PICTURES; i++)
        assert_int_equal(asked[i], 1);
    int64_t other = create(&world, PROBE);
    wait_for_state(&world, other, JOB_FINISHED);
    assert_all_probed(other);
    for (int i = 0; i < PICTURES; i++)
        assert_int_equal(asked[i], 1);
}

static void interrupted_at_any_moment_the_rest_is_asked_for_later(void **state)
{
    (void)state;
    int64_t id = create(&world, PROBE ", \"max_in_flight\": 4, \"probe_freshness_s\": 0");
    for (int turn = 0; is_on_board(&world, id) && turn < 200; turn++) {
        for (int i = 0; i < 3 + turn && is_on_board(&world, id); i++)
            run_loop_for(world.loop, 1);
        struct board_entry entry;
        if (board_get(engine_board(world.engine), id, &entry))
            assert_counts(&entry.counts.probes);
        world_shutdown(&world, turn % 2 ? 60000 : 0);
        world_open_engine(&world, true);
        run_loop_for(world.loop, 1);
    }
    assert_all_probed(id);
}

/* From the Nth write on every write fails; then the disk is well again. */
static void disk_that_fails_is_told_and_loses_nothing(void **state)
{
    (void)state;
    for (long nth = 20; nth < 200; nth += 30) {
        int64_t id = create(&world, PROBE ", \"probe_freshness_s\": 0");
        set_fault(FAULT_ERRNO, ENOSPC, nth);
        for (int i = 0; i < 20 || is_on_board(&world, id); i++)
            run_loop_for(world.loop, 1);
        world_shutdown(&world, 60000);
        set_fault(FAULT_NONE, 0, 0);
        world_open_engine(&world, true);
        for (int i = 0; i < 20 || is_on_board(&world, id); i++)
            run_loop_for(world.loop, 1);
        assert_sound(job_file(id));
    }
}

static void images_that_are_not_reached_in_time_are_skipped(void **state)
{
    (void)state;
    char answer[40];
    int64_t id = create(&world, PROBE ", \"max_in_flight\": 1, \"delay_ms\": 20");
    while (!__atomic_load_n(&asked[0], __ATOMIC_RELAXED))
        run_loop_for(world.loop, 1);
    assert_int_equal(end_of(engine_act(world.engine, id, JOB_CANCEL)), 0);
    while (is_on_board(&world, id))
        run_loop_for(world.loop, 1);
    assert_counts(&world.last.counts.probes);
    assert_int_equal(world.last.counts.probes.queued, 0);
    snprintf(answer, sizeof answer, "%lld", (long long)world.last.counts.probes.skipped);
    assert_answer(job_file(id), "SELECT count(*) FROM probes WHERE outcome = 'cancelled'", answer);
    assert_answer(job_file(id), "SELECT count(*) = (SELECT count(*) FROM images) FROM probes", "1");
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "parse-process") == 0)
        return parse_process_main(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_image_is_asked_for_once, begin, end),
        cmocka_unit_test_setup_teardown(interrupted_at_any_moment_the_rest_is_asked_for_later,
                                        begin, end),
        cmocka_unit_test_setup_teardown(disk_that_fails_is_told_and_loses_nothing, begin, end),
        cmocka_unit_test_setup_teardown(images_that_are_not_reached_in_time_are_skipped, begin,
                                        end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
