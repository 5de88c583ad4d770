/* robots.txt: from a file to a decision with the rule that made it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crawler/extract/robots_txt.h"

static const char *const own_agents[] = {"imgcrawl-images", "imgcrawl"};

static const char *rules_of(const char *text)
{
    static char rules[8192];
    size_t bytes = robots_txt_parse(text, strlen(text), own_agents, 2, rules, sizeof rules);
    assert_int_equal(bytes, strlen(rules));
    return rules;
}

static struct robots_decision decide(const char *text, const char *path)
{
    struct robots_decision decision;
    robots_rules_match(rules_of(text), path, strlen(path), &decision);
    return decision;
}

static bool allows(const char *text, const char *path)
{
    return decide(text, path).allowed;
}

static void robots_decision_names_its_rule(void **state)
{
    (void)state;
    const char *text = "# ours\nUser-agent: *\n\nAllow: /p\r\nDisallow: /private*\rDisallow: /q";
    struct robots_decision decision = decide(text, "/private/x");
    assert_false(decision.allowed);
    assert_int_equal(decision.line, 5);
    assert_string_equal(decision.rule, "Disallow: /private*");
    decision = decide(text, "/q");
    assert_int_equal(decision.line, 6);
    decision = decide(text, "/other");
    assert_true(decision.allowed);
    assert_int_equal(decision.line, 0);
    assert_string_equal(decision.rule, "");
}

static void robots_longest_rule_wins_and_allow_wins_a_tie(void **state)
{
    (void)state;
    const char *text = "User-agent: *\nDisallow: /a\nAllow: /a/b\nDisallow: /a/b/c\nAllow: /x\n"
                       "Disallow: /x\n";
    assert_false(allows(text, "/a"));
    assert_true(allows(text, "/a/b"));
    assert_false(allows(text, "/a/b/c"));
    assert_true(allows(text, "/x"));
}

static void robots_most_specific_agent_has_all_its_groups(void **state)
{
    (void)state;
    const char *text = "User-agent: *\nDisallow: /\n"
                       "User-agent: IMGCRAWL/1.0\nUser-agent: other\nDisallow: /a\n"
                       "User-agent: other\nDisallow: /c\n"
                       "User-agent: imgcrawl\nDisallow: /b\n";
    assert_false(allows(text, "/a"));
    assert_false(allows(text, "/b"));
    assert_true(allows(text, "/c"));
    char longer[512] = "User-agent: imgcrawl-images\nDisallow: /only\n";
    strcat(longer, text);
    assert_true(allows(longer, "/a"));
    assert_false(allows(longer, "/only"));
    assert_true(allows("User-agent: imgcrawler\nDisallow: /", "/"));
}

static void robots_own_file_is_always_allowed(void **state)
{
    (void)state;
    assert_true(allows("User-agent: *\nDisallow: /", "/robots.txt"));
    assert_false(allows("User-agent: *\nDisallow: /", "/robots.txt.html"));
}

static void robots_percent_encoding_is_compared_by_meaning(void **state)
{
    (void)state;
    assert_false(allows("User-agent: *\nDisallow: /\u00fc", "/%C3%BC"));
    assert_false(allows("User-agent: *\nDisallow: /%7ejoe", "/~joe"));
    assert_false(allows("User-agent: *\nDisallow: /~joe", "/%7Ejoe"));
    assert_false(allows("User-agent: *\nDisallow: /a%3cd", "/a%3Cd"));
    assert_true(allows("User-agent: *\nDisallow: /a%2fb", "/a/b"));
    assert_false(allows("User-agent: *\nDisallow: /a b", "/a%20b"));
    assert_false(allows("User-agent: *\nDisallow: /%", "/%"));
}

static void robots_special_characters_can_be_meant(void **state)
{
    (void)state;
    assert_false(allows("User-agent: *\nDisallow: /*.gif$", "/a.gif"));
    assert_true(allows("User-agent: *\nDisallow: /*.gif$", "/a.gif?x"));
    assert_false(allows("User-agent: *\nDisallow: /a%24", "/a$b"));
    assert_false(allows("User-agent: *\nDisallow: /a$b", "/a$b"));
    assert_false(allows("User-agent: *\nDisallow: /a%2A", "/a*b"));
    assert_true(allows("User-agent: *\nDisallow: /a%2A", "/axb"));
}

static void robots_loose_writing_is_understood(void **state)
{
    (void)state;
    assert_false(allows("\xef\xbb\xbfUser-agent: *\nDisallow: /", "/"));
    assert_false(allows("user-agent *\ndisallow /", "/"));
    assert_false(allows(" USER-AGENT : * # all\n\tDissallow:/x # not there", "/x"));
    assert_true(allows("User-agent: *\nDisallow:", "/"));
    assert_true(allows("Disallow: /\n", "/"));
    assert_true(allows("<html>not found</html>", "/"));
    assert_true(allows("", "/"));
}

static void robots_delay_and_sitemaps_are_told(void **state)
{
    (void)state;
    const char *text = "Sitemap: https://a/s.xml\nUser-agent: *\nCrawl-delay: 1.5\n"
                       "User-agent: other\nCrawl-delay: 60\nDisallow: /\nCrawl-delay: x\n";
    const char *rules = rules_of(text);
    assert_non_null(strstr(rules, "sitemap 1 https://a/s.xml\n"));
    assert_int_equal(robots_rules_delay_ms(rules), 60000);
    assert_int_equal(robots_rules_delay_ms(rules_of("User-agent: *\nCrawl-delay: .25")), 250);
    assert_int_equal(robots_rules_delay_ms(rules_of("User-agent: *\nCrawl-delay: -1")), -1);
    assert_int_equal(robots_rules_delay_ms(rules_of("User-agent: *\nCrawl-delay: nan")), -1);
    assert_int_equal(robots_rules_delay_ms(rules_of("User-agent: *\nCrawl-delay: 1e99")), 86400000);
    assert_int_equal(robots_rules_delay_ms(rules_of("User-agent: b\nCrawl-delay: 5")), -1);
}

static void robots_rules_that_do_not_fit_are_left_out_whole(void **state)
{
    (void)state;
    const char *text = "User-agent: *\nDisallow: /first\nDisallow: /second\n";
    char whole[128], rules[128];
    size_t all = robots_txt_parse(text, strlen(text), own_agents, 2, whole, sizeof whole);
    for (size_t capacity = 1; capacity <= all + 1; capacity++) {
        memset(rules, 'x', sizeof rules);
        size_t bytes = robots_txt_parse(text, strlen(text), own_agents, 2, rules, capacity);
        assert_true(bytes < capacity);
        assert_int_equal(rules[bytes], '\0');
        assert_memory_equal(rules, whole, bytes);
        assert_true(bytes == 0 || rules[bytes - 1] == '\n');
    }
    assert_string_equal(rules, whole);
}

static void robots_rules_that_are_not_well_formed_are_passed_over(void **state)
{
    (void)state;
    struct robots_decision decision;
    robots_rules_match("disallow\ndisallow x /\ndisallow 1\nnothing 1 /\n\ndisallow 7 /a", "/a", 2,
                       &decision);
    assert_false(decision.allowed);
    assert_int_equal(decision.line, 7);
}

/* So many rules "*aaaa…b", each of which goes through all of a path of a's, and what follows.
 */
static char *rules_of_wildcards(unsigned count, const char *last)
{
    char *rules = malloc(count * 64 + strlen(last) + 1), *at = rules;
    assert_non_null(rules);
    for (unsigned line = 2; line < count + 2; line++)
        at += sprintf(at, "disallow %u /*aaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\n", line);
    strcpy(at, last);
    return rules;
}

static void robots_that_cost_too_much_to_match_disallow(void **state)
{
    (void)state;
    struct robots_decision decision;
    char path[1901] = "/";
    memset(path + 1, 'a', sizeof path - 2);
    char *rules = rules_of_wildcards(9000, "allow 9002 /*aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n");
    robots_rules_match(rules, path, strlen(path), &decision);
    assert_false(decision.allowed);
    assert_in_range(decision.line, 3, 9000);
    assert_non_null(strstr(decision.rule, "too many wildcards"));
    robots_rules_match(rules, "/short", 6, &decision);
    assert_true(decision.allowed);
    free(rules);
    rules = rules_of_wildcards(100, "disallow 102 /a*b$\n"); /* as many as honest files have */
    robots_rules_match(rules, path, strlen(path), &decision);
    assert_int_equal(decision.line, 0);
    assert_true(decision.allowed);
    free(rules);
    rules = rules_of_wildcards(100, "disallow 102 /a*$\n");
    robots_rules_match(rules, path, strlen(path), &decision);
    assert_int_equal(decision.line, 102);
    free(rules);
}

static void robots_rules_without_wildcards_cost_nothing_of_it(void **state)
{
    (void)state;
    struct robots_decision decision;
    enum { LINES = 30000 };
    char *rules = malloc(LINES * 32), *at = rules;
    assert_non_null(rules);
    for (unsigned line = 1; line <= LINES; line++)
        at += sprintf(at, "disallow %u /x%u\n", line, line);
    robots_rules_match(rules, "/x30000", 7, &decision);
    assert_int_equal(decision.line, 30000);
    robots_rules_match(rules, "/y", 2, &decision);
    assert_true(decision.allowed);
    free(rules);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(robots_that_cost_too_much_to_match_disallow),
        cmocka_unit_test(robots_rules_without_wildcards_cost_nothing_of_it),
        cmocka_unit_test(robots_decision_names_its_rule),
        cmocka_unit_test(robots_longest_rule_wins_and_allow_wins_a_tie),
        cmocka_unit_test(robots_most_specific_agent_has_all_its_groups),
        cmocka_unit_test(robots_own_file_is_always_allowed),
        cmocka_unit_test(robots_percent_encoding_is_compared_by_meaning),
        cmocka_unit_test(robots_special_characters_can_be_meant),
        cmocka_unit_test(robots_loose_writing_is_understood),
        cmocka_unit_test(robots_delay_and_sitemaps_are_told),
        cmocka_unit_test(robots_rules_that_do_not_fit_are_left_out_whole),
        cmocka_unit_test(robots_rules_that_are_not_well_formed_are_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
