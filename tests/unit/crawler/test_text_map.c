/* Text map: each key its value, keys copied, bytes count. */
#include <stdio.h>

#include "crawler/base/text_map.h"
#include "tests/unit/crawler/crawler_test.h"

enum { MANY = 10000 };

static void map_gives_each_key_its_value(void **state)
{
    (void)state;
    static int values[MANY];
    struct text_map *map = text_map_new();
    char key[32];
    for (int i = 0; i < MANY; i++)
        text_map_put(map, key, (size_t)snprintf(key, sizeof key, "host%d.example", i), &values[i]);
    for (int i = 0; i < MANY; i++) {
        size_t bytes = (size_t)snprintf(key, sizeof key, "host%d.example", i);
        assert_ptr_equal(text_map_get(map, key, bytes), &values[i]);
    }
    assert_null(text_map_get(map, "other.example", 13));
    assert_int_equal(text_map_count(map), MANY);
    text_map_free(map);
}

static void map_keeps_a_copy_of_the_key_that_stays(void **state)
{
    (void)state;
    struct text_map *map = text_map_new();
    char key[] = "https://example.com/path", more[8];
    int value = 0;
    const char *own = text_map_put(map, key, 19, &value);
    memset(key, 'x', sizeof key);
    for (int i = 0; i < 1000; i++)
        text_map_put(map, more, (size_t)snprintf(more, sizeof more, "%d", i), &value);
    assert_string_equal(own, "https://example.com");
    assert_ptr_equal(text_map_get(map, "https://example.com", 19), &value);
    text_map_free(map);
}

static void map_tells_prefixes_apart(void **state)
{
    (void)state;
    struct text_map *map = text_map_new();
    int a = 0, b = 0, empty = 0;
    text_map_put(map, "ab", 1, &a);
    text_map_put(map, "ab", 2, &b);
    text_map_put(map, "ab", 0, &empty);
    assert_ptr_equal(text_map_get(map, "a", 1), &a);
    assert_ptr_equal(text_map_get(map, "ab", 2), &b);
    assert_ptr_equal(text_map_get(map, "", 0), &empty);
    text_map_free(map);
}

static void count_one(void *value, void *arg)
{
    ++*(int *)value;
    ++*(int *)arg;
}

static void map_each_visits_every_value_once(void **state)
{
    (void)state;
    static int seen[MANY];
    struct text_map *map = text_map_new();
    char key[32];
    for (int i = 0; i < MANY; i++)
        text_map_put(map, key, (size_t)snprintf(key, sizeof key, "%d", i), &seen[i]);
    int calls = 0;
    text_map_each(map, count_one, &calls);
    assert_int_equal(calls, MANY);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(seen[i], 1);
    text_map_free(map);
    assert_null(text_map_free(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(map_gives_each_key_its_value),
        cmocka_unit_test(map_keeps_a_copy_of_the_key_that_stays),
        cmocka_unit_test(map_tells_prefixes_apart),
        cmocka_unit_test(map_each_visits_every_value_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
