/* Job settings: defaults, what is refused and why by name, and a JSON form that reads back the
 * same. */
#include <errno.h>
#include <stdio.h>

#include "tests/unit/crawler/crawler_test.h"

static void assert_refused(const char *text, const char *pointer, const char *word)
{
    struct job_settings *settings = NULL;
    struct settings_error error = {{0}, {0}};
    assert_int_equal(settings_try(text, &settings, &error), -EINVAL);
    assert_null(settings);
    assert_string_equal(error.pointer, pointer);
    if (!strstr(error.detail, word))
        fail_msg("%s: '%s' does not say '%s'", text, error.detail, word);
}

static void settings_have_defaults(void **state)
{
    (void)state;
    struct job_settings *settings = settings_of("{\"seeds\": [\"http://example.com\"]}");
    assert_string_equal(settings->name, "");
    assert_int_equal(settings->seeds.count, 1);
    assert_int_equal(settings->scope, SCOPE_HOST);
    assert_int_equal(settings->max_pages, 100000);
    assert_int_equal(settings->max_depth, 100);
    assert_int_equal(settings->max_seconds, 7 * 24 * 3600);
    assert_int_equal(settings->hosts.count + settings->include.count + settings->exclude.count, 0);
    job_settings_free(settings);
    assert_null(job_settings_free(NULL));
}

static void settings_keep_urls_in_their_canonical_form(void **state)
{
    (void)state;
    struct job_settings *settings = settings_of(
        "{\"seeds\": [\" HTTP://Example.COM:80/a/../b#c\", \"https://m\u00fcnchen.example\"],"
        " \"scope\": \"hosts\", \"hosts\": [\"*.Example.ORG\", \"b\u00fccher.example\"]}");
    assert_string_equal(settings->seeds.items[0], "http://example.com/b");
    assert_string_equal(settings->seeds.items[1], "https://xn--mnchen-3ya.example/");
    assert_string_equal(settings->hosts.items[0], "*.example.org");
    assert_string_equal(settings->hosts.items[1], "xn--bcher-kva.example");
    job_settings_free(settings);
}

static void settings_refuse_by_name(void **state)
{
    (void)state;
    assert_refused("[]", "", "object");
    assert_refused("{}", "/seeds", "missing");
    assert_refused("{\"seeds\": \"http://a/\"}", "/seeds", "array");
    assert_refused("{\"seeds\": []}", "/seeds", "items");
    assert_refused("{\"seeds\": [1]}", "/seeds/0", "integer");
    assert_refused("{\"seeds\": [\"http://a/\", \"ftp://a/\"]}", "/seeds/1", "http://");
    assert_refused("{\"seeds\": [\"a/b\"]}", "/seeds/0", "absolute");
    assert_refused("{\"seeds\": [\"http://u:p@a/\"]}", "/seeds/0", "password");
    assert_refused("{\"seeds\": [\"http://a/\"], \"max_page\": 1}", "/max_page", "max_pages");
    assert_refused("{\"seeds\": [\"http://a/\"], \"max_pages\": 0}", "/max_pages", "from 1");
    assert_refused("{\"seeds\": [\"http://a/\"], \"max_pages\": 1.5}", "/max_pages", "fraction");
    assert_refused("{\"seeds\": [\"http://a/\"], \"max_depth\": -1}", "/max_depth", "-1");
    assert_refused("{\"seeds\": [\"http://a/\"], \"scope\": \"all\"}", "/scope", "prefix");
    assert_refused("{\"seeds\": [\"http://a/\"], \"scope\": null}", "/scope", "prefix");
    assert_refused("{\"seeds\": [\"http://a/\"], \"name\": 5}", "/name", "string");
    assert_refused("{\"seeds\": [\"http://a/\"], \"include\": [null]}", "/include/0", "null");
    assert_refused("{\"seeds\": [\"http://a/\"], \"hosts\": [\"b\"]}", "/hosts", "scope");
}

/* Each with a seed before it. */
static void settings_refuse_what_would_not_work(void **state)
{
    (void)state;
    static const struct {
        const char *member, *pointer, *word;
    } cases[] = {
        {"\"sitemaps\": \"on\"", "/sitemaps", "robots"},
        {"\"cookies\": 1", "/cookies", "true or false"},
        {"\"include\": [\"re:(\"]", "/include/0", "parenthesis"},
        {"\"remove_parameters\": [\"a=b\"]", "/remove_parameters/0", "name"},
        {"\"headers\": []", "/headers", "object"},
        {"\"headers\": {\"Host\": \"x\"}", "/headers/Host", ""},
        {"\"headers\": {\"Authorization\": \"x\"}", "/headers/Authorization", "credentials"},
        {"\"headers\": {\"X\": \"a\\r\\nb\"}", "/headers/X", ""},
        {"\"headers\": {\"X\": 1}", "/headers/X", "integer"},
        {"\"credentials\": [1]", "/credentials/0", "object"},
        {"\"credentials\": [{\"host\": \"a\"}]", "/credentials/0", "token"},
        {"\"credentials\": [{\"host\": \"a/b\", \"token\": \"t\"}]", "/credentials/0", "host"},
        {"\"credentials\": [{\"token\": \"t\"}]", "/credentials/0", "host"},
        {"\"credentials\": [{\"host\": \"a\", \"token\": \"***\"}]", "/credentials/0", "***"},
        {"\"credentials\": [{\"host\": \"a\", \"token\": \"t\", \"key\": 1}]", "/credentials/0",
         "host"},
        {"\"credentials\": [{\"host\": \"a\", \"user\": \"u:v\", \"password\": \"p\"}]",
         "/credentials/0", "colon"},
        {"\"proxy\": \"ftp://a\"", "/proxy", ""},
        {"\"default_charset\": \"ebcdic\"", "/default_charset", "utf-8"},
        {"\"repeat_of\": -1", "/repeat_of", "from 0"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[512];
        snprintf(text, sizeof text, "{\"seeds\": [\"http://a/\"], %s}", cases[i].member);
        assert_refused(text, cases[i].pointer, cases[i].word);
    }
}

static int patch(const char *text, struct job_settings **ret_settings,
                 struct settings_error *ret_error)
{
    struct job_settings *settings = settings_of("{\"seeds\": [\"http://a/\"], \"max_pages\": 5}");
    json_t *object = json_loads(text, JSON_DECODE_ANY, NULL);
    int rc = job_settings_patch(settings, object, ret_settings, ret_error);
    json_decref(object);
    job_settings_free(settings);
    return rc;
}

static void settings_change_where_they_are_live(void **state)
{
    (void)state;
    struct job_settings *changed = NULL;
    struct settings_error error;
    assert_int_equal(patch("{\"max_pages\": 9, \"name\": \"n\"}", &changed, &error), 0);
    assert_int_equal(changed->max_pages, 9);
    assert_string_equal(changed->name, "n");
    assert_string_equal(changed->seeds.items[0], "http://a/");
    changed = job_settings_free(changed);

    assert_int_equal(patch("{\"seeds\": [\"http://b/\"]}", &changed, &error), -EINVAL);
    assert_string_equal(error.pointer, "/seeds");
    assert_non_null(strstr(error.detail, "max_pages"));
    assert_int_equal(patch("{\"max_pages\": 0}", &changed, &error), -EINVAL);
    assert_string_equal(error.pointer, "/max_pages");
    assert_int_equal(patch("{\"no_such\": 0}", &changed, &error), -EINVAL);
    assert_int_equal(patch("{}", &changed, &error), -EINVAL);
    assert_int_equal(patch("[]", &changed, &error), -EINVAL);
    assert_null(changed);
}

static void settings_refuse_hosts_that_are_none(void **state)
{
    (void)state;
    const char *const hosts[] = {"",    "*",      "*.",  "a/b",   "a:80",
                                 "u@a", "a*.b.c", "a b", "*.*.a", "[::1"};
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        char text[160];
        snprintf(text, sizeof text,
                 "{\"seeds\": [\"http://a/\"], \"scope\": \"hosts\", \"hosts\": [\"%s\"]}",
                 hosts[i]);
        assert_refused(text, "/hosts/0", "host name");
    }
}

static void settings_refuse_a_huge_host_without_reading_past_it(void **state)
{
    (void)state;
    /* Compatibility characters that grow when they are mapped to ASCII. */
    char name[254] = "", text[512];
    while (strlen(name) + 3 <= 252)
        strcat(name, "\u33c2");
    for (const char *host = name; host < name + strlen(name); host += 21) {
        struct job_settings *settings = NULL;
        struct settings_error error;
        snprintf(text, sizeof text,
                 "{\"seeds\": [\"http://a/\"], \"scope\": \"hosts\", \"hosts\": [\"*.%s\"]}", host);
        if (settings_try(text, &settings, &error) == 0)
            assert_true(strlen(settings->hosts.items[0]) < 512);
        job_settings_free(settings);
    }
}

static void settings_error_is_utf8_even_where_it_is_cut(void **state)
{
    (void)state;
    const char *const wide[] = {"\u00e9", "\u20ac", "\U0001f600"};
    for (size_t w = 0; w < sizeof wide / sizeof wide[0]; w++) {
        for (int before = 55; before < 64; before++) {
            char text[300];
            snprintf(text, sizeof text, "{\"%.*s%s%s\": 1}", before,
                     "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", wide[w],
                     wide[w]);
            struct job_settings *settings = NULL;
            struct settings_error error;
            assert_int_equal(settings_try(text, &settings, &error), -EINVAL);
            json_t *sent = json_string(error.pointer); /* takes UTF-8 only */
            assert_non_null(sent);
            json_decref(sent);
        }
    }
}

static void settings_read_back_the_same(void **state)
{
    (void)state;
    struct job_settings *settings = settings_of(
        "{\"name\": \"caf\u00e9\", \"seeds\": [\"http://example.com/\", \"https://b/?q\"],"
        " \"scope\": \"hosts\", \"hosts\": [\"*.example.org\"], \"include\": [\"*/a*\"],"
        " \"exclude\": [\"*.pdf\", \"re:.*[?]print=1\"], \"max_pages\": 7, \"max_depth\": 0,"
        " \"max_seconds\": 60, \"sitemaps\": \"robots\", \"respect_nofollow\": false,"
        " \"remove_parameters\": [\"ref\", \"x_*\"], \"headers\": {\"Accept-Language\": \"de\"},"
        " \"credentials\": [{\"host\": \"A.Example:8443\", \"token\": \"t\"},"
        " {\"host\": \"b\", \"user\": \"u\", \"password\": \"p:w\"}],"
        " \"proxy\": \"socks5://127.0.0.1:1080\", \"default_charset\": \"sjis\"}");
    assert_string_equal(settings->credentials.items[0].host, "a.example:8443");
    assert_string_equal(settings->credentials.items[1].password, "p:w");
    assert_string_equal(settings->default_charset, "Shift_JIS");
    json_t *once = job_settings_to_json(settings), *again;
    struct job_settings *back = NULL;
    struct settings_error error;
    assert_int_equal(job_settings_from_json(once, &back, &error), 0);
    again = job_settings_to_json(back);
    assert_true(json_equal(once, again));
    assert_int_equal(json_object_size(once), 35);
    assert_int_equal(back->max_depth, 0);
    json_decref(once);
    json_decref(again);
    job_settings_free(settings);
    job_settings_free(back);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings_have_defaults),
        cmocka_unit_test(settings_keep_urls_in_their_canonical_form),
        cmocka_unit_test(settings_refuse_by_name),
        cmocka_unit_test(settings_refuse_what_would_not_work),
        cmocka_unit_test(settings_change_where_they_are_live),
        cmocka_unit_test(settings_refuse_hosts_that_are_none),
        cmocka_unit_test(settings_refuse_a_huge_host_without_reading_past_it),
        cmocka_unit_test(settings_error_is_utf8_even_where_it_is_cut),
        cmocka_unit_test(settings_read_back_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
