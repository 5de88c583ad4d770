/* The host ledger: who may make the next request. Lanes are started from a real loop. */
#include "tests/unit/crawler/host_world.h"

/* Turns */

static void ledger_shares_slots_by_turns_between_groups(void **state)
{
    struct ledger *ledger = *state;
    /* The first job has three lanes, the others one each, all on hosts of their own. */
    ledger->room = 1;
    add_lane(ledger, 0, "own.example", 100);
    add_lane(ledger, 0, "a.localhost", 100);
    add_lane(ledger, 0, "b.localhost", 100);
    add_lane(ledger, 1, "c.localhost", 100);
    add_lane(ledger, 2, "d.localhost", 100);
    int by_group[3] = {0};
    for (int i = 0; i < 30; i++) {
        run_until(ledger, i + 1);
        char name = ledger->started[i];
        by_group[name < 'd' ? 0 : name - 'c']++;
        finish(ledger, ledger->lanes[name - 'a'].lane.host, false, -1);
    }
    for (int i = 0; i < 3; i++)
        assert_int_equal(by_group[i], 10);
}

static void ledger_shares_a_group_by_turns_between_its_lanes(void **state)
{
    struct ledger *ledger = *state;
    ledger->room = 1;
    for (int i = 0; i < 3; i++)
        add_lane(ledger, 0, "own.example", 100); /* origins of one host */
    int by_lane[3] = {0};
    for (int i = 0; i < 30; i++) {
        run_until(ledger, i + 1);
        by_lane[ledger->started[i] - 'a']++;
        finish(ledger, host_of(ledger, "own.example"), false, -1);
    }
    for (int i = 0; i < 3; i++)
        assert_in_range(by_lane[i], 8, 12);
}

static void ledger_starts_nothing_without_a_slot(void **state)
{
    struct ledger *ledger = *state;
    ledger->room = 2;
    struct job_lane *lane = add_lane(ledger, 0, "own.example", 5);
    run_loop_for(ledger->loop, 10);
    assert_int_equal(ledger->start_count, 2);
    finish(ledger, lane->lane.host, false, -1);
    run_until(ledger, 3);
    assert_int_equal(ledger->room, 0);
}

/* One host, one politeness */

static void host_makes_one_request_at_a_time_across_groups(void **state)
{
    struct ledger *ledger = *state;
    add_lane(ledger, 0, "example.com", 10);
    add_lane(ledger, 1, "example.com", 10);
    struct host *host = host_of(ledger, "example.com");
    for (int i = 1; i <= 4; i++) {
        run_until(ledger, i);
        run_loop_for(ledger->loop, 2 * DELAY_MS); /* however long it takes */
        assert_int_equal(ledger->start_count, i);
        finish(ledger, host, false, -1);
    }
    ledger->started[4] = '\0';
    assert_true(strcmp(ledger->started, "abab") == 0 || strcmp(ledger->started, "baba") == 0);
}

static void host_delay_counts_from_the_end_of_a_request_across_groups(void **state)
{
    struct ledger *ledger = *state;
    add_lane(ledger, 0, "example.com", 10);
    add_lane(ledger, 1, "example.com", 10);
    for (int i = 0; i < 4; i++) {
        run_until(ledger, i + 1);
        run_loop_for(ledger->loop, 5);
        int64_t ended_ms = loop_now_ms(ledger->loop);
        finish(ledger, host_of(ledger, "example.com"), false, -1);
        run_until(ledger, i + 2);
        assert_not_before(ledger, i + 1, ended_ms + DELAY_MS);
    }
}

static void hosts_wait_each_for_themselves(void **state)
{
    struct ledger *ledger = *state;
    add_lane(ledger, 0, "slow.example", 2);
    run_until(ledger, 1);
    finish(ledger, host_of(ledger, "slow.example"), true, 3600 * 1000);
    add_lane(ledger, 0, "quick.example", 2);
    run_until(ledger, 2);
    finish(ledger, host_of(ledger, "quick.example"), false, -1);
    run_until(ledger, 3);
    assert_string_equal(ledger->started, "abb");
}

static void own_hosts_have_connections_and_no_delay(void **state)
{
    struct ledger *ledger = *state;
    static const char *const own[] = {"own.example", "OWN.example", "127.0.0.1",  "127.9.9.9",
                                      "[::1]",       "localhost",   "a.localhost"};
    static const char *const others[] = {"example.com", "own.example.com", "x127.0.0.1",
                                         "[::2]",       "127.example.com", "notlocalhost"};
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        assert_true(host_is_own(host_of(ledger, own[i])));
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_false(host_is_own(host_of(ledger, others[i])));
    add_lane(ledger, 0, "own.example", 9);
    run_loop_for(ledger->loop, 10);
    assert_int_equal(ledger->start_count, 4);
}

static void host_crawl_delay_is_the_longest_and_has_a_most(void **state)
{
    struct ledger *ledger = *state;
    struct host *host = host_of(ledger, "example.com");
    int one, other; /* robots.txt files */
    host_set_crawl_delay(host, &one, 2 * DELAY_MS);
    host_set_crawl_delay(host, &other, 1);
    add_lane(ledger, 0, "example.com", 3);
    run_until(ledger, 1);
    int64_t ended_ms = loop_now_ms(ledger->loop);
    finish(ledger, host, false, -1);
    run_until(ledger, 2);
    assert_not_before(ledger, 1, ended_ms + 2 * DELAY_MS);
    host_set_crawl_delay(host, &one, INT64_C(3600) * 1000);
    finish(ledger, host, false, -1);
    run_until(ledger, 3); /* comes, as it is taken as 3 * DELAY_MS */
}

static int64_t delay_of(const struct host *host)
{
    struct host_view view;
    host_look(host, &view);
    return view.delay_ms;
}

static void host_crawl_delay_goes_down_with_the_file_that_asked_for_it(void **state)
{
    struct ledger *ledger = *state;
    struct host *host = host_of(ledger, "example.com");
    int one, other; /* robots.txt files */
    host_set_crawl_delay(host, &one, 3 * DELAY_MS);
    host_set_crawl_delay(host, &other, 2 * DELAY_MS);
    assert_int_equal(delay_of(host), 3 * DELAY_MS);
    host_set_crawl_delay(host, &one, DELAY_MS + 1);
    assert_int_equal(delay_of(host), 2 * DELAY_MS);
    host_set_crawl_delay(host, &other, 0);
    assert_int_equal(delay_of(host), DELAY_MS + 1);
    host_set_crawl_delay(host, &one, 0);
    assert_int_equal(delay_of(host), DELAY_MS);
    host_set_crawl_delay(host, &one, 0); /* and is gone already */
    host_set_crawl_delay(host, &one, 3 * DELAY_MS);
    assert_int_equal(delay_of(host), 3 * DELAY_MS);
}

/* Lanes in which no request is made */

static bool is_settling(const struct lane *lane)
{
    return ((const struct job_lane *)(const void *)lane)->refuses;
}

static void lanes_that_ask_nothing_do_not_wait_for_their_host(void **state)
{
    struct ledger *ledger = *state;
    ledger->groups[0].is_free = is_settling;
    add_lane(ledger, 0, "example.com", 2);
    run_until(ledger, 1);
    finish(ledger, host_of(ledger, "example.com"), true, 3600 * 1000);
    struct job_lane *settling = add_lane(ledger, 0, "example.com", 50);
    settling->refuses = true;
    host_located(host_of(ledger, "example.com"), NULL, 0); /* it is looked at again */
    run_until(ledger, 51);
    assert_int_equal(settling->left, 0);
    assert_int_equal(ledger->lanes[0].left, 1);
    assert_int_equal(ledger->lanes[0].lane.state, LANE_PARKED);
}

static void count_turn(void *arg)
{
    struct ledger *ledger = arg;
    assert_true(ledger->start_count <= 10 * ++ledger->turns);
    if (ledger->start_count < 150)
        loop_call_soon(ledger->loop, count_turn, ledger);
}

static void lanes_that_take_no_slot_leave_the_loop_its_turns(void **state)
{
    struct ledger *ledger = *state;
    add_lane(ledger, 0, "own.example", 150)->refuses = true;
    loop_call_soon(ledger->loop, count_turn, ledger);
    run_until(ledger, 150);
}

/* Backoff */

static void host_backoff_doubles_and_ends_with_a_good_answer(void **state)
{
    struct ledger *ledger = *state;
    add_lane(ledger, 0, "own.example", 10);
    struct host *host = host_of(ledger, "own.example");
    ledger->room = 1;
    static const int64_t pauses[] = {20, 40, 80, 100, 100};
    for (int i = 0; i < 5; i++) {
        run_until(ledger, i + 1);
        int64_t now_ms = loop_now_ms(ledger->loop);
        finish(ledger, host, true, -1);
        assert_int_equal(ledger->saved_backoff_ms, pauses[i]);
        run_until(ledger, i + 2);
        assert_not_before(ledger, i + 1, now_ms + pauses[i]);
    }
    finish(ledger, host, false, -1);
    run_until(ledger, 7);
    finish(ledger, host, true, -1);
    assert_int_equal(ledger->saved_backoff_ms, 20);
    assert_int_equal(ledger->saves, 6);
}

static void host_retry_after_is_obeyed_also_where_it_is_longer_than_any_backoff(void **state)
{
    struct ledger *ledger = *state;
    add_lane(ledger, 0, "own.example", 2);
    ledger->room = 1;
    run_until(ledger, 1);
    int64_t now_ms = loop_now_ms(ledger->loop);
    finish(ledger, host_of(ledger, "own.example"), true, 150);
    run_until(ledger, 2);
    assert_not_before(ledger, 1, now_ms + 150);
}

static void host_overload_told_by_many_answers_at_once_is_one_backoff(void **state)
{
    struct ledger *ledger = *state;
    add_lane(ledger, 0, "own.example", 8);
    run_until(ledger, 4);
    for (int i = 0; i < 4; i++)
        finish(ledger, host_of(ledger, "own.example"), true, -1);
    assert_int_equal(ledger->saved_backoff_ms, 20);
}

static void host_pause_holds_for_lanes_that_were_ready_already(void **state)
{
    struct ledger *ledger = *state;
    struct job_lane *first = add_lane(ledger, 0, "own.example", 1);
    ledger->room = 1;
    run_until(ledger, 1);
    struct job_lane *second = add_lane(ledger, 0, "own.example", 1);
    run_loop_for(ledger->loop, 5);
    assert_int_equal(second->lane.state, LANE_READY); /* the host has room, there is no slot */
    int64_t now_ms = loop_now_ms(ledger->loop);
    finish(ledger, first->lane.host, true, 60);
    run_until(ledger, 2);
    assert_not_before(ledger, 1, now_ms + 60);
}

static void host_crawl_delay_holds_for_lanes_that_were_ready_already(void **state)
{
    struct ledger *ledger = *state;
    put_rule(ledger, (struct host_rule){"example.com", {.delay_ms = 0, .connections = 3}});
    for (int i = 0; i < 3; i++)
        add_lane(ledger, 0, "example.com", 1);
    host_set_crawl_delay(host_of(ledger, "example.com"), ledger, DELAY_MS);
    run_loop_for(ledger->loop, 10);
    assert_int_equal(ledger->start_count, 1);
    finish(ledger, host_of(ledger, "example.com"), false, -1);
    run_until(ledger, 2);
    assert_not_before(ledger, 1, ledger->started_at[0] + DELAY_MS);
    finish(ledger, host_of(ledger, "example.com"), false, -1);
    run_until(ledger, 3);
}

static void host_restored_goes_on_where_it_was(void **state)
{
    struct ledger *ledger = *state;
    struct host *host = host_of(ledger, "own.example");
    int64_t now_ms = loop_now_ms(ledger->loop);
    restore(ledger, "own.example", 50, 40);
    add_lane(ledger, 0, "own.example", 2);
    ledger->room = 1;
    run_until(ledger, 1);
    assert_not_before(ledger, 0, now_ms + 50);
    finish(ledger, host, true, -1);
    assert_int_equal(ledger->saved_backoff_ms, 80);
}

/* Lanes */

static void lane_withdrawn_gives_its_turn_to_the_next(void **state)
{
    struct ledger *ledger = *state;
    ledger->room = 0;
    struct job_lane *first = add_lane(ledger, 0, "example.com", 1);
    struct job_lane *second = add_lane(ledger, 1, "example.com", 1);
    assert_int_equal(first->lane.state, LANE_READY);
    assert_int_equal(second->lane.state, LANE_PARKED);
    lane_want(&first->lane, false);
    assert_int_equal(first->lane.state, LANE_IDLE);
    assert_int_equal(second->lane.state, LANE_READY);
    ledger->room = 1;
    hosts_pump(ledger->hosts);
    run_until(ledger, 1);
    assert_string_equal(ledger->started, "b");
}

static void lane_wanting_twice_counts_once(void **state)
{
    struct ledger *ledger = *state;
    struct job_lane *lane = add_lane(ledger, 0, "own.example", 1);
    for (int i = 0; i < 3; i++)
        lane_want(&lane->lane, true);
    for (int i = 0; i < 3; i++)
        lane_want(&lane->lane, false);
    run_loop_for(ledger->loop, 10);
    assert_int_equal(ledger->start_count, 0);
    lane_want(&lane->lane, true);
    run_until(ledger, 1);
    run_loop_for(ledger->loop, 10);
    assert_int_equal(ledger->start_count, 1);
}

static void lane_that_begins_nothing_does_not_keep_the_hosts_turn(void **state)
{
    struct ledger *ledger = *state;
    struct job_lane *idle = add_lane(ledger, 0, "example.com", 3);
    idle->refuses = true;
    run_until(ledger, 3);
    add_lane(ledger, 1, "example.com", 1);
    run_until(ledger, 4);
    assert_string_equal(ledger->started, "aaab");
}

static void ledger_keeps_its_time_order_with_many_hosts(void **state)
{
    struct ledger *ledger = *state;
    static const int64_t pauses[MAX_LANES] = {90, 10, 70, 30, 50, 60, 40, 80, 20, 100, 5, 55};
    int64_t now_ms = loop_now_ms(ledger->loop);
    for (int i = 0; i < MAX_LANES; i++) {
        char name[32];
        snprintf(name, sizeof name, "h%d.localhost", i);
        restore(ledger, name, pauses[i], 0);
        add_lane(ledger, i % 4, name, 1);
    }
    lane_want(&ledger->lanes[3].lane, false); /* taken out of the middle of the heap */
    run_until(ledger, MAX_LANES - 1);
    for (int i = 0; i < MAX_LANES - 1; i++) {
        assert_int_not_equal(ledger->started[i], 'd');
        assert_not_before(ledger, i, now_ms + pauses[ledger->started[i] - 'a']);
    }
}

static void hosts_can_be_freed_while_a_pump_is_queued(void **state)
{
    struct ledger *ledger = *state;
    add_lane(ledger, 0, "own.example", 1);
    restore(ledger, "later.example", 5, 0);
    add_lane(ledger, 0, "later.example", 1);
    /* close_ledger() does it: the lanes are withdrawn, and nothing of it has run yet */
    assert_int_equal(ledger->start_count, 0);
}

#define LEDGER_TEST(name) cmocka_unit_test_setup_teardown(name, open_ledger, close_ledger)

/* Its request is still under way when the loop ends: a process that dies now leaves the time
 * behind. Of the other host only what was learned would be saved, much later. */
static void long_wait_is_saved_at_once_and_a_short_one_is_not(void **state)
{
    struct ledger *ledger = *state;
    put_rule(ledger, (struct host_rule){.pattern = "long.test", .pace.delay_ms = 60000});
    add_lane(ledger, 0, "short.test", 3);
    add_lane(ledger, 0, "long.test", 3);
    int64_t begin_ms = clock_epoch_ms();
    loop_run(ledger->loop);
    assert_int_equal(ledger->waits_saved, 1);
    assert_true(ledger->saved_next_at_ms >= begin_ms + 30000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LEDGER_TEST(ledger_shares_slots_by_turns_between_groups),
        LEDGER_TEST(ledger_shares_a_group_by_turns_between_its_lanes),
        LEDGER_TEST(ledger_starts_nothing_without_a_slot),
        LEDGER_TEST(host_makes_one_request_at_a_time_across_groups),
        LEDGER_TEST(host_delay_counts_from_the_end_of_a_request_across_groups),
        LEDGER_TEST(hosts_wait_each_for_themselves),
        LEDGER_TEST(own_hosts_have_connections_and_no_delay),
        LEDGER_TEST(host_crawl_delay_is_the_longest_and_has_a_most),
        LEDGER_TEST(host_crawl_delay_goes_down_with_the_file_that_asked_for_it),
        LEDGER_TEST(lanes_that_ask_nothing_do_not_wait_for_their_host),
        LEDGER_TEST(lanes_that_take_no_slot_leave_the_loop_its_turns),
        LEDGER_TEST(host_backoff_doubles_and_ends_with_a_good_answer),
        LEDGER_TEST(host_retry_after_is_obeyed_also_where_it_is_longer_than_any_backoff),
        LEDGER_TEST(host_overload_told_by_many_answers_at_once_is_one_backoff),
        LEDGER_TEST(host_pause_holds_for_lanes_that_were_ready_already),
        LEDGER_TEST(host_crawl_delay_holds_for_lanes_that_were_ready_already),
        LEDGER_TEST(host_restored_goes_on_where_it_was),
        LEDGER_TEST(lane_withdrawn_gives_its_turn_to_the_next),
        LEDGER_TEST(lane_wanting_twice_counts_once),
        LEDGER_TEST(lane_that_begins_nothing_does_not_keep_the_hosts_turn),
        LEDGER_TEST(ledger_keeps_its_time_order_with_many_hosts),
        LEDGER_TEST(long_wait_is_saved_at_once_and_a_short_one_is_not),
        LEDGER_TEST(hosts_can_be_freed_while_a_pump_is_queued),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
