/* Board: readers on other threads see whole entries only, and those that are there. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "crawler/job/board.h"
#include "tests/unit/crawler/crawler_test.h"

enum { JOBS = 20, ROUNDS = 3000, READERS = 3 };

/* Each number of an entry says the same, so a torn one shows. */
static struct board_entry entry_of(int64_t id, int64_t n)
{
    struct board_entry entry = {.job_id = id, .started_ms = n, .finished_ms = n, .active_ms = n};
    entry.counts.known = entry.counts.queued = entry.counts.body_bytes = n;
    snprintf(entry.detail, sizeof entry.detail, "%lld", (long long)n);
    return entry;
}

static void board_put_adds_and_replaces_by_id(void **state)
{
    (void)state;
    struct board *board = board_new();
    struct board_entry entry;
    for (int64_t id = 1; id <= JOBS; id++) {
        entry = entry_of(id, id);
        board_put(board, &entry);
        entry = entry_of(id, id * 100);
        board_put(board, &entry);
    }
    for (int64_t id = 1; id <= JOBS; id++) {
        assert_true(board_get(board, id, &entry));
        assert_int_equal(entry.job_id, id);
        assert_int_equal(entry.started_ms, id * 100);
    }
    board_free(board);
}

static void board_remove_takes_that_one_only(void **state)
{
    (void)state;
    struct board *board = board_new();
    struct board_entry entry;
    for (int64_t id = 1; id <= JOBS; id++) {
        entry = entry_of(id, id);
        board_put(board, &entry);
    }
    for (int64_t id = 1; id <= JOBS; id += 2)
        board_remove(board, id);
    board_remove(board, 999);
    for (int64_t id = 1; id <= JOBS; id++) {
        entry = entry_of(0, -1);
        assert_int_equal(board_get(board, id, &entry), id % 2 == 0);
        assert_int_equal(entry.job_id, id % 2 ? 0 : id); /* untouched where there is none */
    }
    board_free(board);
}

struct shared {
    struct board *board;
    atomic_bool stop;
    atomic_int torn;
};

static void *read_all(void *arg)
{
    struct shared *shared = arg;
    struct board_entry entry;
    while (!shared->stop) {
        for (int64_t id = 1; id <= JOBS; id++) {
            if (board_get(shared->board, id, &entry) &&
                (entry.job_id != id || entry.active_ms != entry.started_ms ||
                 entry.counts.body_bytes != entry.started_ms))
                shared->torn++;
        }
    }
    return NULL;
}

static void board_readers_see_whole_entries(void **state)
{
    (void)state;
    struct shared shared = {.board = board_new()};
    pthread_t readers[READERS];
    for (int i = 0; i < READERS; i++)
        assert_int_equal(pthread_create(&readers[i], NULL, read_all, &shared), 0);
    for (int64_t round = 1; round <= ROUNDS; round++) {
        struct board_entry entry = entry_of(round % JOBS + 1, round);
        board_put(shared.board, &entry);
        if (round % 3 == 0)
            board_remove(shared.board, (round * 7) % JOBS + 1);
    }
    shared.stop = true;
    for (int i = 0; i < READERS; i++)
        pthread_join(readers[i], NULL);
    assert_int_equal(shared.torn, 0);
    board_free(shared.board);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(board_put_adds_and_replaces_by_id),
        cmocka_unit_test(board_remove_takes_that_one_only),
        cmocka_unit_test(board_readers_see_whole_entries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
