/* The fetcher against a server that misbehaves: every way in which an exchange can end has its
 * outcome.
 *
 * Names are test_fetch_names.c's; here they come from a hosts file, and no server is asked.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <time.h>

#include "tests/unit/crawler/fetch_world.h"
#include "tests/unit/crawler/raw_server.h"

/* ---- what the headers say ---- */

/* One exchange with a server that answers with these bytes; the result is the caller's. */
static struct fetch_result *fetch_answer(const char *answer)
{
    struct raw_server *server =
        raw_server_start((struct raw_script){answer, strlen(answer), RAW_KEEP, NULL, 0});
    struct world world;
    world_init(&world);
    world_open(&world);
    struct fetch_result *result = world_fetch(&world, raw_server_url(server, "http://127.0.0.1"));
    world_done(&world);
    raw_server_free(server);
    return result;
}

static void headers_are_collected(void **state)
{
    (void)state;
    struct fetch_result *result = fetch_answer(
        "HTTP/1.0 302 Found\r\nlocation:   ../next?a=b \r\nLocation: /second\r\n"
        "Content-Type: text/html; charset=latin1\t\r\nX-Robots-Tag: noindex\r\n"
        "x-robots-tag: bot: nofollow\r\nRetry-After: 12\r\nContent-Length: 3\r\n\r\nabc");
    assert_int_equal(result->outcome, OUTCOME_REDIRECTED);
    assert_string_equal(result->location, "../next?a=b");
    assert_string_equal(result->content_type, "text/html; charset=latin1");
    assert_string_equal(result->robots_tag, "noindex\nbot: nofollow");
    assert_int_equal(result->retry_after_ms, 12000);
    assert_int_equal(result->http_version, 10);
    assert_int_equal(result->body_bytes, 0);
    assert_true(result->wire_bytes > 150);
    assert_string_equal(result->detail, "");
    free(result);
}

static void headers_of_interim_answers_are_forgotten(void **state)
{
    (void)state;
    struct fetch_result *result =
        fetch_answer("HTTP/1.1 103 Early\r\nLocation: /early\r\nX-Robots-Tag: none\r\nRetry-After: "
                     "9\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    assert_int_equal(result->outcome, OUTCOME_OK);
    assert_string_equal(result->location, "");
    assert_string_equal(result->robots_tag, "");
    assert_string_equal(result->content_type, "");
    assert_int_equal(result->retry_after_ms, -1);
    assert_int_equal(result->http_version, 11);
    free(result);
}

static int64_t retry_after(const char *value)
{
    char answer[300];
    snprintf(answer, sizeof answer,
             "HTTP/1.1 503 Later\r\nRetry-After: %s\r\nContent-Length: 0\r\n\r\n", value);
    struct fetch_result *result = fetch_answer(answer);
    int64_t ms = result->retry_after_ms;
    free(result);
    return ms;
}

static void retry_after_is_seconds_or_a_date_and_capped(void **state)
{
    (void)state;
    char date[64];
    time_t when = time(NULL) + 3600;
    struct tm tm;
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&when, &tm));
    assert_in_range(retry_after(date), 3500 * 1000, 3600 * 1000);
    assert_int_equal(retry_after("0"), 0);
    assert_int_equal(retry_after("120"), 120000);
    assert_int_equal(retry_after("Wed, 21 Oct 2015 07:28:00 GMT"), 0);
    assert_int_equal(retry_after("99999999999999999999999"), 24 * 3600 * 1000);
    assert_int_equal(retry_after("Fri, 31 Dec 2999 23:59:59 GMT"), 24 * 3600 * 1000);
    assert_int_equal(retry_after("soon"), -1);
    assert_int_equal(retry_after("-5"), -1);
    assert_int_equal(retry_after(""), -1);
}

static void request_says_who_asks_and_nothing_from_the_environment(void **state)
{
    (void)state;
    struct raw_server *server =
        raw_server_start((struct raw_script){BYTES(STATUS("404 No")), RAW_KEEP, NULL, 0});
    struct world world;
    world_init(&world);
    world_open(&world);
    setenv("http_proxy", "http://127.0.0.1:1/", 1);
    setenv("ALL_PROXY", "http://127.0.0.1:1/", 1);
    struct fetch_request request =
        world_request(&world, raw_server_url(server, "http://127.0.0.1"));
    request.referer = "http://example.com/from";
    free(world_fetch_request(&world, &request));
    unsetenv("http_proxy");
    unsetenv("ALL_PROXY");
    world_done(&world);
    raw_server_stop(server);
    assert_memory_equal(server->last_request, "GET /path HTTP/1.1\r\n", 20);
    assert_non_null(strstr(server->last_request, "\r\nUser-Agent: fetch-test/1\r\n"));
    assert_non_null(strstr(server->last_request, "\r\nReferer: http://example.com/from\r\n"));
    assert_non_null(
        strstr(server->last_request, "\r\nAccept-Encoding: deflate, gzip, br, zstd\r\n"));
    raw_server_free(server);
}

/* ---- connections ---- */

static void fetch_again(struct world *world, const char *url, enum outcome outcome)
{
    struct fetch_result *result = world_fetch(world, url);
    if (result->outcome != outcome)
        fail_msg("%s (%s)", outcome_name(result->outcome), result->detail);
    free(result);
}

static void connection_survives_small_unwanted_bodies(void **state)
{
    (void)state;
    static const char *const answers[] = {
        HEAD LENGTH(5) "hello",
        "HTTP/1.1 404 No\r\n" LENGTH(5) "hello",
        "HTTP/1.1 404 No\r\n" CHUNKED "5\r\nhello\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n" LENGTH(5) "hello",
        "HTTP/1.1 301 Moved\r\nLocation: /\r\n" LENGTH(5) "hello",
    };
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        struct raw_server *server = raw_server_start(
            (struct raw_script){answers[i], strlen(answers[i]), RAW_KEEP, NULL, 0});
        struct world world;
        world_init(&world);
        world_open(&world);
        for (int n = 0; n < 3; n++)
            free(world_fetch(&world, raw_server_url(server, "http://127.0.0.1")));
        assert_int_equal(server->requests, 3);
        assert_int_equal(server->connections, 1);
        world_done(&world);
        raw_server_free(server);
    }
}

static void request_without_referer_follows_one_with(void **state)
{
    (void)state;
    struct raw_server *server =
        raw_server_start((struct raw_script){BYTES(HEAD LENGTH(2) "ok"), RAW_KEEP, NULL, 0});
    struct world world;
    world_init(&world);
    world_open(&world);
    struct fetch_request request =
        world_request(&world, raw_server_url(server, "http://127.0.0.1"));
    request.referer = "http://example.com/from";
    free(world_fetch_request(&world, &request));
    fetch_again(&world, request.url, OUTCOME_OK);
    world_done(&world);
    raw_server_stop(server);
    assert_null(strstr(server->last_request, "Referer"));
    raw_server_free(server);
}

static void connection_lost_while_idle_is_replaced(void **state)
{
    (void)state;
    struct raw_server *server =
        raw_server_start((struct raw_script){BYTES(HEAD LENGTH(2) "ok"), RAW_CLOSE, NULL, 0});
    struct world world;
    world_init(&world);
    world_open(&world);
    for (int i = 0; i < 5; i++) {
        fetch_again(&world, raw_server_url(server, "http://127.0.0.1"), OUTCOME_OK);
        struct promise *pause = promise_sleep(world.loop, 10); /* the close is seen on the loop */
        world_wait(&world, pause);
        promise_unref(pause);
    }
    assert_int_equal(server->connections, 5);
    world_done(&world);
    raw_server_free(server);
}

static void refused_connection_names_the_address(void **state)
{
    (void)state;
    char url[64], detail[64];
    unsigned port;
    int bound = raw_bind(&port); /* nobody listens on it */
    snprintf(url, sizeof url, "http://127.0.0.1:%u/", port);
    snprintf(detail, sizeof detail, "Connection refused by 127.0.0.1 port %u", port);
    struct world world;
    world_init(&world);
    world_open(&world);
    struct fetch_result *result = world_fetch(&world, url);
    assert_int_equal(result->outcome, OUTCOME_CONNECT_REFUSED);
    assert_string_equal(result->detail, detail);
    assert_string_equal(result->remote_ip, "127.0.0.1");
    free(result);
    world_done(&world);
    close(bound);
}

static void connection_to_a_broadcast_address_fails(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    world_open(&world);
    fetch_again(&world, "http://127.255.255.255:9/", OUTCOME_CONNECT_FAILED);
    world_done(&world);
}

/* A listener with a full queue lets further connections wait without an answer. */
static void connection_without_answer_times_out(void **state)
{
    (void)state;
    unsigned port;
    int listener = raw_bind(&port), waiting[4];
    listen(listener, 0);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    for (int i = 0; i < 4; i++) {
        waiting[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        (void)!connect(waiting[i], (struct sockaddr *)&address, sizeof address);
    }
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%u/", port);
    struct world world;
    world_init(&world);
    world.config.connect_timeout_ms = 100;
    world_open(&world);
    fetch_again(&world, url, OUTCOME_TIMEOUT_CONNECT);
    world_done(&world);
    for (int i = 0; i < 4; i++)
        close(waiting[i]);
    close(listener);
}

static void tls_with_a_server_that_speaks_none_fails(void **state)
{
    (void)state;
    struct raw_server *server = raw_server_start(
        (struct raw_script){BYTES("HTTP/1.1 400 Plain\r\n\r\n"), RAW_CLOSE, NULL, 0});
    struct world world;
    world_init(&world);
    world_open(&world);
    fetch_again(&world, raw_server_url(server, "https://127.0.0.1"), OUTCOME_TLS_FAILED);
    world_done(&world);
    raw_server_free(server);
}

/* ---- names and addresses ---- */

/* Asked, the resolver of this test would not know it. */
static void known_name_of_a_special_address_is_blocked_unresolved(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    world_open(&world);
    struct fetch_result *result = world_fetch(&world, "http://metadata.google.internal/");
    assert_int_equal(result->outcome, OUTCOME_ADDRESS_BLOCKED);
    assert_string_equal(result->detail,
                        "The host is not to be reached: metadata of a cloud by its name");
    free(result);
    world_done(&world);
}

static void blocked_address_sees_no_connection(void **state)
{
    (void)state;
    struct raw_server *server =
        raw_server_start((struct raw_script){BYTES(HEAD LENGTH(2) "ok"), RAW_KEEP, NULL, 0});
    struct world world;
    world_init(&world);
    world_open(&world);
    world.policy = (struct address_policy){NULL, 0};
    fetch_again(&world, raw_server_url(server, "http://127.0.0.1"), OUTCOME_ADDRESS_BLOCKED);
    fetch_again(&world, raw_server_url(server, "http://local.test"), OUTCOME_ADDRESS_BLOCKED);
    fetch_again(&world, raw_server_url(server, "http://[::ffff:127.0.0.1]"),
                OUTCOME_ADDRESS_BLOCKED);
    world_done(&world);
    raw_server_stop(server);
    assert_int_equal(server->connections, 0);
    raw_server_free(server);
}

static void kept_connection_does_not_serve_a_stricter_policy(void **state)
{
    (void)state;
    struct raw_server *server =
        raw_server_start((struct raw_script){BYTES(HEAD LENGTH(2) "ok"), RAW_KEEP, NULL, 0});
    struct world world;
    world_init(&world);
    world_open(&world);
    struct address_policy strict = {NULL, 0};
    struct fetch_request request =
        world_request(&world, raw_server_url(server, "http://local.test"));
    fetch_again(&world, request.url, OUTCOME_OK);
    request.policy = &strict;
    struct fetch_result *result = world_fetch_request(&world, &request);
    assert_int_equal(result->outcome, OUTCOME_ADDRESS_BLOCKED);
    assert_string_equal(result->detail, "The host is not to be reached: loopback (127.0.0.0/8)");
    free(result);
    fetch_again(&world, request.url, OUTCOME_OK);
    world_done(&world);
    raw_server_stop(server);
    assert_int_equal(server->requests, 2);
    raw_server_free(server);
}

static void other_schemes_are_not_fetched(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    world_open(&world);
    fetch_again(&world, "file:///etc/passwd", OUTCOME_INTERNAL_ERROR);
    fetch_again(&world, "ftp://127.0.0.1/", OUTCOME_INTERNAL_ERROR);
    fetch_again(&world, "http://a b/", OUTCOME_INTERNAL_ERROR);
    world_done(&world);
}

/* ---- cancelling ---- */

static struct raw_server *silent_server(void)
{
    return raw_server_start((struct raw_script){"", 0, RAW_HANG, NULL, 0});
}

static void wait_ms(struct world *world, int64_t ms)
{
    struct promise *pause = promise_sleep(world->loop, ms);
    world_wait(world, pause);
    promise_unref(pause);
}

static void cancelled_fetch_is_taken_off(void **state)
{
    (void)state;
    struct raw_server *server = silent_server();
    struct world world;
    world_init(&world);
    world_open(&world);
    struct fetch_request request =
        world_request(&world, raw_server_url(server, "http://127.0.0.1"));
    struct promise *promise = fetch_start(world.fetcher, &request);
    assert_int_equal(fetcher_active(world.fetcher), 1);
    while (server->requests == 0)
        wait_ms(&world, 1);
    promise_cancel(promise);
    assert_int_equal(promise_error(promise)->code, ECANCELED);
    promise_unref(promise);
    wait_ms(&world, 1);
    assert_int_equal(fetcher_active(world.fetcher), 0);
    /* The transfer is gone and its exchange is of use again. */
    fetch_again(&world, "http://10.0.0.1/", OUTCOME_ADDRESS_BLOCKED);
    world_done(&world);
    raw_server_free(server);
}

static void fetcher_free_cancels_what_is_under_way(void **state)
{
    (void)state;
    struct raw_server *server = silent_server();
    struct world world;
    world_init(&world);
    world_open(&world);
    struct fetch_request request =
        world_request(&world, raw_server_url(server, "http://127.0.0.1"));
    struct promise *left = fetch_start(world.fetcher, &request);
    struct promise *cancelled = fetch_start(world.fetcher, &request);
    while (server->requests == 0)
        wait_ms(&world, 1);
    promise_cancel(cancelled); /* its hook is still queued when the fetcher goes */
    world_close_fetcher(&world);
    assert_int_equal(promise_error(left)->code, ECANCELED);
    wait_ms(&world, 1);
    promise_unref(left);
    promise_unref(cancelled);
    world_done(&world);
    raw_server_free(server);
}

/* ---- all of them ---- */

static char hosts_file[] = "/tmp/fetch-hosts-XXXXXX";

/* ---- time ---- */

static int64_t clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void block_the_loop(void *arg)
{
    (void)arg;
    nanosleep(&(struct timespec){.tv_nsec = 300 * 1000 * 1000}, NULL);
}

/* Else a busy moment of ours would count as slowness of every host, and slow the crawl down. */
static void time_in_which_the_loop_stood_still_is_not_the_hosts(void **state)
{
    (void)state;
    static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    struct raw_server *server =
        raw_server_start((struct raw_script){answer, strlen(answer), RAW_KEEP, NULL, 0});
    struct world world;
    world_init(&world);
    world_open(&world);
    int64_t started_ms = clock_ms();
    loop_call_soon(world.loop, block_the_loop, NULL);
    struct fetch_result *result = world_fetch(&world, raw_server_url(server, "http://127.0.0.1"));
    int64_t took_ms = clock_ms() - started_ms;
    assert_int_equal(result->outcome, OUTCOME_OK);
    assert_true(took_ms >= 300);
    assert_true(result->elapsed_ms <= took_ms - 290);
    assert_true(result->first_byte_ms <= took_ms - 290);
    free(result);
    world_done(&world);
    raw_server_free(server);
}

static int write_hosts(void **state)
{
    (void)state;
    int fd = mkstemp(hosts_file);
    dprintf(fd, "127.0.0.1 local.test\n");
    close(fd);
    world_hosts_file = hosts_file;
    return 0;
}

static int remove_hosts(void **state)
{
    (void)state;
    return unlink(hosts_file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_are_collected),
        cmocka_unit_test(headers_of_interim_answers_are_forgotten),
        cmocka_unit_test(retry_after_is_seconds_or_a_date_and_capped),
        cmocka_unit_test(request_says_who_asks_and_nothing_from_the_environment),
        cmocka_unit_test(connection_survives_small_unwanted_bodies),
        cmocka_unit_test(request_without_referer_follows_one_with),
        cmocka_unit_test(connection_lost_while_idle_is_replaced),
        cmocka_unit_test(refused_connection_names_the_address),
        cmocka_unit_test(connection_to_a_broadcast_address_fails),
        cmocka_unit_test(connection_without_answer_times_out),
        cmocka_unit_test(tls_with_a_server_that_speaks_none_fails),
        cmocka_unit_test(known_name_of_a_special_address_is_blocked_unresolved),
        cmocka_unit_test(blocked_address_sees_no_connection),
        cmocka_unit_test(kept_connection_does_not_serve_a_stricter_policy),
        cmocka_unit_test(other_schemes_are_not_fetched),
        cmocka_unit_test(cancelled_fetch_is_taken_off),
        cmocka_unit_test(fetcher_free_cancels_what_is_under_way),
        cmocka_unit_test(time_in_which_the_loop_stood_still_is_not_the_hosts),
    };
    return cmocka_run_group_tests_name("fetch", tests, write_hosts, remove_hosts);
}
