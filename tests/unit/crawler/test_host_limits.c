/* The host ledger's limits beyond one host: addresses, shares of the slots, jobs that hold back,
 * and the operator's rules. */
#include "tests/unit/crawler/host_world.h"

static struct host *asked[16]; /* for their address, and not answered yet */
static int asked_count;

static void locate(struct host *host, void *arg)
{
    (void)arg;
    asked[asked_count++] = host;
}

static void two_at_an_address(struct hosts_config *config)
{
    asked_count = 0;
    config->pace.delay_ms = 0;
    config->connections = 8;
    config->address_connections = 2;
    config->locate = locate;
}

static int open_addresses(void **state)
{
    return open_ledger_with(state, two_at_an_address);
}

static struct host *taken; /* the one that end_slow() was asked for last */
static int taken_count;

static bool end_slow(const struct host *host, int64_t begun_ms, void *arg)
{
    struct ledger *ledger = arg;
    assert_true(begun_ms <= loop_now_ms(ledger->loop) - 60);
    taken = host_of(ledger, host_name(host));
    taken_count++;
    return true;
}

static void eight_slots(struct hosts_config *config)
{
    taken_count = 0;
    config->end_slow = end_slow;
    config->pace.delay_ms = 0;
    config->connections = 8;
    config->own_connections = 8;
    config->slots = 8;
    config->unproven_percent = 50; /* four for new hosts */
    config->slow_lane = 4;         /* two for requests that begin there */
    config->slow_after_ms = 60;
}

static int open_shares(void **state)
{
    return open_ledger_with(state, eight_slots);
}

static void answer(struct ledger *ledger, struct job_lane *lane, int64_t elapsed_ms)
{
    ledger->room++;
    lane_finished(oldest_request(lane), &(struct host_feedback){.retry_after_ms = -1,
                                                                .is_page = true,
                                                                .answered = true,
                                                                .first_byte_ms = 1,
                                                                .elapsed_ms = elapsed_ms});
}

static void locate_all(struct ledger *ledger, const char *address)
{
    int64_t until_ms = loop_now_ms(ledger->loop) + 3600 * 1000;
    for (int i = 0; i < asked_count; i++)
        host_located(asked[i], address, until_ms);
    asked_count = 0;
}

/* Addresses */

static void address_is_asked_for_before_the_first_request_and_once(void **state)
{
    struct ledger *ledger = *state;
    struct job_lane *first = add_lane(ledger, 0, "a.example", 9);
    add_lane(ledger, 1, "a.example", 9);
    run_loop_for(ledger->loop, 5);
    assert_int_equal(asked_count, 1);
    assert_int_equal(ledger->start_count, 0);
    locate_all(ledger, NULL); /* it cannot be told: let go */
    run_loop_for(ledger->loop, 5);
    assert_int_equal(ledger->start_count, 8);
    answer(ledger, first, 1);
    run_until(ledger, 9);
    assert_int_equal(asked_count, 0);
}

static void address_bounds_the_requests_of_all_its_hosts(void **state)
{
    struct ledger *ledger = *state;
    struct job_lane *lanes[4];
    for (int i = 0; i < 4; i++) {
        char name[32];
        snprintf(name, sizeof name, "%c.example", 'a' + i);
        lanes[i] = add_lane(ledger, 0, name, 3);
    }
    locate_all(ledger, "192.0.2.1");
    for (int ended = 0; ended < 12; ended++) {
        run_loop_for(ledger->loop, 5);
        assert_int_equal(ledger->start_count, ended + 2 < 12 ? ended + 2 : 12);
        answer(ledger, lanes[ledger->started[ended] - 'a'], 1);
    }
    int by_host[4] = {0};
    for (int i = 0; i < 8; i++)
        by_host[ledger->started[i] - 'a']++;
    for (int i = 0; i < 4; i++) /* by turns: none waits until the others have all they want */
        assert_in_range(by_host[i], 1, 3);
}

static void address_of_its_own_bounds_no_other_host(void **state)
{
    struct ledger *ledger = *state;
    add_lane(ledger, 0, "a.example", 5);
    locate_all(ledger, "192.0.2.1");
    add_lane(ledger, 0, "b.example", 5);
    locate_all(ledger, "192.0.2.2");
    add_lane(ledger, 0, "own.example", 3); /* not asked for at all */
    assert_int_equal(asked_count, 0);
    run_loop_for(ledger->loop, 5);
    assert_int_equal(ledger->start_count, 2 + 2 + 3);
}

static void address_whose_host_waits_for_time_lets_the_next_one_go(void **state)
{
    struct ledger *ledger = *state;
    struct job_lane *a = add_lane(ledger, 0, "a.example", 3);
    locate_all(ledger, "192.0.2.1");
    run_until(ledger, 2);
    struct job_lane *b = add_lane(ledger, 0, "b.example", 1), *c;
    locate_all(ledger, "192.0.2.1");
    c = add_lane(ledger, 0, "c.example", 1);
    locate_all(ledger, "192.0.2.1");
    host_observe(b->lane.host,
                 &(struct host_feedback){.overloaded = true, .retry_after_ms = 3600 * 1000});
    answer(ledger, a, 1);
    answer(ledger, a, 1);
    run_until(ledger, 4);
    assert_int_equal(c->left, 0);
    assert_int_equal(b->left, 1);
}

/* Shares */

static struct job_lane *proven(struct ledger *ledger, const char *name)
{
    struct job_lane *lane = add_lane(ledger, 0, name, HOST_PROOF_PAGES);
    run_until(ledger, ledger->start_count + HOST_PROOF_PAGES);
    for (int i = 0; i < HOST_PROOF_PAGES; i++)
        answer(ledger, lane, 1);
    for (int i = 0; i < 32; i++) /* it has earned its connections */
        host_observe(lane->lane.host, &(struct host_feedback){.retry_after_ms = -1,
                                                              .is_page = true,
                                                              .answered = true,
                                                              .first_byte_ms = 1,
                                                              .elapsed_ms = 1});
    return lane;
}

static void share_of_new_hosts_leaves_the_rest_to_those_that_answer(void **state)
{
    struct ledger *ledger = *state;
    struct job_lane *quick = proven(ledger, "quick.localhost");
    ledger->room = 8;
    for (int i = 0; i < 6; i++) {
        char name[32];
        snprintf(name, sizeof name, "new%d.localhost", i);
        add_lane(ledger, 1, name, 1);
    }
    run_loop_for(ledger->loop, 10);
    assert_int_equal(ledger->start_count, HOST_PROOF_PAGES + 4);
    assert_int_equal(hosts_share(ledger->hosts)->held[HOST_NEW], 4);
    quick->left = 8;
    lane_want(&quick->lane, true);
    run_loop_for(ledger->loop, 10);
    assert_int_equal(ledger->start_count, HOST_PROOF_PAGES + 8);
    assert_int_equal(hosts_share(ledger->hosts)->held[HOST_QUICK], 4);
}

static void requests_to_slow_hosts_take_no_slot(void **state)
{
    struct ledger *ledger = *state;
    struct job_lane *slow[3];
    for (int i = 0; i < 3; i++) {
        char name[32];
        snprintf(name, sizeof name, "slow%d.localhost", i);
        slow[i] = add_lane(ledger, 0, name, 1);
        run_until(ledger, i + 1);
        answer(ledger, slow[i], 1000); /* as it says: it is slow from now on */
    }
    ledger->room = 0;
    for (int i = 0; i < 3; i++) {
        slow[i]->left = 1;
        lane_want(&slow[i]->lane, true);
    }
    run_loop_for(ledger->loop, 10);
    const struct host_share *share = hosts_share(ledger->hosts);
    assert_int_equal(share->aside, 2); /* half of the lane */
    assert_int_equal(share->held[HOST_QUICK] + share->held[HOST_NEW] + share->held[HOST_SLOW], 0);
    answer(ledger, slow[ledger->started[3] - 'a'], 1000);
    run_until(ledger, 6);
    assert_int_equal(share->aside, 2);
}

static void host_that_does_not_answer_is_slow_from_its_time_on(void **state)
{
    struct ledger *ledger = *state;
    struct host_view view;
    struct job_lane *lane = proven(ledger, "stuck.localhost");
    lane->left = 2;
    lane_want(&lane->lane, true);
    run_until(ledger, HOST_PROOF_PAGES + 2);
    host_look(lane->lane.host, &view);
    assert_int_equal(view.class, HOST_QUICK);
    run_loop_for(ledger->loop, 80);
    host_look(lane->lane.host, &view);
    assert_int_equal(view.class, HOST_SLOW);
    assert_int_equal(hosts_share(ledger->hosts)->overdue, 2);
    answer(ledger, lane, 1);
    host_look(lane->lane.host, &view);
    assert_int_equal(view.class, HOST_SLOW); /* for the other one */
    answer(ledger, lane, 1);
    host_look(lane->lane.host, &view);
    assert_int_equal(view.class, HOST_QUICK);
    assert_int_equal(hosts_share(ledger->hosts)->overdue, 0);
    assert_int_equal(hosts_share(ledger->hosts)->held[HOST_QUICK], 0);
}

/* As a fetch that is ended would: after as long as it has taken. */
static void answer_late(struct ledger *ledger, struct job_lane *lane)
{
    answer(ledger, lane, loop_now_ms(ledger->loop) - oldest_request(lane)->begun_ms);
}

static struct job_lane *lane_at(struct ledger *ledger, const struct host *host)
{
    struct job_lane *lane = ledger->lanes;
    while (lane->lane.host != host)
        lane++;
    return lane;
}

/* Hosts that were quick once hold all eight slots, and each has something more to ask for. */
static void fill_slots_with_hosts_that_turn(struct ledger *ledger)
{
    struct job_lane *lanes[4];
    for (int i = 0; i < 4; i++) {
        char name[32];
        snprintf(name, sizeof name, "turn%d.localhost", i);
        lanes[i] = proven(ledger, name);
    }
    ledger->room = 8;
    for (int i = 0; i < 8; i++) {
        lanes[i % 4]->left++;
        lane_want(&lanes[i % 4]->lane, true);
        run_until(ledger, ledger->start_count + 1);
    }
    assert_int_equal(hosts_share(ledger->hosts)->held[HOST_QUICK], 8);
}

static void slow_requests_are_set_aside_for_who_waits_and_cut_off_above_the_lane(void **state)
{
    struct ledger *ledger = *state;
    struct job_lane *quick = proven(ledger, "quick.localhost");
    fill_slots_with_hosts_that_turn(ledger);
    run_loop_for(ledger->loop, 80);
    const struct host_share *share = hosts_share(ledger->hosts);
    assert_int_equal(share->overdue, 8);
    assert_int_equal(share->aside, 0); /* nobody waits */
    quick->left = 6;
    lane_want(&quick->lane, true);
    run_until(ledger, ledger->start_count + 4);
    assert_int_equal(share->aside, 4); /* the lane is full: the others need somebody's end */
    for (int i = 0; i < 2; i++) {
        run_loop_for(ledger->loop, 5);
        assert_int_equal(taken_count, i + 1); /* one at a time */
        answer_late(ledger, lane_at(ledger, taken));
    }
    run_loop_for(ledger->loop, 5);
    assert_int_equal(taken_count, 2);
    assert_int_equal(quick->left, 0);
    assert_int_equal(share->held[HOST_QUICK], 8);
}

static void slow_requests_are_set_aside_for_new_hosts(void **state)
{
    struct ledger *ledger = *state;
    fill_slots_with_hosts_that_turn(ledger);
    run_loop_for(ledger->loop, 80);
    struct job_lane *new = add_lane(ledger, 1, "new.localhost", 1);
    run_loop_for(ledger->loop, 5);
    assert_int_equal(new->left, 0);
    assert_int_equal(hosts_share(ledger->hosts)->aside, 1);
    assert_int_equal(taken_count, 0);
}

static void request_begun_as_slow_is_not_taken_back(void **state)
{
    struct ledger *ledger = *state;
    struct job_lane *slow = proven(ledger, "slow.localhost");
    slow->left = 3;
    lane_want(&slow->lane, true);
    run_until(ledger, HOST_PROOF_PAGES + 3);
    answer(ledger, slow, 1000);
    ledger->room = 2;
    answer(ledger, slow, 1000);
    answer(ledger, slow, 1000);
    slow->left = 2;
    lane_want(&slow->lane, true);
    run_loop_for(ledger->loop, 80);
    assert_int_equal(hosts_share(ledger->hosts)->overdue, 2);
    ledger->room = 0;
    add_lane(ledger, 1, "new.localhost", 1);
    run_loop_for(ledger->loop, 20);
    assert_int_equal(taken_count, 0);
}

static void one_slow_request_makes_a_host_slow_whatever_else_it_answers(void **state)
{
    struct ledger *ledger = *state;
    struct host_view view;
    struct job_lane *lane = proven(ledger, "mixed.localhost");
    lane->left = 2;
    lane_want(&lane->lane, true);
    run_until(ledger, HOST_PROOF_PAGES + 2);
    run_loop_for(ledger->loop, 80);
    answer(ledger, lane, 1); /* one of the two */
    host_look(lane->lane.host, &view);
    assert_int_equal(view.class, HOST_SLOW);
    answer_late(ledger, lane);
    host_look(lane->lane.host, &view);
    assert_int_equal(view.class, HOST_SLOW); /* it is remembered */
}

static void haste_is_lost_at_once_and_regained_by_degrees(void **state)
{
    (void)state;
    assert_int_equal(host_haste_learn(0, 7, 100), 7);
    assert_int_equal(host_haste_learn(7, 400, 100), 400);
    assert_int_equal(host_haste_learn(400, 0, 100), 300);
    assert_int_equal(host_haste_learn(40, 80, 100), 50);
}

static void shares_are_by_turns_between_groups_too(void **state)
{
    struct ledger *ledger = *state;
    ledger->room = 8;
    for (int i = 0; i < 8; i++) { /* one job with eight new hosts, one with two */
        char name[32];
        snprintf(name, sizeof name, "many%d.localhost", i);
        add_lane(ledger, 0, name, 1);
    }
    add_lane(ledger, 1, "few0.localhost", 1);
    add_lane(ledger, 1, "few1.localhost", 1);
    run_loop_for(ledger->loop, 10);
    assert_int_equal(ledger->start_count, 4);
    int few = 0;
    for (int i = 0; i < 4; i++)
        few += ledger->started[i] >= 'i';
    assert_int_equal(few, 2);
}

/* Jobs that hold back */

static void group_held_starts_nothing_and_keeps_no_host_from_others(void **state)
{
    struct ledger *ledger = *state;
    ledger->room = 0;
    struct job_lane *held = add_lane(ledger, 0, "example.com", 1);
    add_lane(ledger, 1, "example.com", 1);
    assert_int_equal(held->lane.state, LANE_READY);
    lane_group_hold(&ledger->groups[0], HOLD_ALL);
    assert_int_equal(held->lane.state, LANE_HELD);
    add_lane(ledger, 0, "other.example", 1);
    ledger->room = 10;
    hosts_pump(ledger->hosts);
    run_loop_for(ledger->loop, 10);
    ledger->started[ledger->start_count] = '\0';
    assert_string_equal(ledger->started, "b");
    finish(ledger, host_of(ledger, "example.com"), false, -1);
    lane_group_hold(&ledger->groups[0], HOLD_NONE);
    run_until(ledger, 3);
}

static void group_held_for_unproven_hosts_lets_the_others_go(void **state)
{
    struct ledger *ledger = *state;
    struct job_lane *quick = proven(ledger, "quick.localhost");
    lane_group_hold(&ledger->groups[0], HOLD_UNPROVEN);
    struct job_lane *new = add_lane(ledger, 0, "new.localhost", 1);
    quick->left = 1;
    lane_want(&quick->lane, true);
    run_loop_for(ledger->loop, 10);
    assert_int_equal(quick->left, 0);
    assert_int_equal(new->left, 1);
    assert_int_equal(new->lane.state, LANE_HELD);
    lane_group_hold(&ledger->groups[0], HOLD_NONE);
    run_loop_for(ledger->loop, 10);
    assert_int_equal(new->left, 0);
}

static void group_pages_that_take_long_are_counted_apart(void **state)
{
    struct ledger *ledger = *state;
    struct lane_group *group = &ledger->groups[0];
    struct job_lane *lane = add_lane(ledger, 0, "new.localhost", 0);
    lane->requests[0].is_page = true;
    lane->left = 1;
    lane_want(&lane->lane, true);
    run_until(ledger, 1);
    run_loop_for(ledger->loop, 5);
    assert_int_equal(group->pages.unproven, 1);
    assert_int_equal(group->pages.overdue, 0);
    run_loop_for(ledger->loop, 80);
    assert_int_equal(group->pages.unproven, 0);
    assert_int_equal(group->pages.overdue, 1);
    answer(ledger, lane, 80);
    assert_int_equal(group->pages.overdue, 0);
    assert_false(group->pages.has_quick);
}

/* Of a host that answered little, one request at a time holds a slot that others wait for. */
static void connections_are_earned_while_others_wait(void **state)
{
    struct ledger *ledger = *state;
    struct job_lane *first = add_lane(ledger, 0, "first.localhost", 1);
    run_until(ledger, 1);
    answer(ledger, first, 1);
    ledger->room = 0;
    add_lane(ledger, 1, "waits.localhost", 1);
    run_loop_for(ledger->loop, 5); /* somebody waits now */
    struct job_lane *second = add_lane(ledger, 0, "first.localhost", 4);
    struct job_lane *third = add_lane(ledger, 0, "first.localhost", 4);
    assert_int_equal((second->lane.state == LANE_READY) + (third->lane.state == LANE_READY), 1);
    assert_int_equal((second->lane.state == LANE_PARKED) + (third->lane.state == LANE_PARKED), 1);
}

static void group_delay_holds_for_its_own_requests_alone(void **state)
{
    struct ledger *ledger = *state;
    lane_group_set_delay(&ledger->groups[0], 2 * DELAY_MS);
    struct job_lane *slow = add_lane(ledger, 0, "own.example", 3);
    struct job_lane *quick = add_lane(ledger, 1, "own.example", 5);
    run_loop_for(ledger->loop, 10);
    assert_int_equal(slow->left, 2); /* one at a time, though the host takes four */
    int64_t ended_ms = loop_now_ms(ledger->loop);
    ledger->room++;
    lane_finished(oldest_request(slow), &(struct host_feedback){.retry_after_ms = -1});
    for (int i = 0; i < 3; i++)
        answer(ledger, quick, 1); /* the host has room for all */
    while (slow->left == 2)
        run_until(ledger, ledger->start_count + 1);
    assert_int_equal(slow->left, 1);
    int last = ledger->start_count;
    while (ledger->started[--last] != slow->name)
        ;
    assert_not_before(ledger, last, ended_ms + 2 * DELAY_MS);
}

/* Rules */

static void rule_counts_at_once_but_not_below_crawl_delay(void **state)
{
    struct ledger *ledger = *state;
    struct host_view view;
    struct host *host = host_of(ledger, "www.example.com");
    host_set_crawl_delay(host, ledger, 2 * DELAY_MS);
    put_rule(ledger, (struct host_rule){"*.example.com", {.delay_ms = 1, .connections = 5}});
    host_look(host, &view);
    assert_int_equal(view.delay_ms, 2 * DELAY_MS);
    assert_int_equal(view.why, PACE_CRAWL_DELAY);
    assert_int_equal(view.connections, 1);
    struct host *other = host_of(ledger, "other.example.com");
    host_look(other, &view);
    assert_int_equal(view.delay_ms, 1);
    assert_int_equal(view.why, PACE_RULE);
    assert_int_equal(view.connections, 5);
    assert_int_equal(hosts_remove_rule(ledger->hosts, "*.example.com"), 0);
    assert_true(hosts_remove_rule(ledger->hosts, "*.example.com") < 0);
    host_look(other, &view);
    assert_int_equal(view.delay_ms, DELAY_MS);
}

static void rule_that_shortens_a_delay_ends_the_pause_that_has_begun(void **state)
{
    struct ledger *ledger = *state;
    put_rule(ledger, (struct host_rule){"example.com", {.delay_ms = 3600 * 1000}});
    add_lane(ledger, 0, "example.com", 2);
    run_until(ledger, 1);
    finish(ledger, host_of(ledger, "example.com"), false, -1);
    put_rule(ledger, (struct host_rule){"example.com", {.delay_ms = 1}});
    run_until(ledger, 2);
}

static void reservation_takes_the_hosts_next_time(void **state)
{
    struct ledger *ledger = *state;
    struct host *host = host_of(ledger, "example.com");
    assert_int_equal(host_reserve(host), 0);
    assert_int_equal(host_reserve(host), DELAY_MS);
    assert_int_equal(host_reserve(host), 2 * DELAY_MS);
    int64_t now_ms = loop_now_ms(ledger->loop);
    add_lane(ledger, 0, "example.com", 1);
    run_until(ledger, 1);
    assert_not_before(ledger, 0, now_ms + 3 * DELAY_MS);
}

#define WITH(open, name) cmocka_unit_test_setup_teardown(name, open, close_ledger)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(open_addresses, address_is_asked_for_before_the_first_request_and_once),
        WITH(open_addresses, address_bounds_the_requests_of_all_its_hosts),
        WITH(open_addresses, address_of_its_own_bounds_no_other_host),
        WITH(open_addresses, address_whose_host_waits_for_time_lets_the_next_one_go),
        WITH(open_shares, share_of_new_hosts_leaves_the_rest_to_those_that_answer),
        WITH(open_shares, requests_to_slow_hosts_take_no_slot),
        WITH(open_shares, host_that_does_not_answer_is_slow_from_its_time_on),
        WITH(open_shares, slow_requests_are_set_aside_for_who_waits_and_cut_off_above_the_lane),
        WITH(open_shares, slow_requests_are_set_aside_for_new_hosts),
        WITH(open_shares, request_begun_as_slow_is_not_taken_back),
        WITH(open_shares, one_slow_request_makes_a_host_slow_whatever_else_it_answers),
        cmocka_unit_test(haste_is_lost_at_once_and_regained_by_degrees),
        WITH(open_shares, shares_are_by_turns_between_groups_too),
        WITH(open_shares, group_held_for_unproven_hosts_lets_the_others_go),
        WITH(open_shares, group_pages_that_take_long_are_counted_apart),
        WITH(open_shares, connections_are_earned_while_others_wait),
        WITH(open_ledger, group_held_starts_nothing_and_keeps_no_host_from_others),
        WITH(open_ledger, group_delay_holds_for_its_own_requests_alone),
        WITH(open_ledger, rule_counts_at_once_but_not_below_crawl_delay),
        WITH(open_ledger, rule_that_shortens_a_delay_ends_the_pause_that_has_begun),
        WITH(open_ledger, reservation_takes_the_hosts_next_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
