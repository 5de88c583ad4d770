/* Images on hostile pages: nothing grows faster than the page, and what is left out is told. A rule
 * that took more than linear time would keep these tests from ending. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/extract/extracted.h"

/* head, then text so many times, then tail; malloced. */
static char *page_of(const char *head, const char *text, size_t times, const char *tail)
{
    char *middle = repeated(text, times);
    char *page = malloc(strlen(head) + strlen(middle) + strlen(tail) + 1);
    strcpy(page, head);
    strcat(page, middle);
    strcat(page, tail);
    free(middle);
    return page;
}

static struct extracted extract_large(char *take_html)
{
    struct extracted page = extract_page(take_html);
    free(take_html);
    assert_true(page.bytes > 0);
    return page;
}

static void many_images_share_what_is_around_them(void **state)
{
    (void)state;
    struct extracted page = extract_large(
        page_of("<nav><h1>Heading</h1><figure><figcaption>Caption</figcaption><a href=/to>",
                "<img src=a>", 49999, "</a></figure></nav>"));
    assert_int_equal(page.record.image_count, 49999);
    for (uint32_t i = 0; i < page.record.image_count; i++) {
        const struct record_image *image = &page.record.images[i];
        assert_ptr_equal(image->link.data, page.record.images[0].link.data);
        assert_ptr_equal(image->heading.data, page.record.images[0].heading.data);
        assert_ptr_equal(image->caption.data, page.record.images[0].caption.data);
        assert_ptr_equal(image->place.data, page.record.images[0].place.data);
        assert_int_equal(image->flags, IMAGE_LINK_ONLY);
    }
    extracted_done(&page);
}

static void one_named_image_names_the_link_of_all(void **state)
{
    (void)state;
    struct extracted page =
        extract_large(page_of("<a href=/to>", "<img src=a>", 20000, "<img src=b alt=x></a>"));
    assert_int_equal(page.record.image_count, 20001);
    for (uint32_t i = 0; i < 20000; i++)
        assert_int_equal(page.record.images[i].flags, 0);
    assert_int_equal(page.record.images[20000].flags, IMAGE_LINK_ONLY);
    extracted_done(&page);
}

static void what_is_left_out_is_counted(void **state)
{
    (void)state;
    static const char *const elements[] = {"<img src=a>", "<svg></svg>",
                                           "<p style='background:url(a)'>", "<a href=a.png>x</a>"};
    for (size_t i = 0; i < sizeof elements / sizeof *elements; i++) {
        struct extracted page = extract_large(repeated(elements[i], 50010));
        assert_int_equal(page.record.image_count, 50000);
        assert_int_equal(page.record.image_places, 50010);
        assert_true(page.record.flags & RECORD_TRUNCATED);
        extracted_done(&page);
    }
}

static void one_element_with_many_references_has_one_place(void **state)
{
    (void)state;
    struct extracted page =
        extract_large(page_of("<style>p{background:url(a)", ",url(a)", 60000, "}</style><img>"));
    assert_int_equal(page.record.image_count, 50000);
    assert_int_equal(page.record.images[49999].position, 1);
    assert_int_equal(page.record.image_places, 2);
    assert_true(page.record.flags & RECORD_TRUNCATED);
    extracted_done(&page);
}

static void elements_may_be_nested_and_be_many(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "<div class='a b c' id=x style='background:url(y)' data-bg=z.png role=button>",
        "<figure><figcaption>x",
        "<a href=x aria-label=y>",
        "<h1><img src=a>",
        "<h2></h2><img src=a>",
        "<noscript><img src=a>",
        "<svg><title>x</title><image href=a>",
        "<picture><source srcset=a>",
        "<x-a></x-a><x-b></x-b><x-c></x-c><x-d></x-d><x-e></x-e><x-f></x-f><x-g></x-g><x-h></x-h>",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct extracted page =
            extract_large(page_of("", texts[i], (1 << 20) / strlen(texts[i]), ""));
        assert_true(page.record.image_count <= 50000);
        extracted_done(&page);
    }
}

static void lists_of_labels_are_bounded(void **state)
{
    (void)state;
    struct extracted page = extract_large(
        page_of("<img aria-labelledby='", "a b nothing ", 100000, "'><p id=a>one<p id=b>two"));
    assert_true(page.record.images[0].name.bytes > 7);
    assert_true(page.record.images[0].name.bytes <= RECORD_TEXT_MAX_BYTES);
    extracted_done(&page);

    char *label = page_of("<p id=a>", "word ", 100000, "</p>");
    page = extract_large(page_of(label, "<img src=x aria-labelledby='a a a a'>", 5000, ""));
    free(label);
    assert_true(page.record.images[0].name.bytes > RECORD_TEXT_MAX_BYTES - 8);
    assert_true(page.record.flags & RECORD_TRUNCATED);
    extracted_done(&page);
}

static void distinct_labels_are_found_among_many(void **state)
{
    (void)state;
    char *html = malloc((size_t)20000 * 80), *at = html;
    for (unsigned i = 0; i < 20000; i++)
        at += sprintf(at, "<img aria-labelledby=l%u><i id=l%u>label %u</i>", i, i, i);
    struct extracted page = extract_large(html);
    assert_int_equal(page.record.image_count, 20000);
    assert_text(page.record.images[0].name, "label 0");
    assert_text(page.record.images[19999].name, "label 19999");
    extracted_done(&page);
}

static void labels_within_labels_are_read_once(void **state)
{
    (void)state;
    char *html = malloc((size_t)3000 * 64), *at = html;
    for (unsigned i = 0; i < 200; i++)
        at += sprintf(at, "<div id=l%u>x", i);
    for (unsigned i = 0; i < 3000; i++)
        at += sprintf(at, "<img aria-labelledby=l%u>", i % 200);
    struct extracted page = extract_large(html);
    assert_int_equal(page.record.images[199].name.bytes, 1);
    assert_int_equal(page.record.images[0].name.bytes, 200);
    extracted_done(&page);
}

static void texts_around_are_cut(void **state)
{
    (void)state;
    struct extracted page =
        extract_large(page_of("<h1>", "\xe2\x82\xac ", 50000, "</h1><figure><img src=a></figure>"));
    assert_true(page.record.images[0].heading.bytes > RECORD_TEXT_MAX_BYTES - 4);
    assert_true(page.record.images[0].heading.bytes <= RECORD_TEXT_MAX_BYTES);
    extracted_done(&page);

    char *id = repeated("\xe2\x82\xac", 100000);
    char *html = malloc(2 * strlen(id) + 64);
    sprintf(html, "<x-%s class=%.*s><img src=a>", id, 9000, id);
    free(id);
    page = extract_large(html);
    assert_true(page.record.images[0].dom_path.bytes < 200);
    extracted_done(&page);
}

static void many_stand_ins_are_compared_at_once(void **state)
{
    (void)state;
    char *html = malloc((size_t)40000 * 64), *at = html;
    for (unsigned i = 0; i < 40000; i++)
        at += sprintf(at, "<img src=s%u.gif data-src=%u.png>", i / 2, i);
    struct extracted page = extract_large(html);
    assert_int_equal(page.record.image_count, 50000);
    assert_int_equal(page.record.images[0].flags, IMAGE_PLACEHOLDER | IMAGE_LAZY);
    extracted_done(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_images_share_what_is_around_them),
        cmocka_unit_test(one_named_image_names_the_link_of_all),
        cmocka_unit_test(what_is_left_out_is_counted),
        cmocka_unit_test(one_element_with_many_references_has_one_place),
        cmocka_unit_test(elements_may_be_nested_and_be_many),
        cmocka_unit_test(lists_of_labels_are_bounded),
        cmocka_unit_test(distinct_labels_are_found_among_many),
        cmocka_unit_test(labels_within_labels_are_read_once),
        cmocka_unit_test(texts_around_are_cut),
        cmocka_unit_test(many_stand_ins_are_compared_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
