/* Byte ranges: RFC 9110 section 14.1.2, case by case. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/byte_range.h"

static void assert_part(const char *header, uint64_t size, uint64_t first, uint64_t bytes)
{
    struct byte_range range = {0};
    assert_int_equal(byte_range_read(header, size, &range), RANGE_PART);
    assert_int_equal(range.first, first);
    assert_int_equal(range.bytes, bytes);
}

static void parts_lie_inside_the_file(void **state)
{
    (void)state;
    assert_part("bytes=0-0", 100, 0, 1);
    assert_part("bytes=10-19", 100, 10, 10);
    assert_part("bytes=90-", 100, 90, 10);
    assert_part("bytes=90-500", 100, 90, 10);
    assert_part("bytes=-5", 100, 95, 5);
    assert_part("bytes=-500", 100, 0, 100);
    assert_part("BYTES=99-", 100, 99, 1);
}

static void what_lies_outside_is_told(void **state)
{
    static const char *const headers[] = {"bytes=100-", "bytes=100-200", "bytes=-0",
                                          "bytes=999999999999999999-"};
    struct byte_range range;
    (void)state;
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++)
        assert_int_equal(byte_range_read(headers[i], 100, &range), RANGE_OUTSIDE);
    assert_int_equal(byte_range_read("bytes=0-", 0, &range), RANGE_OUTSIDE);
    assert_int_equal(byte_range_read("bytes=-1", 0, &range), RANGE_OUTSIDE);
}

static void anything_else_counts_as_none(void **state)
{
    static const char *const headers[] = {
        "",           "bytes",      "bytes=",        "bytes=a-b",
        "bytes=5-4",  "bytes=-",    "bytes=1-2,5-6", "items=1-2",
        "bytes=1 -2", "bytes=1-2x", "bytes=--2",     "bytes=9999999999999999999-"};
    struct byte_range range;
    (void)state;
    assert_int_equal(byte_range_read(NULL, 100, &range), RANGE_NONE);
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++)
        assert_int_equal(byte_range_read(headers[i], 100, &range), RANGE_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_lie_inside_the_file),
        cmocka_unit_test(what_lies_outside_is_told),
        cmocka_unit_test(anything_else_counts_as_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
