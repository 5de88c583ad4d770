/* Frontier: every URL is leased once, in order, though memory holds a window of each origin only;
 * and nothing is lost where the file is closed in between. */
#include "tests/unit/crawler/frontier_world.h"

#include <errno.h>

static struct world world;
static unsigned random_state;
static int64_t stop_at; /* settled URLs after which the crawl is interrupted */
static int64_t order[WORLD_MAX_IDS];
static int order_count;

static unsigned next_random(unsigned below)
{
    random_state = random_state * 1103515245u + 12345u;
    return (random_state >> 16) % below;
}

static int page_number(const struct frontier_url *url)
{
    return atoi(strrchr(url->url, '/') + 1);
}

static void note_order(const struct frontier_url *url)
{
    assert_true(order_count < WORLD_MAX_IDS);
    order[order_count++] = url->id;
}

/* Sites */

/* The first page links to 3000 others of its origin. */
enum { WIDE = 3000 };
static void wide_link(int i, const struct frontier_url *url, char *text)
{
    (void)url;
    snprintf(text, WORLD_LINK_BYTES, "http://a.localhost/%d", i + 2);
}

static void visit_wide(struct world *w, struct frontier_url *url)
{
    (void)w;
    note_order(url);
    world_settle(url, page_number(url) == 1 ? WIDE : 0, wide_link);
}

/* Three origins; page N of 4000 links to 2N and 2N + 1, the first to hundreds at once, and all to
 * what is known already or out of scope. */
enum { TREE = 4000 };
static void tree_link(int i, const struct frontier_url *url, char *text)
{
    static const char *const hosts[] = {"a.localhost", "a.localhost:81", "b.localhost"};
    int n = page_number(url);
    int to = n == 1 ? i + 1 : i < 2 ? 2 * n + i : i == 2 ? n : n / 2;
    if (to < 1 || to > TREE)
        snprintf(text, WORLD_LINK_BYTES, "http://elsewhere.example/%d", to);
    else
        snprintf(text, WORLD_LINK_BYTES, "http://%s/%d", hosts[to % 3 == 1 ? 0 : to % 3], to);
}

static void visit_tree(struct world *w, struct frontier_url *url)
{
    unsigned dice = next_random(10);
    if (stop_at && w->settled >= stop_at) {
        if (!w->closing)
            frontier_open(w->frontier, false, false);
        w->closing = true;
        world_return(url, 0);
    } else if (dice == 0 && url->attempts < 4) {
        world_return(url, loop_now_ms(w->loop) + next_random(5));
    } else if (dice == 1 && url->attempts < 4) {
        world_return(url, 0);
    } else {
        world_settle(url, page_number(url) == 1 ? 1200 : 4, tree_link);
    }
}

static int open_folder(void **state)
{
    order_count = 0;
    stop_at = 0;
    random_state = 7;
    return make_folder(state);
}

static void begin(const char *settings, void (*visit)(struct world *, struct frontier_url *))
{
    world_init(&world, settings);
    world.visit = visit;
    world_open(&world);
}

static void assert_counts_add_up(void)
{
    const struct job_counts *counts = &world.counts;
    assert_int_equal(counts->queued, frontier_queued(world.frontier));
    assert_int_equal(counts->known,
                     counts->queued + counts->in_flight + counts->by_class[OUTCOME_DONE] +
                         counts->by_class[OUTCOME_FAILED] + counts->by_class[OUTCOME_SKIPPED]);
}

static const char wide[] = "{\"seeds\": [\"http://a.localhost/1\"]}";
static const char tree[] = "{\"seeds\": [\"http://a.localhost/1\"], \"scope\": \"domain\","
                           " \"max_depth\": 100000}";
static const char tree_hosts[] =
    "{\"seeds\": [\"http://a.localhost/1\"], \"scope\": \"hosts\", \"hosts\": [\"*.localhost\"]}";

/* Leases */

static void frontier_leases_each_url_once_in_order_of_discovery(void **state)
{
    (void)state;
    begin(wide, visit_wide);
    world_run(&world);
    assert_int_equal(order_count, WIDE + 1);
    for (int i = 0; i < order_count; i++)
        assert_int_equal(order[i], i + 1);
    assert_true(world.refills > WIDE / 256); /* most of them came from the file */
    assert_counts_add_up();
    world_close(&world);
    world_done(&world);
}

static void frontier_keeps_a_bounded_window_in_memory(void **state)
{
    (void)state;
    begin(wide, visit_wide);
    struct url url = url_of("http://a.localhost/1");
    const struct frontier_origin *origin = frontier_origin_of(world.frontier, &url);
    frontier_open(world.frontier, true, false);
    while (world.settled < WIDE + 1) {
        run_loop_for(world.loop, 1);
        assert_true(origin->window_count <= 256);
    }
    world_close(&world);
    world_done(&world);
}

static void frontier_with_returns_and_many_origins_settles_all_exactly_once(void **state)
{
    (void)state;
    begin(tree_hosts, visit_tree);
    world_run(&world);
    assert_int_equal(world.settled, TREE);
    assert_int_equal(world.counts.by_class[OUTCOME_DONE], TREE);
    assert_true(world.counts.by_outcome[OUTCOME_OUT_OF_SCOPE] > 0);
    assert_int_equal(frontier_waiting_retries(world.frontier), 0);
    assert_counts_add_up();
    world_close(&world);
    assert_answer(world.path, "SELECT count(*) FROM pages WHERE state = 'done'", "4000");
    assert_answer(world.path, "SELECT count(*) - count(DISTINCT url) FROM urls", "0");
    world_done(&world);
}

static void frontier_closed_and_reopened_anywhere_loses_nothing(void **state)
{
    (void)state;
    world_init(&world, tree_hosts);
    world.visit = visit_tree;
    for (stop_at = 1; world.settled < TREE; stop_at += 1 + next_random(400)) {
        world.closing = false;
        world_open(&world);
        world_run(&world);
        assert_counts_add_up();
        world_close(&world);
    }
    assert_int_equal(world.settled, TREE);
    assert_answer(world.path, "SELECT count(*) FROM pages WHERE state = 'done'", "4000");
    assert_answer(world.path, "SELECT count(*) - count(DISTINCT url) FROM urls", "0");
    world_done(&world);
}

/* The first page links to 300 others, each of these to one more: as the window runs low, rows are
 * always in the file that the frontier has not been told of yet. */
enum { CHAIN = 6000, CHAIN_WIDTH = 300 };
static void chain_link(int i, const struct frontier_url *url, char *text)
{
    int n = page_number(url);
    snprintf(text, WORLD_LINK_BYTES, "http://a.localhost/%d", n == 1 ? i + 2 : n + CHAIN_WIDTH);
}

static void visit_chain(struct world *w, struct frontier_url *url)
{
    (void)w;
    int n = page_number(url);
    world_settle(url, n == 1 ? CHAIN_WIDTH : n + CHAIN_WIDTH <= CHAIN, chain_link);
}

static void frontier_refill_leaves_out_what_it_was_not_told_of(void **state)
{
    (void)state;
    begin(wide, visit_chain);
    world.room = 300;
    world_run(&world);
    assert_int_equal(world.settled, CHAIN);
    assert_true(world.refills > 10);
    assert_counts_add_up();
    world_close(&world);
    world_done(&world);
}

static void frontier_may_be_closed_while_a_refill_is_under_way(void **state)
{
    (void)state;
    begin(wide, visit_wide);
    stop_at = 0;
    frontier_open(world.frontier, true, false);
    while (world.refills < 2 || frontier_is_quiet(world.frontier))
        run_loop_for(world.loop, 0);
    frontier_open(world.frontier, false, false);
    while (world.visits > 0)
        run_loop_for(world.loop, 1);
    world_close(&world);
    int64_t before = world.settled;
    world_open(&world);
    assert_int_equal(world.counts.queued, WIDE + 1 - before);
    world_run(&world);
    assert_int_equal(world.settled, WIDE + 1);
    world_close(&world);
    world_done(&world);
}

/* Once its window is full, the rows behind it become unreadable. */
static void visit_and_break_the_file(struct world *w, struct frontier_url *url)
{
    if (page_number(url) == 1) {
        world_settle(url, WIDE, wide_link);
        return;
    }
    if (page_number(url) == 2) {
        sqlite3 *db = look_into(w->path);
        assert_int_equal(sqlite3_exec(db, "DROP TABLE urls", NULL, NULL, NULL), SQLITE_OK);
        sqlite3_close(db);
    }
    world_return(url, loop_now_ms(w->loop) + 3600 * 1000);
}

static void frontier_tells_when_a_refill_fails(void **state)
{
    (void)state;
    begin(wide, visit_and_break_the_file);
    world_run(&world); /* world_loaded() stops it */
    assert_true(world.load_rc < 0);
    assert_counts_add_up();
    world_close(&world);
    world_done(&world);
}

/* Retries */

static int64_t first_try_at, second_try_at;

static void visit_once_again(struct world *w, struct frontier_url *url)
{
    if (url->attempts == 1) {
        first_try_at = loop_now_ms(w->loop);
        world_return(url, first_try_at + 50);
        assert_int_equal(frontier_waiting_retries(w->frontier), 1);
    } else {
        second_try_at = loop_now_ms(w->loop);
        world_settle(url, 0, NULL);
    }
}

static void retry_waits_for_its_time_and_keeps_its_attempts(void **state)
{
    (void)state;
    begin(wide, visit_once_again);
    world_run(&world);
    assert_true(second_try_at >= first_try_at + 50);
    assert_int_equal(world.leases, 2);
    world_close(&world);
    world_done(&world);
}

enum { HELD = 8 };
static struct frontier_url *held[HELD];
static int held_count;
static int64_t last_retry_at;

static void return_held(struct world *w)
{
    int64_t now_ms = loop_now_ms(w->loop);
    for (int i = 0; i < HELD; i++)
        world_return(held[i], now_ms + 1 + i * 5 % HELD * 4);
}

static void visit_all_again(struct world *w, struct frontier_url *url)
{
    if (page_number(url) == 1) {
        world_settle(url, HELD, wide_link);
    } else if (url->attempts == 1) {
        held[held_count++] = url;
        if (held_count == HELD)
            return_held(w);
    } else {
        assert_true(url->retry_at_ms >= last_retry_at);
        assert_true(loop_now_ms(w->loop) >= url->retry_at_ms);
        last_retry_at = url->retry_at_ms;
        world_settle(url, 0, NULL);
    }
}

static void retries_come_in_the_order_of_their_times(void **state)
{
    (void)state;
    begin(wide, visit_all_again);
    world_run(&world);
    assert_int_equal(world.settled, 1 + HELD);
    assert_int_equal(frontier_waiting_retries(world.frontier), 0);
    world_close(&world);
    world_done(&world);
}

static void visit_until_limit(struct world *w, struct frontier_url *url)
{
    if (page_number(url) == 1) {
        world_settle(url, 20, wide_link);
    } else if (url->attempts == 1) {
        w->only_retries = true;
        frontier_open(w->frontier, true, true);
        world_return(url, loop_now_ms(w->loop) + 10);
    } else {
        world_settle(url, 0, NULL);
        loop_stop(w->loop);
    }
}

static void only_retries_offers_nothing_new(void **state)
{
    (void)state;
    begin(wide, visit_until_limit);
    world.room = 1; /* nothing else is under way when the limit is met */
    world_run(&world);
    while (world.visits > 0)
        run_loop_for(world.loop, 1);
    run_loop_for(world.loop, 20);
    assert_int_equal(world.settled, 2);
    assert_int_equal(frontier_queued(world.frontier), 19);
    world_close(&world);
    world_done(&world);
}

/* Origins */

static void origin_blocked_leases_nothing_until_it_is_unblocked(void **state)
{
    (void)state;
    begin(wide, visit_wide);
    struct url url = url_of("http://a.localhost/x");
    struct frontier_origin *origin = frontier_origin_of(world.frontier, &url);
    frontier_block(origin, true);
    frontier_open(world.frontier, true, false);
    run_loop_for(world.loop, 10);
    assert_int_equal(world.leases, 0);
    frontier_block(origin, false);
    loop_run(world.loop);
    assert_int_equal(world.settled, WIDE + 1);
    world_close(&world);
    world_done(&world);
}

static void origins_are_by_scheme_host_and_port(void **state)
{
    (void)state;
    begin(wide, visit_wide);
    static const char *const urls[] = {"http://b.localhost/", "https://b.localhost/",
                                       "http://b.localhost:81/", "http://c.localhost/"};
    size_t before = frontier_origin_count(world.frontier);
    for (int i = 0; i < 4; i++) {
        struct url url = url_of(urls[i]);
        struct frontier_origin *origin = frontier_origin_of(world.frontier, &url);
        assert_ptr_equal(origin, frontier_origin_of(world.frontier, &url));
        assert_int_equal(origin->id, before + (size_t)i + 1);
        assert_int_equal(frontier_restore_origin(world.frontier, 99, &url, 0, 0), -EEXIST);
    }
    assert_int_equal(frontier_origin_count(world.frontier), before + 4);
    world_close(&world);
    world_done(&world);
}

/* Discovery */

static void discovery_takes_a_url_once_and_gives_ids_without_gaps(void **state)
{
    (void)state;
    begin(tree, visit_wide);
    struct finds finds = {0};
    char texts[40][WORLD_LINK_BYTES];
    int64_t first = world.discovery.last_url_id + 1;
    for (int i = 0; i < 40; i++) {
        snprintf(texts[i], sizeof texts[i], "http://a.localhost/new/%d", i / 2);
        struct url url = url_of(texts[i]);
        struct lead lead = {.url = &url, .text = {texts[i], strlen(texts[i])}, .via = VIA_LINK};
        assert_int_equal(discovery_knows(&world.discovery, texts[i], strlen(texts[i])), i % 2);
        assert_int_equal(discovery_follow(&world.discovery, &lead, &finds), i % 2 == 0);
    }
    assert_int_equal(finds.count, 20);
    for (size_t i = 0; i < finds.count; i++)
        assert_int_equal(finds.urls[i].id, first + (int64_t)i);
    assert_int_equal(finds.origin_count, 0); /* known since the seeds */
    finds_done(&finds);
    world_close(&world);
    world_done(&world);
}

static void discovery_stops_at_max_urls_and_says_so(void **state)
{
    (void)state;
    begin(tree, visit_wide);
    world.discovery.max_urls = world.discovery.last_url_id + 1;
    struct finds finds = {0};
    static const char *const urls[] = {"http://a.localhost/new/1", "http://a.localhost/new/2"};
    for (int i = 0; i < 2; i++) {
        struct url url = url_of(urls[i]);
        struct lead lead = {.url = &url, .text = {urls[i], strlen(urls[i])}, .via = VIA_LINK};
        assert_int_equal(discovery_follow(&world.discovery, &lead, &finds), i == 0);
        assert_int_equal(world.discovery.is_full, i == 1);
    }
    assert_int_equal(finds.count, 1);
    finds_done(&finds);
    world_close(&world);
    world_done(&world);
}

static void discovery_names_the_reason_of_what_it_skips_and_counts_only_what_is_announced(
    void **state)
{
    (void)state;
    begin("{\"seeds\": [\"http://a.localhost/1\"], \"exclude\": [\"*.zip\"], \"max_depth\": 1}",
          visit_wide);
    static const char *const urls[] = {"http://a.localhost/ok", "http://a.localhost/x.zip",
                                       "http://b.example/", "http://b.example/2"};
    static const char *const reasons[] = {NULL, "excluded", "out_of_scope", "out_of_scope"};
    struct finds finds = {0};
    for (int i = 0; i < 4; i++) {
        struct url url = url_of(urls[i]);
        discovery_follow(
            &world.discovery,
            &(struct lead){
                .url = &url, .text = {urls[i], strlen(urls[i])}, .via = VIA_REDIRECT, .depth = 1},
            &finds);
        if (reasons[i])
            assert_string_equal(finds.urls[i].skipped, reasons[i]);
        else
            assert_null(finds.urls[i].skipped);
        assert_string_equal(finds.urls[i].via, "redirect");
    }
    assert_int_equal(finds.origin_count, 1);
    assert_int_equal(frontier_origin_count(world.frontier), 1); /* b.example has no queue */
    assert_int_equal(world.counts.known, 1);
    finds_announce(&finds, &world.counts);
    assert_int_equal(world.counts.known, 5);
    assert_int_equal(world.counts.queued, 2);
    assert_int_equal(world.counts.by_outcome[OUTCOME_OUT_OF_SCOPE], 2);
    assert_counts_add_up();
    finds_done(&finds);
    world_close(&world);
    world_done(&world);
}

#define FRONTIER_TEST(name) cmocka_unit_test_setup_teardown(name, open_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FRONTIER_TEST(frontier_leases_each_url_once_in_order_of_discovery),
        FRONTIER_TEST(frontier_keeps_a_bounded_window_in_memory),
        FRONTIER_TEST(frontier_with_returns_and_many_origins_settles_all_exactly_once),
        FRONTIER_TEST(frontier_closed_and_reopened_anywhere_loses_nothing),
        FRONTIER_TEST(frontier_refill_leaves_out_what_it_was_not_told_of),
        FRONTIER_TEST(frontier_may_be_closed_while_a_refill_is_under_way),
        FRONTIER_TEST(frontier_tells_when_a_refill_fails),
        FRONTIER_TEST(retry_waits_for_its_time_and_keeps_its_attempts),
        FRONTIER_TEST(retries_come_in_the_order_of_their_times),
        FRONTIER_TEST(only_retries_offers_nothing_new),
        FRONTIER_TEST(origin_blocked_leases_nothing_until_it_is_unblocked),
        FRONTIER_TEST(origins_are_by_scheme_host_and_port),
        FRONTIER_TEST(discovery_takes_a_url_once_and_gives_ids_without_gaps),
        FRONTIER_TEST(discovery_stops_at_max_urls_and_says_so),
        FRONTIER_TEST(
            discovery_names_the_reason_of_what_it_skips_and_counts_only_what_is_announced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
