/* The writing side of a job's file: what goes in comes back, transactions are whole, errors are
 * told and leave the store usable, readers never stand in its way. Crashes: test_job_crash.c.
 */
#include "site.h"

#include "storage/job_index.h"

#include <sys/stat.h>

static void assert_totals_agree(struct job_store *store)
{
    struct store_totals counted, live;
    assert_int_equal(job_store_totals(store, &counted), 0);
    job_store_live_totals(store, &live);
    assert_memory_equal(&counted, &live, sizeof(live));
}

static void page_goes_in_whole(void **state)
{
    (void)state;
    const char *path = in_folder("1.sqlite");
    struct job_store *store = open_site(path, 3);
    assert_answer(path, "SELECT count(*) FROM pages", "3");
    assert_answer(path, "SELECT count(*) FROM urls", "7");
    assert_answer(path, "SELECT count(*) FROM occurrences", "12");
    assert_answer(path, "SELECT count(*) FROM images", "7"); /* a logo, then 2 a page */
    assert_answer(path,
                  "SELECT page_url || ' ' || url || ' ' || source || ' ' || position || ' ' || alt"
                  " || ' ' || alt_state FROM inventory WHERE id = 5",
                  "https://example.com/2 https://example.com/logo.png img 0 The logo text");
    assert_answer(path, "SELECT url IS NULL FROM inventory WHERE alt_state = 'empty'", "1");
    assert_answer(path, "SELECT state || count(*) FROM url_states GROUP BY state", "done3");
    assert_totals_agree(store);
    assert_null(job_store_free(store));
    assert_sound(path);
}

static void totals_are_kept_by_append(void **state)
{
    (void)state;
    struct store_totals totals;
    struct job_store *store = open_site(in_folder("1.sqlite"), 5);
    job_store_live_totals(store, &totals);
    assert_int_equal(totals.images, 11);
    assert_int_equal(totals.occurrences, 20);
    assert_int_equal(totals.alt_missing, 5);
    assert_int_equal(totals.alt_empty, 5);
    assert_int_equal(totals.alt_whitespace, 5);
    assert_int_equal(totals.alt_text, 5);
    assert_int_equal(totals.body_bytes, 5000);
    assert_int_equal(totals.last_url_id, 11);
    job_store_free(store);
}

static void reopened_store_goes_on_where_it_was(void **state)
{
    (void)state;
    const char *path = in_folder("1.sqlite");
    job_store_free(open_site(path, 4));
    struct job_store *store = NULL;
    assert_int_equal(job_store_open(path, &store, NULL), 0);
    assert_totals_agree(store);
    assert_int_equal(append_site(store, 5, 8, 2), 0);
    assert_totals_agree(store);
    assert_answer(path, "SELECT count(*) - count(DISTINCT url) FROM images", "0");
    assert_answer(path, "SELECT count(*) FROM images", "17");
    job_store_free(store);
}

static void seed_of_fingerprints_stays_with_the_file(void **state)
{
    (void)state;
    char *first = NULL, *second = NULL;
    const char *path = in_folder("1.sqlite");
    struct job_store *store = open_site(path, 1);
    assert_int_equal(job_store_get_meta(store, "fingerprint_seed", &first), 0);
    job_store_free(store);
    assert_int_equal(job_store_open(path, &store, NULL), 0);
    assert_int_equal(job_store_get_meta(store, "fingerprint_seed", &second), 0);
    assert_string_equal(first, second);
    assert_true(strtoull(first, NULL, 0) != 0);
    job_store_free(store);
    free(first);
    free(second);
}

static void rolled_back_pages_leave_no_trace(void **state)
{
    (void)state;
    const char *path = in_folder("1.sqlite");
    struct job_store *store = open_site(path, 2);
    assert_int_equal(job_store_begin(store), 0);
    assert_int_equal(append_site_page(store, 3), 0);
    job_store_rollback(store);
    assert_totals_agree(store);
    assert_answer(path, "SELECT count(*) FROM pages", "2");
    assert_int_equal(append_site(store, 3, 4, 1), 0);
    assert_totals_agree(store);
    assert_answer(path, "SELECT max(id) || '/' || count(*) FROM images", "9/9"); /* ids anew */
    assert_answer(path, "SELECT count(*) FROM inventory WHERE url IS NULL", "4");
    job_store_free(store);
}

static void second_settling_of_a_page_is_refused_with_its_transaction(void **state)
{
    (void)state;
    const char *path = in_folder("1.sqlite");
    struct site_page site;
    struct job_store *store = open_site(path, 2);
    assert_int_equal(job_store_begin(store), 0);
    assert_int_equal(append_site_page(store, 3), 0);
    site_batch(&site, 2);
    site.batch.url_count = 0;
    assert_int_equal(job_store_append(store, &site.batch), -EEXIST);
    assert_int_equal(append_site_page(store, 4), -EEXIST); /* the transaction has failed */
    assert_int_equal(job_store_commit(store), -EEXIST);
    assert_totals_agree(store);
    assert_answer(path, "SELECT count(*) FROM pages", "2");
    assert_int_equal(append_site(store, 3, 4, 2), 0);
    assert_answer(path, "SELECT count(*) FROM pages", "4");
    job_store_free(store);
}

static void unknown_alt_state_is_refused(void **state)
{
    (void)state;
    struct site_page site;
    struct job_store *store = open_site(in_folder("1.sqlite"), 1);
    site_batch(&site, 2);
    site.occurrences[3].alt_state = "odd";
    assert_int_equal(job_store_begin(store), 0);
    assert_int_equal(job_store_append(store, &site.batch), -EINVAL);
    job_store_rollback(store);
    assert_totals_agree(store);
    job_store_free(store);
}

static void texts_need_no_end_mark(void **state)
{
    (void)state;
    const char *path = in_folder("1.sqlite");
    struct site_page site;
    struct job_store *store = open_site(path, 0);
    site_batch(&site, 1);
    site.page.title = (struct store_text){"Title and more", 5};
    assert_int_equal(job_store_begin(store), 0);
    assert_int_equal(job_store_append(store, &site.batch), 0);
    assert_int_equal(job_store_commit(store), 0);
    assert_answer(path, "SELECT title FROM pages", "Title");
    assert_answer(path, "SELECT detail IS NULL AND redirect_to IS NULL FROM pages", "1");
    job_store_free(store);
}

/* --- resuming ------------------------------------------------------------------------------ */

static int collect_url(const struct store_url *url, void *arg)
{
    char *list = arg;
    snprintf(list + strlen(list), 256 - strlen(list), "%" PRId64 "%s ", url->id,
             url->skipped ? url->skipped : "");
    return 0;
}

static void assert_queued(struct job_store *store, int64_t origin, int64_t after, unsigned limit,
                          const char *expected)
{
    char list[256] = "";
    assert_int_equal(job_store_each_queued(store, origin, after, limit, collect_url, list), 0);
    assert_string_equal(list, expected);
}

static int append_skipped(struct job_store *store, int64_t id, const char *reason)
{
    struct store_url url = {.id = id,
                            .origin_id = 1,
                            .parent_id = 1,
                            .url = text_of("https://elsewhere.example/"),
                            .via = "link",
                            .skipped = reason};
    struct store_batch batch = {.urls = &url, .url_count = 1};
    int r = job_store_begin(store);
    r = r < 0 ? r : job_store_append(store, &batch);
    return r < 0 ? r : job_store_commit(store);
}

static void frontier_is_what_is_neither_settled_nor_skipped(void **state)
{
    (void)state;
    struct job_store *store = open_site(in_folder("1.sqlite"), 3);
    assert_int_equal(append_skipped(store, 8, "scope"), 0);
    assert_queued(store, 1, 0, 0, "4 5 6 7 ");
    assert_queued(store, 1, 4, 2, "5 6 ");
    assert_queued(store, 2, 0, 0, "");
    assert_int_equal(append_site(store, 5, 5, 1), 0);
    assert_queued(store, 1, 0, 0, "4 6 7 10 11 ");
    job_store_free(store);
}

static void every_url_and_origin_is_told(void **state)
{
    (void)state;
    char list[256] = "";
    struct job_store *store = open_site(in_folder("1.sqlite"), 1);
    assert_int_equal(append_skipped(store, 4, "scope"), 0);
    assert_int_equal(job_store_each_url(store, collect_url, list), 0);
    assert_string_equal(list, "1 2 3 4scope ");
    job_store_free(store);
}

static int collect_origin(const struct store_origin *origin, void *arg)
{
    snprintf(arg, 256, "%" PRId64 " %s %s", origin->id, origin->origin.data, origin->host.data);
    return 0;
}

static void origins_are_told(void **state)
{
    (void)state;
    char text[256] = "";
    struct job_store *store = open_site(in_folder("1.sqlite"), 1);
    assert_int_equal(job_store_each_origin(store, collect_origin, text), 0);
    assert_string_equal(text, "1 https://example.com example.com");
    job_store_free(store);
}

static int collect_tally(const struct store_tally *tally, void *arg)
{
    char *list = arg;
    snprintf(list + strlen(list), 256 - strlen(list), "%s/%s/%" PRId64 ":%" PRId64 " ",
             tally->state, tally->reason ? tally->reason : "", tally->origin_id, tally->count);
    return 0;
}

static void assert_tallies(struct job_store *store, const char *expected)
{
    char list[256] = "";
    assert_int_equal(job_store_each_tally(store, collect_tally, list), 0);
    assert_string_equal(list, expected);
}

static void tallies_add_up_to_all_known_urls(void **state)
{
    (void)state;
    int64_t count = 0;
    const char *path = in_folder("1.sqlite");
    struct job_store *store = open_site(path, 3);
    assert_int_equal(append_skipped(store, 8, "max_pages"), 0);
    assert_tallies(store, "done/ok/0:3 queued//1:4 skipped/max_pages/0:1 ");
    assert_int_equal(job_store_skip_queued(store, "max_pages", 5000, &count), 0);
    assert_int_equal(count, 4);
    assert_tallies(store, "done/ok/0:3 skipped/max_pages/0:5 ");
    assert_queued(store, 1, 0, 0, "");
    assert_answer(path, "SELECT at_ms || text FROM events", "50004 queued URLs skipped: max_pages");
    assert_answer(path, "SELECT count(*) FROM url_states WHERE state = 'skipped'", "5");
    assert_int_equal(job_store_skip_queued(store, "max_pages", 6000, &count), 0);
    assert_int_equal(count, 0);
    assert_answer(path, "SELECT count(*) FROM events", "1");
    job_store_free(store);
}

static int stop(const struct store_url *url, void *arg)
{
    (void)url;
    ++*(int *)arg;
    return 42;
}

static void callback_s_value_ends_the_walk(void **state)
{
    (void)state;
    struct job_store *store = open_site(in_folder("1.sqlite"), 3);
    int calls = 0;
    assert_int_equal(job_store_each_url(store, stop, &calls), 42);
    assert_int_equal(calls, 1);
    job_store_free(store);
}

static void facts_and_events_are_kept(void **state)
{
    (void)state;
    char *value = NULL;
    const char *path = in_folder("1.sqlite");
    struct job_store *store = open_site(path, 1);
    assert_int_equal(job_store_get_meta(store, "settings", &value), -ENOENT);
    assert_int_equal(job_store_put_meta(store, "settings", "{}"), 0);
    assert_int_equal(job_store_put_meta(store, "settings", "{\"a\":1}"), 0);
    assert_int_equal(job_store_get_meta(store, "settings", &value), 0);
    assert_string_equal(value, "{\"a\":1}");
    free(value);
    assert_int_equal(job_store_add_event(store, 7, "state", "running"), 0);
    assert_answer(path, "SELECT at_ms || kind || text FROM events", "7staterunning");
    job_store_free(store);
}

/* --- the end ------------------------------------------------------------------------------- */

static void finish_empties_the_wal(void **state)
{
    (void)state;
    struct stat status;
    struct job_store *store = open_site(in_folder("1.sqlite"), 5);
    assert_int_equal(job_store_finish(store), 0);
    assert_int_equal(job_store_finish(store), 0);
    assert_int_equal(stat(in_folder("1.sqlite-wal"), &status), 0);
    assert_int_equal(status.st_size, 0);
    assert_int_equal(append_site(store, 6, 7, 1), 0); /* a job may be taken up again */
    assert_totals_agree(store);
    job_store_free(store);
    assert_sound(in_folder("1.sqlite"));
}

static void removed_job_leaves_nothing_behind(void **state)
{
    (void)state;
    struct stat status;
    struct job_store *store = open_site(in_folder("1.sqlite"), 2);
    assert_int_equal(job_store_remove(in_folder("1.sqlite")), 0);
    job_store_free(store);
    assert_int_equal(stat(in_folder("1.sqlite-wal"), &status), -1);
    assert_int_equal(stat(in_folder("1.sqlite"), &status), -1);
    assert_int_equal(job_store_remove(in_folder("1.sqlite")), 0);
}

static void no_job_s_file_is_refused_with_a_reason(void **state)
{
    (void)state;
    const char *reason = NULL;
    struct job_store *store = NULL;
    FILE *file = fopen(in_folder("1.sqlite"), "w");
    for (int i = 0; i < 1000; i++)
        fputs("not a database ", file);
    fclose(file);
    assert_int_equal(job_store_open(in_folder("1.sqlite"), &store, &reason), -EILSEQ);
    assert_string_equal(reason, "the file is not an SQLite database");
    assert_int_equal(job_store_open(in_folder("no/1.sqlite"), &store, &reason), -ENOENT);
    assert_int_equal(job_store_reopen(in_folder("2.sqlite"), &store, &reason), -ENOENT);
    assert_int_equal(access(in_folder("2.sqlite"), F_OK), -1);
    assert_null(store);
}

static void newer_file_is_refused_with_a_reason(void **state)
{
    (void)state;
    const char *reason = NULL, *path = in_folder("1.sqlite");
    struct job_store *store = open_site(path, 1);
    job_store_free(store);
    store = NULL;
    sqlite3 *db = look_into(path);
    sqlite3_exec(db, "PRAGMA user_version = 999", NULL, NULL, NULL);
    sqlite3_close(db);
    assert_int_equal(job_store_open(path, &store, &reason), -EILSEQ);
    assert_string_equal(reason, "the database was made by a newer version of imgcrawl");
    assert_null(store);
}

/* --- company and faults -------------------------------------------------------------------- */

/* A reader in the middle of its reading, before and after: the writer commits and finishes at once.
 */
static void reader_never_blocks_the_writer(void **state)
{
    (void)state;
    const char *path = in_folder("1.sqlite");
    struct job_store *store = open_site(path, 2);
    sqlite3 *reader = look_into(path);
    sqlite3_exec(reader, "BEGIN", NULL, NULL, NULL);
    char *before = ask(reader, "SELECT count(*) FROM pages");
    assert_int_equal(append_site(store, 3, 30, 4), 0);
    assert_int_equal(job_store_finish(store), 0);
    char *after = ask(reader, "SELECT count(*) FROM pages");
    assert_string_equal(before, "2");
    assert_string_equal(after, "2"); /* one snapshot */
    sqlite3_exec(reader, "COMMIT", NULL, NULL, NULL);
    sqlite3_close(reader);
    assert_answer(path, "SELECT count(*) FROM pages", "30");
    job_store_free(store);
    free(before);
    free(after);
}

/* The Nth write and all after it fail, for N = 1, 2 …, until an N is reached at which all went
 * well. Each time: the error is told, the file is sound and whole, and the same pages go in
 * afterwards. */
static void write_errors_are_told_and_survived(int error, int expected)
{
    int completed = 0;
    for (long step = 1; !completed; step++) {
        char name[32];
        snprintf(name, sizeof(name), "%d-%ld.sqlite", error, step);
        struct job_store *store = open_site(in_folder(name), 2);
        set_fault(FAULT_ERRNO, error, step);
        int r = append_site(store, 3, 14, 12);
        completed = fault.happened == 0;
        set_fault(FAULT_NONE, 0, 0);
        if (r < 0) {
            assert_int_equal(r, expected);
            job_store_rollback(store);
            assert_totals_agree(store);
            assert_answer(in_folder(name), "SELECT count(*) FROM pages", "2");
            assert_int_equal(append_site(store, 3, 14, 12), 0);
        }
        assert_totals_agree(store);
        assert_answer(in_folder(name), "SELECT count(*) FROM pages", "14");
        assert_answer(in_folder(name), "SELECT count(*) FROM occurrences", "56");
        job_store_free(store);
        assert_sound(in_folder(name));
    }
}

static void full_disk_is_told_and_survived(void **state)
{
    (void)state;
    write_errors_are_told_and_survived(ENOSPC, -ENOSPC);
}

static void broken_disk_is_told_and_survived(void **state)
{
    (void)state;
    write_errors_are_told_and_survived(EIO, -EIO);
}

static void full_disk_leaves_no_half_built_index(void **state)
{
    (void)state;
    const char *path = in_folder("1.sqlite");
    struct job_store *store = open_site(path, 20);
    job_store_free(store);
    set_fault(FAULT_ERRNO, ENOSPC, 2);
    assert_int_equal(job_index_build(path, &(struct job_index_work){0}), -ENOSPC);
    set_fault(FAULT_NONE, 0, 0);
    assert_answer(path, "SELECT count(*) FROM sqlite_schema WHERE name = 'occurrences_image'", "0");
    assert_int_equal(job_index_build(path, &(struct job_index_work){0}), 0);
    assert_answer(path, "SELECT count(*) FROM sqlite_schema WHERE name = 'occurrences_image'", "1");
    assert_sound(path);
}

#define in_a_folder(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_a_folder(page_goes_in_whole),
        in_a_folder(totals_are_kept_by_append),
        in_a_folder(reopened_store_goes_on_where_it_was),
        in_a_folder(seed_of_fingerprints_stays_with_the_file),
        in_a_folder(rolled_back_pages_leave_no_trace),
        in_a_folder(second_settling_of_a_page_is_refused_with_its_transaction),
        in_a_folder(unknown_alt_state_is_refused),
        in_a_folder(texts_need_no_end_mark),
        in_a_folder(frontier_is_what_is_neither_settled_nor_skipped),
        in_a_folder(every_url_and_origin_is_told),
        in_a_folder(origins_are_told),
        in_a_folder(tallies_add_up_to_all_known_urls),
        in_a_folder(callback_s_value_ends_the_walk),
        in_a_folder(facts_and_events_are_kept),
        in_a_folder(finish_empties_the_wal),
        in_a_folder(removed_job_leaves_nothing_behind),
        in_a_folder(no_job_s_file_is_refused_with_a_reason),
        in_a_folder(newer_file_is_refused_with_a_reason),
        in_a_folder(reader_never_blocks_the_writer),
        in_a_folder(full_disk_is_told_and_survived),
        in_a_folder(broken_disk_is_told_and_survived),
        in_a_folder(full_disk_leaves_no_half_built_index),
    };
    install_faults();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
