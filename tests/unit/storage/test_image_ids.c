/* The map of image ids: stable, dense, small, and able to forget what was rolled back. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "storage/image_ids.h"

static int64_t intern(struct image_ids *ids, int64_t number, bool *ret_is_new)
{
    char url[64];
    int64_t id = 0;
    int bytes = snprintf(url, sizeof(url), "https://example.com/%" PRId64 ".png", number);
    assert_int_equal(image_ids_intern(ids, url, (size_t)bytes, &id, ret_is_new), 0);
    return id;
}

/* Interns URLs first … last; each must get its own number as id. */
static void intern_range(struct image_ids *ids, int64_t first, int64_t last, bool expect_new)
{
    for (int64_t number = first; number <= last; number++) {
        bool is_new = !expect_new;
        if (intern(ids, number, &is_new) != number || is_new != expect_new)
            fail_msg("URL %" PRId64 " is not known by its id", number);
    }
}

static void ids_are_dense_and_stable(void **state)
{
    (void)state;
    struct image_ids *ids = image_ids_new(42);
    intern_range(ids, 1, 50000, true);
    intern_range(ids, 1, 50000, false);
    assert_int_equal(image_ids_last(ids), 50000);
    assert_int_equal(image_ids_count(ids), 50000);
    image_ids_free(ids);
}

static void memory_stays_below_twenty_bytes_an_image(void **state)
{
    (void)state;
    struct image_ids *ids = image_ids_new(7);
    for (int64_t size = 50000, last = 0; size <= 800000; last = size, size = size * 5 / 4) {
        intern_range(ids, last + 1, size, true);
        assert_in_range(image_ids_bytes(ids) / (size_t)size, 12, 19);
    }
    image_ids_free(ids);
}

static void forgetting_takes_the_latest_and_only_them(void **state)
{
    (void)state;
    struct image_ids *ids = image_ids_new(3);
    intern_range(ids, 1, 30000, true);
    image_ids_forget_above(ids, 12345);
    assert_int_equal(image_ids_count(ids), 12345);
    assert_int_equal(image_ids_last(ids), 12345);
    intern_range(ids, 1, 12345, false);
    intern_range(ids, 12346, 40000, true);
    image_ids_forget_above(ids, 0);
    assert_int_equal(image_ids_count(ids), 0);
    intern_range(ids, 1, 100, true);
    image_ids_free(ids);
}

static void forgetting_nothing_changes_nothing(void **state)
{
    (void)state;
    struct image_ids *ids = image_ids_new(3);
    image_ids_forget_above(ids, 0);
    intern_range(ids, 1, 1000, true);
    image_ids_forget_above(ids, 1000);
    intern_range(ids, 1, 1000, false);
    image_ids_free(ids);
}

static void loaded_ids_are_kept_and_new_ones_follow(void **state)
{
    (void)state;
    bool is_new = false;
    struct image_ids *ids = image_ids_new(1);
    assert_int_equal(image_ids_load(ids, "https://example.com/7.png", 25, 70), 0);
    assert_int_equal(image_ids_load(ids, "https://example.com/8.png", 25, 20), 0);
    assert_int_equal(intern(ids, 7, &is_new), 70);
    assert_false(is_new);
    assert_int_equal(intern(ids, 9, &is_new), 71);
    assert_true(is_new);
    image_ids_free(ids);
}

static void empty_url_is_a_url(void **state)
{
    (void)state;
    bool is_new = false;
    int64_t id = 0;
    struct image_ids *ids = image_ids_new(0);
    assert_int_equal(image_ids_intern(ids, "", 0, &id, &is_new), 0);
    assert_true(is_new);
    assert_int_equal(image_ids_intern(ids, "", 0, &id, &is_new), 0);
    assert_false(is_new);
    assert_null(image_ids_free(ids));
    assert_null(image_ids_free(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_are_dense_and_stable),
        cmocka_unit_test(memory_stays_below_twenty_bytes_an_image),
        cmocka_unit_test(forgetting_takes_the_latest_and_only_them),
        cmocka_unit_test(forgetting_nothing_changes_nothing),
        cmocka_unit_test(loaded_ids_are_kept_and_new_ones_follow),
        cmocka_unit_test(empty_url_is_a_url),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
