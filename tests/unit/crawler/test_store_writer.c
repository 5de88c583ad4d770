/* Store writer: group commit, all or none of a group, order, and what a failure takes with it. */
#include "tests/unit/crawler/crawler_test.h"

#include <errno.h>
#include <inttypes.h>
#include <semaphore.h>
#include <stdio.h>

#include "crawler/workers/store_writer.h"
#include "tests/unit/storage/fault.h"

enum { FILES = 2, MAX_APPENDS = 64 };

struct writing {
    struct loop *loop;
    struct store_writer *writer;
    struct job_store *stores[FILES];
    char paths[FILES][96];
    sem_t gate; /* what the writer thread waits for in hold_thread() */
};

/* One new URL on its way. */
struct one {
    char text[64];
    struct store_url url;
    struct store_append append;
    struct promise *promise;
};

static int open_writing(void **state)
{
    static struct writing writing;
    writing = (struct writing){.loop = new_loop()};
    assert_int_equal(make_folder(state), 0);
    for (int i = 0; i < FILES; i++) {
        const char *reason = NULL;
        snprintf(writing.paths[i], sizeof writing.paths[i], "%s/%d.sqlite", folder, i);
        assert_int_equal(job_store_open(writing.paths[i], &writing.stores[i], &reason), 0);
    }
    sem_init(&writing.gate, 0, 0);
    assert_int_equal(store_writer_new(writing.loop, &writing.writer), 0);
    *state = &writing;
    return 0;
}

static int close_writing(void **state)
{
    struct writing *writing = *state;
    set_fault(FAULT_NONE, 0, 0);
    store_writer_free(writing->writer);
    loop_free(writing->loop);
    for (int i = 0; i < FILES; i++)
        job_store_free(writing->stores[i]);
    sem_destroy(&writing->gate);
    return remove_folder(state);
}

static int hold_thread(void *arg)
{
    struct writing *writing = arg;
    while (sem_wait(&writing->gate) < 0)
        ;
    return 0;
}

/* Keeps the writer thread busy until the gate is posted. */
static struct promise *hold(struct writing *writing)
{
    return store_writer_call(writing->writer, hold_thread, writing);
}

static void append(struct writing *writing, struct one *one, int file, int64_t id)
{
    int bytes = snprintf(one->text, sizeof one->text, "https://example.com/%" PRId64, id);
    one->url = (struct store_url){
        .id = id, .origin_id = 1, .url = {one->text, (size_t)bytes}, .via = "link"};
    one->append = (struct store_append){.store = writing->stores[file],
                                        .batch = {.urls = &one->url, .url_count = 1}};
    one->promise = store_writer_append(writing->writer, &one->append);
}

/* What is appended next is flushed at once, not gathered with what follows. */
static void let_flush_be_due(struct writing *writing)
{
    run_loop_for(writing->loop, 50);
}

/* 0 or the error it was rejected with. */
static int end(struct one *one)
{
    enum promise_state ended = promise_state_of(one->promise);
    if (ended == PROMISE_PENDING)
        ended = wait_for(one->promise);
    int code = ended == PROMISE_RESOLVED ? 0 : promise_error(one->promise)->code;
    one->promise = promise_unref(one->promise);
    return code;
}

static void assert_rows(const struct writing *writing, int file, const char *count)
{
    assert_answer(writing->paths[file], "SELECT count(*) FROM urls", count);
}

static void append_is_on_disk_when_it_resolves(void **state)
{
    struct writing *writing = *state;
    struct one one;
    append(writing, &one, 0, 1);
    assert_int_equal(store_writer_pending(writing->writer), 1);
    assert_int_equal(end(&one), 0);
    assert_int_equal(store_writer_pending(writing->writer), 0);
    assert_int_equal(one.append.totals.last_url_id, 1);
    assert_rows(writing, 0, "1");
}

static void appends_that_wait_go_into_one_transaction(void **state)
{
    struct writing *writing = *state;
    static struct one ones[MAX_APPENDS];
    struct promise *held = hold(writing);
    for (int i = 0; i < MAX_APPENDS; i++)
        append(writing, &ones[i], 0, i + 1);
    assert_int_equal(store_writer_pending(writing->writer), MAX_APPENDS);
    sem_post(&writing->gate);
    for (int i = 0; i < MAX_APPENDS; i++) {
        assert_int_equal(end(&ones[i]), 0);
        /* The first began a batch of its own, all that came while it waited made the second; each
         * is told the totals of its commit. */
        assert_int_equal(ones[i].append.totals.last_url_id, i == 0 ? 1 : MAX_APPENDS);
    }
    promise_unref(held);
    assert_rows(writing, 0, "64");
}

static void appends_of_several_files_each_reach_their_own(void **state)
{
    struct writing *writing = *state;
    struct one ones[10];
    struct promise *held = hold(writing);
    for (int i = 0; i < 10; i++)
        append(writing, &ones[i], i % FILES, i / FILES + 1);
    sem_post(&writing->gate);
    for (int i = 0; i < 10; i++)
        assert_int_equal(end(&ones[i]), 0);
    promise_unref(held);
    assert_rows(writing, 0, "5");
    assert_rows(writing, 1, "5");
}

static void appends_settle_in_the_order_of_their_arrival(void **state)
{
    struct writing *writing = *state;
    struct one ones[20];
    for (int i = 0; i < 20; i++)
        append(writing, &ones[i], 0, i + 1);
    for (int i = 19; i >= 0; i--) {
        if (promise_state_of(ones[i].promise) == PROMISE_PENDING)
            wait_for(ones[i].promise);
        for (int j = 0; j <= i; j++)
            assert_int_equal(promise_state_of(ones[j].promise), PROMISE_RESOLVED);
    }
    for (int i = 0; i < 20; i++)
        assert_int_equal(end(&ones[i]), 0);
}

static void failure_rejects_the_whole_group_and_keeps_nothing_of_it(void **state)
{
    struct writing *writing = *state;
    struct one first, ones[6];
    append(writing, &first, 0, 1);
    assert_int_equal(end(&first), 0);
    let_flush_be_due(writing);
    struct promise *held = hold(writing);
    struct one other;
    append(writing, &other, 1, 1); /* its flush takes the thread's next turn alone */
    for (int i = 0; i < 6; i++)
        append(writing, &ones[i], 0, i == 3 ? 1 : 10 + i); /* the fourth: an id that is there */
    sem_post(&writing->gate);
    for (int i = 0; i < 6; i++)
        assert_int_equal(end(&ones[i]), EEXIST);
    assert_int_equal(end(&other), 0);
    promise_unref(held);
    assert_rows(writing, 0, "1");
    assert_rows(writing, 1, "1");
}

static void failure_of_one_file_spares_the_others_of_its_group(void **state)
{
    struct writing *writing = *state;
    struct one ones[6];
    struct promise *held = hold(writing);
    struct one lead;
    append(writing, &lead, 1, 100);
    for (int i = 0; i < 6; i++)
        append(writing, &ones[i], i % 2, i < 4 ? 1 + i / 2 : i == 4 ? 1 : 3);
    sem_post(&writing->gate);
    for (int i = 0; i < 6; i++)
        assert_int_equal(end(&ones[i]), i % 2 ? 0 : EEXIST);
    assert_int_equal(end(&lead), 0);
    promise_unref(held);
    assert_rows(writing, 0, "0");
    assert_rows(writing, 1, "4");
}

static void failure_takes_with_it_what_was_queued_behind(void **state)
{
    struct writing *writing = *state;
    struct one first, failing, behind[4], elsewhere, later;
    append(writing, &first, 0, 1);
    assert_int_equal(end(&first), 0);
    let_flush_be_due(writing);
    struct promise *held = hold(writing);
    append(writing, &failing, 0, 1); /* a flush of its own, waiting for the gate */
    for (int i = 0; i < 4; i++)
        append(writing, &behind[i], 0, 20 + i); /* good in itself, but it may lean on the first */
    append(writing, &elsewhere, 1, 1);
    sem_post(&writing->gate);
    assert_int_equal(end(&failing), EEXIST);
    for (int i = 0; i < 4; i++)
        assert_int_equal(end(&behind[i]), EEXIST);
    assert_int_equal(end(&elsewhere), 0);
    assert_rows(writing, 0, "1");
    /* What is appended in full knowledge of it is stored. */
    append(writing, &later, 0, 30);
    assert_int_equal(end(&later), 0);
    promise_unref(held);
    assert_rows(writing, 0, "2");
}

static void failure_of_the_disk_is_told_and_passes(void **state)
{
    struct writing *writing = *state;
    struct one ones[3];
    set_fault(FAULT_ERRNO, ENOSPC, 1);
    append(writing, &ones[0], 0, 1);
    append(writing, &ones[1], 0, 2);
    assert_int_equal(end(&ones[0]), ENOSPC);
    assert_int_equal(end(&ones[1]), ENOSPC);
    set_fault(FAULT_NONE, 0, 0);
    append(writing, &ones[2], 0, 1);
    assert_int_equal(end(&ones[2]), 0);
    assert_rows(writing, 0, "1");
}

struct count_call {
    struct writing *writing;
    int64_t last_url_id;
};

static int read_totals(void *arg)
{
    struct count_call *call = arg;
    struct store_totals totals;
    job_store_live_totals(call->writing->stores[0], &totals);
    call->last_url_id = totals.last_url_id;
    return -EDOM;
}

static void call_runs_after_what_was_flushed_before_and_tells_its_error(void **state)
{
    struct writing *writing = *state;
    struct one one;
    struct count_call call = {.writing = writing};
    append(writing, &one, 0, 7);
    struct promise *called = store_writer_call(writing->writer, read_totals, &call);
    assert_int_equal(wait_for(called), PROMISE_REJECTED);
    assert_int_equal(promise_error(called)->code, EDOM);
    assert_int_equal(call.last_url_id, 7);
    promise_unref(called);
    assert_int_equal(end(&one), 0);
}

static struct promise *append_again(struct promise *settled, void *arg)
{
    struct writing **place = arg;
    struct writing *writing = *place;
    static int64_t id = 1000;
    static struct one one; /* one at a time */
    assert_int_equal(promise_state_of(settled), PROMISE_RESOLVED);
    if (id == 1000 + 50) {
        loop_stop(writing->loop);
        return NULL;
    }
    append(writing, &one, 0, ++id);
    promise_unref(promise_finally(one.promise, append_again, arg));
    return NULL;
}

static void append_may_be_made_from_the_end_of_another(void **state)
{
    struct writing *writing = *state;
    struct one one;
    append(writing, &one, 0, 1);
    promise_unref(promise_finally(one.promise, append_again, &writing));
    loop_run(writing->loop);
    assert_rows(writing, 0, "51");
    assert_true(store_writer_cpu_us(writing->writer) > 0);
}

#define WRITER_TEST(name) cmocka_unit_test_setup_teardown(name, open_writing, close_writing)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WRITER_TEST(append_is_on_disk_when_it_resolves),
        WRITER_TEST(appends_that_wait_go_into_one_transaction),
        WRITER_TEST(appends_of_several_files_each_reach_their_own),
        WRITER_TEST(appends_settle_in_the_order_of_their_arrival),
        WRITER_TEST(failure_rejects_the_whole_group_and_keeps_nothing_of_it),
        WRITER_TEST(failure_of_one_file_spares_the_others_of_its_group),
        WRITER_TEST(failure_takes_with_it_what_was_queued_behind),
        WRITER_TEST(failure_of_the_disk_is_told_and_passes),
        WRITER_TEST(call_runs_after_what_was_flushed_before_and_tells_its_error),
        WRITER_TEST(append_may_be_made_from_the_end_of_another),
    };
    install_faults();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
