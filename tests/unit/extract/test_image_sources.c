/* Image sources: each element and attribute that refers to images, and what looks like one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/extract/image_rows_text.h"

struct page_case {
    const char *html, *rows;
};

static void check(const struct page_case *cases, size_t count)
{
    char text[ROWS_TEXT_CAPACITY];
    for (size_t i = 0; i < count; i++) {
        struct extracted page = extract_page(cases[i].html);
        if (strcmp(rows_text(&page.record, text), cases[i].rows) != 0)
            print_message("%s\n", cases[i].html);
        assert_string_equal(text, cases[i].rows);
        extracted_done(&page);
    }
}

#define CHECK(cases) check(cases, sizeof(cases) / sizeof *(cases))

static void pictures_are_read(void **state)
{
    (void)state;
    static const struct page_case cases[] = {
        {"<picture><source srcset='a 1x, b 2x'><img src=c srcset='d 2x'></picture>",
         "picture a 1x; picture b 2x; img c; srcset d 2x"},
        {"<PICTURE><source srcset=a><source data-srcset='b.png 2x'><img data-src=c.png></PICTURE>",
         "picture a; lazy_srcset b.png 2x; lazy_src c.png"},
        {"<source srcset=a>", "picture a"},
        {"<picture><source src=a></picture><video><source src=a.mp4></video>", ""},
    };
    CHECK(cases);
}

static void lazy_attributes_are_read(void **state)
{
    (void)state;
    static const struct page_case cases[] = {
        {"<img data-src=a.png>", "lazy_src a.png"},
        {"<img data-src=/a>", "lazy_src /a"},
        {"<img src=b data-original=a.png data-hi-res-src=c.png>",
         "img b; lazy_src a.png; lazy_src c.png"},
        {"<img data-lazy=a.png><img data-lazy-src=b.png><img data-lazy-srcset='c.png 2x'>",
         "lazy_src a.png; lazy_src b.png; lazy_srcset c.png 2x"},
        {"<img data-src-small='http://a.test/a.jpg, http://a.test/b.jpg'>",
         "lazy_src http://a.test/a.jpg; lazy_src http://a.test/b.jpg"},
        {"<img data-src='a, b.jpg'>", "lazy_src a, b.jpg"},
        {"<img src=a data-lazy=true data-src='' data-original='{{ x.png }}' data-image=3>",
         "img a"},
        {"<img src=a data-src-type=image/png data-source=b.png datasrc=c.png>", "img a"},
        {"<div data-bg=a.png></div>", "lazy_background a.png"},
        {"<div data-bg='url(&quot;a b.png&quot;)'></div>", "lazy_background a b.png"},
        {"<div data-background=/a/ data-background-image=b.png>", "lazy_background /a/; "
                                                                  "lazy_background b.png"},
        {"<section data-bgset='a.png 1x, b.png 2x'>", "lazy_background a.png 1x; "
                                                      "lazy_background b.png 2x"},
        {"<section data-background='#fff'><i data-bg=dark></i><i data-bg='rgba(0,0,0,.5)'></i>",
         ""},
        {"<div data-src=a.jpg></div><iframe data-src=/frame></iframe><video "
         "data-src=a.mp4></video>",
         "lazy_src a.jpg"},
        {"<video poster='' data-poster=p.png>", "poster ; poster p.png"},
    };
    CHECK(cases);
}

static void embedded_images_are_read(void **state)
{
    (void)state;
    static const struct page_case cases[] = {
        {"<input type=IMAGE src=a alt=b><input type=text src=c><input src=d>", "input a"},
        {"<input type=image>", "input -"},
        {"<video poster=a></video><audio poster=b></audio>", "poster a"},
        {"<object data=a type=image/svg+xml></object><object data=b.png></object>",
         "object a; object b.png"},
        {"<object data=a.png type=text/html></object><object data=b></object><object></object>",
         ""},
        {"<embed src=a.svg><embed src=b type=Image/png><embed src=c.swf>", "embed a.svg; embed b"},
        {"<object data='data:image/png;base64,AA=='></object>", "object data:image/png;base64,"},
    };
    CHECK(cases);
}

static void drawings_are_read(void **state)
{
    (void)state;
    static const struct page_case cases[] = {
        {"<svg></svg>", "svg -"},
        {"<svg><image href=a xlink:href=b /><image xlink:href=c /></svg>",
         "svg -; svg_image a; svg_image c"},
        {"<svg><svg></svg><image href='#a'></image><image></image></svg>", "svg -"},
        {"<svg><foreignObject><img src=a></foreignObject></svg>", "svg -; img a"},
        {"<math><mi><img src=a></mi></math>", "img a"},
        {"<image src=a>", "img a"},
        {"<svg style='background:url(a)'></svg>", "style_attribute a; svg -"},
    };
    CHECK(cases);
}

static void styles_are_read(void **state)
{
    (void)state;
    static const struct page_case cases[] = {
        {"<p style='background:url(a.png)'>", "style_attribute a.png"},
        {"<p style=\"background-image:URL('a.png'),url(b.png)\">",
         "style_attribute a.png; style_attribute b.png"},
        {"<p style='color:red'><p style='width:calc(1px)'>", ""},
        {"<style>p{background:url(a.png)}@import url(b.css);"
         "@font-face{font-family:x;src:url(c.woff)}</style>",
         "style_element a.png"},
        {"<svg><style>path{background:url(a.png)}</style></svg>", "svg -; style_element a.png"},
        {"<img src=a style='background:url(b.gif)'>", "img a; style_attribute b.gif"},
        {"<img style='background:url(b.gif)'>", "style_attribute b.gif; img -"},
        {"<script>'p{background:url(a.png)}'</script><!-- <img src=a> -->", ""},
    };
    CHECK(cases);
}

static void links_of_the_head_are_read(void **state)
{
    (void)state;
    static const struct page_case cases[] = {
        {"<link rel='Shortcut ICON' href=a><link rel=icon href=b><link rel=mask-icon href=c>",
         "icon a; icon b; icon c"},
        {"<link rel=apple-touch-icon href=a><link rel=apple-touch-icon-precomposed href=b>",
         "apple_touch_icon a; apple_touch_icon b"},
        {"<link rel=preload as=image href=a imagesrcset='b 1x, c 2x'>",
         "preload a; preload b 1x; preload c 2x"},
        {"<link rel=preload as=font href=a><link rel=preload href=b.png><link as=image href=c>",
         ""},
        {"<link rel=image_src href=a>", "image_src a"},
        {"<link rel=stylesheet href=a.png><link rel=icons href=b><link rel=icon><link href=c.ico>",
         ""},
        {"<meta property=og:image content=a><meta name='OG:Image:Secure_URL' content=b>",
         "og_image a; og_image b"},
        {"<meta name=twitter:image content=a><meta property=twitter:image:src content=b>",
         "twitter_image a; twitter_image b"},
        {"<meta property=og:image><meta property=og:title content=a><meta property=og:image "
         "content=''>",
         ""},
    };
    CHECK(cases);
}

static void linked_data_is_read(void **state)
{
    (void)state;
    static const struct page_case cases[] = {
        {"<script type=application/ld+json>{\"image\":\"a.png\",\"logo\":{\"url\":\"b.png\"}}"
         "</script>",
         "json_ld a.png; json_ld b.png"},
        {"<script type=application/json>{\"image\":\"a.png\"}</script>"
         "<script>{\"image\":\"a.png\"}</script>",
         ""},
        {"<script type=application/ld+json>{\"image\":</script><img src=a>", "img a"},
    };
    CHECK(cases);
}

static void links_to_image_files_are_read(void **state)
{
    (void)state;
    static const struct page_case cases[] = {
        {"<a href=a.JPG>x</a><a href='b.webp?x=1#y'>x</a>", "link a.JPG; link b.webp?x=1#y"},
        {"<a href=a.html>x</a><a href=?f=a.png>x</a><a href=http://a.png>x</a><a href=.png>x</a>",
         ""},
        {"<a href=/wiki/File:A.png>x</a><a href=/wiki/File%3AA.png>x</a>", ""},
        {"<map><area href=a.png alt=x><area href=b alt=y></map>", "link a.png"},
        {"<a href=big.jpg><img src=small.jpg></a>", "link big.jpg; img small.jpg"},
    };
    CHECK(cases);
}

static void noscript_is_read_and_told(void **state)
{
    (void)state;
    struct extracted page =
        extract_page("<head><noscript><img src=a></noscript><link rel=icon href=b></head><body>"
                     "<img src=c><noscript><p><img src=d></p></noscript><img src=e>");
    static const struct {
        const char *raw;
        bool in_noscript;
    } expected[] = {{"a", true}, {"b", false}, {"c", false}, {"d", true}, {"e", false}};
    assert_int_equal(page.record.image_count, 5);
    for (size_t i = 0; i < 5; i++) {
        assert_text(page.record.images[i].raw, expected[i].raw);
        assert_int_equal((page.record.images[i].flags & IMAGE_NOSCRIPT) != 0,
                         expected[i].in_noscript);
    }
    extracted_done(&page);
}

static void positions_number_the_elements(void **state)
{
    (void)state;
    struct extracted page = extract_page(
        "<link rel=icon href=a><p style='color:url'><style>p{}</style><picture>"
        "<source srcset='b, c 2x'><img src=d srcset='e 2x' data-src=f.png></picture>"
        "<div style='background:url(g)' data-bg=h.png></div><a href=x>y</a><svg></svg>");
    static const unsigned positions[] = {1, 2, 2, 3, 3, 3, 4, 4, 5};
    assert_int_equal(page.record.image_count, sizeof positions / sizeof *positions);
    for (size_t i = 0; i < page.record.image_count; i++)
        assert_int_equal(page.record.images[i].position, positions[i]);
    assert_int_equal(page.record.image_places, 5);
    assert_int_equal(page.record.image_elements, 1);
    extracted_done(&page);
}

static void every_source_is_resolved_against_the_base(void **state)
{
    (void)state;
    struct extracted page = extract_page(
        "<base href=//cdn.test/><p style='background:url(a)'><input type=image src=a>"
        "<meta property=og:image content=a><svg><image href=a /></svg><video poster=a></video>"
        "<script type=application/ld+json>{\"image\":\"a\"}</script><p data-bg=./a>");
    for (size_t i = 0; i < page.record.image_count; i++)
        if (page.record.images[i].source != IMAGE_SOURCE_SVG)
            assert_text(page.record.images[i].url, "http://cdn.test/a");
    assert_int_equal(page.record.image_count, 8);
    extracted_done(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pictures_are_read),
        cmocka_unit_test(lazy_attributes_are_read),
        cmocka_unit_test(embedded_images_are_read),
        cmocka_unit_test(drawings_are_read),
        cmocka_unit_test(styles_are_read),
        cmocka_unit_test(links_of_the_head_are_read),
        cmocka_unit_test(linked_data_is_read),
        cmocka_unit_test(links_to_image_files_are_read),
        cmocka_unit_test(noscript_is_read_and_told),
        cmocka_unit_test(positions_number_the_elements),
        cmocka_unit_test(every_source_is_resolved_against_the_base),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
