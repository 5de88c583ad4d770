/* Text prints: what makes two pages say the same, and what does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "crawler/extract/text_print.h"

static uint64_t print_of(const char *url, const char *text)
{
    struct text_print print;
    text_print_begin(&print, url, url ? strlen(url) : 0);
    text_print_add(&print, text, strlen(text));
    return text_print_value(&print);
}

static void numbers_that_follow_the_query_do_not_count(void **state)
{
    (void)state;
    uint64_t seventh = print_of("http://a/l?page=7", "Page 7, items 61 to 70, next: 8");
    assert_true(seventh == print_of("http://a/l?page=99", "Page 99,\n items 981 to 990,next: 100"));
    assert_true(print_of("http://a/l?offset=-4", "at -4") ==
                print_of("http://a/l?offset=-5", "at -5"));
}

static void words_and_other_numbers_count(void **state)
{
    (void)state;
    const char *url = "http://a/l?id=5000", *next = "http://a/l?id=5001";
    assert_true(print_of(url, "Item 5000: apple") != print_of(next, "Item 5001: brick"));
    assert_true(print_of(url, "Price 39") != print_of(next, "Price 41"));
    assert_true(print_of(url, "Item") != print_of(url, "Item 5000"));
    assert_true(print_of("http://a/7", "Page 7") != print_of("http://a/8", "Page 8"));
    assert_true(print_of(NULL, "12345678901234567890123") !=
                print_of(NULL, "12345678901234567890124"));
    assert_true(print_of(NULL, "") != 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_that_follow_the_query_do_not_count),
        cmocka_unit_test(words_and_other_numbers_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
