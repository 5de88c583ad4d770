/* Robots directives: what is asked of us, and nothing that is asked of others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crawler/extract/robots_directives.h"
#include "tests/unit/extract/extracted.h"

struct row {
    const char *text;
    uint32_t directives;
};

static void directives_of_meta_are_found_between_commas_and_spaces(void **state)
{
    (void)state;
    static const struct row table[] = {
        {"", 0},
        {"index, follow", 0},
        {"noindex", DIRECTIVE_NOINDEX},
        {"NoIndex,NOFOLLOW", DIRECTIVE_NOINDEX | DIRECTIVE_NOFOLLOW},
        {"none", DIRECTIVE_NOINDEX | DIRECTIVE_NOFOLLOW},
        {" noai , noimageai", DIRECTIVE_NOAI | DIRECTIVE_NOIMAGEAI},
        {"noimageindex nofollow", DIRECTIVE_NOIMAGEINDEX | DIRECTIVE_NOFOLLOW},
        {"noindexing, xnofollow, no index", 0},
        {"max-image-preview:large, noarchive, nosnippet", 0},
        {",,noindex,,", DIRECTIVE_NOINDEX},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        assert_int_equal(robots_directives_of_meta(table[i].text, strlen(table[i].text)),
                         table[i].directives);
}

static void directives_of_the_header_are_for_the_agent_that_is_named(void **state)
{
    (void)state;
    static const struct row table[] = {
        {"", 0},
        {"noindex", DIRECTIVE_NOINDEX},
        {"noindex, nofollow", DIRECTIVE_NOINDEX | DIRECTIVE_NOFOLLOW},
        {"googlebot: noindex", 0},
        {"googlebot: noindex, nofollow", 0},
        {"imgcrawl: noai", DIRECTIVE_NOAI},
        {"ImgCrawl : noai, noimageai", DIRECTIVE_NOAI | DIRECTIVE_NOIMAGEAI},
        {"*: noimageindex", DIRECTIVE_NOIMAGEINDEX},
        {"otherbot: noindex, imgcrawl: nofollow", DIRECTIVE_NOFOLLOW},
        {"noai, googlebot: noindex, nofollow", DIRECTIVE_NOAI},
        {"googlebot: noindex\nnoai", DIRECTIVE_NOAI}, /* the next field is for all again */
        {"unavailable_after: 25 Jun 2010 15:00:00 PST, noindex", DIRECTIVE_NOINDEX},
        {"max-snippet: 20, none", DIRECTIVE_NOINDEX | DIRECTIVE_NOFOLLOW},
        {"imgcrawl2: noindex", 0},
        {":noindex", 0},
        {"imgcrawl:", 0},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        assert_int_equal(
            robots_directives_of_header(table[i].text, strlen(table[i].text), "imgcrawl"),
            table[i].directives);
}

static void tdm_is_reserved_by_one_alone(void **state)
{
    (void)state;
    assert_int_equal(robots_directives_of_tdm("1", 1), DIRECTIVE_TDM_RESERVED);
    assert_int_equal(robots_directives_of_tdm(" 1 ", 3), DIRECTIVE_TDM_RESERVED);
    assert_int_equal(robots_directives_of_tdm("0", 1), 0);
    assert_int_equal(robots_directives_of_tdm("", 0), 0);
    assert_int_equal(robots_directives_of_tdm("10", 2), 0);
}

static void a_page_tells_its_directives(void **state)
{
    (void)state;
    struct extracted page = extract_page("<meta name=ROBOTS content='noindex'>"
                                         "<meta name=imgcrawl content='noimageai'>"
                                         "<meta name=googlebot content='nofollow'>"
                                         "<meta name=tdm-reservation content=1>"
                                         "<meta name=tdm-policy content='../policy.json'>"
                                         "<meta name=tdm-policy content='/second'>");
    assert_int_equal(page.record.directives,
                     DIRECTIVE_NOINDEX | DIRECTIVE_NOIMAGEAI | DIRECTIVE_TDM_RESERVED);
    assert_text(page.record.meta_robots, "noindex, noimageai");
    assert_text(page.record.tdm_policy, "http://site.test/policy.json");
    extracted_done(&page);
}

static void every_directive_has_its_name(void **state)
{
    (void)state;
    assert_string_equal(robots_directive_name(DIRECTIVE_NOFOLLOW), "nofollow");
    assert_string_equal(robots_directive_name(DIRECTIVE_NOIMAGEAI), "noimageai");
    assert_string_equal(robots_directive_name(DIRECTIVE_TDM_RESERVED), "tdm_reserved");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(directives_of_meta_are_found_between_commas_and_spaces),
        cmocka_unit_test(directives_of_the_header_are_for_the_agent_that_is_named),
        cmocka_unit_test(tdm_is_reserved_by_one_alone),
        cmocka_unit_test(a_page_tells_its_directives),
        cmocka_unit_test(every_directive_has_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
