/* Snapshots: one moment of a job's file, whole, without its seeds, beside a writer that goes on. */
#include "site.h"

#include "storage/job_query.h"
#include "storage/snapshot.h"

static char job_path[128], copy_path[128];

static void name_files(void)
{
    snprintf(job_path, sizeof(job_path), "%s", in_folder("1.sqlite"));
    snprintf(copy_path, sizeof(copy_path), "%s", in_folder("copy.sqlite"));
}

static void assert_says(const char *sql, const char *expected)
{
    sqlite3 *db = look_into(copy_path);
    char *answer = ask(db, sql);
    assert_string_equal(answer, expected);
    free(answer);
    sqlite3_close(db);
}

static void snapshot_is_of_one_moment_while_the_crawl_goes_on(void **state)
{
    (void)state;
    int64_t rows = 0;
    name_files();
    struct job_store *store = open_site(job_path, 10);
    assert_int_equal(job_store_begin(store), 0);
    assert_int_equal(append_site_page(store, 11), 0); /* not committed: not in it */
    assert_int_equal(snapshot_write(job_path, copy_path, &rows), 0);
    assert_int_equal(job_store_commit(store), 0);
    job_store_free(store);
    assert_int_equal(rows, 10 * SITE_IMAGES);
    assert_says("PRAGMA integrity_check", "ok");
    assert_says("SELECT count(*) FROM pages", "10");
    assert_says("PRAGMA journal_mode", "delete");
}

static void snapshot_has_no_seeds_nor_traces_of_them(void **state)
{
    (void)state;
    int64_t rows;
    static char data[1 << 20];
    name_files();
    struct job_store *store = open_site(job_path, 3);
    assert_int_equal(job_store_put_meta(store, "seen_seed", "0123456789abcdef"), 0);
    assert_int_equal(job_store_put_meta(store, "job_id", "7"), 0);
    char *seed = NULL;
    assert_int_equal(job_store_get_meta(store, "fingerprint_seed", &seed), 0);
    job_store_free(store);
    assert_int_equal(snapshot_write(job_path, copy_path, &rows), 0);
    FILE *file = fopen(copy_path, "r");
    size_t bytes = fread(data, 1, sizeof(data), file);
    assert_true(feof(file) && bytes > 0);
    fclose(file);
    assert_null(memmem(data, bytes, "0123456789abcdef", 16));
    assert_null(memmem(data, bytes, seed, strlen(seed)));
    assert_says("SELECT group_concat(key) FROM meta WHERE key LIKE '%seed%' OR key = 'job_id'",
                "job_id");
    free(seed);
}

static void snapshot_is_read_like_any_job(void **state)
{
    (void)state;
    int64_t rows;
    struct job_reader *reader = NULL;
    name_files();
    job_store_free(open_site(job_path, 3));
    assert_int_equal(snapshot_write(job_path, copy_path, &rows), 0);
    assert_int_equal(job_reader_open(copy_path, &reader), 0);
    job_reader_free(reader);
}

static void what_fails_leaves_nothing(void **state)
{
    (void)state;
    int64_t rows = -1;
    name_files();
    assert_int_equal(snapshot_write(in_folder("none.sqlite"), copy_path, &rows), -ENOENT);
    assert_int_equal(rows, -1);
    assert_int_equal(access(copy_path, F_OK), -1);
    FILE *file = fopen(job_path, "w");
    fputs("this is no database, and long enough to show it", file);
    fclose(file);
    assert_int_equal(snapshot_write(job_path, copy_path, &rows), -EILSEQ);
    assert_int_equal(access(copy_path, F_OK), -1);
}

#define in_a_folder(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_a_folder(snapshot_is_of_one_moment_while_the_crawl_goes_on),
        in_a_folder(snapshot_has_no_seeds_nor_traces_of_them),
        in_a_folder(snapshot_is_read_like_any_job),
        in_a_folder(what_fails_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
