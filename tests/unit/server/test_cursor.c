/* Cursors: they come back as they went, only where they were given, and never damaged. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "server/cursor.h"

static const struct cursor here = {
    .listing = CURSOR_IMAGES, .job_id = 7, .filters = 0xfedcba9876543210, .last_id = 1234567890123};

static void cursor_comes_back_as_it_went(void **state)
{
    static const int64_t ids[] = {1, 255, 256, INT64_MAX};
    struct cursor cursor = here;
    char text[CURSOR_TEXT_BYTES];
    int64_t last_id;

    (void)state;
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        cursor.last_id = ids[i];
        cursor_encode(&cursor, text);
        assert_int_equal(strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                      "0123456789-_"),
                         strlen(text));
        assert_int_equal(cursor_decode(text, &here, &last_id), 0);
        assert_int_equal(last_id, ids[i]);
    }
}

static void assert_elsewhere(struct cursor there)
{
    char text[CURSOR_TEXT_BYTES];
    int64_t last_id = -1;

    cursor_encode(&here, text);
    assert_int_equal(cursor_decode(text, &there, &last_id), -EXDEV);
    assert_int_equal(last_id, -1);
}

static void cursor_serves_only_the_listing_that_gave_it(void **state)
{
    struct cursor there = here;

    (void)state;
    there.listing = CURSOR_PAGES;
    assert_elsewhere(there);
    there = here;
    there.job_id = 8;
    assert_elsewhere(there);
    there = here;
    there.filters++;
    assert_elsewhere(there);
}

static void cursor_damaged_in_any_place_is_told(void **state)
{
    char text[CURSOR_TEXT_BYTES], damaged[CURSOR_TEXT_BYTES];
    int64_t last_id;

    (void)state;
    cursor_encode(&here, text);
    for (size_t i = 0; i < strlen(text); i++) {
        strcpy(damaged, text);
        damaged[i] = text[i] == 'A' ? 'B' : 'A';
        assert_int_equal(cursor_decode(damaged, &here, &last_id), -EBADMSG);
        damaged[i] = '%';
        assert_int_equal(cursor_decode(damaged, &here, &last_id), -EBADMSG);
        strcpy(damaged, text);
        damaged[i] = '\0';
        assert_int_equal(cursor_decode(damaged, &here, &last_id), -EBADMSG);
    }
    assert_int_equal(cursor_decode("", &here, &last_id), -EBADMSG);
    assert_int_equal(cursor_decode("next", &here, &last_id), -EBADMSG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cursor_comes_back_as_it_went),
        cmocka_unit_test(cursor_serves_only_the_listing_that_gave_it),
        cmocka_unit_test(cursor_damaged_in_any_place_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
