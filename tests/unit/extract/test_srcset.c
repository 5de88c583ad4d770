/* srcset: what is kept, what is dropped, and that slices point into the value. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crawler/extract/srcset.h"

struct printed {
    char text[512];
    const char *value;
    size_t bytes;
};

static void print_candidate(const struct srcset_candidate *candidate, void *arg)
{
    struct printed *printed = arg;
    assert_true(candidate->url >= printed->value);
    assert_true(candidate->url + candidate->url_bytes <= printed->value + printed->bytes);
    assert_true(candidate->descriptor >= candidate->url + candidate->url_bytes);
    assert_true(candidate->descriptor + candidate->descriptor_bytes <=
                printed->value + printed->bytes);
    size_t at = strlen(printed->text);
    snprintf(printed->text + at, sizeof printed->text - at, "<%.*s|%.*s>",
             (int)candidate->url_bytes, candidate->url, (int)candidate->descriptor_bytes,
             candidate->descriptor);
}

static void assert_candidates(const char *value, const char *expected)
{
    struct printed printed = {.value = value, .bytes = strlen(value)};
    srcset_parse(value, printed.bytes, print_candidate, &printed);
    assert_string_equal(printed.text, expected);
}

static void srcset_commas_inside_urls_are_kept(void **state)
{
    (void)state;
    assert_candidates("c_fill,w_320/a.jpg 320w, b,c.jpg 2x",
                      "<c_fill,w_320/a.jpg|320w><b,c.jpg|2x>");
    assert_candidates("a.jpg,b.jpg", "<a.jpg,b.jpg|>");
    assert_candidates("a.jpg, b.jpg", "<a.jpg|><b.jpg|>");
    assert_candidates(",, a.jpg,,, b.jpg 2x ,", "<a.jpg|><b.jpg|2x>");
}

static void srcset_bad_descriptor_drops_only_its_candidate(void **state)
{
    (void)state;
    assert_candidates("a 1x 2x, b 2x", "<b|2x>");
    assert_candidates("a 0w, b 10w 5h, c 5h, d 1q", "<b|10w 5h>");
    assert_candidates("a ( , b 1x, ) , c 3x", "<c|3x>");
    assert_candidates("a (, b 1x", "");
}

static void srcset_parenthesis_ends_at_the_first_close(void **state)
{
    (void)state;
    assert_candidates("a (((), b 1x", "<b|1x>");
}

static void keep_last(const struct srcset_candidate *candidate, void *arg)
{
    *(struct srcset_candidate *)arg = *candidate;
}

static void assert_descriptor(const char *value, const char *expected)
{
    struct srcset_candidate candidate = {0};
    assert_int_equal(srcset_parse(value, strlen(value), keep_last, &candidate), 1);
    char text[SRCSET_DESCRIPTOR_MAX_BYTES];
    assert_int_equal(srcset_descriptor(&candidate, text), strlen(expected));
    assert_string_equal(text, expected);
}

static void srcset_descriptor_has_one_normal_form(void **state)
{
    (void)state;
    assert_descriptor("a 1h 2w", "2w 1h");
    assert_descriptor("a 1.50x", "1.5x");
    assert_descriptor("a 1e-1x", "0.1x");
    assert_descriptor("a 2.4x", "2.4x");
    assert_descriptor("a -0x", "");
    assert_descriptor("a", "");
    assert_descriptor("a 99999999999999999999w", "4294967295w");
}

static void srcset_reads_only_the_bytes_it_is_given(void **state)
{
    (void)state;
    const char *value = "a.jpg 10w, b.jpg 2.5x";
    for (size_t bytes = 1; bytes <= strlen(value); bytes++) {
        char *exact = malloc(bytes);
        memcpy(exact, value, bytes);
        struct printed printed = {.value = exact, .bytes = bytes};
        srcset_parse(exact, bytes, print_candidate, &printed);
        free(exact);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(srcset_commas_inside_urls_are_kept),
        cmocka_unit_test(srcset_bad_descriptor_drops_only_its_candidate),
        cmocka_unit_test(srcset_parenthesis_ends_at_the_first_close),
        cmocka_unit_test(srcset_descriptor_has_one_normal_form),
        cmocka_unit_test(srcset_reads_only_the_bytes_it_is_given),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
