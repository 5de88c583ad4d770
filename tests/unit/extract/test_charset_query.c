/* Queries in a page's charset: as a browser sends them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crawler/extract/arena.h"
#include "crawler/extract/charset_query.h"
#include "tests/unit/extract/extracted.h"

static void assert_query(const char *charset, const char *text, const char *expected)
{
    struct arena *arena = arena_new(0);
    size_t bytes;
    const char *query = charset_query(arena, charset, text, strlen(text), &bytes);
    if (bytes != strlen(expected) || memcmp(query, expected, bytes) != 0)
        fail_msg("%s in %s is %.*s, not %s", text, charset, (int)bytes, query, expected);
    arena_free(arena);
}

static void queries_are_encoded_as_their_page_is(void **state)
{
    (void)state;
    assert_query("windows-1252", "/é?é=µ#é", "/é?%E9=%B5#é");
    assert_query("koi8-r", "?кот", "?%CB%CF%D4");
    assert_query("euc-kr", "a?한=글&b", "a?%C7%D1=%B1%DB&b");
    assert_query("shift_jis", "?ソ", "?%83\\");
    assert_query("iso-2022-jp", "?あいa", "?%1B$B$%22$$%1B(Ba");
    assert_query("windows-1252", "?猫é\xf0\x9f\x90\x88", "?%26%2329483%3B%E9%26%23128008%3B");
}

static void what_needs_nothing_stays_as_it_is(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "?", "é", "é#?é", "?a=b#é", "/a?x=%E9 \"", "#"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_query("windows-1252", texts[i], texts[i]);
    assert_query("UTF-8", "?é", "?é");
    assert_query("UTF-16LE", "?é", "?é");
    assert_query("replacement", "?é", "?é");
    assert_query("nonsense", "?é", "?é");
}

static void all_references_of_a_page_are_so(void **state)
{
    (void)state;
    static const char html[] = "<meta charset=koi8-r><a href='?\xcb'></a><img src='?\xcb'"
                               " srcset='?\xcb\xcb 2x'><link rel=canonical href='/?\xcb'>";
    struct extractor *extractor = extractor_new();
    const struct extract_input input = {.html = (const unsigned char *)html,
                                        .bytes = sizeof html - 1,
                                        .base = "http://site.test/",
                                        .content_type = "text/html"};
    static uint64_t out[4096];
    struct page_record record;
    int64_t bytes = extract_html(extractor, &input, out, sizeof out);
    assert_true(bytes > 0);
    assert_int_equal(record_open(out, (size_t)bytes, &record), 0);
    assert_text(record.canonical, "http://site.test/?%CB");
    assert_text(record.links[0].url, "http://site.test/?%CB");
    assert_text(record.images[0].url, "http://site.test/?%CB");
    assert_text(record.images[1].url, "http://site.test/?%CB%CB");
    record_close(&record);
    extractor_free(extractor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(queries_are_encoded_as_their_page_is),
        cmocka_unit_test(what_needs_nothing_stays_as_it_is),
        cmocka_unit_test(all_references_of_a_page_are_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
