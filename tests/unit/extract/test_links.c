/* Links: what counts as one, that each URL is told once, and when it may be followed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/extract/extracted.h"

static void assert_links(const struct extracted *page, const char *const *urls, size_t count)
{
    assert_int_equal(page->record.link_count, count);
    for (size_t i = 0; i < count; i++)
        assert_text(page->record.links[i].url, urls[i]);
}

static void links_are_canonical_and_unique_in_order(void **state)
{
    (void)state;
    struct extracted page = extract_page("<a href=' b '>1</a><a href=b#top>2</a><a name=x>3</a>"
                                         "<area href=//USER:pw@Other.test:80/../c><a href=b>4</a>");
    static const char *const urls[] = {"http://site.test/dir/b", "http://other.test/c"};
    assert_links(&page, urls, 2);
    assert_int_equal(page.record.link_elements, 4);
    extracted_done(&page);
}

static void link_elements_count_whatever_they_resolve_to(void **state)
{
    (void)state;
    struct extracted page = extract_page("<a href=mailto:a@b>1</a><a href=javascript:x()>2</a>"
                                         "<a href=http://[>3</a><a href>4</a><link href=x>");
    static const char *const urls[] = {"http://site.test/dir/page"};
    assert_links(&page, urls, 1);
    assert_int_equal(page.record.link_elements, 4);
    extracted_done(&page);
}

static void link_is_nofollow_only_while_all_its_elements_say_so(void **state)
{
    (void)state;
    struct extracted page =
        extract_page("<a href=a rel='Sponsored NOFOLLOW'>1</a><a href=b rel=nofollow>2</a>"
                     "<a href=b rel=next>3</a><a href=c rel=noopener>4</a><a href=c rel=nofollow>5"
                     "</a><a href=d rel=nofollows>6</a>");
    static const uint32_t flags[] = {LINK_NOFOLLOW, 0, 0, 0};
    static const char *const rels[] = {"Sponsored NOFOLLOW", "next", "noopener", "nofollows"};
    assert_int_equal(page.record.link_count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(page.record.links[i].flags, flags[i]);
        assert_text(page.record.links[i].rel, rels[i]);
    }
    extracted_done(&page);
}

static void frames_lead_on_but_are_no_link_elements(void **state)
{
    (void)state;
    struct extracted page =
        extract_page("<iframe src=f rel=nofollow></iframe><iframe src=about:blank></iframe>"
                     "<iframe src=''></iframe><iframe></iframe>");
    static const char *const urls[] = {"http://site.test/dir/f"};
    assert_links(&page, urls, 1);
    assert_int_equal(page.record.links[0].flags, 0);
    assert_int_equal(page.record.link_elements, 0);
    extracted_done(&page);

    page = extract_page("<frameset><frame src=g></frameset>");
    static const char *const frame[] = {"http://site.test/dir/g"};
    assert_links(&page, frame, 1);
    extracted_done(&page);
}

static void links_of_templates_and_svg_do_not_count(void **state)
{
    (void)state;
    struct extracted page = extract_page("<template><a href=a>1</a></template>"
                                         "<svg><a href=b>2</a></svg><noscript><a href=c>3</a>");
    static const char *const urls[] = {"http://site.test/dir/c"};
    assert_links(&page, urls, 1);
    assert_int_equal(page.record.link_elements, 1);
    extracted_done(&page);
}

static void meta_refresh_is_a_link_but_no_element(void **state)
{
    (void)state;
    struct extracted page =
        extract_page("<a href=b>1</a><meta http-equiv=Refresh content='0; URL=next'>");
    static const char *const urls[] = {"http://site.test/dir/next", "http://site.test/dir/b"};
    assert_links(&page, urls, 2);
    assert_int_equal(page.record.link_elements, 1);
    extracted_done(&page);
}

static void many_links_stay_unique(void **state)
{
    (void)state;
    enum { COUNT = 3000 };
    char *html = malloc(2 * COUNT * 24 + 1);
    char *at = html;
    for (int i = 0; i < 2 * COUNT; i++)
        at += sprintf(at, "<a href=/%d>x</a>", i % COUNT);
    struct extracted page = extract_page(html);
    assert_int_equal(page.record.link_elements, 2 * COUNT);
    assert_int_equal(page.record.link_count, COUNT);
    for (int i = 0; i < COUNT; i++) {
        char url[64];
        sprintf(url, "http://site.test/%d", i);
        assert_text(page.record.links[i].url, url);
    }
    extracted_done(&page);
    free(html);
}

static void links_past_the_maximum_leave_the_images(void **state)
{
    (void)state;
    enum { COUNT = 50002 };
    char *html = malloc(COUNT * 24 + 64);
    char *at = html;
    for (int i = 0; i < COUNT; i++)
        at += sprintf(at, "<a href=/%d>x</a>", i);
    strcpy(at, "<img src=last>");
    struct extracted page = extract_page(html);
    assert_int_equal(page.record.link_elements, COUNT);
    assert_int_equal(page.record.link_count, 50000);
    assert_int_equal(page.record.image_count, 1);
    assert_int_equal(page.record.flags, RECORD_TRUNCATED);
    extracted_done(&page);
    free(html);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(links_are_canonical_and_unique_in_order),
        cmocka_unit_test(link_elements_count_whatever_they_resolve_to),
        cmocka_unit_test(link_is_nofollow_only_while_all_its_elements_say_so),
        cmocka_unit_test(frames_lead_on_but_are_no_link_elements),
        cmocka_unit_test(links_of_templates_and_svg_do_not_count),
        cmocka_unit_test(meta_refresh_is_a_link_but_no_element),
        cmocka_unit_test(many_links_stay_unique),
        cmocka_unit_test(links_past_the_maximum_leave_the_images),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
