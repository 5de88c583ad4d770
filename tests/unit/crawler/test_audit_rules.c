/* Audit rules: for each a page on which it speaks up, and one on which it must not. */
#include "tests/unit/crawler/crawler_test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "crawler/audit/audit_generic_words.h"
#include "crawler/audit/audit_repeats.h"
#include "crawler/audit/audit_rules.h"
#include "crawler/page_rows.h"
#include "tests/unit/extract/extracted.h"

#define PIXEL "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="

/* --- pages --------------------------------------------------------------------------------- */

/* How often a page breaks a rule. */
static int count_on_page(const char *html, const char *base, enum audit_rule_id rule)
{
    struct extracted page = extract_bytes(html, strlen(html), base, EXTRACTED_CAPACITY);
    struct page_rows rows = {0};
    int count = 0;
    assert_int_equal(page_rows_open(&rows, page.out, (size_t)page.bytes), 0);
    page_rows_fill(&rows, &(struct page_facts_of_visit){
                              .id = 1, .outcome = OUTCOME_OK, .is_https = base[4] == 's'});
    for (size_t i = 0; i < rows.page.image_count; i++)
        count += (rows.images[i].verdicts & audit_bit(rule)) != 0;
    page_rows_done(&rows);
    extracted_done(&page);
    return count;
}

static const struct {
    enum audit_rule_id rule;
    int count;
    const char *html;
} pages[] = {
    {AUDIT_ALT_MISSING, 1, "<img src=a.png>"},
    {AUDIT_ALT_MISSING, 1, "<input type=image src=a.png>"},
    {AUDIT_ALT_MISSING, 1, "<img src=a.png srcset='b.png 2x, c.png 3x'>"}, /* one element */
    {AUDIT_ALT_MISSING, 1, "<picture><source srcset=b.webp><img src=a.png></picture>"},
    {AUDIT_ALT_MISSING, 1, "<figure><img src=a.png><figcaption>A</figcaption></figure>"},
    {AUDIT_ALT_MISSING, 0, "<img src=a.png alt=''>"},
    {AUDIT_ALT_MISSING, 0, "<img src=a.png aria-label='A red kite'>"},
    {AUDIT_ALT_MISSING, 0, "<img src=a.png title='A red kite'>"},
    {AUDIT_ALT_MISSING, 0, "<i id=k>A red kite</i><img src=a.png aria-labelledby=k>"},
    {AUDIT_ALT_MISSING, 0, "<img src=a.png aria-hidden=true>"},
    {AUDIT_ALT_MISSING, 0, "<img src=a.png role=presentation>"},
    {AUDIT_ALT_MISSING, 0, "<meta property=og:image content=a.png><video poster=b.png></video>"},
    {AUDIT_ALT_EMPTY_IN_LINK, 1, "<a href=/x><img src=a.png alt=''></a>"},
    {AUDIT_ALT_EMPTY_IN_LINK, 1, "<button><img src=a.png alt=' '></button>"},
    {AUDIT_ALT_EMPTY_IN_LINK, 1, "<a href=/x><svg><path d=M0/></svg></a>"},
    {AUDIT_ALT_EMPTY_IN_LINK, 0, "<a href=/x><img src=a.png alt=''> Home</a>"},
    {AUDIT_ALT_EMPTY_IN_LINK, 0, "<a href=/x><img src=a.png alt=Home></a>"},
    {AUDIT_ALT_EMPTY_IN_LINK, 0, "<a href=/x aria-label=Home><img src=a.png alt=''></a>"},
    {AUDIT_ALT_EMPTY_IN_LINK, 0, "<a href=/x><svg aria-label=Home></svg></a>"},
    {AUDIT_ALT_EMPTY_IN_LINK, 0, "<img src=a.png alt=''>"},
    {AUDIT_ALT_WHITESPACE, 1, "<img src=a.png alt=' \n'>"},
    {AUDIT_ALT_WHITESPACE, 1, "<img src=a.png alt='&nbsp;'>"},
    {AUDIT_ALT_WHITESPACE, 0, "<img src=a.png alt=''>"},
    {AUDIT_ALT_WHITESPACE, 0, "<img src=a.png alt=' ' aria-label=Kite>"},
    {AUDIT_ALT_FILENAME, 1, "<img src=x alt='IMG_1234.JPG'>"},
    {AUDIT_ALT_FILENAME, 1, "<img src=x alt='summer holiday.webp'>"},
    {AUDIT_ALT_FILENAME, 1, "<img src=x alt='DSC_0042'>"},
    {AUDIT_ALT_FILENAME, 1, "<img src=/i/hero-banner-2.png?w=3 alt='hero-banner-2'>"},
    {AUDIT_ALT_FILENAME, 1, "<img src=x alt='Screenshot 2024-01-01 at 10.00'>"},
    {AUDIT_ALT_FILENAME, 0, "<img src=kitten.jpg alt=kitten>"},
    {AUDIT_ALT_FILENAME, 0, "<img src=covid-19.jpg alt=COVID-19>"},
    {AUDIT_ALT_FILENAME, 0, "<img src=x alt='How to open a file.png in GIMP'>"},
    {AUDIT_ALT_FILENAME, 0, "<img src=x alt='.jpg'>"},
    {AUDIT_ALT_FILENAME, 0, "<img src=x alt='Node.js'>"},
    {AUDIT_ALT_GENERIC, 1, "<img src=x alt=Image>"},
    {AUDIT_ALT_GENERIC, 1, "<img src=x alt='Photo 12.'>"},
    {AUDIT_ALT_GENERIC, 1, "<img src=x alt=LOGO>"},
    {AUDIT_ALT_GENERIC, 1, "<img src=x alt=Bild>"},
    {AUDIT_ALT_GENERIC, 1, "<img src=x alt='Ic\u00d4ne'>"},
    {AUDIT_ALT_GENERIC, 1, "<img src=x alt='\u0424\u043e\u0442\u043e'>"},
    {AUDIT_ALT_GENERIC, 1, "<img src=x alt='\u56fe\u7247'>"},
    {AUDIT_ALT_GENERIC, 1, "<img src=x alt='\u753b\u50cf'>"},
    {AUDIT_ALT_GENERIC, 1, "<img src=x alt='\u0395\u03b9\u03ba\u03cc\u03bd\u03b1'>"},
    {AUDIT_ALT_GENERIC, 1, "<img src=x alt='FOTO\u011eRAF'>"},
    {AUDIT_ALT_GENERIC, 1, "<img src=x alt='\u0635\u0648\u0631\u0629'>"},
    {AUDIT_ALT_GENERIC, 0, "<img src=x alt='Logo of the museum'>"},
    {AUDIT_ALT_GENERIC, 0, "<img src=x alt='A photo of a kite'>"},
    {AUDIT_ALT_GENERIC, 0, "<img src=x alt=image aria-label='A kite'>"},
    {AUDIT_ALT_GENERIC, 0, "<img src=x alt='1984'>"},
    {AUDIT_ALT_TOO_LONG, 0, "<img src=x alt='A kite'>"},
    {AUDIT_DECORATIVE, 1, "<img src=x alt=''>"},
    {AUDIT_DECORATIVE, 1, "<img src=x role=presentation>"},
    {AUDIT_DECORATIVE, 1, "<div aria-hidden=true><img src=x alt=kite></div>"},
    {AUDIT_DECORATIVE, 0, "<img src=x>"},
    {AUDIT_DECORATIVE, 0, "<a href=/x><img src=x alt=''></a>"},
    {AUDIT_MIXED_CONTENT, 0, "<img src=x>"},
    {AUDIT_DIMENSIONS_MISSING, 1, "<img src=x>"},
    {AUDIT_DIMENSIONS_MISSING, 1, "<img src=x width=3>"},
    {AUDIT_DIMENSIONS_MISSING, 1, "<img srcset='x 1x, y 2x' height=3>"},
    {AUDIT_DIMENSIONS_MISSING, 0, "<img src=x width=3 height=2>"},
    {AUDIT_DIMENSIONS_MISSING, 0,
     "<svg></svg><noscript><img src=x></noscript><input type=image src=x>"},
    {AUDIT_PLACEHOLDER_ONLY, 1, "<img alt=Kite src='" PIXEL "'>"},
    {AUDIT_PLACEHOLDER_ONLY, 1, "<img alt=Kite src=/i/blank.gif>"},
    {AUDIT_PLACEHOLDER_ONLY, 0, "<img alt=Kite src='" PIXEL "' data-src=real.png>"},
    {AUDIT_PLACEHOLDER_ONLY, 0, "<img alt=Kite src='" PIXEL "' srcset='real.png 2x'>"},
    {AUDIT_PLACEHOLDER_ONLY, 0,
     "<img alt=Kite src='" PIXEL "'><noscript><img src=real.png></noscript>"},
    {AUDIT_PLACEHOLDER_ONLY, 0, "<img alt='' src='" PIXEL "'>"},
    {AUDIT_PLACEHOLDER_ONLY, 0, "<img alt=Kite src=kite.gif>"},
    {AUDIT_NOT_LAZY, 0, "<img src=x><img src=y>"},
};

static void rules_speak_up_where_they_should(void **state)
{
    int failures = 0;
    (void)state;
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        int count = count_on_page(pages[i].html, "http://site.test/", pages[i].rule);
        if (count == pages[i].count)
            continue;
        print_error("%s: %d instead of %d: %s\n", audit_rule(pages[i].rule)->name, count,
                    pages[i].count, pages[i].html);
        failures++;
    }
    assert_int_equal(failures, 0);
}

static void a_page_on_https_loads_nothing_from_http(void **state)
{
    static const char *const bad[] = {"<img src=http://a.test/x>",
                                      "<img srcset='http://a.test/x 2x'>",
                                      "<div style='background-image:url(http://a.test/x)'></div>"};
    static const char *const good[] = {"<img src=https://a.test/x>", "<img src=x>",
                                       "<a href=http://a.test/x.png>x</a>",
                                       "<meta property=og:image content=http://a.test/x.png>"};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(count_on_page(bad[i], "https://site.test/", AUDIT_MIXED_CONTENT), 1);
        assert_int_equal(count_on_page(bad[i], "http://site.test/", AUDIT_MIXED_CONTENT), 0);
    }
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_int_equal(count_on_page(good[i], "https://site.test/", AUDIT_MIXED_CONTENT), 0);
}

static int count_in_many(const char *before, const char *html, int times, enum audit_rule_id rule)
{
    char *many = repeated(html, (size_t)times);
    char *page = NULL;
    assert_true(asprintf(&page, "%s%s", before, many) > 0);
    int count = count_on_page(page, "http://site.test/", rule);
    free(page);
    free(many);
    return count;
}

static void images_far_down_should_be_lazy(void **state)
{
    (void)state;
    assert_int_equal(count_in_many("<main>", "<img src=x>", 23, AUDIT_NOT_LAZY), 3);
    assert_int_equal(count_in_many("<footer>", "<img src=x>", 7, AUDIT_NOT_LAZY), 2);
    assert_int_equal(count_in_many("<header>", "<img src=x>", 30, AUDIT_NOT_LAZY), 0);
    assert_int_equal(count_in_many("", "<img src=x loading=lazy>", 30, AUDIT_NOT_LAZY), 0);
    assert_int_equal(count_in_many("", "<img src=x width=16 height=16>", 30, AUDIT_NOT_LAZY), 0);
    assert_int_equal(count_in_many("", "<img src='" PIXEL "' data-src=x>", 30, AUDIT_NOT_LAZY), 0);
}

static void an_alt_has_room_for_150_characters(void **state)
{
    (void)state;
    for (int extra = 0; extra <= 1; extra++) {
        char *words = repeated("\u00e4", 150 + (size_t)extra), *page = NULL;
        assert_true(asprintf(&page, "<img src=x alt='%s'>", words) > 0);
        assert_int_equal(count_on_page(page, "http://site.test/", AUDIT_ALT_TOO_LONG), extra);
        free(page);
        free(words);
    }
}

/* --- probes -------------------------------------------------------------------------------- */

static struct store_text text_of(const char *text)
{
    return (struct store_text){text, text ? strlen(text) : 0};
}

static const struct {
    enum audit_rule_id rule;
    bool applies;
    const char *url, *width, *height;
    struct audit_probe probe;
} probes[] = {
    {AUDIT_BROKEN, true, "a.png", 0, 0, {.state = "failed", .outcome = "http_4xx", .status = 404}},
    {AUDIT_BROKEN, true, "a.png", 0, 0, {.state = "failed", .outcome = "dns_failed"}},
    {AUDIT_BROKEN, true, "a.png", 0, 0, {.state = "failed", .outcome = "http_5xx", .status = 503}},
    {AUDIT_BROKEN,
     false,
     "a.png",
     0,
     0,
     {.state = "done", .outcome = "ok", .status = 200, .type = "image/png"}},
    {AUDIT_BROKEN, true, "a.png", 0, 0, {.state = "done", .outcome = "ok", .status = 200}},
    {AUDIT_BLOCKED, true, "a.png", 0, 0, {.state = "failed", .outcome = "address_blocked"}},
    {AUDIT_BROKEN, false, "a.png", 0, 0, {.state = "failed", .outcome = "http_4xx", .status = 403}},
    {AUDIT_BROKEN, false, "a.png", 0, 0, {.state = "skipped", .outcome = "robots_disallowed"}},
    {AUDIT_BROKEN, false, "a.png", 0, 0, {.state = "skipped", .outcome = "max_pages"}},
    {AUDIT_BLOCKED, true, "a.png", 0, 0, {.state = "failed", .outcome = "http_4xx", .status = 403}},
    {AUDIT_BLOCKED, true, "a.png", 0, 0, {.state = "failed", .outcome = "http_429", .status = 429}},
    {AUDIT_BLOCKED, true, "a.png", 0, 0, {.state = "skipped", .outcome = "robots_disallowed"}},
    {AUDIT_BLOCKED,
     false,
     "a.png",
     0,
     0,
     {.state = "failed", .outcome = "http_4xx", .status = 404}},
    {AUDIT_REDIRECTED, true, "http://a/1", 0, 0, {.state = "done", .final_url = "http://a/2"}},
    {AUDIT_REDIRECTED, false, "http://a/1", 0, 0, {.state = "done"}},
    {AUDIT_REDIRECTED, false, "http://a/1", 0, 0, {.state = "done", .final_url = "http://a/1"}},
    {AUDIT_HTML_AS_IMAGE,
     true,
     "a.png",
     0,
     0,
     {.state = "done", .status = 200, .type = "text/html"}},
    {AUDIT_HTML_AS_IMAGE,
     false,
     "a.png",
     0,
     0,
     {.state = "done", .status = 200, .type = "image/png"}},
    {AUDIT_HTML_AS_IMAGE,
     false,
     "a.png",
     0,
     0,
     {.state = "failed", .status = 404, .type = "text/html"}},
    {AUDIT_WRONG_TYPE, true, "/a.png", 0, 0, {.state = "done", .type = "image/jpeg"}},
    {AUDIT_WRONG_TYPE,
     true,
     "/a",
     0,
     0,
     {.state = "done", .type = "image/webp", .declared_type = "image/png"}},
    {AUDIT_WRONG_TYPE,
     false,
     "/a.JPEG?x=.png",
     0,
     0,
     {.state = "done", .type = "image/jpeg", .declared_type = "image/jpg; q=1"}},
    {AUDIT_WRONG_TYPE, false, "/a.php", 0, 0, {.state = "done", .type = "image/jpeg"}},
    {AUDIT_OVERSIZED_BYTES, true, "a", 0, 0, {.state = "done", .bytes = 1000001}},
    {AUDIT_OVERSIZED_BYTES, true, "a", "100", "100px", {.state = "done", .bytes = 200000}},
    {AUDIT_OVERSIZED_BYTES, false, "a", "1000", "1000", {.state = "done", .bytes = 200000}},
    {AUDIT_OVERSIZED_BYTES, false, "a", "10", "10", {.state = "done", .bytes = 90000}},
    {AUDIT_OVERSIZED_PIXELS,
     true,
     "a",
     "100",
     "50",
     {.state = "done", .width = 201, .height = 101}},
    {AUDIT_OVERSIZED_PIXELS,
     true,
     "a",
     "100",
     NULL,
     {.state = "done", .width = 900, .height = 101}},
    {AUDIT_OVERSIZED_PIXELS,
     false,
     "a",
     "100",
     "50",
     {.state = "done", .width = 200, .height = 100}},
    {AUDIT_OVERSIZED_PIXELS,
     false,
     "a",
     "100%",
     NULL,
     {.state = "done", .width = 900, .height = 100}},
    {AUDIT_OVERSIZED_PIXELS,
     false,
     "a",
     "9",
     "9",
     {.state = "done", .width = 900, .height = 900, .type = "image/svg+xml"}},
    {AUDIT_OVERSIZED_PIXELS,
     false,
     "a",
     NULL,
     NULL,
     {.state = "done", .width = 900, .height = 900}},
};

static void probes_tell_what_markup_cannot(void **state)
{
    int failures = 0;
    (void)state;
    for (size_t i = 0; i < sizeof probes / sizeof *probes; i++) {
        const struct store_image image = {.url = text_of(probes[i].url),
                                          .width = text_of(probes[i].width),
                                          .height = text_of(probes[i].height),
                                          .alt_state = "text",
                                          .alt = text_of("A kite")};
        const struct audit_subject subject = {.image = &image,
                                              .source = IMAGE_SOURCE_IMG,
                                              .is_first = true,
                                              .probe = &probes[i].probe};
        bool applies = audit_judge(&subject, AUDIT_PROBE) & audit_bit(probes[i].rule);
        failures += applies != probes[i].applies;
        if (applies != probes[i].applies)
            print_error("%s, row %zu\n", audit_rule(probes[i].rule)->name, i);
    }
    assert_int_equal(failures, 0);
}

static void what_was_not_asked_for_is_not_judged(void **state)
{
    const struct store_image image = {.alt_state = "text", .alt = text_of("A kite")};
    const struct audit_subject subject = {.image = &image, .is_first = true};
    (void)state;
    assert_int_equal(audit_judge(&subject, AUDIT_PROBE), 0);
    assert_int_equal(audit_judge(&subject, AUDIT_JOB), 0);
}

/* --- repeats ------------------------------------------------------------------------------- */

static void add(struct audit_repeats *repeats, const char *alt, const char *url)
{
    assert_int_equal(audit_repeats_add(repeats, text_of(alt), text_of(url)), 0);
}

static void an_alt_of_different_images_is_repeated(void **state)
{
    struct audit_repeats *repeats = audit_repeats_new();
    (void)state;
    add(repeats, "one", "http://a/kite-300x200.jpg");
    add(repeats, "one", "http://a/kite.jpg?w=20");
    add(repeats, "one", "http://b/kite@2x.webp");
    add(repeats, "two", "http://a/kite.jpg");
    add(repeats, "two", "http://a/bird.jpg");
    assert_false(audit_repeats_has(repeats, text_of("one")));
    assert_true(audit_repeats_has(repeats, text_of("two")));
    assert_false(audit_repeats_has(repeats, text_of("three")));
    for (int i = 0; i < 5000; i++) { /* it grows */
        char alt[32], url[32];
        snprintf(alt, sizeof alt, "alt %d", i);
        snprintf(url, sizeof url, "http://a/%d.png", i);
        add(repeats, alt, url);
    }
    assert_true(audit_repeats_has(repeats, text_of("two")));
    assert_false(audit_repeats_has(repeats, text_of("alt 4999")));
    audit_repeats_free(repeats);
}

static void a_repeated_alt_that_says_nothing_is_told_otherwise(void **state)
{
    static const struct {
        const char *alt;
        bool applies;
    } rows[] = {{"A kite", true}, {"image", false}, {"IMG_12.jpg", false}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct store_image image = {.alt_state = "text", .alt = text_of(rows[i].alt)};
        const struct audit_subject subject = {
            .image = &image, .source = IMAGE_SOURCE_IMG, .is_first = true, .is_repeated = true};
        assert_int_equal(audit_judge(&subject, AUDIT_JOB) != 0, rows[i].applies);
    }
}

/* --- the table ----------------------------------------------------------------------------- */

static void rules_say_what_to_do_and_why(void **state)
{
    (void)state;
    for (int i = 0; i < AUDIT_RULE_COUNT; i++) {
        const struct audit_rule *rule = audit_rule((enum audit_rule_id)i);
        enum audit_rule_id id;
        assert_int_equal(audit_rule_parse(rule->name, &id), 0);
        assert_int_equal(id, i);
        assert_true(*rule->title && *rule->cites && *rule->remedy);
    }
    enum audit_rule_id id;
    assert_int_equal(audit_rule_parse("none", &id), -ENOENT);
}

static void generic_words_are_found_by_halving(void **state)
{
    static const char *const words[] = {"alt",
                                        "image",
                                        "\xd7\x9c\xd7\x95\xd7\x92\xd7\x95",
                                        "\xec\x9d\xb4\xeb\xaf\xb8\xec\xa7\x80",
                                        "zdj\u0119cie",
                                        "immagine",
                                        "afbeelding",
                                        "kuva",
                                        "obr\xc3\xa1zek"};
    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        assert_true(audit_is_generic_word(words[i], strlen(words[i])));
    assert_false(audit_is_generic_word("imag", 4));
    assert_false(audit_is_generic_word("imagex", 6));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_speak_up_where_they_should),
        cmocka_unit_test(a_page_on_https_loads_nothing_from_http),
        cmocka_unit_test(images_far_down_should_be_lazy),
        cmocka_unit_test(an_alt_has_room_for_150_characters),
        cmocka_unit_test(probes_tell_what_markup_cannot),
        cmocka_unit_test(what_was_not_asked_for_is_not_judged),
        cmocka_unit_test(an_alt_of_different_images_is_repeated),
        cmocka_unit_test(a_repeated_alt_that_says_nothing_is_told_otherwise),
        cmocka_unit_test(rules_say_what_to_do_and_why),
        cmocka_unit_test(generic_words_are_found_by_halving),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
