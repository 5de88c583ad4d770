/* Linked style sheets: the record of their images, and which charset they are read in. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crawler/extract/record.h"
#include "crawler/extract/style_sheet.h"

static uint64_t lane[8192];

static struct page_record read_sheet(const struct style_sheet_input *input)
{
    struct page_record record;
    struct style_sheet_reader *reader = style_sheet_reader_new();
    int64_t bytes = style_sheet_read(reader, input, lane, sizeof lane);
    assert_true(bytes > 0);
    assert_int_equal(record_open(lane, (size_t)bytes, &record), 0);
    style_sheet_reader_free(reader);
    return record;
}

static struct style_sheet_input input_of(const char *css)
{
    return (struct style_sheet_input){.css = (const unsigned char *)css,
                                      .bytes = strlen(css),
                                      .base = "http://site.test/css/all.css"};
}

static void assert_first_url(struct style_sheet_input input, const char *charset, const char *url)
{
    struct page_record record = read_sheet(&input);
    assert_string_equal(record.charset.data, charset);
    assert_string_equal(record.images[0].url.data, url);
    record_close(&record);
}

static void sheet_images_are_relative_to_the_sheet(void **state)
{
    (void)state;
    struct style_sheet_input input =
        input_of("a{background:url(../img/a.png)}b{background:url('b.png')}i{x:url(data:,x)}");
    struct page_record record = read_sheet(&input);
    assert_true(record.flags & RECORD_STYLE_SHEET);
    assert_int_equal(record.image_count, 3);
    assert_int_equal(record.image_places, 3);
    assert_int_equal(record.link_count, 0);
    assert_string_equal(record.images[0].url.data, "http://site.test/img/a.png");
    assert_string_equal(record.images[0].raw.data, "../img/a.png");
    assert_string_equal(record.images[1].url.data, "http://site.test/css/b.png");
    assert_int_equal(record.images[1].source, IMAGE_SOURCE_STYLE_SHEET);
    assert_int_equal(record.images[1].alt_state, ALT_NOT_APPLICABLE);
    assert_int_equal(record.images[1].position, 2);
    assert_int_equal(record.images[2].data_bytes, 1);
    record_close(&record);
}

static void sheet_charset_has_an_order(void **state)
{
    (void)state;
    struct style_sheet_input input = input_of("@charset \"koi8-r\";a{b:url(\xc1.png)}");
    assert_first_url(input, "KOI8-R", "http://site.test/css/%D0%B0.png");
    input.content_type = "text/css; charset=windows-1252";
    assert_first_url(input, "windows-1252", "http://site.test/css/%C3%81.png");
    input = input_of("a{b:url(\xc3\x84.png)}");
    assert_first_url(input, "UTF-8", "http://site.test/css/%C3%84.png");
    input = input_of("@charset \"utf-16\";a{b:url(\xc3\x84.png)}");
    assert_first_url(input, "UTF-8", "http://site.test/css/%C3%84.png");
    input = input_of("a{b:url(\xc4.png)}");
    input.default_charset = "windows-1252";
    assert_first_url(input, "windows-1252", "http://site.test/css/%C3%84.png");
}

static void sheet_needs_a_web_address(void **state)
{
    (void)state;
    struct style_sheet_input input = input_of("a{}");
    struct style_sheet_reader *reader = style_sheet_reader_new();
    input.base = "file:///all.css";
    assert_int_equal(style_sheet_read(reader, &input, lane, sizeof lane), -EINVAL);
    style_sheet_reader_free(reader);
}

static void sheet_with_more_images_than_fit_is_cut(void **state)
{
    (void)state;
    enum { IMAGES = 2000 };
    static const char one[] = "a{b:url(c.png)}";
    char *css = malloc(IMAGES * (sizeof one - 1) + 1);
    for (size_t i = 0; i < IMAGES; i++)
        memcpy(css + i * (sizeof one - 1), one, sizeof one);
    struct style_sheet_input input = input_of(css);
    struct page_record record = read_sheet(&input);
    assert_true(record.flags & RECORD_TRUNCATED);
    assert_in_range(record.image_count, 1, IMAGES - 1);
    record_close(&record);
    free(css);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sheet_images_are_relative_to_the_sheet),
        cmocka_unit_test(sheet_charset_has_an_order),
        cmocka_unit_test(sheet_needs_a_web_address),
        cmocka_unit_test(sheet_with_more_images_than_fit_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
