/* The context of images: each field with pages that fill it and pages that do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "crawler/extract/dom_path.h"
#include "tests/unit/extract/image_rows_text.h"

/* expected: of the row in question, the first being 0; NULL: absent. */
struct field_case {
    const char *html;
    unsigned row;
    const char *expected;
};

static void check(const char *field, const struct field_case *cases, size_t count)
{
    char buffer[256];
    for (size_t i = 0; i < count; i++) {
        struct extracted page = extract_page(cases[i].html);
        const char *expected = cases[i].expected ? cases[i].expected : "(absent)";
        assert_true(cases[i].row < page.record.image_count);
        const char *value = field_text(&page.record.images[cases[i].row], field, buffer);
        if (strcmp(value, expected) != 0)
            print_message("%s of %s\n", field, cases[i].html);
        assert_string_equal(value, expected);
        extracted_done(&page);
    }
}

#define CHECK(field, cases) check(field, cases, sizeof(cases) / sizeof *(cases))

static void links_around_are_told(void **state)
{
    (void)state;
    static const struct field_case cases[] = {
        {"<a href=b#c><p><img src=a></p></a>", 0, "http://site.test/dir/b#c"},
        {"<a name=b><img src=a></a>", 0, NULL},
        {"<a href=b>x</a><img src=a>", 0, NULL},
        {"<a href=mailto:x@y><img src=a></a>", 0, NULL},
        {"<a href=b><span style='background:url(a)'></span></a>", 0, "http://site.test/dir/b"},
        {"<a href=b style='background:url(a)'>x</a>", 0, "http://site.test/dir/b"},
        {"<a href=b.png><img src=a></a>", 0, NULL},
        {"<a href=b.png><img src=a></a>", 1, "http://site.test/dir/b.png"},
        {"<button><img src=a></button>", 0, NULL},
    };
    CHECK("link", cases);
}

static void only_content_of_a_link_is_told(void **state)
{
    (void)state;
    static const struct field_case cases[] = {
        {"<a href=b><img src=a></a>", 0, "link_only"},
        {"<a href=b> \n<span>&nbsp;</span><img src=a alt=x></a>", 0, "link_only"},
        {"<a href=b><img src=a> text</a>", 0, ""},
        {"<a href=b>text <img src=a></a>", 0, ""},
        {"<a href=b aria-label=x><img src=a></a>", 0, ""},
        {"<a href=b title=x><img src=a></a>", 0, ""},
        {"<a href=b title=' '><img src=a></a>", 0, "link_only"},
        {"<a href=b><span hidden>text</span><img src=a></a>", 0, "link_only"},
        {"<a href=b><i aria-hidden=true>text</i><img src=a></a>", 0, "link_only"},
        {"<a href=b><img src=a alt=x><img src=c></a>", 0, "link_only"},
        {"<a href=b><img src=a alt=x><img src=c></a>", 1, ""},
        {"<a href=b><img src=a><img src=c></a>", 1, "link_only"},
        {"<a href=b><svg><title>x</title></svg><img src=c></a>", 1, ""},
        {"<a href=b><style>p{}</style><script>1</script><img src=a></a>", 0, "link_only"},
        {"<a href=b><picture><source srcset=c><img src=a alt=x></picture></a>", 0, "link_only"},
        {"<a href=b><img data-src=a.png alt=x><noscript><img src=a.png alt=x></noscript></a>", 0,
         "link_only lazy"},
        {"<a href=b><img data-src=a.png alt=x><noscript><img src=a.png alt=x></noscript></a>", 1,
         "link_only noscript"},
        {"<button><img src=a></button>", 0, "link_only in_button"},
        {"<button>x<img src=a></button>", 0, "in_button"},
        {"<div role=button><img src=a></div>", 0, "link_only in_button"},
        {"<a href=b role=button><img src=a></a>", 0, "link_only"},
        {"<p><img src=a></p>", 0, ""},
        {"<a href=b.png>x</a>", 0, ""},
    };
    CHECK("flags", cases);
}

static void hidden_and_lazy_images_are_told(void **state)
{
    (void)state;
    static const struct field_case cases[] = {
        {"<img src=a aria-hidden=true>", 0, "aria_hidden"},
        {"<div aria-hidden=TRUE><p><img src=a></p></div>", 0, "aria_hidden"},
        {"<div aria-hidden=false><img src=a></div>", 0, ""},
        {"<img src=a loading=LAZY>", 0, "lazy"},
        {"<img src=a loading=eager>", 0, ""},
        {"<picture><source srcset=b><img src=a loading=lazy></picture>", 0, "lazy"},
        {"<img src=a.png data-src=b.png>", 0, "lazy"},
        {"<div data-bg=a.png>", 0, "lazy"},
        {"<img src=a alt=''>", 0, "presentational"},
        {"<img src=a alt='' title=x>", 0, ""},
        {"<img src=a alt=x role=none>", 0, "presentational"},
        {"<img src=a alt=x role='presentation foo'>", 0, "presentational"},
        {"<img src=a alt='' style='background:url(b)'>", 1, ""},
        {"<svg role=none></svg>", 0, "presentational"},
    };
    CHECK("flags", cases);
}

static void stand_ins_are_told(void **state)
{
    (void)state;
    static const struct field_case cases[] = {
        {"<img src='data:image/gif;base64,AA==' data-src=b.png>", 0, "placeholder lazy"},
        {"<img src='' data-src=b.png>", 0, "placeholder lazy"},
        {"<img src=/img/blank.gif data-src=b.png>", 0, "placeholder lazy"},
        {"<img src=x/image-placeholder-600x400.svg data-srcset='b.png 2x'>", 0, "placeholder lazy"},
        {"<img src=1x1.png data-lazy-src=b.png>", 0, "placeholder lazy"},
        {"<img src=loading.gif data-original=b.png>", 0, "placeholder lazy"},
        {"<img src=grey-cat.jpg data-original=b.png>", 0, "lazy"},
        {"<img src=blank.gif data-src=blank.gif>", 0, "lazy"},
        {"<img src=blank.gif>", 0, ""},
        {"<img src='data:image/gif;base64,AA=='>", 0, ""},
        {"<img src=blank.gif data-src=b.png>", 1, "lazy"},
        {"<img srcset='data:image/gif;base64,AA== 1x' data-srcset='b.png 2x'>", 0,
         "placeholder lazy"},
        {"<img src=s.gif data-src=b.png><img src=s.gif data-src=c.png>", 0, "placeholder lazy"},
        {"<img src=s.gif data-src=b.png><img src=s.gif data-src=c.png>", 2, "placeholder lazy"},
        {"<img src=s.gif data-src=b.png><img src=s.gif data-src=b.png>", 0, "lazy"},
        {"<img src=s.gif data-src=b.png><img src=s.gif>", 0, "lazy"},
    };
    CHECK("flags", cases);
}

static void captions_are_those_of_the_figure(void **state)
{
    (void)state;
    static const struct field_case cases[] = {
        {"<figure><img src=a><figcaption> A <b>big</b>\n cat </figcaption></figure>", 0,
         "A big cat"},
        {"<figure><figcaption>x<br>y</figcaption><p><img src=a></p></figure>", 0, "x y"},
        {"<figure><img src=a><figcaption> &nbsp;</figcaption></figure>", 0, NULL},
        {"<figure><img src=a></figure><figcaption>x</figcaption>", 0, NULL},
        {"<figure></figure><img src=a>", 0, NULL},
        {"<figure><figure><img src=a></figure><figcaption>both</figcaption></figure>", 0, "both"},
        {"<figure><figure><img src=a><figcaption>one</figcaption></figure><figcaption>both"
         "</figcaption></figure>",
         0, "one"},
        {"<figure><img src=a><figcaption>x<script>y</script></figcaption></figure>", 0, "x"},
    };
    CHECK("caption", cases);
}

static void headings_are_the_nearest_before(void **state)
{
    (void)state;
    static const struct field_case cases[] = {
        {"<h1>One</h1><div><h2>Two <em>and</em> more</h2></div><p><img src=a>", 0, "Two and more"},
        {"<img src=a><h1>One</h1>", 0, NULL},
        {"<h3>One <img src=a></h3>", 0, "One"},
        {"<h1>One</h1><h2><img src=a></h2>", 0, "One"},
        {"<h1>One</h1><h2><img src=b></h2><p><img src=a>", 1, "One"},
        {"<div role=heading aria-level=2>One</div><img src=a>", 0, "One"},
        {"<h2>One<a aria-hidden=true>#</a></h2><img src=a>", 0, "One"},
        {"<h1>One</h1><meta property=og:image content=a>", 0, NULL},
    };
    CHECK("heading", cases);
}

static void landmarks_are_the_nearest_around(void **state)
{
    (void)state;
    static const struct field_case cases[] = {
        {"<header><div><img src=a></div></header>", 0, "header"},
        {"<div role=banner><img src=a></div>", 0, "header"},
        {"<nav><img src=a></nav>", 0, "nav"},
        {"<header><nav><img src=a></nav></header>", 0, "nav"},
        {"<main><header><img src=a></header></main>", 0, "main"},
        {"<article><footer><img src=a></footer></article>", 0, NULL},
        {"<main><aside><img src=a></aside></main>", 0, "aside"},
        {"<div role=complementary><img src=a></div>", 0, "aside"},
        {"<footer><img src=a></footer>", 0, "footer"},
        {"<div role='ContentInfo'><img src=a></div>", 0, "footer"},
        {"<header role=group><img src=a></header>", 0, NULL},
        {"<nav role=none><img src=a></nav>", 0, NULL},
        {"<header></header><img src=a>", 0, NULL},
    };
    CHECK("landmark", cases);
}

static void attributes_are_kept_as_written(void **state)
{
    (void)state;
    static const char html[] =
        "<picture><source srcset=b media='(min-width: 9px)' type=image/avif sizes=9px width=9>"
        "<img src=a alt=A title=T width=1 height=2 loading=eager sizes=50vw aria-label=L role=img>"
        "</picture>";
    static const struct {
        const char *field, *of_source, *of_img;
    } fields[] = {{"alt", "A", "A"},
                  {"alt_state", "text", "text"},
                  {"title", "T", "T"},
                  {"width", "9", "1"},
                  {"height", "2", "2"},
                  {"loading", "eager", "eager"},
                  {"sizes", "9px", "50vw"},
                  {"media", "(min-width: 9px)", NULL},
                  {"type", "image/avif", NULL},
                  {"aria_label", "L", "L"},
                  {"role", "img", "img"},
                  {"name", "L", "L"},
                  {"name_source", "aria-label", "aria-label"}};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        const struct field_case cases[] = {{html, 0, fields[i].of_source},
                                           {html, 1, fields[i].of_img}};
        CHECK(fields[i].field, cases);
    }
    static const struct field_case absent[] = {{"<img src=a>", 0, NULL}};
    static const char *const others[] = {"alt",   "title", "width",   "height",     "loading",
                                         "sizes", "media", "type",    "aria_label", "role",
                                         "name",  "link",  "caption", "heading",    "landmark"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        CHECK(others[i], absent);
}

static void head_images_have_their_texts(void **state)
{
    (void)state;
    static const char social[] =
        "<meta property=og:image content=a><meta property=og:image:alt content=A>"
        "<meta property=og:image:width content=5><meta property=og:image:height content=6>"
        "<meta property=og:image:secure_url content=b><meta property=og:image content=c>"
        "<meta name=twitter:image:alt content=T><meta name=twitter:image content=t>";
    static const struct field_case alts[] = {
        {social, 0, "A"}, {social, 1, "A"}, {social, 2, NULL}, {social, 3, "T"}};
    static const struct field_case states[] = {
        {social, 0, "text"},
        {social, 2, "not_applicable"},
        {"<meta property=og:image content=a><meta property=og:image:alt content=''>", 0, "empty"},
        {"<p style='background:url(a)'>", 0, "not_applicable"},
        {"<svg></svg>", 0, "not_applicable"},
        {"<link rel=icon href=a>", 0, "not_applicable"},
        {"<a href=a.png>x</a>", 0, "not_applicable"},
        {"<video poster=a alt=x>", 0, "not_applicable"},
        {"<source srcset=a>", 0, "not_applicable"},
        {"<picture><source srcset=a><img></picture>", 0, "missing"},
        {"<input type=image src=a>", 0, "missing"},
        {"<img data-src=a.png alt=' '>", 0, "whitespace"}};
    static const struct field_case widths[] = {
        {social, 0, "5"}, {social, 1, "5"}, {social, 2, NULL}};
    static const struct field_case sizes[] = {
        {"<link rel=icon sizes=32x32 href=a>", 0, "32x32"},
        {"<link rel=preload as=image imagesrcset=a imagesizes=50vw>", 0, "50vw"}};
    CHECK("alt", alts);
    CHECK("alt_state", states);
    CHECK("width", widths);
    CHECK("sizes", sizes);
}

static void paths_are_short_and_for_people(void **state)
{
    (void)state;
    static const struct field_case cases[] = {
        {"<main><article></article><p></p><article></article><article class='card wide'><a href=x>"
         "<img src=a></a></article></main>",
         0, "main > article.card:nth-of-type(3) > a > img"},
        {"<div id=logo><IMG src=a></div>", 0, "div#logo > img"},
        {"<div class=b id='x y'><p class=c><img src=a id=i></p></div>", 0, "img#i"},
        {"<my-Card><img src=a></my-Card>", 0, "my-card > img"},
        {"<p><img src=a><img src=b>", 1, "p > img:nth-of-type(2)"},
        {"<i><i><i><i><i><i><i><i><i><img src=a>", 0, "i > i > i > i > i > i > i > img"},
        {"<link rel=icon href=a>", 0, "head > link"},
        {"<body background=x style='background:url(a)'>", 0, "body"},
    };
    CHECK("dom_path", cases);
}

static void places_are_the_same_on_pages_of_a_template(void **state)
{
    (void)state;
    static const struct field_case cases[] = {
        {"<main id=post-17><article></article><article class='post-17 card'><img src=a></article>",
         0, "main > article.card > img"},
        {"<main id=post-18><article class='first card'><img src=a></article>", 0,
         "main > article.card > img"},
        {"<div id=page><ul><li></li><li class=active><img src=a></li></ul></div>", 0,
         "div#page > ul > li > img"},
        {"<div id=page><section id=about-us><img src=a></section></div>", 0,
         "div#page > section > img"},
        {"<div id=u1234><p class=sc-bdVaJa><img src=a></p></div>", 0, "div > p > img"},
    };
    CHECK("place", cases);
}

static void words_of_authors_are_told_from_those_of_programs(void **state)
{
    (void)state;
    static const char *const stable[] = {"logo", "site-header", "productImage", "card__img",
                                         "mainNavigationBar"};
    static const char *const unstable[] = {"post-17",          "active",     "is-open",
                                           "css-abcde",        "a1b2c3",     "sc-bdVaJa",
                                           "Card_root__xYzAb", "lazyloaded", ""};
    for (size_t i = 0; i < sizeof stable / sizeof *stable; i++)
        assert_true(dom_word_is_stable(stable[i], strlen(stable[i])));
    for (size_t i = 0; i < sizeof unstable / sizeof *unstable; i++)
        assert_false(dom_word_is_stable(unstable[i], strlen(unstable[i])));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(links_around_are_told),
        cmocka_unit_test(only_content_of_a_link_is_told),
        cmocka_unit_test(hidden_and_lazy_images_are_told),
        cmocka_unit_test(stand_ins_are_told),
        cmocka_unit_test(captions_are_those_of_the_figure),
        cmocka_unit_test(headings_are_the_nearest_before),
        cmocka_unit_test(landmarks_are_the_nearest_around),
        cmocka_unit_test(attributes_are_kept_as_written),
        cmocka_unit_test(head_images_have_their_texts),
        cmocka_unit_test(paths_are_short_and_for_people),
        cmocka_unit_test(places_are_the_same_on_pages_of_a_template),
        cmocka_unit_test(words_of_authors_are_told_from_those_of_programs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
