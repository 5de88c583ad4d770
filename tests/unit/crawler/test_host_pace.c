/* The rules of politeness as numbers: no loop, no clock. */
#include <errno.h>
#include <stdio.h>

#include "crawler/hosts/host_heap.h"
#include "crawler/hosts/host_pace.h"
#include "crawler/hosts/host_rules.h"
#include "crawler/hosts/host_share.h"
#include "tests/unit/crawler/crawler_test.h"

static const struct pace_config config = {.delay_ms = 1000,
                                          .adaptive = true,
                                          .factor = 2,
                                          .max_delay_ms = 30000,
                                          .max_crawl_delay_ms = 60000,
                                          .backoff_base_ms = 1000,
                                          .backoff_max_ms = 60000};

static void answers(struct pace *pace, int count, int64_t first_byte_ms)
{
    for (int i = 0; i < count; i++)
        pace_answered(pace, &config, first_byte_ms);
}

static void assert_delay(const struct pace *pace, int64_t delay_ms, enum pace_why why)
{
    enum pace_why found;
    assert_int_equal(pace_delay_ms(pace, &config, &found), delay_ms);
    assert_string_equal(pace_why_name(found), pace_why_name(why));
}

static void pace_is_the_longest_of_what_counts(void **state)
{
    (void)state;
    struct pace pace = {0};
    assert_delay(&pace, 1000, PACE_FIXED);
    pace.crawl_delay_ms = 5000;
    assert_delay(&pace, 5000, PACE_CRAWL_DELAY);
    pace.crawl_delay_ms = 600000;
    assert_delay(&pace, 60000, PACE_CRAWL_DELAY);
    struct pace_rule rule = {.delay_ms = 70000, .adaptive = -1};
    pace.rule = &rule;
    assert_delay(&pace, 70000, PACE_RULE);
    rule.delay_ms = 0;
    assert_delay(&pace, 60000, PACE_CRAWL_DELAY);
    pace.is_own = true;
    assert_delay(&pace, 0, PACE_NONE);
    pace.rule = NULL;
    assert_delay(&pace, 0, PACE_NONE);
}

static void pace_grows_with_the_time_to_answer_between_floor_and_ceiling(void **state)
{
    (void)state;
    struct pace pace = {0};
    answers(&pace, 20, 100);
    assert_delay(&pace, 1000, PACE_FIXED);
    pace = (struct pace){0};
    answers(&pace, 1, 3000);
    assert_delay(&pace, 6000, PACE_ADAPTIVE);
    pace = (struct pace){0};
    answers(&pace, 1, 100000);
    assert_delay(&pace, 30000, PACE_ADAPTIVE);
    struct pace_rule fixed = {.delay_ms = -1, .adaptive = 0};
    pace.rule = &fixed;
    assert_delay(&pace, 1000, PACE_FIXED);
}

static void pace_brakes_for_a_host_that_gets_slower_and_lets_go_when_it_recovers(void **state)
{
    (void)state;
    struct pace pace = {0};
    answers(&pace, 50, 100);
    assert_int_equal(pace.brake_ms, 0);
    answers(&pace, 3, 150); /* some noise is none of that */
    assert_int_equal(pace.brake_ms, 0);
    int64_t before_ms = 0, grown = 0;
    for (int i = 0; i < 20; i++) {
        answers(&pace, 1, 3000);
        assert_true(pace.brake_ms >= before_ms && pace.brake_ms <= config.max_delay_ms);
        assert_true(before_ms == 0 || pace.brake_ms == 2 * before_ms ||
                    pace.brake_ms == config.max_delay_ms || pace.brake_ms == before_ms);
        grown += pace.brake_ms > before_ms;
        before_ms = pace.brake_ms;
    }
    assert_true(grown >= 5);
    enum pace_why why;
    assert_true(pace_delay_ms(&pace, &config, &why) > before_ms);
    assert_int_equal(why, PACE_LATENCY);
    int recovering = 0;
    while (pace.brake_ms > 0 && recovering < 200) {
        answers(&pace, 1, 100);
        assert_true(pace.brake_ms <= before_ms);
        before_ms = pace.brake_ms;
        recovering++;
    }
    assert_in_range(recovering, 16, 60); /* by steps, not at once */
}

static void pace_takes_a_host_that_stays_slower_as_it_is(void **state)
{
    (void)state;
    struct pace pace = {0};
    answers(&pace, 50, 100);
    answers(&pace, 400, 2000);
    assert_int_equal(pace.brake_ms, 0);
    assert_in_range(pace.baseline_ms, 1500, 2000);
    assert_delay(&pace, 4000, PACE_ADAPTIVE);
}

static void pace_backs_off_longer_each_time_and_as_asked(void **state)
{
    (void)state;
    struct pace pace = {0};
    static const int64_t pauses[] = {1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000};
    int64_t now_ms = 5000;
    for (size_t i = 0; i < sizeof pauses / sizeof pauses[0]; i++) {
        int64_t until_ms = pace_overloaded(&pace, &config, now_ms, -1);
        assert_int_equal(until_ms, now_ms + pauses[i]);
        assert_int_equal(pace_overloaded(&pace, &config, now_ms + 10, -1), now_ms + 10 + pauses[i]);
        pace_recovered(&pace, now_ms + 20); /* an answer of before the pause */
        assert_int_equal(pace.backoff_ms, pauses[i]);
        now_ms = pace.backoff_until_ms;
    }
    pace_recovered(&pace, now_ms);
    assert_int_equal(pace.backoff_ms, 0);
    assert_int_equal(pace_overloaded(&pace, &config, now_ms, 3600000), now_ms + 3600000);
}

/* Shares */

static void share_has_limits_for_new_and_slow_hosts_only(void **state)
{
    (void)state;
    struct host_share share;
    host_share_init(&share, 256, 50, 100);
    share.held[HOST_QUICK] = 255;
    assert_true(host_share_has_room(&share, HOST_QUICK));
    share.held[HOST_NEW] = 128;
    assert_false(host_share_has_room(&share, HOST_NEW));
    assert_true(host_share_has_room(&share, HOST_SLOW)); /* whose lane is another matter */
    host_share_init(&share, 1, 50, 1);                   /* each at least one */
    assert_true(host_share_has_room(&share, HOST_NEW) && host_share_has_room(&share, HOST_SLOW));
    host_share_init(&share, 0, 0, 100);
    share.held[HOST_NEW] = share.held[HOST_SLOW] = 100000;
    assert_true(host_share_has_room(&share, HOST_NEW) && host_share_has_room(&share, HOST_SLOW));
    assert_false(host_share_is_aside(&share, HOST_SLOW));
}

static void share_leaves_half_of_the_slow_lane_to_what_is_set_aside(void **state)
{
    (void)state;
    struct host_share share;
    host_share_init(&share, 256, 50, 100);
    assert_true(host_share_is_aside(&share, HOST_SLOW));
    assert_false(host_share_is_aside(&share, HOST_NEW));
    share.aside = share.aside_slow = 49;
    assert_true(host_share_has_room(&share, HOST_SLOW));
    share.aside = share.aside_slow = 50;
    assert_false(host_share_has_room(&share, HOST_SLOW));
    share.aside = 100;
    share.aside_slow = 0;
    assert_false(host_share_has_room(&share, HOST_SLOW));
}

static void share_has_patience_by_what_is_usual(void **state)
{
    (void)state;
    struct host_share share;
    host_share_init(&share, 256, 50, 100);
    assert_int_equal(host_share_patience_ms(&share, 3000), 50);
    assert_int_equal(host_share_patience_ms(&share, 40), 40);
    host_share_learn(&share, 200);
    assert_int_equal(host_share_patience_ms(&share, 3000), 800);
    for (int i = 0; i < 100; i++)
        host_share_learn(&share, 2000);
    assert_int_equal(host_share_patience_ms(&share, 3000), 3000);
}

static void share_tells_classes_by_what_is_known(void **state)
{
    (void)state;
    static const struct {
        struct host_haste haste;
        enum host_class class;
    } table[] = {
        {{false, false, 0}, HOST_NEW},   {{false, false, 499}, HOST_NEW},
        {{true, false, 10}, HOST_QUICK}, {{true, false, 499}, HOST_QUICK},
        {{true, true, 10}, HOST_SLOW},   {{false, true, 0}, HOST_SLOW},
        {{true, false, 500}, HOST_SLOW}, {{false, false, 500}, HOST_SLOW},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        assert_int_equal(host_class_of(&table[i].haste, 500), table[i].class);
}

/* Rules */

static void rules_most_specific_pattern_counts(void **state)
{
    (void)state;
    static const struct host_rule given[] = {{"*.example.com", {.delay_ms = 1}},
                                             {"*.b.example.com", {.delay_ms = 2}},
                                             {"a.b.example.com", {.delay_ms = 3}}};
    static const struct {
        const char *host;
        int64_t delay_ms; /* 0: no rule */
    } table[] = {{"a.b.example.com", 3}, {"c.b.example.com", 2},  {"b.example.com", 1},
                 {"example.com", 0},     {"notexample.com", 0},   {"A.B.Example.COM", 3},
                 {"x.y.example.com", 1}, {"example.com.evil", 0}, {".example.com", 0}};
    struct host_rules *rules = host_rules_new();
    for (int i = 0; i < 3; i++)
        host_rules_put(rules, &given[i]);
    host_rules_put(rules, &given[0]); /* in place of the same */
    assert_int_equal(host_rules_count(rules), 3);
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        const struct pace_rule *rule = host_rules_find(rules, table[i].host);
        assert_int_equal(rule ? rule->delay_ms : 0, table[i].delay_ms);
    }
    assert_int_equal(host_rules_remove(rules, "a.b.example.com"), 0);
    assert_int_equal(host_rules_find(rules, "a.b.example.com")->delay_ms, 2);
    assert_int_equal(host_rules_remove(rules, "a.b.example.com"), -ENOENT);
    host_rules_free(rules);
}

static void rules_are_read_and_written_as_json(void **state)
{
    (void)state;
    static const char *const good[] = {
        "{\"pattern\":\"*.example.com\",\"delay_ms\":0}",
        "{\"pattern\":\"www.example.com\",\"delay_ms\":1,\"connections\":64,\"adaptive\":false}",
        "{\"pattern\":\"[2001:db8::1]\",\"connections\":1}",
    };
    static const struct {
        const char *text, *pointer;
    } bad[] = {
        {"{}", "/pattern"},
        {"{\"pattern\":\"x.example\"}", "/delay_ms"},
        {"{\"pattern\":\"*\",\"delay_ms\":1}", "/pattern"},
        {"{\"pattern\":\"a.*.example\",\"delay_ms\":1}", "/pattern"},
        {"{\"pattern\":\"http://x/\",\"delay_ms\":1}", "/pattern"},
        {"{\"pattern\":\"127.0.0.1:8\",\"delay_ms\":1}", "/pattern"},
        {"{\"pattern\":\"www.example.com:443\",\"delay_ms\":1}", "/pattern"},
        {"{\"pattern\":\"-\",\"delay_ms\":1}", "/pattern"},
        {"{\"pattern\":\"*.-\",\"delay_ms\":1}", "/pattern"},
        {"{\"pattern\":\"*.127.0.0.1\",\"delay_ms\":1}", "/pattern"},
        {"{\"pattern\":\"127.1\",\"delay_ms\":1}", "/pattern"},
        {"{\"pattern\":\"[::1\",\"delay_ms\":1}", "/pattern"},
        {"{\"pattern\":7,\"delay_ms\":1}", "/pattern"},
        {"{\"pattern\":\"x.example\",\"delay_ms\":1.5}", "/delay_ms"},
        {"{\"pattern\":\"x.example\",\"delay_ms\":-1}", "/delay_ms"},
        {"{\"pattern\":\"x.example\",\"connections\":0}", "/connections"},
        {"{\"pattern\":\"x.example\",\"adaptive\":1}", "/adaptive"},
        {"{\"pattern\":\"x.example\",\"speed\":1}", "/speed"},
    };
    struct host_rule rule;
    struct settings_error error;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        json_t *object = json_loads(good[i], 0, NULL);
        assert_int_equal(host_rule_from_json(object, &rule, &error), 0);
        json_t *back = host_rule_to_json(&rule);
        assert_true(json_equal(object, back));
        json_decref(object);
        json_decref(back);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        json_t *object = json_loads(bad[i].text, 0, NULL);
        assert_int_equal(host_rule_from_json(object, &rule, &error), -EINVAL);
        assert_string_equal(error.pointer, bad[i].pointer);
        assert_true(*error.detail);
        json_decref(object);
    }
}

/* The heap */

static void heap_gives_the_earliest_whatever_was_moved_or_taken_out(void **state)
{
    (void)state;
    enum { NODES = 200 };
    static struct heap_node nodes[NODES];
    struct host_heap heap = {0};
    unsigned random = 7;
    for (int i = 0; i < NODES; i++)
        nodes[i].index = HEAP_OUT;
    for (int i = 0; i < 5000; i++) {
        random = random * 1103515245 + 12345;
        struct heap_node *node = &nodes[random >> 8 & 0xff ? (random >> 8) % NODES : 0];
        if (random >> 28 < 4)
            host_heap_remove(&heap, node);
        else
            host_heap_set(&heap, node, random >> 16 & 0x3ff);
    }
    int64_t last_ms = 0;
    for (struct heap_node *node; (node = host_heap_first(&heap)); last_ms = node->at_ms) {
        assert_true(node->at_ms >= last_ms);
        host_heap_remove(&heap, node);
        assert_int_equal(node->index, HEAP_OUT);
    }
    assert_int_equal(heap.count, 0);
    host_heap_done(&heap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pace_is_the_longest_of_what_counts),
        cmocka_unit_test(pace_grows_with_the_time_to_answer_between_floor_and_ceiling),
        cmocka_unit_test(pace_brakes_for_a_host_that_gets_slower_and_lets_go_when_it_recovers),
        cmocka_unit_test(pace_takes_a_host_that_stays_slower_as_it_is),
        cmocka_unit_test(pace_backs_off_longer_each_time_and_as_asked),
        cmocka_unit_test(share_has_limits_for_new_and_slow_hosts_only),
        cmocka_unit_test(share_tells_classes_by_what_is_known),
        cmocka_unit_test(share_leaves_half_of_the_slow_lane_to_what_is_set_aside),
        cmocka_unit_test(share_has_patience_by_what_is_usual),
        cmocka_unit_test(rules_most_specific_pattern_counts),
        cmocka_unit_test(rules_are_read_and_written_as_json),
        cmocka_unit_test(heap_gives_the_earliest_whatever_was_moved_or_taken_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
