/* Scope: which URLs belong to a job, and by which rule the others do not. */
#include <stdio.h>

#include "crawler/frontier/scope.h"
#include "tests/unit/crawler/crawler_test.h"

struct setting {
    struct job_settings *settings;
    struct scope *scope;
};

static struct setting setting_of(const char *json)
{
    struct setting setting = {.settings = settings_of(json)};
    setting.scope = scope_new(setting.settings);
    return setting;
}

static void setting_done(struct setting *setting)
{
    assert_null(scope_free(setting->scope));
    job_settings_free(setting->settings);
}

/* OUTCOME_OK: allowed. */
static enum outcome ask(const struct setting *setting, const char *text, uint32_t depth)
{
    struct url url = url_of(text);
    enum outcome reason = OUTCOME_OK;
    return scope_allows(setting->scope, &url, depth, &reason) ? OUTCOME_OK : reason;
}

#define ALLOWS(setting, url)  assert_int_equal(ask(&(setting), url, 1), OUTCOME_OK)
#define OUTSIDE(setting, url) assert_int_equal(ask(&(setting), url, 1), OUTCOME_OUT_OF_SCOPE)

static void scope_host_is_the_seeds_host_and_port(void **state)
{
    (void)state;
    struct setting s = setting_of(
        "{\"seeds\": [\"https://www.example.com/docs/\", \"http://other.example:8080/\"]}");
    ALLOWS(s, "https://www.example.com/");
    ALLOWS(s, "http://www.example.com/elsewhere");
    ALLOWS(s, "http://other.example:8080/x");
    OUTSIDE(s, "http://example.com/");
    OUTSIDE(s, "http://a.www.example.com/");
    OUTSIDE(s, "http://www.example.com:8080/");
    OUTSIDE(s, "http://www.example.com:443/");
    OUTSIDE(s, "https://www.example.com:80/");
    OUTSIDE(s, "http://other.example/");
    setting_done(&s);
}

static void scope_domain_goes_by_the_public_suffix_list(void **state)
{
    (void)state;
    struct setting s = setting_of("{\"scope\": \"domain\", \"seeds\": [\"http://www.a.co.uk/\","
                                  " \"http://127.0.0.1/\", \"http://localhost/\"]}");
    ALLOWS(s, "https://shop.a.co.uk:444/");
    ALLOWS(s, "http://a.co.uk/");
    OUTSIDE(s, "http://b.co.uk/");
    OUTSIDE(s, "http://co.uk/");
    OUTSIDE(s, "http://nota.co.uk/");
    ALLOWS(s, "http://127.0.0.1:81/");
    OUTSIDE(s, "http://127.0.0.2/");
    OUTSIDE(s, "http://2.0.0.1/");
    ALLOWS(s, "http://localhost/");
    setting_done(&s);
}

static void scope_prefix_is_below_the_seeds_directories(void **state)
{
    (void)state;
    struct setting s = setting_of(
        "{\"scope\": \"prefix\", \"seeds\": [\"http://example.com/a/b.html?x=/y/\","
        " \"http://example.com/a/c/\", \"http://example.com/d/\", \"http://root.example/x\"]}");
    ALLOWS(s, "http://example.com/a/");
    ALLOWS(s, "https://example.com/a/deep/er?q");
    ALLOWS(s, "http://example.com/d/");
    OUTSIDE(s, "http://example.com/a");
    OUTSIDE(s, "http://example.com/ab/");
    OUTSIDE(s, "http://example.com/?/a/");
    OUTSIDE(s, "http://example.com:81/a/");
    ALLOWS(s, "http://root.example/anything");
    setting_done(&s);
}

static void scope_hosts_are_those_listed_and_those_of_the_seeds(void **state)
{
    (void)state;
    struct setting s = setting_of("{\"scope\": \"hosts\", \"seeds\": [\"http://seed.example/\"],"
                                  " \"hosts\": [\"*.example.com\", \"example.net\"]}");
    ALLOWS(s, "https://seed.example:99/");
    ALLOWS(s, "http://a.b.example.com/");
    ALLOWS(s, "http://example.net/");
    OUTSIDE(s, "http://example.com/");
    OUTSIDE(s, "http://notexample.com/");
    OUTSIDE(s, "http://a.example.net/");
    OUTSIDE(s, "http://example.org/a.example.com");
    setting_done(&s);
}

static void scope_grows_by_where_a_seed_redirects_to(void **state)
{
    (void)state;
    struct setting s = setting_of("{\"seeds\": [\"http://example.com/\"]}");
    OUTSIDE(s, "https://www.example.com/");
    for (int i = 0; i < 2; i++) { /* twice is as good as once */
        struct url target = url_of("https://www.example.com/start");
        scope_add_seed(s.scope, &target);
    }
    ALLOWS(s, "https://www.example.com/");
    setting_done(&s);
}

static void scope_names_the_rule_that_refuses(void **state)
{
    (void)state;
    struct setting s =
        setting_of("{\"seeds\": [\"http://example.com/\"], \"max_depth\": 2,"
                   " \"include\": [\"*/in/*\"], \"exclude\": [\"*.pdf\", \"*no*\"]}");
    assert_int_equal(ask(&s, "http://example.com/in/a", 2), OUTCOME_OK);
    assert_int_equal(ask(&s, "http://example.com/in/a", 3), OUTCOME_MAX_DEPTH);
    assert_int_equal(ask(&s, "http://example.com/out", 1), OUTCOME_NOT_INCLUDED);
    assert_int_equal(ask(&s, "http://example.com/", 0), OUTCOME_OK); /* a seed */
    assert_int_equal(ask(&s, "http://example.com/in/a.pdf", 1), OUTCOME_EXCLUDED);
    assert_int_equal(ask(&s, "http://example.com/in/a.pdf?x", 1), OUTCOME_OK);
    assert_int_equal(ask(&s, "http://example.com/no", 0), OUTCOME_EXCLUDED);
    assert_int_equal(ask(&s, "http://example.org/in/a.pdf", 9), OUTCOME_OUT_OF_SCOPE);
    setting_done(&s);
}

static void explained(struct setting *setting, const char *text, uint32_t depth,
                      enum outcome outcome, const char *sentence)
{
    char detail[320] = "";
    struct url url = url_of(text);
    struct scope_verdict verdict = scope_judge(setting->scope, &url, depth);
    assert_int_equal(verdict.outcome, outcome);
    scope_explain(setting->scope, &verdict, &url, detail, sizeof detail);
    assert_string_equal(detail, sentence);
}

static void scope_explains_itself_in_a_sentence(void **state)
{
    (void)state;
    struct setting s = setting_of(
        "{\"seeds\": [\"http://example.com/\", \"http://b.example/\", \"http://c.example/\","
        " \"http://d.example/\"], \"exclude\": [\"*.pdf\", \"re:.*/print/\\\\d+\"],"
        " \"max_depth\": 3, \"max_path_depth\": 6, \"max_repeated_segments\": 2}");
    explained(
        &s, "http://x.example/", 1, OUTCOME_OUT_OF_SCOPE,
        "outside scope host: the seeds' hosts are example.com, b.example, c.example and 1 more");
    explained(&s, "http://example.com/print/12", 1, OUTCOME_EXCLUDED,
              "exclude pattern 2 matches: re:.*/print/\\d+");
    explained(&s, "http://example.com/x", 4, OUTCOME_MAX_DEPTH,
              "max_depth 3: this URL is 4 links from a seed");
    explained(&s, "http://example.com/1/2/3/4/5/6/7", 1, OUTCOME_MAX_PATH_DEPTH,
              "max_path_depth 6: this path has 7 segments");
    explained(&s, "http://example.com/a/b/a/a/a", 1, OUTCOME_REPEATED_SEGMENTS,
              "max_repeated_segments 2: \"a\" comes again 3 times");
    explained(&s, "http://example.com/a/b/a/a/", 3, OUTCOME_OK, "within the job's scope");
    explained(&s, "http://example.com/1/2/3/4/5/6/7", 0, OUTCOME_OK, "within the job's scope");
    setting_done(&s);
}

static void scope_any_has_every_host_and_still_its_rules(void **state)
{
    (void)state;
    struct setting s = setting_of("{\"seeds\": [\"http://example.com/\"], \"scope\": \"any\","
                                  " \"include\": [\"re:https?://[^/]*\\\\.example/.*\"]}");
    ALLOWS(s, "http://a.example/");
    assert_int_equal(ask(&s, "http://a.example.org/", 1), OUTCOME_NOT_INCLUDED);
    setting_done(&s);
}

static void pattern_that_takes_too_long_leaves_out(void **state)
{
    (void)state;
    char exponential[] = "re:.*(a|a)*b!", *items[] = {exponential};
    char *seeds[] = {(char[]){"http://example.com/"}};
    struct job_settings settings = {.scope = SCOPE_ANY,
                                    .max_depth = 9,
                                    .seeds = {.items = seeds, .count = 1},
                                    .exclude = {.items = items, .count = 1}};
    struct scope *scope = scope_new(&settings);
    char text[200], detail[320];
    memset(text, 'a', sizeof text);
    memcpy(text, "http://a.example/", 17);
    memcpy(text + 190, "!b!x", 5);
    struct url url = url_of(text);
    struct scope_verdict verdict = scope_judge(scope, &url, 1);
    assert_int_equal(verdict.outcome, OUTCOME_PATTERN_LIMIT);
    scope_explain(scope, &verdict, &url, detail, sizeof detail);
    assert_non_null(strstr(detail, "took too long"));
    scope_free(scope);
}

static void scope_takes_hosts_of_any_length(void **state)
{
    (void)state;
    char host[4000], seed[4100], json[4300];
    for (size_t i = 0; i < sizeof host - 1; i++)
        host[i] = i % 60 == 59 ? '.' : 'a';
    host[sizeof host - 1] = '\0';
    snprintf(seed, sizeof seed, "http://%s/", host);
    static const char *const scopes[] = {"host", "domain", "prefix", "hosts"};
    for (int i = 0; i < 4; i++) {
        snprintf(json, sizeof json, "{\"scope\": \"%s\", \"seeds\": [\"%s\"]}", scopes[i], seed);
        struct setting s = setting_of(json);
        ALLOWS(s, seed);
        OUTSIDE(s, "http://b/");
        setting_done(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scope_host_is_the_seeds_host_and_port),
        cmocka_unit_test(scope_domain_goes_by_the_public_suffix_list),
        cmocka_unit_test(scope_prefix_is_below_the_seeds_directories),
        cmocka_unit_test(scope_hosts_are_those_listed_and_those_of_the_seeds),
        cmocka_unit_test(scope_grows_by_where_a_seed_redirects_to),
        cmocka_unit_test(scope_names_the_rule_that_refuses),
        cmocka_unit_test(scope_explains_itself_in_a_sentence),
        cmocka_unit_test(scope_any_has_every_host_and_still_its_rules),
        cmocka_unit_test(pattern_that_takes_too_long_leaves_out),
        cmocka_unit_test(scope_takes_hosts_of_any_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
