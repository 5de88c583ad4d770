/* What a job adds to its requests: what may be added at all, that nothing of one request stays for
 * the next, conditions, and the bounds of the cookie jar. That credentials and cookies stay with
 * their hosts is shown between real sites in tests/e2e/test_fetch_details.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <curl/curl.h>

#include "crawler/fetch/fetch_session.h"
#include "crawler/fetch/fetch_session_private.h"
#include "crawler/job/header_rules.h"
#include "crawler/job/job_settings.h"
#include "crawler/job/proxy_url.h"
#include "tests/unit/crawler/fetch_world.h"
#include "tests/unit/crawler/raw_server.h"

/* ---- what may be given ---- */

static void headers_that_are_dangerous_are_refused(void **state)
{
    (void)state;
    static const char *const refused[][2] = {
        {"Authorization", "Basic x"},
        {"authorization", "x"},
        {"Cookie", "a=b"},
        {"Host", "other.example"},
        {"Connection", "close"},
        {"Transfer-Encoding", "chunked"},
        {"Content-Length", "5"},
        {"User-Agent", "x"},
        {"Proxy-Authorization", "x"},
        {"If-None-Match", "\"x\""},
        {"Range", "bytes=0-1"},
        {"X-A", "a\r\nHost: b"},
        {"X-A", "a\nb"},
        {"X A", "b"},
        {"X-A:", "b"},
        {"", "b"},
        {"X-A", ""},
        {"X-A", "\xc3\xa9"},
        {"X-A", SETTINGS_REDACTED},
    };
    static const char *const fine[][2] = {
        {"Accept-Language", "de, en;q=0.5"}, {"X-Key", "k=v; w"}, {"DNT", "1"}, {"From", "a@b.c"}};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        if (!header_problem(refused[i][0], refused[i][1]))
            fail_msg("%s: %s", refused[i][0], refused[i][1]);
    for (size_t i = 0; i < sizeof fine / sizeof fine[0]; i++)
        assert_null(header_problem(fine[i][0], fine[i][1]));
    assert_non_null(strstr(header_problem("Authorization", "x"), "\"credentials\""));
}

static void proxies_are_read(void **state)
{
    (void)state;
    struct proxy_url proxy;
    assert_null(proxy_url_parse("http://Proxy.Example.COM:3128", &proxy));
    assert_int_equal(proxy.kind, PROXY_HTTP);
    assert_string_equal(proxy.host, "proxy.example.com");
    assert_int_equal(proxy.port, 3128);
    assert_string_equal(proxy.user, "");
    assert_null(proxy_url_parse("socks5h://bob:a%40b%3A@[::1]:1080/", &proxy));
    assert_int_equal(proxy.kind, PROXY_SOCKS5);
    assert_string_equal(proxy.host, "[::1]");
    assert_string_equal(proxy.user, "bob");
    assert_string_equal(proxy.password, "a@b:");
    assert_null(proxy_url_parse("https://0x7f.1:443", &proxy));
    assert_string_equal(proxy.host, "127.0.0.1");
}

static void what_is_no_proxy_is_refused(void **state)
{
    (void)state;
    static const char *const refused[] = {"proxy.example.com:3128",
                                          "ftp://a:1",
                                          "socks4://a:1",
                                          "http://a",
                                          "http://a:",
                                          "http://a:0",
                                          "http://:80",
                                          "http://a:70000",
                                          "http://a:80/path",
                                          "http://a:80?x",
                                          "http://a b:80",
                                          "http://u:***@a:80",
                                          "http://u:a%0d%0ab@host:80",
                                          "http://a:80/#frag"};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        if (!proxy_problem(refused[i]))
            fail_msg("%s", refused[i]);
}

static void password_of_a_proxy_is_hidden(void **state)
{
    (void)state;
    static const char *const urls[][2] = {{"http://a:1", "http://a:1"},
                                          {"http://u@a:1", "http://u@a:1"},
                                          {"http://u:p@a:1", "http://u:***@a:1"},
                                          {"http://u:p:q@r@a:1", "http://u:***@a:1"}};
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        char *redacted = proxy_url_redacted(urls[i][0]);
        assert_string_equal(redacted, urls[i][1]);
        free(redacted);
    }
}

/* ---- requests ---- */

/* A request with a session that has one header, a login for its host, and cookies; then one
 * without. What the server has read last is left in *server. */
static void ask(struct raw_server *server, bool with_session, bool impersonal)
{
    char host[40];
    char name[] = "X-Key", value[] = "k", user[] = "ann", password[] = "secret";
    snprintf(host, sizeof host, "127.0.0.1:%u", server->port);
    struct job_header header = {name, value};
    struct job_credentials login = {.host = host, .user = user, .password = password};
    struct job_settings settings = {
        .cookies = true, .headers = {&header, 1}, .credentials = {&login, 1}};
    struct world world;
    world_init(&world);
    world_open(&world);
    struct fetch_session *session = fetch_session_new(&settings);
    struct fetch_request request =
        world_request(&world, raw_server_url(server, "http://127.0.0.1"));
    request.session = session;
    free(world_fetch_request(&world, &request));
    request.session = with_session ? session : NULL;
    request.impersonal = impersonal;
    free(world_fetch_request(&world, &request));
    fetch_session_unref(session);
    world_done(&world);
    raw_server_stop(server);
}

static struct raw_server *cookie_server(void)
{
    return raw_server_start(
        (struct raw_script){BYTES(HEAD "Set-Cookie: a=b\r\n" LENGTH(2) "ok"), RAW_KEEP, NULL, 0});
}

static void request_carries_what_the_session_has(void **state)
{
    (void)state;
    struct raw_server *server = cookie_server();
    ask(server, true, false);
    assert_non_null(strstr(server->last_request, "\r\nX-Key: k\r\n"));
    assert_non_null(strstr(server->last_request, "\r\nAuthorization: Basic YW5uOnNlY3JldA==\r\n"));
    assert_non_null(strstr(server->last_request, "\r\nCookie: a=b\r\n"));
    raw_server_free(server);
}

static void assert_nothing_personal(const struct raw_server *server)
{
    assert_int_equal(server->requests, 2);
    assert_null(strstr(server->last_request, "X-Key"));
    assert_null(strstr(server->last_request, "Authorization"));
    assert_null(strstr(server->last_request, "Cookie"));
}

static void request_without_session_follows_one_with(void **state)
{
    (void)state;
    struct raw_server *server = cookie_server();
    ask(server, false, false);
    assert_nothing_personal(server);
    raw_server_free(server);
}

static void impersonal_request_carries_nothing_of_the_session(void **state)
{
    (void)state;
    struct raw_server *server = cookie_server();
    ask(server, true, true);
    assert_nothing_personal(server);
    raw_server_free(server);
}

/* ---- conditions ---- */

static const char unchanged[] = "HTTP/1.1 304 Not Modified\r\nETag: W/\"2\"\r\n"
                                "Content-Length: 999999999\r\n\r\n";

static struct fetch_result *ask_if_changed(const char *etag, const char *since,
                                           struct raw_server **ret_server)
{
    struct raw_server *server =
        raw_server_start((struct raw_script){BYTES(unchanged), RAW_KEEP, NULL, 0});
    struct world world;
    world_init(&world);
    world_open(&world);
    struct fetch_request request =
        world_request(&world, raw_server_url(server, "http://127.0.0.1"));
    request.if_none_match = etag;
    request.if_modified_since = since;
    free(world_fetch_request(&world, &request));
    struct fetch_result *result = world_fetch_request(&world, &request);
    world_done(&world);
    raw_server_stop(server);
    *ret_server = server;
    return result;
}

static void condition_that_holds_is_not_modified_and_keeps_the_connection(void **state)
{
    (void)state;
    struct raw_server *server;
    struct fetch_result *result =
        ask_if_changed("W/\"1\"", "Sun, 06 Nov 1994 08:49:37 GMT", &server);
    assert_int_equal(result->outcome, OUTCOME_NOT_MODIFIED);
    assert_string_equal(result->etag, "W/\"2\"");
    assert_string_equal(result->detail, "");
    assert_int_equal(server->connections, 1);
    assert_non_null(strstr(server->last_request, "\r\nIf-None-Match: W/\"1\"\r\n"));
    assert_non_null(
        strstr(server->last_request, "\r\nIf-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n"));
    free(result);
    raw_server_free(server);
}

static void validator_that_would_break_the_request_is_left_out(void **state)
{
    (void)state;
    struct raw_server *server;
    struct fetch_result *result = ask_if_changed("\"1\"\r\nX-Evil: 1", "", &server);
    assert_int_equal(result->outcome, OUTCOME_HTTP_OTHER);
    assert_null(strstr(server->last_request, "X-Evil"));
    assert_null(strstr(server->last_request, "If-"));
    free(result);
    raw_server_free(server);
}

static int64_t cache_age(const char *lines)
{
    char answer[300];
    snprintf(answer, sizeof answer, HEAD "%s" LENGTH(2) "ok", lines);
    struct raw_server *server =
        raw_server_start((struct raw_script){answer, strlen(answer), RAW_KEEP, NULL, 0});
    struct world world;
    world_init(&world);
    world_open(&world);
    struct fetch_result *result = world_fetch(&world, raw_server_url(server, "http://127.0.0.1"));
    int64_t age_s = result->cache_max_age_s;
    free(result);
    world_done(&world);
    raw_server_free(server);
    return age_s;
}

static void cache_control_is_read(void **state)
{
    (void)state;
    assert_int_equal(cache_age(""), -1);
    assert_int_equal(cache_age("Cache-Control: private\r\n"), -1);
    assert_int_equal(cache_age("Cache-Control: public, Max-Age=60\r\n"), 60);
    assert_int_equal(cache_age("cache-control:max-age=60 ,no-cache\r\n"), 0);
    assert_int_equal(cache_age("Cache-Control: no-store\r\n"), 0);
    assert_int_equal(cache_age("Cache-Control: max-age=90\r\nCache-Control: max-age=30\r\n"), 30);
    assert_int_equal(cache_age("Cache-Control: max-age=99999999999999999999\r\n"),
                     366 * 24 * 60 * 60);
    assert_int_equal(cache_age("Cache-Control: max-age=soon, x-max-age=5,,\r\n"), -1);
}

/* ---- the jar ---- */

static void fill_jar(CURL *easy, unsigned domains, unsigned cookies)
{
    for (unsigned domain = 0; domain < domains; domain++) {
        for (unsigned i = 0; i < cookies; i++) {
            char line[100];
            snprintf(line, sizeof line, "d%u.example\tFALSE\t/\tFALSE\t0\tn%u\tv", domain, i);
            curl_easy_setopt(easy, CURLOPT_COOKIELIST, line);
        }
    }
}

/* How many cookies are left, and how many of them have this name. */
static unsigned count_cookies(CURL *easy, const char *name, unsigned *ret_named)
{
    struct curl_slist *lines = NULL;
    unsigned count = 0;
    *ret_named = 0;
    curl_easy_getinfo(easy, CURLINFO_COOKIELIST, &lines);
    for (const struct curl_slist *line = lines; line; line = line->next, count++)
        *ret_named += strstr(line->data, name) != NULL;
    curl_slist_free_all(lines);
    return count;
}

static unsigned jar_after(unsigned domains, unsigned cookies, const char *name, unsigned *ret_named)
{
    struct job_settings settings = {.cookies = true};
    struct fetch_session *session = fetch_session_new(&settings);
    CURL *easy = curl_easy_init();
    curl_easy_setopt(easy, CURLOPT_SHARE, session->jar);
    fill_jar(easy, domains, cookies);
    cookie_jar_taken(session, 1000000);
    unsigned count = count_cookies(easy, name, ret_named);
    curl_easy_cleanup(easy);
    fetch_session_unref(session);
    return count;
}

static void jar_within_its_bounds_is_left_alone(void **state)
{
    (void)state;
    unsigned named;
    assert_int_equal(jar_after(30, 100, "\tn0\t", &named), 3000);
    assert_int_equal(named, 30);
}

static void domain_with_too_many_cookies_loses_its_oldest(void **state)
{
    (void)state;
    unsigned named;
    assert_int_equal(jar_after(2, 150, "\tn49\t", &named), 200);
    assert_int_equal(named, 0);
    jar_after(2, 150, "\tn50\t", &named);
    assert_int_equal(named, 2);
}

static void jar_that_is_too_full_keeps_the_newest_of_each_domain(void **state)
{
    (void)state;
    unsigned named;
    assert_int_equal(jar_after(100, 60, "\tn59\t", &named), 2500); /* 25 of each */
    assert_int_equal(named, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_that_are_dangerous_are_refused),
        cmocka_unit_test(proxies_are_read),
        cmocka_unit_test(what_is_no_proxy_is_refused),
        cmocka_unit_test(password_of_a_proxy_is_hidden),
        cmocka_unit_test(request_carries_what_the_session_has),
        cmocka_unit_test(request_without_session_follows_one_with),
        cmocka_unit_test(impersonal_request_carries_nothing_of_the_session),
        cmocka_unit_test(condition_that_holds_is_not_modified_and_keeps_the_connection),
        cmocka_unit_test(validator_that_would_break_the_request_is_left_out),
        cmocka_unit_test(cache_control_is_read),
        cmocka_unit_test(jar_within_its_bounds_is_left_alone),
        cmocka_unit_test(domain_with_too_many_cookies_loses_its_oldest),
        cmocka_unit_test(jar_that_is_too_full_keeps_the_newest_of_each_domain),
    };
    return cmocka_run_group_tests_name("fetch_session", tests, NULL, NULL);
}
