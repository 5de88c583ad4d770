/* The fetcher and host names: what the resolver says is where curl connects, all of it and nothing
 * else. The listeners are on loopback; the name server is dns_server.h's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>

#include "tests/unit/crawler/dns_server.h"
#include "tests/unit/crawler/fetch_world.h"
#include "tests/unit/crawler/raw_server.h"

/* "rebinding.test" is public the first time and here from then on. */
static void answer(struct dns_server *server, const char *name, unsigned type,
                   struct dns_answer *ret)
{
    ret->addresses = "127.0.0.1";
    ret->ttl_s = 0;
    if (strcmp(name, "missing.test") == 0)
        ret->rcode = DNS_NXDOMAIN;
    else if (strcmp(name, "private.test") == 0)
        ret->addresses = "10.0.0.1";
    else if (strcmp(name, "mixed.test") == 0)
        ret->addresses = "10.0.0.1 127.0.0.1";
    else if (strcmp(name, "second.test") == 0)
        ret->addresses = "127.0.0.2 127.0.0.1";
    else if (strcmp(name, "dual.test") == 0)
        ret->addresses = "::1 127.0.0.1";
    else if (strcmp(name, "silent.test") == 0)
        ret->silent = true;
    else if (strcmp(name, "rebinding.test") == 0 && type == DNS_A && server->questions[DNS_A] == 1)
        ret->addresses = "10.0.0.1";
}

struct setting {
    struct world world;
    struct dns_server *names;
    struct raw_server *site;
};

static void begin_with(struct setting *s, enum raw_after after)
{
    s->names = dns_server_start(answer);
    s->site = raw_server_start((struct raw_script){BYTES(HEAD LENGTH(2) "ok"), after, NULL, 0});
    world_init(&s->world);
    s->world.dns.servers = s->names->address;
    s->world.dns.min_ttl_ms = 60000;
}

static void begin(struct setting *s)
{
    begin_with(s, RAW_KEEP);
}

static void end(struct setting *s)
{
    world_done(&s->world);
    raw_server_free(s->site);
    dns_server_free(s->names);
}

static struct fetch_result *fetch(struct setting *s, const char *host)
{
    return world_fetch(&s->world, raw_server_url(s->site, host));
}

static void fetch_expecting(struct setting *s, const char *host, enum outcome outcome)
{
    struct fetch_result *result = fetch(s, host);
    if (result->outcome != outcome)
        fail_msg("%s (%s)", outcome_name(result->outcome), result->detail);
    free(result);
}

static void name_is_looked_up_once_and_sent_as_host(void **state)
{
    (void)state;
    char host[64];
    struct setting s;
    begin(&s);
    world_open(&s.world);
    for (int i = 0; i < 3; i++)
        fetch_expecting(&s, "http://site.test", OUTCOME_OK);
    snprintf(host, sizeof host, "\r\nHost: site.test:%u\r\n", s.site->port);
    assert_int_equal(s.names->questions[DNS_A], 1);
    world_close_fetcher(&s.world);
    raw_server_stop(s.site);
    assert_non_null(strstr(s.site->last_request, host));
    assert_int_equal(s.site->connections, 1);
    assert_int_equal(s.site->requests, 3);
    end(&s);
}

static void name_with_a_final_dot_is_reached(void **state)
{
    (void)state;
    struct setting s;
    begin(&s);
    world_open(&s.world);
    fetch_expecting(&s, "http://site.test.", OUTCOME_OK);
    end(&s);
}

/* The first address has nobody who listens; one in the same family, then one in the other. */
static void next_address_is_tried(void **state)
{
    (void)state;
    static const char *const hosts[] = {"http://second.test", "http://dual.test"};
    struct address_network loopback[2];
    address_network_parse("127.0.0.0/8", &loopback[0]);
    address_network_parse("::1", &loopback[1]);
    for (int i = 0; i < 2; i++) {
        struct setting s;
        begin(&s);
        world_open(&s.world);
        s.world.policy = (struct address_policy){loopback, 2};
        struct fetch_result *result = fetch(&s, hosts[i]);
        if (result->outcome != OUTCOME_OK)
            fail_msg("%s: %s", hosts[i], result->detail);
        assert_string_equal(result->remote_ip, "127.0.0.1");
        free(result);
        end(&s);
    }
}

static void unknown_name_is_dns_failed(void **state)
{
    (void)state;
    struct setting s;
    begin(&s);
    world_open(&s.world);
    for (int i = 0; i < 2; i++) {
        struct fetch_result *result = fetch(&s, "http://missing.test");
        assert_int_equal(result->outcome, OUTCOME_DNS_FAILED);
        assert_string_equal(result->detail, "missing.test: there is no such name");
        assert_int_equal(result->wire_bytes, 0);
        free(result);
    }
    end(&s);
}

static void look_up_is_part_of_the_connect_timeout(void **state)
{
    (void)state;
    struct setting s;
    begin(&s);
    s.world.config.connect_timeout_ms = 50;
    world_open(&s.world);
    struct fetch_result *result = fetch(&s, "http://silent.test");
    assert_int_equal(result->outcome, OUTCOME_DNS_FAILED);
    assert_string_equal(result->detail, "silent.test: the name servers took more than 50 ms");
    free(result);
    end(&s);
}

static void look_up_is_part_of_the_total_timeout(void **state)
{
    (void)state;
    struct setting s;
    begin(&s);
    s.world.config.total_timeout_ms = 50;
    world_open(&s.world);
    fetch_expecting(&s, "http://silent.test", OUTCOME_TIMEOUT_TOTAL);
    end(&s);
}

static void name_that_resolves_to_a_private_address_is_blocked(void **state)
{
    (void)state;
    struct setting s;
    begin(&s);
    world_open(&s.world);
    struct fetch_result *result = fetch(&s, "http://private.test");
    assert_int_equal(result->outcome, OUTCOME_ADDRESS_BLOCKED);
    assert_string_equal(result->detail, "The host is not to be reached: private (10.0.0.0/8)");
    assert_string_equal(result->remote_ip, "");
    free(result);
    fetch_expecting(&s, "http://mixed.test", OUTCOME_OK);
    end(&s);
}

/* The policy allows nothing special: neither answer leads anywhere, and nobody is reached. */
static void rebinding_reaches_nobody(void **state)
{
    (void)state;
    struct setting s;
    begin(&s);
    s.world.dns.min_ttl_ms = 0;
    s.world.policy.allowed_count = 0;
    world_open(&s.world);
    for (int i = 0; i < 3; i++)
        fetch_expecting(&s, "http://rebinding.test", OUTCOME_ADDRESS_BLOCKED);
    assert_true(s.names->questions[DNS_A] > 1);
    world_close_fetcher(&s.world);
    raw_server_stop(s.site);
    assert_int_equal(s.site->connections, 0);
    end(&s);
}

/* The answer that was judged is the one that is used, for as long as it is kept. */
static void answer_is_not_asked_for_again_behind_the_resolver(void **state)
{
    (void)state;
    struct setting s;
    begin(&s);
    world_open(&s.world);
    for (int i = 0; i < 3; i++)
        fetch_expecting(&s, "http://rebinding.test", OUTCOME_ADDRESS_BLOCKED);
    assert_int_equal(s.names->questions[DNS_A], 1);
    end(&s);
}

/* More names than curl is let remember: those that leave and come back are pinned anew. */
static void many_names_come_and_come_back(void **state)
{
    (void)state;
    enum { NAMES = 700 };
    struct setting s;
    begin_with(&s, RAW_CLOSE);
    s.world.dns.max_names = NAMES;
    world_open(&s.world);
    for (int i = 0; i < 2 * NAMES; i++) {
        char host[40];
        snprintf(host, sizeof host, "http://h%d.test", i % NAMES);
        fetch_expecting(&s, host, OUTCOME_OK);
    }
    assert_int_equal(s.names->questions[DNS_A], NAMES);
    end(&s);
}

static void wait_ms(struct setting *s, int64_t ms)
{
    struct promise *pause = promise_sleep(s->world.loop, ms);
    world_wait(&s->world, pause);
    promise_unref(pause);
}

static void fetch_is_cancelled_while_its_name_is_looked_up(void **state)
{
    (void)state;
    struct setting s;
    begin(&s);
    world_open(&s.world);
    struct fetch_request request =
        world_request(&s.world, raw_server_url(s.site, "http://silent.test"));
    struct promise *promise = fetch_start(s.world.fetcher, &request);
    wait_ms(&s, 1);
    promise_cancel(promise);
    wait_ms(&s, 1);
    assert_int_equal(promise_error(promise)->code, ECANCELED);
    assert_int_equal(fetcher_active(s.world.fetcher), 0);
    promise_unref(promise);
    fetch_expecting(&s, "http://site.test", OUTCOME_OK);
    end(&s);
}

/* Taken off before curl has had a turn: the pin is not taken for known. */
static void pin_that_curl_never_read_is_given_again(void **state)
{
    (void)state;
    struct setting s;
    begin(&s);
    world_open(&s.world);
    struct promise *answer = resolver_lookup(s.world.resolver, "site.test", 9);
    world_wait(&s.world, answer);
    promise_unref(answer);
    struct fetch_request request =
        world_request(&s.world, raw_server_url(s.site, "http://site.test"));
    struct promise *promise = fetch_start(s.world.fetcher, &request);
    promise_cancel(promise);
    promise_unref(promise);
    wait_ms(&s, 1);
    fetch_expecting(&s, "http://site.test", OUTCOME_OK);
    end(&s);
}

static void fetcher_is_closed_during_a_look_up(void **state)
{
    (void)state;
    struct setting s;
    begin(&s);
    world_open(&s.world);
    struct fetch_request request =
        world_request(&s.world, raw_server_url(s.site, "http://silent.test"));
    struct promise *promise = fetch_start(s.world.fetcher, &request);
    wait_ms(&s, 1);
    world_close_fetcher(&s.world);
    assert_int_equal(promise_error(promise)->code, ECANCELED);
    promise_unref(promise);
    end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(name_is_looked_up_once_and_sent_as_host),
        cmocka_unit_test(name_with_a_final_dot_is_reached),
        cmocka_unit_test(next_address_is_tried),
        cmocka_unit_test(unknown_name_is_dns_failed),
        cmocka_unit_test(look_up_is_part_of_the_connect_timeout),
        cmocka_unit_test(look_up_is_part_of_the_total_timeout),
        cmocka_unit_test(name_that_resolves_to_a_private_address_is_blocked),
        cmocka_unit_test(rebinding_reaches_nobody),
        cmocka_unit_test(answer_is_not_asked_for_again_behind_the_resolver),
        cmocka_unit_test(many_names_come_and_come_back),
        cmocka_unit_test(fetch_is_cancelled_while_its_name_is_looked_up),
        cmocka_unit_test(pin_that_curl_never_read_is_given_again),
        cmocka_unit_test(fetcher_is_closed_during_a_look_up),
    };
    return cmocka_run_group_tests_name("fetch_names", tests, NULL, NULL);
}
