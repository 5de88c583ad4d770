/* The arena: alignment, limits, and what a reset keeps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "crawler/extract/arena.h"

static void arena_alloc_aligns_and_never_overlaps(void **state)
{
    (void)state;
    struct arena *arena = arena_new(0);
    unsigned char *memory[500];
    size_t sizes[500];
    for (size_t i = 0; i < 500; i++) {
        sizes[i] = (i * 7919) % 3000;
        memory[i] = arena_alloc(arena, sizes[i]);
        assert_non_null(memory[i]);
        assert_int_equal((uintptr_t)memory[i] % 16, 0);
        memset(memory[i], (int)(i & 0xff), sizes[i]);
    }
    for (size_t i = 0; i < 500; i++)
        for (size_t at = 0; at < sizes[i]; at++)
            assert_int_equal(memory[i][at], i & 0xff);
    arena = arena_free(arena);
    assert_null(arena);
}

static void arena_limit_is_met_exactly(void **state)
{
    (void)state;
    struct arena *arena = arena_new(4096);
    for (size_t i = 0; i < 4096 / 16; i++)
        if (!arena_alloc(arena, 16))
            fail_msg("refused after %zu of 4096 bytes", i * 16);
    assert_null(arena_alloc(arena, 1));
    assert_int_equal(arena_used(arena), 4096);
    arena_free(arena);
}

static void arena_refuses_sizes_that_overflow(void **state)
{
    (void)state;
    struct arena *arena = arena_new(0);
    assert_null(arena_alloc(arena, SIZE_MAX));
    assert_null(arena_alloc(arena, SIZE_MAX - 16));
    assert_null(arena_strndup(arena, "x", SIZE_MAX));
    assert_non_null(arena_alloc(arena, 1));
    arena_free(arena);
}

static void arena_reset_gives_the_whole_limit_back(void **state)
{
    (void)state;
    enum { LIMIT = 1024 * 1024 };
    struct arena *arena = arena_new(LIMIT);
    for (int round = 0; round < 20; round++) {
        while (arena_alloc(arena, 1000))
            ;
        assert_true(arena_used(arena) > LIMIT / 2);
        arena_reset(arena, LIMIT);
        assert_int_equal(arena_used(arena), 0);
        /* Kept blocks must not stand in the way of one big request. */
        assert_non_null(arena_alloc(arena, LIMIT));
        arena_reset(arena, round % 2 ? LIMIT : 0);
    }
    arena_free(arena);
}

static void arena_reset_reuses_what_it_keeps(void **state)
{
    (void)state;
    struct arena *arena = arena_new(0);
    void *before = arena_alloc(arena, 100);
    arena_reset(arena, SIZE_MAX);
    assert_ptr_equal(arena_alloc(arena, 100), before);
    arena_free(arena);
}

static void arena_strndup_ends_with_nul(void **state)
{
    (void)state;
    struct arena *arena = arena_new(0);
    assert_string_equal(arena_strndup(arena, "abcdef", 3), "abc");
    assert_string_equal(arena_strndup(arena, NULL, 0), "");
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arena_alloc_aligns_and_never_overlaps),
        cmocka_unit_test(arena_limit_is_met_exactly),
        cmocka_unit_test(arena_refuses_sizes_that_overflow),
        cmocka_unit_test(arena_reset_gives_the_whole_limit_back),
        cmocka_unit_test(arena_reset_reuses_what_it_keeps),
        cmocka_unit_test(arena_strndup_ends_with_nul),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
