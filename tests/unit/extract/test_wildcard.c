/* Wildcards, also against a plain definition of what they mean. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crawler/extract/wildcard.h"

static bool matches(const char *pattern, const char *text)
{
    return wildcard_match(pattern, strlen(pattern), text, strlen(text));
}

static void wildcard_literals_match_only_themselves(void **state)
{
    (void)state;
    assert_true(matches("", ""));
    assert_true(matches("/a.b?c", "/a.b?c"));
    assert_false(matches("/a.b", "/axb"));
    assert_false(matches("/a", "/ab"));
    assert_false(matches("/a", "/A"));
    assert_false(matches("", "a"));
}

static void wildcard_star_matches_any_run(void **state)
{
    (void)state;
    assert_true(matches("*", ""));
    assert_true(matches("**", "x"));
    assert_true(matches("/a*", "/a"));
    assert_true(matches("*.jpg", "/x/y.jpg"));
    assert_true(matches("/*/b*c", "/x/y/b/c/c"));
    assert_false(matches("a*a", "a"));
    assert_false(matches("*ab*ab", "ab"));
    assert_false(matches("a*b*c", "acb"));
}

static void wildcard_start_matches_a_prefix(void **state)
{
    (void)state;
    assert_true(wildcard_match_start("/a", 2, "/abc", 4));
    assert_true(wildcard_match_start("/*c", 3, "/abcd", 5));
    assert_true(wildcard_match_start("", 0, "", 0));
    assert_false(wildcard_match_start("/b", 2, "/abc", 4));
    assert_false(wildcard_match_start("/*x", 3, "/abcd", 5));
}

static bool defined_match(const char *pattern, const char *text)
{
    if (!*pattern)
        return !*text;
    if (*pattern != '*')
        return *pattern == *text && defined_match(pattern + 1, text + 1);
    return defined_match(pattern + 1, text) || (*text && defined_match(pattern, text + 1));
}

/* The number written in the digits "a", "b" and, in patterns, "*". */
static void spell(unsigned number, unsigned base, char *ret_text)
{
    size_t at = 0;
    for (; number; number /= base)
        ret_text[at++] = "?ab*"[number % base];
    ret_text[at] = '\0';
}

static void wildcard_agrees_with_its_definition(void **state)
{
    (void)state;
    char pattern[16], text[16], longer[32];
    for (unsigned p = 0; p < 4 * 4 * 4 * 4 * 4; p++) {
        spell(p, 4, pattern);
        strcpy(longer, pattern);
        strcat(longer, "*");
        for (unsigned t = 0; t < 3 * 3 * 3 * 3 * 3; t++) {
            spell(t, 3, text);
            if (matches(pattern, text) != defined_match(pattern, text))
                fail_msg("%s on %s", pattern, text);
            if (wildcard_match_start(pattern, strlen(pattern), text, strlen(text)) !=
                defined_match(longer, text))
                fail_msg("start of %s on %s", pattern, text);
        }
    }
}

/* A backtracking matcher does not come back from this one. */
static void wildcard_many_stars_end(void **state)
{
    (void)state;
    enum { STARS = 4000, TEXT = 8000 };
    char *pattern = malloc(2 * STARS + 1);
    char *text = malloc(TEXT);
    for (size_t i = 0; i < STARS; i++) {
        pattern[2 * i] = 'a';
        pattern[2 * i + 1] = '*';
    }
    pattern[2 * STARS] = 'b';
    memset(text, 'a', TEXT);
    assert_false(wildcard_match(pattern, 2 * STARS + 1, text, TEXT));
    assert_true(wildcard_match(pattern, 2 * STARS, text, TEXT));
    free(pattern);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wildcard_literals_match_only_themselves),
        cmocka_unit_test(wildcard_star_matches_any_run),
        cmocka_unit_test(wildcard_start_matches_a_prefix),
        cmocka_unit_test(wildcard_agrees_with_its_definition),
        cmocka_unit_test(wildcard_many_stars_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
