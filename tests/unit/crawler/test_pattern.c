/* Patterns: what matches, and that no expression, however it is written, takes long. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "crawler/job/pattern.h"
#include "tests/unit/crawler/crawler_test.h"

enum { LONG_URL = 8192 };

static char *items_of_one[1];

static enum pattern_result ask(const char *pattern, const char *url, size_t bytes)
{
    size_t index = 99;
    items_of_one[0] = strdup(pattern);
    struct text_list list = {.items = items_of_one, .count = 1};
    struct patterns *patterns = patterns_new(&list);
    enum pattern_result result = patterns_match(patterns, url, bytes, &index);
    if (result != PATTERN_NO_MATCH)
        assert_int_equal(index, 0);
    patterns_free(patterns);
    free(items_of_one[0]);
    return result;
}

static bool matches(const char *pattern, const char *url)
{
    return ask(pattern, url, strlen(url)) == PATTERN_MATCH;
}

static bool is_refused(const char *pattern)
{
    char detail[256] = "";
    const char *problem = pattern_problem(pattern, detail, sizeof detail);
    if (problem)
        assert_true(strlen(problem) > 10);
    return problem != NULL;
}

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void glob_matches_the_whole_url(void **state)
{
    (void)state;
    assert_true(matches("*/docs/*", "http://a.example/docs/x"));
    assert_false(matches("*/docs/", "http://a.example/docs/x"));
    assert_true(matches("re.*", "re.x"));
    assert_false(matches("*.php", "http://a.example/aphp"));
}

static void expression_matches_the_whole_url(void **state)
{
    (void)state;
    assert_true(matches("re:.*/docs/.*", "http://a.example/docs/x"));
    assert_false(matches("re:/docs/", "http://a.example/docs/x"));
    assert_true(matches("re:https?://a\\.example/(x|y)\\d{2,4}", "https://a.example/y123"));
    assert_false(matches("re:https?://a\\.example/(x|y)\\d{2,4}", "https://a.example/y12345"));
    assert_true(matches("re:(?i).*\\.PHP(\\?.*)?", "http://a.example/x.php?y"));
    assert_false(matches("re:(?!.*logout).*", "http://a.example/logout"));
}

static void expression_with_a_mistake_is_refused_with_its_place(void **state)
{
    (void)state;
    char detail[256];
    assert_non_null(pattern_problem("re:a(b", detail, sizeof detail));
    assert_non_null(strstr(detail, "character 4"));
    assert_true(is_refused("re:"));
    assert_true(is_refused(""));
    assert_true(is_refused("re:(*UTF)a"));
    assert_true(is_refused("re:a\\Cb"));
    assert_false(is_refused("*"));
    assert_false(is_refused("(((["));
    assert_false(is_refused("re:https?://[^/]+/.*/.*/.*\\.html(\\?.*)?"));
    assert_false(is_refused("re:.*/.*-.*-.*-.*\\.html"));
    assert_false(is_refused("re:.*a.*a.*x"));
    assert_false(is_refused("re:.*/tag/.*/page/.*/.*\\.php(\\?.*)?"));
    assert_false(is_refused("re:https?://([a-z0-9-]+\\.)*example\\.com/.*"));
}

static void exponential_expression_is_refused(void **state)
{
    (void)state;
    double start = cpu_seconds();
    assert_true(is_refused("re:(a+)+$"));
    assert_true(is_refused("re:.*(a+)+$"));
    assert_true(is_refused("re:.*(x+x+)+y"));
    assert_true(is_refused("re:.*(q|q)*z"));
    assert_true(is_refused("re:(.*)*x"));
    assert_true(is_refused("re:(.*/)*[^/]*\\.html"));
    assert_true(is_refused("re:(?:(?:a?)+b?)+c|(\\w+\\w*)+$"));
    assert_true(is_refused("re:(\\w|(?R))+x|((?R)*y)*"));
    char detail[256];
    assert_non_null(pattern_problem("re:(.*/)*[^/]*\\.html", detail, sizeof detail));
    assert_non_null(strstr(detail, "use [^/]* or [^-]* in place of .*"));
    assert_true(cpu_seconds() - start < 2);
}

static void huge_expression_is_refused_at_once(void **state)
{
    (void)state;
    char nested[400] = "re:", detail[256];
    char *many = calloc(1, 100000);
    double start = cpu_seconds();
    assert_true(is_refused("re:(a{1,65535}){1,65535}"));
    assert_true(is_refused("re:((((a{1,100}){1,100}){1,100}){1,100}){1,100}"));
    for (int i = 0; i < 120; i++)
        strcat(nested, "(");
    for (int i = 0; i < 120; i++)
        strcat(nested, ")");
    assert_true(is_refused(nested));
    memset(many, 'a', 99990);
    memcpy(many, "re:", 3);
    assert_non_null(pattern_problem(many, detail, sizeof detail));
    free(many);
    assert_true(cpu_seconds() - start < 1);
}

/* Those that get past the first look, or are used unasked, on the worst URL. */
static void match_is_cut_off_on_long_urls(void **state)
{
    (void)state;
    static const char *const patterns[] = {
        "re:(a+)+$",
        "re:(a|a)*b",
        "re:(?:.*+x|.)*",
        "re:(a?){1,4000}b",
        "re:(?R)?b",
        "re:(a(?R)?)*b",
        "re:.*.*.*.*.*.*b",
        "re:(\\w+)*(\\1)*b",
        "re:(?=(a+))*\\1b",
        "re:(?:a{0,200}){0,200}b",
        "re:((a)|(?1)(?1))*b",
        "re:(?=.*a.*a.*a.*b)c",
        "re:(?>(?>a*+b|a)*+b|a)*b",
    };
    char *url = malloc(LONG_URL + 1);
    int cut_offs = 0;
    memset(url, 'a', LONG_URL);
    memcpy(url + LONG_URL - 4, "!bx!", 4);
    url[LONG_URL] = '\0';
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        double start = cpu_seconds();
        enum pattern_result result = ask(patterns[i], url, LONG_URL);
        double seconds = cpu_seconds() - start;
        if (getenv("SHOW_TIMES"))
            printf("%s: %d in %.2f ms\n", patterns[i], result, seconds * 1000);
        cut_offs += result == PATTERN_CUT_OFF;
        assert_true(seconds < 1);
    }
    assert_true(cut_offs > 5);
    free(url);
}

/* The limit counts steps, so what was asked before, or how busy the machine is, changes nothing. */
static void cut_off_depends_on_the_url_alone(void **state)
{
    (void)state;
    char *items[] = {strdup("re:(?:a+)+b|.*http")};
    struct text_list list = {.items = items, .count = 1};
    struct patterns *patterns = patterns_new(&list);
    char url[401];
    size_t index;
    for (int round = 0; round < 3; round++) {
        memset(url, 'a', 400);
        memcpy(url + 396, "!b!p", 4);
        assert_int_equal(patterns_match(patterns, url, 400, &index), PATTERN_CUT_OFF);
        url[0] = 'b'; /* fails at once */
        assert_int_equal(patterns_match(patterns, url, 400, &index), PATTERN_NO_MATCH);
        assert_int_equal(patterns_match(patterns, "xhttp", 5, &index), PATTERN_MATCH);
    }
    patterns_free(patterns);
    free(items[0]);
}

static void full_list_of_slow_patterns_stays_within_its_steps(void **state)
{
    (void)state;
    enum { COUNT = PATTERN_REGEX_MOST, URLS = 20 };
    char *items[COUNT];
    for (int i = 0; i < COUNT; i++)
        assert_true(asprintf(&items[i], "re:.*a.*a.*a.*%d", i) > 0);
    struct text_list list = {.items = items, .count = COUNT};
    struct patterns *patterns = patterns_new(&list);
    char *url = malloc(LONG_URL);
    size_t index;
    double start = cpu_seconds();
    memset(url, 'a', LONG_URL);
    for (int i = 0; i < URLS; i++)
        assert_int_equal(patterns_match(patterns, url, LONG_URL - (size_t)i, &index),
                         PATTERN_CUT_OFF);
    assert_true(cpu_seconds() - start < URLS);
    assert_int_equal(patterns_match(patterns, "aXaXa7", 6, &index), PATTERN_MATCH);
    assert_int_equal(index, 7);
    patterns_free(patterns);
    free(url);
    for (int i = 0; i < COUNT; i++)
        free(items[i]);
}

static void match_beats_what_was_cut_off(void **state)
{
    (void)state;
    char *items[] = {strdup("re:(a|a)*b"), strdup("*aa")};
    struct text_list list = {.items = items, .count = 2};
    struct patterns *patterns = patterns_new(&list);
    char url[100];
    size_t index;
    memset(url, 'a', sizeof url);
    url[90] = 'b';
    assert_int_equal(patterns_match(patterns, url, sizeof url, &index), PATTERN_MATCH);
    assert_int_equal(index, 1);
    url[99] = 'c';
    assert_int_equal(patterns_match(patterns, url, sizeof url, &index), PATTERN_CUT_OFF);
    assert_int_equal(index, 0);
    patterns_free(patterns);
    free(items[0]);
    free(items[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(glob_matches_the_whole_url),
        cmocka_unit_test(expression_matches_the_whole_url),
        cmocka_unit_test(expression_with_a_mistake_is_refused_with_its_place),
        cmocka_unit_test(exponential_expression_is_refused),
        cmocka_unit_test(huge_expression_is_refused_at_once),
        cmocka_unit_test(match_is_cut_off_on_long_urls),
        cmocka_unit_test(cut_off_depends_on_the_url_alone),
        cmocka_unit_test(full_list_of_slow_patterns_stays_within_its_steps),
        cmocka_unit_test(match_beats_what_was_cut_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
