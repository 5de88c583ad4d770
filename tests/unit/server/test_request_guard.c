/* Request guard: who may ask, by the headers that browsers send. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "crawler/job/job_settings.h"
#include "server/request_guard.h"

static char public_name[] = "crawl.example.org";
static char *allowed_items[] = {public_name};
static const struct text_list allowed = {.items = allowed_items, .count = 1};
static const struct guard_names names = {.listen_host = "box.lan", .allowed = &allowed};
static const struct guard_names plain = {.listen_host = "127.0.0.1"};

static void addresses_and_localhost_are_trusted(void **state)
{
    static const char *const hosts[] = {
        "127.0.0.1", "127.0.0.1:8080", "[::1]",      "[::1]:8080",    "192.168.1.7:80",
        "localhost", "LOCALHOST:8080", "localhost.", "a.localhost:1", "[fe80::1]:8080"};

    (void)state;
    assert_true(guard_trusts_host(&plain, NULL));
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++)
        assert_true(guard_trusts_host(&plain, hosts[i]));
}

static void other_names_are_not(void **state)
{
    static const char *const hosts[] = {"",
                                        ":80",
                                        "evil.example",
                                        "evil.example:8080",
                                        "localhost.evil.example",
                                        "127.0.0.1.evil.example",
                                        "notlocalhost",
                                        ".localhost.evil",
                                        "127.0.0.1@evil.example",
                                        "127.0.0.1:80:80",
                                        "[::1",
                                        "[::1]evil",
                                        "[localhost.evil]",
                                        "0x7f.1",
                                        "2130706433",
                                        "box.lan",
                                        "crawl.example.org"};

    (void)state;
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++)
        assert_false(guard_trusts_host(&plain, hosts[i]));
}

static void configured_names_are_trusted(void **state)
{
    (void)state;
    assert_true(guard_trusts_host(&names, "box.lan:8080"));
    assert_true(guard_trusts_host(&names, "Crawl.Example.org"));
    assert_false(guard_trusts_host(&names, "x.crawl.example.org"));
}

static void own_pages_and_programs_may_change_things(void **state)
{
    (void)state;
    assert_true(guard_trusts_origin(&plain, "127.0.0.1:8080", NULL, NULL));
    assert_true(guard_trusts_origin(&plain, "127.0.0.1:8080", NULL, "same-origin"));
    assert_true(
        guard_trusts_origin(&plain, "127.0.0.1:8080", "http://127.0.0.1:8080", "same-origin"));
    assert_true(guard_trusts_origin(&names, "127.0.0.1:8080", "https://crawl.example.org", NULL));
}

static void pages_of_other_sites_may_not(void **state)
{
    static const char *const origins[] = {"http://evil.example",
                                          "null",
                                          "",
                                          "http://127.0.0.1",
                                          "http://127.0.0.1:8081",
                                          "http://localhost:8080",
                                          "file://",
                                          "http://127.0.0.1:8080/",
                                          "127.0.0.1:8080"};

    (void)state;
    for (size_t i = 0; i < sizeof origins / sizeof origins[0]; i++)
        assert_false(guard_trusts_origin(&plain, "127.0.0.1:8080", origins[i], NULL));
    assert_false(guard_trusts_origin(&plain, "127.0.0.1:8080", NULL, "cross-site"));
    assert_false(guard_trusts_origin(&plain, NULL, "http://evil.example", NULL));
}

static void only_json_is_json(void **state)
{
    (void)state;
    assert_true(guard_is_json("application/json"));
    assert_true(guard_is_json("Application/JSON; charset=utf-8"));
    assert_false(guard_is_json(NULL));
    assert_false(guard_is_json("application/jsonp"));
    assert_false(guard_is_json("text/plain"));
    assert_false(guard_is_json("application/x-www-form-urlencoded"));
    assert_false(guard_is_json("text/plain; application/json"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_and_localhost_are_trusted),
        cmocka_unit_test(other_names_are_not),
        cmocka_unit_test(configured_names_are_trusted),
        cmocka_unit_test(own_pages_and_programs_may_change_things),
        cmocka_unit_test(pages_of_other_sites_may_not),
        cmocka_unit_test(only_json_is_json),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
