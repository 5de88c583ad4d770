/* Extraction of a whole page: its facts, its base, and what happens at the limits. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "crawler/extract/meta_refresh.h"
#include "tests/unit/extract/extracted.h"

static void page_facts_are_read(void **state)
{
    (void)state;
    struct extracted page =
        extract_page("<!DOCTYPE html><title>\n A  &lt;b&gt;\t title </title><title>second</title>"
                     "<link rel='x Canonical' href=/c#f><meta name=ROBOTS content='noindex'>"
                     "<meta name=imgcrawl content=None><meta name=other content=nofollow>"
                     "<meta http-equiv=refresh content='5; url=\"/r\"'>");
    assert_text(page.record.title, "A <b> title");
    assert_text(page.record.base, NULL);
    assert_text(page.record.canonical, "http://site.test/c");
    assert_text(page.record.meta_robots, "noindex, None");
    assert_text(page.record.meta_refresh, "http://site.test/r");
    assert_text(page.record.charset, "UTF-8");
    assert_int_equal(page.record.flags, RECORD_META_NOFOLLOW);
    extracted_done(&page);
}

static void page_without_facts_has_none(void **state)
{
    (void)state;
    struct extracted page = extract_page("<svg><title>no</title></svg><meta name=robots>"
                                         "<link rel=canonical><meta http-equiv=refresh content=5>");
    assert_text(page.record.title, NULL);
    assert_text(page.record.canonical, NULL);
    assert_text(page.record.meta_robots, NULL);
    assert_text(page.record.meta_refresh, NULL);
    assert_int_equal(page.record.flags, 0);
    extracted_done(&page);

    page = extract_page("<title></title>");
    assert_text(page.record.title, "");
    extracted_done(&page);

    page = extract_page("");
    assert_int_equal(page.record.image_count + page.record.link_count, 0);
    extracted_done(&page);
}

static void base_counts_for_what_stands_before_it(void **state)
{
    (void)state;
    struct extracted page =
        extract_page("<img src=a><a href=b>x</a><base target=t><base href=//cdn.test/x/>"
                     "<base href=/no/>");
    assert_text(page.record.base, "http://cdn.test/x/");
    assert_text(page.record.images[0].url, "http://cdn.test/x/a");
    assert_text(page.record.links[0].url, "http://cdn.test/x/b");
    extracted_done(&page);
}

static void base_that_is_unusable_leaves_the_pages_own(void **state)
{
    (void)state;
    struct extracted page = extract_page("<base href='http://['><base href=/x/><img src=a>");
    assert_text(page.record.base, NULL);
    assert_text(page.record.images[0].url, "http://site.test/dir/a");
    extracted_done(&page);
}

static void without_base_relative_urls_stay_unresolved(void **state)
{
    (void)state;
    static const char html[] = "<img src=a><img src=http://b.test/c><a href=d>x</a>";
    struct extracted page = extract_bytes(html, sizeof html - 1, NULL, EXTRACTED_CAPACITY);
    assert_text(page.record.images[0].url, NULL);
    assert_text(page.record.images[0].raw, "a");
    assert_text(page.record.images[1].url, "http://b.test/c");
    assert_int_equal(page.record.link_count, 0);
    assert_int_equal(page.record.link_elements, 1);
    extracted_done(&page);
}

static void base_of_another_scheme_is_refused(void **state)
{
    (void)state;
    struct extracted page = extract_bytes("x", 1, "ftp://a/", EXTRACTED_CAPACITY);
    assert_int_equal(page.bytes, -EINVAL);
    extracted_done(&page);
}

static void meta_refresh_targets_follow_the_standard(void **state)
{
    (void)state;
    static const struct {
        const char *content, *target;
    } cases[] = {
        {"5", NULL},         {"5;", NULL},
        {"x; url=a", NULL},  {"5x url=a", NULL},
        {"", NULL},          {"; url=a", NULL},
        {"5; url=a", "a"},   {" 5.7 , URL = a b", "a b"},
        {".5 a", "a"},       {"0; url='a\"b'c", "a\"b"},
        {"0; url=\"a", "a"}, {"0; 'a'", "a"},
        {"0; urla", "urla"}, {"0 url a", "url a"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *target;
        size_t bytes;
        assert_int_equal(meta_refresh_target(cases[i].content, &target, &bytes),
                         cases[i].target != NULL);
        if (!cases[i].target)
            continue;
        assert_int_equal(bytes, strlen(cases[i].target));
        assert_memory_equal(target, cases[i].target, bytes);
    }
}

static void charset_is_that_of_the_page(void **state)
{
    (void)state;
    static const char html[] = "<meta charset=euc-kr><title>\xc7\xd1</title>";
    struct extractor *extractor = extractor_new();
    void *out = malloc(4096);
    const struct extract_input input = {.html = (const unsigned char *)html,
                                        .bytes = sizeof html - 1};
    struct page_record record;
    int64_t bytes = extract_html(extractor, &input, out, 4096);
    assert_true(bytes > 0);
    assert_int_equal(record_open(out, (size_t)bytes, &record), 0);
    assert_text(record.charset, "EUC-KR");
    assert_text(record.title, "\xed\x95\x9c");
    record_close(&record);
    free(out);
    extractor_free(extractor);
}

/* Whatever the room, the record is whole, and what it holds is the beginning of what there is. */
static void any_capacity_gives_a_whole_record(void **state)
{
    (void)state;
    static const char html[] = "<title>t</title><link rel=canonical href=c><a href=1 rel=next>x</a>"
                               "<img src=a alt=b srcset='c 1x'><a href=2>x</a><img src=d>";
    size_t rows = 0;
    for (size_t capacity = 0; capacity < 1024; capacity++) {
        struct extracted page = extract_bytes(html, sizeof html - 1, "http://site.test/", capacity);
        if (page.bytes < 0) {
            assert_int_equal(page.bytes, -E2BIG);
            extracted_done(&page);
            continue;
        }
        assert_true((size_t)page.bytes <= capacity);
        size_t now = page.record.image_count + page.record.link_count;
        assert_int_equal(now < 5, (page.record.flags & RECORD_TRUNCATED) != 0);
        assert_true(now >= rows);
        rows = now;
        extracted_done(&page);
    }
    assert_int_equal(rows, 5);
}

static void memory_limit_gives_the_page_up_and_not_the_next(void **state)
{
    (void)state;
    char *html = repeated("<p>", 4 << 20);
    struct extractor *extractor = extractor_new();
    void *out = malloc(4096);
    struct extract_input input = {.html = (const unsigned char *)html, .bytes = strlen(html)};
    assert_int_equal(extract_html(extractor, &input, out, 4096), -ENOMEM);
    input.bytes = 3;
    assert_true(extract_html(extractor, &input, out, 4096) > 0);
    free(out);
    free(html);
    extractor_free(extractor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(page_facts_are_read),
        cmocka_unit_test(page_without_facts_has_none),
        cmocka_unit_test(base_counts_for_what_stands_before_it),
        cmocka_unit_test(base_that_is_unusable_leaves_the_pages_own),
        cmocka_unit_test(without_base_relative_urls_stay_unresolved),
        cmocka_unit_test(base_of_another_scheme_is_refused),
        cmocka_unit_test(meta_refresh_targets_follow_the_standard),
        cmocka_unit_test(charset_is_that_of_the_page),
        cmocka_unit_test(any_capacity_gives_a_whole_record),
        cmocka_unit_test(memory_limit_gives_the_page_up_and_not_the_next),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
