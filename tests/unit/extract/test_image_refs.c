/* Image references: which rows an <img> gives, and what they say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "crawler/extract/data_uri.h"
#include "crawler/extract/image_rows.h"
#include "tests/unit/extract/extracted.h"

static void image_src_is_resolved_and_kept_as_written(void **state)
{
    (void)state;
    struct extracted page = extract_page("<img src='../a b.png#x' alt='A &amp; B' title=t width=10 "
                                         "height=20px loading=lazy>");
    assert_int_equal(page.record.image_count, 1);
    const struct record_image *image = &page.record.images[0];
    assert_text(image->url, "http://site.test/a%20b.png#x");
    assert_text(image->raw, "../a b.png#x");
    assert_text(image->alt, "A & B");
    assert_text(image->title, "t");
    assert_text(image->width, "10");
    assert_text(image->height, "20px");
    assert_text(image->loading, "lazy");
    assert_text(image->descriptor, NULL);
    assert_int_equal(image->source, IMAGE_SOURCE_IMG);
    assert_int_equal(image->position, 1);
    extracted_done(&page);
}

static void image_srcset_gives_a_row_for_each_candidate(void **state)
{
    (void)state;
    struct extracted page =
        extract_page("<img src=s.png alt=x srcset='a.png 1x, b.png 2x, c.png'><img srcset='d 9w'>");
    static const struct {
        const char *url, *descriptor;
        enum image_source source;
        unsigned position;
        enum alt_state alt;
    } expected[] = {
        {"http://site.test/dir/s.png", NULL, IMAGE_SOURCE_IMG, 1, ALT_TEXT},
        {"http://site.test/dir/a.png", "1x", IMAGE_SOURCE_SRCSET, 1, ALT_TEXT},
        {"http://site.test/dir/b.png", "2x", IMAGE_SOURCE_SRCSET, 1, ALT_TEXT},
        {"http://site.test/dir/c.png", NULL, IMAGE_SOURCE_SRCSET, 1, ALT_TEXT},
        {"http://site.test/dir/d", "9w", IMAGE_SOURCE_SRCSET, 2, ALT_MISSING},
    };
    assert_int_equal(page.record.image_count, 5);
    assert_int_equal(page.record.image_elements, 2);
    for (size_t i = 0; i < 5; i++) {
        const struct record_image *image = &page.record.images[i];
        assert_text(image->url, expected[i].url);
        assert_text(image->descriptor, expected[i].descriptor);
        assert_int_equal(image->source, expected[i].source);
        assert_int_equal(image->position, expected[i].position);
        assert_int_equal(image->alt_state, expected[i].alt);
    }
    extracted_done(&page);
}

static void image_alt_states_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *alt;
        enum alt_state expected;
    } cases[] = {
        {NULL, ALT_MISSING},
        {"", ALT_EMPTY},
        {" \t\n\f\r", ALT_WHITESPACE},
        {"\xc2\xa0", ALT_WHITESPACE},                             /* no-break space */
        {"\xe2\x80\x83 \xe3\x80\x80", ALT_WHITESPACE},            /* em space, ideographic space */
        {"\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaf", ALT_WHITESPACE}, /* separators, narrow no-break */
        {"\xe2\x80\x8b\xef\xbb\xbf", ALT_WHITESPACE},             /* of no width */
        {"\xe1\x9a\x80\xc2\x85\xe2\x81\x9f", ALT_WHITESPACE},
        {".", ALT_TEXT},
        {" \xc2\xa0x", ALT_TEXT},
        {"\xe2\x80\x8c", ALT_TEXT}, /* a joiner control is not a space */
        {"\xe3\x80\x81", ALT_TEXT},
        {"\xc2", ALT_TEXT},
        {"\xe2\x80", ALT_TEXT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(image_alt_state(cases[i].alt, cases[i].alt ? strlen(cases[i].alt) : 0),
                         cases[i].expected);
}

static void image_without_usable_url_still_has_a_row(void **state)
{
    (void)state;
    struct extracted page =
        extract_page("<img><img src><img src='  '><img src='http://['><img src=blob:x><img "
                     "srcset=''><img src='' srcset='a 1x'>");
    static const char *const raws[] = {NULL, "", "  ", "http://[", "blob:x", NULL, "", "a"};
    assert_int_equal(page.record.image_elements, 7);
    assert_int_equal(page.record.image_count, 8);
    for (size_t i = 0; i < 8; i++) {
        assert_text(page.record.images[i].raw, raws[i]);
        assert_text(page.record.images[i].url, i == 7 ? "http://site.test/dir/a" : NULL);
    }
    extracted_done(&page);
}

static void image_data_uri_keeps_its_head_and_its_size(void **state)
{
    (void)state;
    struct extracted page = extract_page("<img src=' DATA:image/gif;Base64,QUJD\nREU= ' "
                                         "srcset='data:,hello 1x'><img src=data:image/png>");
    const struct record_image *images = page.record.images;
    assert_int_equal(page.record.image_count, 3);
    assert_text(images[0].url, "data:image/gif;Base64,#xxh3=729d22f4652d8d46");
    assert_text(images[0].raw, "DATA:image/gif;Base64,");
    assert_int_equal(images[0].data_bytes, 5);
    assert_text(images[1].url, "data:,#xxh3=71538a47c305c931");
    assert_int_equal(images[1].data_bytes, 5);
    assert_text(images[2].url, NULL);
    assert_text(images[2].raw, "data:image/png");
    assert_int_equal(images[2].data_bytes, 0);
    extracted_done(&page);
}

static void image_data_uris_are_told_apart_by_all_their_bytes(void **state)
{
    (void)state;
    struct extracted page = extract_page("<img src='data:image/png;base64,QUJD'>"
                                         "<img src='data:image/png;base64,QUJE'>"
                                         "<img src=' DATA:image/png;base64,QUJD '>");
    const struct record_image *images = page.record.images;
    assert_int_equal(page.record.image_count, 3);
    assert_string_not_equal(images[0].url.data, images[1].url.data);
    assert_string_equal(images[0].url.data, images[2].url.data);
    for (size_t i = 0; i < 2; i++)
        assert_text(images[i].raw, "data:image/png;base64,");
    extracted_done(&page);
}

static void image_data_uri_with_an_endless_head_has_no_url(void **state)
{
    (void)state;
    for (size_t head = 8192 - DATA_URI_MARK_BYTES; head < 8200; head++) {
        char *type = repeated("x", head - strlen("data:,"));
        char *html = malloc(head + 64);
        sprintf(html, "<img src='data:%s,QUJD'>", type);
        struct extracted page = extract_page(html);
        struct record_text url = page.record.images[0].url;
        if (head + DATA_URI_MARK_BYTES <= 8192)
            assert_int_equal(url.bytes, 8192);
        else
            assert_text(url, NULL);
        extracted_done(&page);
        free(html);
        free(type);
    }
}

static void data_uri_size_is_that_of_the_decoded_data(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t head, data;
    } cases[] = {
        {"data:;base64,", 13, 0},
        {"data:;base64,QQ==", 13, 1},
        {"data:;base64,QUI=", 13, 2},
        {"data:;base64,QUJD", 13, 3},
        {"data:base64,QUJD", 12, 4},
        {"data:; base64 ,QUJD", 15, 3},
        {"data:;base64,QQ%3D%3d%0A", 13, 1},
        {"data:,%3Csvg/%3e", 6, 6},
        {"data:,100%%4", 6, 6},
        {"data:", 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct data_uri uri;
        assert_true(data_uri_parse(cases[i].text, strlen(cases[i].text), &uri));
        assert_int_equal(uri.head_bytes, cases[i].head);
        assert_int_equal(uri.data_bytes, cases[i].data);
    }
    struct data_uri uri;
    assert_false(data_uri_parse("datum:,", 7, &uri));
}

static void image_texts_are_cut_at_a_whole_character(void **state)
{
    (void)state;
    char *alt = repeated("\xe2\x82\xac", 5000); /* 15,000 bytes */
    char *html = malloc(strlen(alt) + 64);
    sprintf(html, "<img src=a alt='%s'>", alt);
    struct extracted page = extract_page(html);
    assert_int_equal(page.record.images[0].alt.bytes, 8190);
    assert_int_equal(page.record.flags, 0);
    extracted_done(&page);
    free(html);
    free(alt);
}

/* A numeric reference may overflow in the parser and come out as no character at all. */
static void image_texts_are_well_formed_whatever_the_parser_gives(void **state)
{
    (void)state;
    struct extracted page = extract_page("<title>&#xBBBBBBBBBBBBBBBBBBBB;</title><h1>a"
                                         "&#xBBBBBBBBBBBBBBBBBBBB;b</h1>"
                                         "<img src=a alt='x&#xBBBBBBBBBBBBBBBBBBBB;y'>");
    assert_true(page.bytes > 0);
    assert_int_equal(page.record.image_count, 1);
    assert_int_equal(page.record.images[0].alt.data[0], 'x');
    extracted_done(&page);
}

static void images_of_templates_do_not_count(void **state)
{
    (void)state;
    struct extracted page =
        extract_page("<template><img src=a><p style='background:url(a)'></template>"
                     "<noscript><img src=c></noscript><image src=d>");
    assert_int_equal(page.record.image_elements, 2);
    assert_int_equal(page.record.image_count, 2);
    assert_text(page.record.images[0].raw, "c");
    assert_text(page.record.images[1].raw, "d");
    extracted_done(&page);
}

static void images_past_the_maximum_are_counted_and_told(void **state)
{
    (void)state;
    char *html = repeated("<img src=a alt=b>", 50001);
    struct extracted page = extract_page(html);
    assert_int_equal(page.record.image_elements, 50001);
    assert_int_equal(page.record.image_count, 50000);
    assert_int_equal(page.record.flags, RECORD_TRUNCATED);
    extracted_done(&page);
    free(html);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(image_src_is_resolved_and_kept_as_written),
        cmocka_unit_test(image_srcset_gives_a_row_for_each_candidate),
        cmocka_unit_test(image_alt_states_are_told_apart),
        cmocka_unit_test(image_without_usable_url_still_has_a_row),
        cmocka_unit_test(image_data_uri_keeps_its_head_and_its_size),
        cmocka_unit_test(image_data_uris_are_told_apart_by_all_their_bytes),
        cmocka_unit_test(image_data_uri_with_an_endless_head_has_no_url),
        cmocka_unit_test(data_uri_size_is_that_of_the_decoded_data),
        cmocka_unit_test(image_texts_are_cut_at_a_whole_character),
        cmocka_unit_test(image_texts_are_well_formed_whatever_the_parser_gives),
        cmocka_unit_test(images_of_templates_do_not_count),
        cmocka_unit_test(images_past_the_maximum_are_counted_and_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
