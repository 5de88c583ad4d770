/* Body slots: one shared file, taken and given, memory handed back, read-only for others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crawler/workers/body_slots.h"

enum { SLOTS = 4, SLOT_BYTES = 4 * 1024 * 1024 };

static int setup(void **state)
{
    return body_slots_new(SLOTS, SLOT_BYTES, (struct body_slots **)state);
}

static int teardown(void **state)
{
    body_slots_free(*state);
    return 0;
}

static size_t memory_bytes(const struct body_slots *slots)
{
    struct stat info;
    assert_int_equal(fstat(body_slots_fd(slots), &info), 0);
    return (size_t)info.st_blocks * 512;
}

static void fill(struct body_slot *slot, unsigned char byte, size_t bytes)
{
    unsigned char block[64 * 1024];
    memset(block, byte, sizeof block);
    for (size_t left = bytes; left > 0;) {
        size_t part = left < sizeof block ? left : sizeof block;
        body_slot_append(slot, block, part);
        left -= part;
    }
}

static void slots_untouched_cost_nothing(void **state)
{
    struct body_slots *slots = *state;
    assert_int_equal(body_slots_total_bytes(slots), (size_t)SLOTS * SLOT_BYTES);
    assert_int_equal(memory_bytes(slots), 0);
}

static void slots_are_limited_and_apart(void **state)
{
    struct body_slots *slots = *state;
    struct body_slot *taken[SLOTS];
    for (int i = 0; i < SLOTS; i++) {
        taken[i] = body_slots_take(slots);
        fill(taken[i], (unsigned char)('a' + i), 5000);
    }
    assert_null(body_slots_take(slots));
    assert_int_equal(body_slots_in_use(slots), SLOTS);
    for (int i = 0; i < SLOTS; i++) {
        assert_int_equal(taken[i]->data[0], 'a' + i);
        assert_int_equal(taken[i]->data[4999], 'a' + i);
        body_slots_give(slots, taken[i]);
    }
    assert_int_equal(body_slots_in_use(slots), 0);
}

static void slots_give_back_the_warmest_first(void **state)
{
    struct body_slots *slots = *state;
    struct body_slot *first = body_slots_take(slots);
    struct body_slot *second = body_slots_take(slots);
    body_slots_give(slots, second);
    body_slots_give(slots, first);
    assert_ptr_equal(body_slots_take(slots), first);
    assert_ptr_equal(body_slots_take(slots), second);
}

static void slots_hand_memory_of_big_bodies_back(void **state)
{
    struct body_slots *slots = *state;
    struct body_slot *slot = body_slots_take(slots);
    fill(slot, 'x', SLOT_BYTES);
    assert_true(memory_bytes(slots) >= SLOT_BYTES);
    /* A small body after the big one must not hide what the big one touched. */
    body_slot_clear(slot);
    fill(slot, 'y', 10);
    body_slots_give(slots, slot);
    assert_true(memory_bytes(slots) <= 256 * 1024);
}

static void slots_together_take_no_more_than_their_limit(void **state)
{
    struct body_slots *slots = *state;
    body_slots_limit(slots, 1);
    struct body_slot *big = body_slots_take(slots), *small = body_slots_take(slots);
    fill(small, 's', 10);
    assert_true(body_slot_has_memory(big, SLOT_BYTES - 10));
    assert_false(body_slot_has_memory(big, SLOT_BYTES - 9));
    fill(big, 'b', SLOT_BYTES - 10);
    assert_false(body_slot_has_memory(small, 1));
    body_slot_clear(small);
    assert_true(body_slot_has_memory(small, 10)); /* what it has touched is its own */
    body_slots_give(slots, big);
    assert_true(body_slot_has_memory(small, 1000));
    body_slots_give(slots, small);
}

static void slots_keep_memory_of_small_bodies(void **state)
{
    struct body_slots *slots = *state;
    struct body_slot *slot = body_slots_take(slots);
    fill(slot, 'x', 20000);
    size_t before = memory_bytes(slots);
    body_slots_give(slots, slot);
    assert_int_equal(memory_bytes(slots), before);
}

static void slots_are_read_through_the_descriptor(void **state)
{
    struct body_slots *slots = *state;
    struct body_slot *skipped = body_slots_take(slots), *slot = body_slots_take(slots);
    body_slot_append(slot, "the body", 8);
    const char *view =
        mmap(NULL, body_slots_total_bytes(slots), PROT_READ, MAP_SHARED, body_slots_fd(slots), 0);
    assert_ptr_not_equal(view, MAP_FAILED);
    assert_memory_equal(view + slot->offset, "the body", 8);
    munmap((void *)(uintptr_t)view, body_slots_total_bytes(slots));
    body_slots_give(slots, slot);
    body_slots_give(slots, skipped);
}

static void slots_descriptor_can_neither_write_nor_resize(void **state)
{
    struct body_slots *slots = *state;
    int fd = body_slots_fd(slots);
    assert_ptr_equal(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), MAP_FAILED);
    assert_int_equal(write(fd, "x", 1), -1);
    assert_int_equal(ftruncate(fd, 0), -1);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
}

static void slots_new_refuses_sizes_that_overflow(void **state)
{
    (void)state;
    struct body_slots *slots = NULL;
    assert_int_equal(body_slots_new(0, 4096, &slots), -EINVAL);
    assert_int_equal(body_slots_new(4, 0, &slots), -EINVAL);
    assert_int_equal(body_slots_new(1000, SIZE_MAX / 100, &slots), -EINVAL);
    assert_null(slots);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(slots_untouched_cost_nothing),
        TEST(slots_are_limited_and_apart),
        TEST(slots_give_back_the_warmest_first),
        TEST(slots_hand_memory_of_big_bodies_back),
        TEST(slots_keep_memory_of_small_bodies),
        TEST(slots_together_take_no_more_than_their_limit),
        TEST(slots_are_read_through_the_descriptor),
        TEST(slots_descriptor_can_neither_write_nor_resize),
        cmocka_unit_test(slots_new_refuses_sizes_that_overflow),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
