/* Traps in a job's file: what they hold back, where it was found or later, comes out again bit by
 * bit, once, and after a restart too.
 */
#include "site.h"

#include <errno.h>

static const struct store_trap trap = {
    .id = 1,
    .kind = "calendar",
    .host = {"example.com", 11},
    .pattern = {"https://example.com/{date}", 26},
    .detail = {"many", 4},
    .examples = {"[]", 2},
    .found_ms = 1000,
};

/* URLs 10 to 19 were skipped where they were found, URL 4 when its turn had come. */
static struct job_store *open_with_trap(const char *path)
{
    struct job_store *store = open_site(path, 3);
    struct store_url urls[10];
    char texts[10][64];
    assert_int_equal(job_store_add_trap(store, &trap), 0);
    for (int i = 0; i < 10; i++) {
        snprintf(texts[i], sizeof(texts[i]), "https://example.com/t%d", i);
        urls[i] = (struct store_url){.id = 10 + i,
                                     .origin_id = 1,
                                     .parent_id = 1,
                                     .url = text_of(texts[i]),
                                     .via = "link",
                                     .skipped = "trap",
                                     .trap_id = 1,
                                     .depth = 3};
    }
    const struct store_page page = {
        .id = 4, .trap_id = 1, .state = "skipped", .outcome = "trap", .detail = text_of("trap 1")};
    assert_int_equal(job_store_begin(store), 0);
    assert_int_equal(
        job_store_append(store,
                         &(struct store_batch){.urls = urls, .url_count = 10, .page = &page}),
        0);
    assert_int_equal(job_store_commit(store), 0);
    return store;
}

struct seen {
    int64_t ids[32];
    int count;
};

static int note_url(const struct store_url *url, void *arg)
{
    struct seen *seen = arg;
    assert_true(url->url.bytes > 10 && url->origin_id == 1);
    seen->ids[seen->count++] = url->id;
    return 0;
}

static void held_urls_come_out_in_parts_and_once(void **state)
{
    (void)state;
    const char *path = in_folder("1.sqlite");
    struct job_store *store = open_with_trap(path);
    struct seen seen = {.count = 0};
    assert_answer(path, "SELECT count(*) FROM urls WHERE trap_id = 1", "11");
    assert_answer(path, "SELECT count(*) FROM url_states WHERE reason = 'trap'", "11");
    assert_answer(path, "SELECT count(*) FROM events WHERE kind = 'trap'", "1");
    assert_int_equal(job_store_release_trap(store, 2, 2000), -ENOENT);
    assert_int_equal(job_store_release_trap(store, 1, 2000), 0);
    assert_int_equal(job_store_release_trap(store, 1, 3000), -EALREADY);
    assert_int_equal(job_store_release_urls(store, 1, 8, note_url, &seen), 8);
    assert_answer(path, "SELECT count(*) FROM url_states WHERE reason = 'trap'", "3");
    assert_int_equal(job_store_release_urls(store, 1, 8, note_url, &seen), 3);
    assert_int_equal(job_store_release_urls(store, 1, 8, note_url, &seen), 0);
    assert_int_equal(seen.count, 11);
    assert_int_equal(seen.ids[0], 4);
    for (int i = 1; i < 11; i++)
        assert_int_equal(seen.ids[i], 9 + i);
    assert_answer(path, "SELECT count(*) FROM url_states WHERE reason = 'trap'", "0");
    assert_answer(path, "SELECT state || released_ms || released_urls FROM traps",
                  "released200011");
    job_store_free(store);
    assert_sound(path);
}

static int note_trap(const struct store_trap *row, void *arg)
{
    struct seen *seen = arg;
    assert_string_equal(row->kind, trap.kind);
    assert_memory_equal(row->pattern.data, trap.pattern.data, trap.pattern.bytes);
    seen->ids[seen->count++] = row->released_ms;
    return 0;
}

static int note_visits(struct store_text host, int64_t visits, void *arg)
{
    assert_int_equal(host.bytes, 11);
    *(int64_t *)arg += visits;
    return 0;
}

static void traps_and_visits_are_read_back(void **state)
{
    (void)state;
    const char *path = in_folder("1.sqlite");
    struct seen seen = {.count = 0};
    int64_t visits = 0;
    struct job_store *store = open_with_trap(path);
    job_store_release_trap(store, 1, 2000);
    job_store_free(store);
    assert_int_equal(job_store_open(path, &store, NULL), 0);
    assert_int_equal(job_store_each_trap(store, note_trap, &seen), 0);
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.ids[0], 2000);
    assert_int_equal(job_store_each_host_visits(store, note_visits, &visits), 0);
    char text[24];
    snprintf(text, sizeof(text), "%" PRId64, visits);
    assert_answer(path, "SELECT count(*) FROM pages WHERE attempts > 0", text);
    job_store_free(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(held_urls_come_out_in_parts_and_once, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(traps_and_visits_are_read_back, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
