/* Robots: one request for all who ask, what each answer means (RFC 9309 §2.3.1), and ends. This
 * binary is its own parse process. */
#include "tests/unit/crawler/crawler_test.h"

#include <errno.h>
#include <stdio.h>

#include "crawler/base/clock.h"
#include "crawler/fetch/fetch.h"
#include "crawler/fetch/resolver.h"
#include "crawler/hosts/robots.h"
#include "crawler/workers/body_slots.h"
#include "crawler/workers/parse.h"
#include "crawler/workers/parse_process.h"
#include "storage/catalog.h"
#include "tests/unit/crawler/site_server.h"

enum { ATTEMPTS = 3, TRIES = 4, SLOTS = 4 };

struct setting {
    struct loop *loop;
    struct body_slots *slots;
    struct resolver *resolver;
    struct fetcher *fetcher;
    struct parser *parser;
    struct robots *robots;
    struct address_network loopback;
    struct address_policy policy;
    struct site_server *site;
    char origin[64];
    int saves;
    char saved_outcome[40], saved_rules[200];
    int64_t saved_for_ms;
};

static struct setting setting;
static const char *status = "200 OK", *headers = "", *body = ""; /* of robots.txt */

/* /r/N redirects to /r/N-1, and /r/0 is a robots.txt. */
static void answer(struct site_server *server, int fd, const char *path)
{
    char location[64];
    site_wait_at_gate(server);
    if (strncmp(path, "/r/", 3) != 0) {
        site_answer(fd, status, headers, body);
    } else if (atoi(path + 3) > 0) {
        snprintf(location, sizeof location, "Location: /r/%d\r\n", atoi(path + 3) - 1);
        site_answer(fd, "302 Found", location, "");
    } else {
        site_answer(fd, "200 OK", "", "User-agent: *\nDisallow: /redirected\n");
    }
}

static void save(const struct robots_row *row, void *arg)
{
    (void)arg;
    setting.saves++;
    snprintf(setting.saved_outcome, sizeof setting.saved_outcome, "%s", row->outcome);
    snprintf(setting.saved_rules, sizeof setting.saved_rules, "%s", row->rules);
    setting.saved_for_ms = row->expires_ms - row->fetched_ms;
}

static int open_setting(void **state)
{
    (void)state;
    static const struct resolver_config dns = {.servers = "127.0.0.1:9", /* nobody */
                                               .timeout_ms = 60000,
                                               .tries = 1,
                                               .max_names = 100,
                                               .max_lookups = 10};
    struct fetch_config fetch = {.user_agent = "robots-test/1",
                                 .max_connections = 8,
                                 .max_host_connections = 8,
                                 .connect_timeout_ms = 60000,
                                 .first_byte_timeout_ms = 60000,
                                 .total_timeout_ms = 60000,
                                 .max_header_bytes = 32 * 1024};
    struct setting *s = &setting;
    *s = (struct setting){.loop = new_loop(), .site = site_server_start(answer)};
    status = "200 OK";
    headers = body = "";
    snprintf(s->origin, sizeof s->origin, "http://127.0.0.1:%u", s->site->port);
    assert_int_equal(address_network_parse("127.0.0.0/8", &s->loopback), 0);
    s->policy = (struct address_policy){&s->loopback, 1};
    assert_int_equal(body_slots_new(SLOTS, 1 << 20, &s->slots), 0);
    assert_int_equal(resolver_new(s->loop, &dns, &s->resolver), 0);
    fetch.resolver = s->resolver;
    assert_int_equal(fetcher_new(s->loop, &fetch, &s->fetcher), 0);
    assert_int_equal(parser_new(s->loop,
                                &(struct parser_config){.slots = s->slots,
                                                        .processes = 1,
                                                        .timeout_ms = 60000,
                                                        .memory_bytes = (size_t)1 << 30},
                                &s->parser),
                     0);
    s->robots = robots_new(&(struct robots_config){.loop = s->loop,
                                                   .fetcher = s->fetcher,
                                                   .slots = s->slots,
                                                   .parser = s->parser,
                                                   .agent = "robots-test",
                                                   .max_attempts = ATTEMPTS,
                                                   .max_tries = TRIES,
                                                   .max_wait_ms = 60000,
                                                   .retry_base_ms = 1,
                                                   .save = save});
    return 0;
}

static int close_setting(void **state)
{
    (void)state;
    struct setting *s = &setting;
    assert_true(robots_is_quiet(s->robots));
    assert_int_equal(body_slots_in_use(s->slots), 0);
    robots_free(s->robots);
    fetcher_free(s->fetcher);
    resolver_free(s->resolver);
    parser_free(s->parser);
    body_slots_free(s->slots);
    site_server_free(s->site);
    loop_free(s->loop);
    return 0;
}

static const struct robots_entry *fetch_of(const char *origin)
{
    const struct robots_entry *entry;
    do {
        struct promise *fetched = robots_fetch(setting.robots, origin, &setting.policy);
        assert_int_equal(wait_for(fetched), PROMISE_RESOLVED);
        promise_unref(fetched);
        entry = robots_of(setting.robots, origin, &setting.policy);
    } while (!entry->known);
    assert_false(robots_is_fetching(setting.robots, entry));
    return entry;
}

static bool allows(const struct robots_entry *entry, const char *path)
{
    struct robots_decision decision;
    robots_rules_match(entry->rules, path, strlen(path), &decision);
    return entry->outcome == OUTCOME_OK && decision.allowed;
}

static void robots_rules_are_those_of_our_group(void **state)
{
    (void)state;
    body = "User-agent: other\nDisallow: /\n\nUser-agent: robots-test\nDisallow: /no\n"
           "Crawl-delay: 2\n";
    assert_false(robots_of(setting.robots, setting.origin, &setting.policy)->known);
    const struct robots_entry *entry = fetch_of(setting.origin);
    assert_int_equal(entry->status, 200);
    assert_true(allows(entry, "/yes"));
    assert_false(allows(entry, "/no"));
    assert_int_equal(robots_rules_delay_ms(entry->rules), 2000);
    assert_int_equal(setting.saves, 1);
    assert_string_equal(setting.saved_outcome, "ok");
    assert_string_equal(setting.saved_rules, entry->rules);
    assert_int_equal(setting.saved_for_ms, 24 * 3600 * 1000);
}

static void robots_asked_for_by_many_are_fetched_once(void **state)
{
    (void)state;
    struct promise *fetched[5];
    for (int i = 0; i < 5; i++) {
        const struct robots_entry *entry =
            robots_of(setting.robots, setting.origin, &setting.policy);
        assert_int_equal(robots_is_fetching(setting.robots, entry), i > 0);
        fetched[i] = robots_fetch(setting.robots, setting.origin, &setting.policy);
    }
    assert_int_equal(body_slots_in_use(setting.slots), 1);
    for (int i = 0; i < 5; i++) {
        if (promise_state_of(fetched[i]) == PROMISE_PENDING)
            wait_for(fetched[i]);
        assert_int_equal(promise_state_of(fetched[i]), PROMISE_RESOLVED);
        promise_unref(fetched[i]);
    }
    assert_int_equal(setting.site->requests, 1);
}

static void robots_answer_decides_as_the_standard_says(void **state)
{
    (void)state;
    static const struct {
        const char *status;
        enum outcome outcome;
        unsigned requests;
    } table[] = {
        {"404 Not Found", OUTCOME_OK, 1},
        {"401 Unauthorized", OUTCOME_OK, 1},
        {"204 No Content", OUTCOME_OK, 1},
        {"429 Too Many Requests", OUTCOME_ROBOTS_UNREACHABLE, TRIES},
        {"500 Server Error", OUTCOME_ROBOTS_UNREACHABLE, TRIES},
        {"503 Busy", OUTCOME_ROBOTS_UNREACHABLE, TRIES},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        close_setting(state);
        open_setting(state);
        status = table[i].status;
        body = "User-agent: *\nDisallow: /\n"; /* of an error, so it does not count */
        const struct robots_entry *entry = fetch_of(setting.origin);
        assert_int_equal(entry->outcome, table[i].outcome);
        assert_int_equal(allows(entry, "/x"), table[i].outcome == OUTCOME_OK);
        assert_int_equal(setting.site->requests, table[i].requests);
        if (table[i].outcome != OUTCOME_OK) {
            assert_non_null(strstr(entry->detail, "robots.txt"));
            assert_true(setting.saved_for_ms < 24 * 3600 * 1000); /* asked again sooner */
        }
    }
}

static void robots_that_fail_are_asked_for_again_and_hold_nothing_meanwhile(void **state)
{
    (void)state;
    struct promise *fetched;
    status = "503 Busy";
    headers = "Retry-After: 1\r\n";
    for (int i = 0; i < 2; i++) {
        fetched = robots_fetch(setting.robots, setting.origin, &setting.policy);
        if (i == 0)
            assert_int_equal(wait_for(fetched), PROMISE_RESOLVED);
        else
            assert_int_equal(promise_state_of(fetched), PROMISE_PENDING); /* it is the pause */
        promise_unref(fetched);
        const struct robots_entry *entry =
            robots_of(setting.robots, setting.origin, &setting.policy);
        assert_false(entry->known);
        assert_true(entry->feedback.overloaded);
        assert_true(robots_is_fetching(setting.robots, entry));
        assert_true(entry->retry_at_ms >= loop_now_ms(setting.loop) + 500);
        assert_int_equal(body_slots_in_use(setting.slots), 0);
    }
    status = "200 OK";
    headers = "";
    body = "User-agent: *\nDisallow: /no\n";
    assert_false(allows(fetch_of(setting.origin), "/no"));
    assert_int_equal(setting.site->requests, 2);
}

static void robots_that_ask_for_more_patience_than_there_is_are_given_up(void **state)
{
    (void)state;
    status = "503 Busy";
    headers = "Retry-After: 61\r\n";
    assert_int_equal(fetch_of(setting.origin)->outcome, OUTCOME_ROBOTS_UNREACHABLE);
    assert_int_equal(setting.site->requests, 1);
}

static void robots_that_cannot_be_had_say_why_and_outlive_the_pause_they_ask_for(void **state)
{
    (void)state;
    static const struct {
        const char *headers, *why;
        int64_t kept_s;
    } table[] = {
        {"Retry-After: 3600\r\n", "the next try, in 3600 s, would come after", 3660},
        {"", "given up after 4 tries", 60},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        close_setting(state);
        open_setting(state);
        status = "429 Too Many Requests";
        headers = table[i].headers;
        const struct robots_entry *entry = fetch_of(setting.origin);
        assert_int_equal(entry->outcome, OUTCOME_ROBOTS_UNREACHABLE);
        assert_non_null(strstr(entry->detail, table[i].why));
        assert_int_equal(entry->expires_ms - entry->fetched_ms, table[i].kept_s * 1000);
    }
}

/* Memory */

enum { ROOM_BYTES = 3000 };
static struct robots_row stored = {.outcome = "ok", .status = 200};
static int loads;

static struct promise *load_stored(const char *origin, void *arg)
{
    (void)arg;
    loads++;
    stored.origin = origin;
    return stored.rules ? promise_resolved(setting.loop, &stored, NULL)
                        : promise_rejected(setting.loop, ENOENT, "catalog", "no such row");
}

static void open_small_memory(struct promise *(*load)(const char *origin, void *arg))
{
    robots_free(setting.robots);
    setting.robots = robots_new(&(struct robots_config){.loop = setting.loop,
                                                        .fetcher = setting.fetcher,
                                                        .slots = setting.slots,
                                                        .parser = setting.parser,
                                                        .agent = "robots-test",
                                                        .max_attempts = ATTEMPTS,
                                                        .max_tries = TRIES,
                                                        .load = load,
                                                        .max_rules_bytes = ROOM_BYTES});
}

/* Restores so many origins with rules of 1000 bytes each. */
static void restore_big(int count)
{
    char rules[1001] = "disallow 2 /no\n", origin[32];
    memset(rules + 15, '\n', sizeof rules - 16);
    stored.fetched_ms = clock_epoch_ms();
    stored.expires_ms = stored.fetched_ms + 3600 * 1000;
    stored.rules = rules;
    for (int i = 0; i < count; i++) {
        snprintf(origin, sizeof origin, "http://h%d.example", i);
        stored.origin = origin;
        robots_restore(setting.robots, &stored);
    }
}

static int count_known(int count)
{
    char origin[32];
    int known = 0;
    for (int i = 0; i < count; i++) {
        snprintf(origin, sizeof origin, "http://h%d.example", i);
        known += robots_of(setting.robots, origin, &setting.policy)->known;
    }
    return known;
}

static void robots_beyond_their_memory_are_loaded_when_asked_for(void **state)
{
    (void)state;
    open_small_memory(load_stored);
    restore_big(10);
    assert_int_equal(count_known(10), ROOM_BYTES / 1000);
    const struct robots_entry *entry =
        robots_of(setting.robots, "http://h0.example", &setting.policy);
    assert_false(entry->known);
    assert_true(robots_is_fetching(setting.robots, entry)); /* so nobody counts a request for it */
    static const char rules[] = "disallow 2 /no\n";
    stored.rules = rules;
    loads = 0;
    assert_false(allows(fetch_of("http://h0.example"), "/no"));
    assert_int_equal(loads, 1);
    assert_int_equal(body_slots_in_use(setting.slots), 0);
}

static void robots_in_memory_are_those_asked_for_last(void **state)
{
    (void)state;
    open_small_memory(load_stored);
    restore_big(3);
    assert_true(robots_of(setting.robots, "http://h0.example", &setting.policy)->known);
    restore_big(1); /* the same again changes nothing */
    assert_int_equal(count_known(3), 3);
    robots_of(setting.robots, "http://h0.example", &setting.policy);
    stored.origin = "http://new.example";
    char rules[1001];
    memset(rules, '\n', sizeof rules - 1);
    rules[1000] = '\0';
    stored.rules = rules;
    robots_restore(setting.robots, &stored);
    assert_true(robots_of(setting.robots, "http://h0.example", &setting.policy)->known);
    assert_false(robots_of(setting.robots, "http://h1.example", &setting.policy)->known);
}

static void robots_that_are_not_stored_any_more_are_fetched(void **state)
{
    (void)state;
    static char rules[ROOM_BYTES];
    open_small_memory(load_stored);
    memset(rules, '\n', sizeof rules - 1);
    stored.fetched_ms = clock_epoch_ms();
    stored.expires_ms = stored.fetched_ms + 3600 * 1000;
    stored.rules = rules;
    stored.origin = setting.origin;
    robots_restore(setting.robots, &stored);
    restore_big(1); /* and the other leaves */
    stored.rules = NULL;
    body = "User-agent: *\nDisallow: /no\n";
    assert_false(allows(fetch_of(setting.origin), "/no"));
    assert_int_equal(setting.site->requests, 1);
}

static void robots_pause_can_be_cancelled(void **state)
{
    (void)state;
    status = "503 Busy";
    headers = "Retry-After: 30\r\n";
    struct promise *fetched = robots_fetch(setting.robots, setting.origin, &setting.policy);
    assert_int_equal(wait_for(fetched), PROMISE_RESOLVED);
    promise_unref(fetched);
    fetched = robots_fetch(setting.robots, setting.origin, &setting.policy);
    robots_cancel(setting.robots, setting.origin);
    assert_int_equal(promise_state_of(fetched), PROMISE_REJECTED);
    promise_unref(fetched);
    fetched = robots_fetch(setting.robots, setting.origin, &setting.policy);
    assert_int_equal(promise_state_of(fetched), PROMISE_PENDING); /* who asks again waits, too */
    promise_unref(fetched);
    assert_int_equal(setting.site->requests, 1);
}

static void robots_are_kept_as_cache_control_says_within_bounds(void **state)
{
    (void)state;
    static const struct {
        const char *headers;
        int64_t kept_s;
    } table[] = {
        {"Cache-Control: max-age=3600\r\n", 3600},
        {"Cache-Control: public, max-age=1\r\n", 600},
        {"Cache-Control: no-store\r\n", 600},
        {"Cache-Control: max-age=31536000\r\n", 24 * 3600},
        {"", 24 * 3600},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        close_setting(state);
        open_setting(state);
        headers = table[i].headers;
        fetch_of(setting.origin);
        assert_int_equal(setting.saved_for_ms, table[i].kept_s * 1000);
    }
}

static void robots_redirects_are_followed_five_times(void **state)
{
    (void)state;
    status = "301 Moved";
    headers = "Location: /r/4\r\n"; /* the first of five */
    const struct robots_entry *entry = fetch_of(setting.origin);
    assert_false(allows(entry, "/redirected"));
    assert_int_equal(setting.site->requests, 6);
}

static void robots_behind_more_redirects_or_none_to_follow_allow_all(void **state)
{
    (void)state;
    static const char *const locations[] = {"Location: /r/5\r\n", "Location: ftp://x/\r\n", ""};
    for (int i = 0; i < 3; i++) {
        close_setting(state);
        open_setting(state);
        status = "301 Moved";
        headers = locations[i];
        assert_true(allows(fetch_of(setting.origin), "/redirected"));
    }
}

static void robots_of_a_dead_origin_tell_how_it_is_dead(void **state)
{
    (void)state;
    unsigned port;
    int fd = raw_bind(&port); /* and nobody listens */
    char origin[64];
    snprintf(origin, sizeof origin, "http://127.0.0.1:%u", port);
    const struct robots_entry *entry = fetch_of(origin);
    assert_int_equal(entry->outcome, OUTCOME_CONNECT_REFUSED);
    assert_false(allows(entry, "/x"));
    setting.policy.allowed_count = 0;
    assert_int_equal(fetch_of(setting.origin)->outcome, OUTCOME_ADDRESS_BLOCKED);
    close(fd);
}

static void robots_cancelled_stay_unknown_and_can_be_asked_for_again(void **state)
{
    (void)state;
    body = "User-agent: *\nDisallow: /no\n";
    for (int wait_ms = 0; wait_ms < 20; wait_ms += 5) {
        site_set_gate(setting.site, false);
        struct promise *fetched = robots_fetch(setting.robots, setting.origin, &setting.policy);
        run_loop_for(setting.loop, wait_ms);
        robots_cancel(setting.robots, setting.origin);
        if (promise_state_of(fetched) == PROMISE_PENDING)
            wait_for(fetched);
        assert_int_equal(promise_state_of(fetched), PROMISE_REJECTED);
        assert_int_equal(promise_error(fetched)->code, ECANCELED);
        promise_unref(fetched);
        run_queue(setting.loop);
        assert_true(robots_is_quiet(setting.robots));
        assert_false(robots_of(setting.robots, setting.origin, &setting.policy)->known);
    }
    robots_cancel(setting.robots, setting.origin); /* nothing is under way */
    assert_int_equal(setting.saves, 0);
    site_set_gate(setting.site, true);
    assert_false(allows(fetch_of(setting.origin), "/no"));
}

static void robots_restored_count_until_they_expire(void **state)
{
    (void)state;
    int64_t now_ms = clock_epoch_ms();
    struct robots_row row = {.origin = "http://a.example",
                             .fetched_ms = now_ms,
                             .expires_ms = now_ms + 60000,
                             .status = 200,
                             .outcome = "ok",
                             .rules = "disallow 2 /no\n"};
    robots_restore(setting.robots, &row);
    const struct robots_entry *entry =
        robots_of(setting.robots, "http://a.example", &setting.policy);
    assert_true(entry->known);
    assert_true(allows(entry, "/yes"));
    assert_false(allows(entry, "/no"));
    row.expires_ms = now_ms - 1;
    robots_restore(setting.robots, &row);
    assert_false(robots_of(setting.robots, "http://a.example", &setting.policy)->known);
    row.origin = "http://b.example";
    row.outcome = "of_the_future";
    robots_restore(setting.robots, &row);
    assert_false(robots_of(setting.robots, "http://b.example", &setting.policy)->known);
}

static void robots_of_the_longest_origin_are_an_outcome(void **state)
{
    (void)state;
    for (size_t bytes = URL_MAX_BYTES - 20; bytes <= URL_MAX_BYTES - 1; bytes++) {
        char origin[URL_MAX_BYTES + 1] = "http://";
        for (size_t i = strlen(origin); i < bytes; i++)
            origin[i] = i % 60 == 59 ? '.' : 'a';
        const struct robots_entry *entry = fetch_of(origin);
        assert_int_not_equal(entry->outcome, OUTCOME_OK);
    }
}

#define ROBOTS_TEST(name) cmocka_unit_test_setup_teardown(name, open_setting, close_setting)

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "parse-process") == 0)
        return parse_process_main(argc, argv);
    const struct CMUnitTest tests[] = {
        ROBOTS_TEST(robots_rules_are_those_of_our_group),
        ROBOTS_TEST(robots_asked_for_by_many_are_fetched_once),
        ROBOTS_TEST(robots_answer_decides_as_the_standard_says),
        ROBOTS_TEST(robots_that_fail_are_asked_for_again_and_hold_nothing_meanwhile),
        ROBOTS_TEST(robots_that_ask_for_more_patience_than_there_is_are_given_up),
        ROBOTS_TEST(robots_that_cannot_be_had_say_why_and_outlive_the_pause_they_ask_for),
        ROBOTS_TEST(robots_beyond_their_memory_are_loaded_when_asked_for),
        ROBOTS_TEST(robots_in_memory_are_those_asked_for_last),
        ROBOTS_TEST(robots_that_are_not_stored_any_more_are_fetched),
        ROBOTS_TEST(robots_pause_can_be_cancelled),
        ROBOTS_TEST(robots_are_kept_as_cache_control_says_within_bounds),
        ROBOTS_TEST(robots_redirects_are_followed_five_times),
        ROBOTS_TEST(robots_behind_more_redirects_or_none_to_follow_allow_all),
        ROBOTS_TEST(robots_of_a_dead_origin_tell_how_it_is_dead),
        ROBOTS_TEST(robots_cancelled_stay_unknown_and_can_be_asked_for_again),
        ROBOTS_TEST(robots_restored_count_until_they_expire),
        ROBOTS_TEST(robots_of_the_longest_origin_are_an_outcome),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
