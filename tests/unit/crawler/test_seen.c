/* Seen-set: a URL is new exactly once, whatever the number, at 16 bytes each. */
#include <stdio.h>

#include "crawler/frontier/seen.h"
#include "tests/unit/crawler/crawler_test.h"

enum { MANY = 300000 };

static size_t nth_url(char *text, size_t capacity, int n)
{
    return (size_t)snprintf(text, capacity, "https://example.com/%d?page=%d", n / 7, n);
}

static struct seen *filled(uint64_t seed, int count)
{
    struct seen *seen = seen_new(seed);
    char url[80];
    for (int i = 0; i < count; i++)
        assert_true(seen_add(seen, url, nth_url(url, sizeof url, i)));
    return seen;
}

static void seen_is_new_exactly_once(void **state)
{
    (void)state;
    struct seen *seen = filled(1, MANY);
    char url[80];
    for (int i = 0; i < MANY; i++) {
        size_t bytes = nth_url(url, sizeof url, i);
        assert_true(seen_has(seen, url, bytes));
        assert_false(seen_add(seen, url, bytes));
    }
    assert_int_equal(seen_count(seen), MANY);
    seen_free(seen);
}

static void seen_has_nothing_that_was_not_added(void **state)
{
    (void)state;
    struct seen *seen = seen_new(1);
    assert_false(seen_has(seen, "x", 1));
    seen_free(seen);
    seen = filled(1, MANY);
    char url[80];
    for (int i = MANY; i < 2 * MANY; i++)
        assert_false(seen_has(seen, url, nth_url(url, sizeof url, i)));
    seen_free(seen);
}

static void seen_costs_at_most_16_bytes_a_url(void **state)
{
    (void)state;
    struct seen *seen = seen_new(7);
    char url[80];
    for (int i = 0; i < MANY; i++) {
        seen_add(seen, url, nth_url(url, sizeof url, i));
        if (i >= 50000) /* the shards' own size is spread over some tens of thousands */
            assert_true(seen_memory_bytes(seen) <= seen_count(seen) * 16);
    }
    seen_free(seen);
}

static void seen_compares_bytes_not_strings(void **state)
{
    (void)state;
    struct seen *seen = seen_new(1);
    assert_true(seen_add(seen, "https://example.com/abc", 23));
    assert_true(seen_add(seen, "https://example.com/abc", 22));
    assert_true(seen_add(seen, "", 0));
    assert_false(seen_add(seen, "", 0));
    seen_free(seen);
}

static void seen_works_with_any_seed(void **state)
{
    (void)state;
    const uint64_t seeds[] = {0, UINT64_MAX};
    for (size_t i = 0; i < 2; i++) {
        struct seen *seen = filled(seeds[i], 5000);
        assert_int_equal(seen_count(seen), 5000);
        assert_null(seen_free(seen));
    }
    assert_null(seen_free(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seen_is_new_exactly_once),
        cmocka_unit_test(seen_has_nothing_that_was_not_added),
        cmocka_unit_test(seen_costs_at_most_16_bytes_a_url),
        cmocka_unit_test(seen_compares_bytes_not_strings),
        cmocka_unit_test(seen_works_with_any_seed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
