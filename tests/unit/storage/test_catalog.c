/* The catalog: jobs and hosts survive closing; ids are never given twice; readers stand apart. */
#include "fault.h"

#include <sys/stat.h>

#include "storage/catalog.h"

static struct catalog *open_catalog(enum storage_mode mode)
{
    struct catalog *catalog = NULL;
    const char *reason = NULL;
    assert_int_equal(catalog_open(folder, mode, &catalog, &reason), 0);
    return catalog;
}

static char *mutable(const char *text)
{
    char *copy = strdup(text);
    assert_non_null(copy);
    return copy;
}

static int64_t insert(struct catalog *catalog, const char *state)
{
    struct job_row row = {.created_ms = 1000, .state = mutable(state), .settings = mutable("{}")};
    assert_int_equal(catalog_insert_job(catalog, &row), 0);
    int64_t id = row.id;
    job_row_done(&row);
    return id;
}

static void reader_finds_no_catalog(void **state)
{
    (void)state;
    struct catalog *catalog = NULL;
    assert_int_equal(catalog_open(folder, STORAGE_READ_ONLY, &catalog, NULL), -ENOENT);
    assert_null(catalog);
}

static void writer_makes_the_folders(void **state)
{
    (void)state;
    struct stat status;
    struct catalog *catalog = NULL;
    char data[128];
    snprintf(data, sizeof(data), "%s/data", folder);
    assert_int_equal(catalog_open(data, STORAGE_READ_WRITE, &catalog, NULL), 0);
    assert_int_equal(stat(in_folder("data/jobs"), &status), 0);
    assert_true(S_ISDIR(status.st_mode));
    assert_null(catalog_free(catalog));
}

static void another_program_s_file_is_refused(void **state)
{
    (void)state;
    struct catalog *catalog = NULL;
    const char *reason = NULL;
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(in_folder("imgcrawl.db"), &db), SQLITE_OK);
    sqlite3_exec(db, "CREATE TABLE theirs(x)", NULL, NULL, NULL);
    sqlite3_close(db);
    assert_int_equal(catalog_open(folder, STORAGE_READ_WRITE, &catalog, &reason), -EILSEQ);
    assert_string_equal(reason, "the file is not an imgcrawl catalog");
}

static void job_comes_back_as_it_was_stored(void **state)
{
    (void)state;
    struct catalog *catalog = open_catalog(STORAGE_READ_WRITE);
    int64_t id = insert(catalog, "queued");
    struct job_row row;
    assert_int_equal(catalog_get_job(catalog, id, &row), 0);
    assert_string_equal(row.state, "queued");
    assert_string_equal(row.settings, "{}");
    assert_null(row.reason);
    assert_int_equal(row.created_ms, 1000);
    assert_int_equal(row.started_ms, 0);
    row.started_ms = 2000;
    row.active_ms = 77;
    row.reason = mutable("max_pages");
    row.counts = mutable("{\"done\":3}");
    assert_int_equal(catalog_update_job(catalog, &row), 0);
    job_row_done(&row);
    catalog_free(catalog);

    catalog = open_catalog(STORAGE_READ_ONLY);
    assert_int_equal(catalog_get_job(catalog, id, &row), 0);
    assert_int_equal(row.started_ms, 2000);
    assert_int_equal(row.active_ms, 77);
    assert_string_equal(row.reason, "max_pages");
    assert_string_equal(row.counts, "{\"done\":3}");
    assert_string_equal(row.settings, "{}");
    job_row_done(&row);
    catalog_free(catalog);
}

static void unknown_jobs_are_told(void **state)
{
    (void)state;
    struct catalog *catalog = open_catalog(STORAGE_READ_WRITE);
    struct job_row row = {.id = 9, .state = mutable("done")};
    struct job_row untouched = {.id = -1};
    assert_int_equal(catalog_get_job(catalog, 9, &untouched), -ENOENT);
    assert_int_equal(untouched.id, -1);
    assert_int_equal(catalog_update_job(catalog, &row), -ENOENT);
    assert_int_equal(catalog_delete_job(catalog, 9), -ENOENT);
    job_row_done(&row);
    catalog_free(catalog);
}

static void deleted_id_is_never_given_again(void **state)
{
    (void)state;
    struct catalog *catalog = open_catalog(STORAGE_READ_WRITE);
    insert(catalog, "queued");
    int64_t deleted = insert(catalog, "queued");
    assert_int_equal(catalog_delete_job(catalog, deleted), 0);
    catalog_free(catalog);
    catalog = open_catalog(STORAGE_READ_WRITE);
    assert_true(insert(catalog, "queued") > deleted);
    catalog_free(catalog);
}

static int collect_id(const struct job_row *row, void *arg)
{
    char *list = arg;
    snprintf(list + strlen(list), 64 - strlen(list), "%" PRId64 " ", row->id);
    return 0;
}

static int stop_at_once(const struct job_row *row, void *arg)
{
    (void)row;
    ++*(int *)arg;
    return 17;
}

static void assert_listed(struct catalog *catalog, struct job_filter filter, const char *expected)
{
    char list[64] = "";
    assert_int_equal(catalog_list_jobs(catalog, &filter, collect_id, list), 0);
    assert_string_equal(list, expected);
}

static void jobs_are_listed_newest_first_by_filter(void **state)
{
    (void)state;
    struct catalog *catalog = open_catalog(STORAGE_READ_WRITE);
    for (int i = 0; i < 6; i++)
        insert(catalog, i % 2 ? "running" : "finished");
    assert_listed(catalog, (struct job_filter){0}, "6 5 4 3 2 1 ");
    assert_listed(catalog, (struct job_filter){.limit = 2}, "6 5 ");
    assert_listed(catalog, (struct job_filter){.before_id = 5, .limit = 2}, "4 3 ");
    assert_listed(catalog, (struct job_filter){.state = "running"}, "6 4 2 ");
    assert_listed(catalog, (struct job_filter){.state = "running", .before_id = 4}, "2 ");
    assert_listed(catalog, (struct job_filter){.state = "' OR 1 --"}, "");
    int calls = 0;
    struct job_filter all = {0};
    assert_int_equal(catalog_list_jobs(catalog, &all, stop_at_once, &calls), 17);
    assert_int_equal(calls, 1);
    catalog_free(catalog);
}

static void reader_sees_commits_and_cannot_write(void **state)
{
    (void)state;
    struct catalog *writer = open_catalog(STORAGE_READ_WRITE);
    struct catalog *reader = open_catalog(STORAGE_READ_ONLY);
    assert_int_equal(catalog_begin(writer), 0);
    insert(writer, "queued");
    assert_listed(reader, (struct job_filter){0}, "");
    assert_int_equal(catalog_commit(writer), 0);
    assert_listed(reader, (struct job_filter){0}, "1 ");
    assert_int_equal(catalog_delete_job(reader, 1), -EROFS);
    catalog_free(reader);
    catalog_free(writer);
}

static void rolled_back_job_is_gone(void **state)
{
    (void)state;
    struct catalog *catalog = open_catalog(STORAGE_READ_WRITE);
    assert_int_equal(catalog_begin(catalog), 0);
    insert(catalog, "queued");
    catalog_rollback(catalog);
    assert_listed(catalog, (struct job_filter){0}, "");
    catalog_free(catalog);
}

static int collect_robots(const struct robots_row *row, void *arg)
{
    char *list = arg;
    snprintf(list + strlen(list), 128 - strlen(list), "%s %d %s|", row->origin, row->status,
             row->rules);
    return 0;
}

static void robots_are_replaced_and_expire(void **state)
{
    (void)state;
    char list[128] = "";
    struct catalog *catalog = open_catalog(STORAGE_READ_WRITE);
    struct robots_row row = {
        .origin = "https://a.example", .expires_ms = 500, .status = 200, .outcome = "ok"};
    assert_int_equal(catalog_put_robots(catalog, &row), 0);
    row.status = 404;
    row.rules = "disallow /x";
    assert_int_equal(catalog_put_robots(catalog, &row), 0);
    row.origin = "https://b.example";
    row.expires_ms = 100;
    assert_int_equal(catalog_put_robots(catalog, &row), 0);
    assert_int_equal(catalog_each_robots(catalog, 100, collect_robots, list), 0);
    assert_string_equal(list, "https://a.example 404 disallow /x|");
    list[0] = '\0';
    assert_int_equal(catalog_get_robots(catalog, "https://b.example", collect_robots, list), 0);
    assert_string_equal(list, "https://b.example 404 disallow /x|");
    assert_int_equal(catalog_get_robots(catalog, "https://c.example", collect_robots, list),
                     -ENOENT);
    assert_int_equal(catalog_forget_before(catalog, 500), 0);
    list[0] = '\0';
    assert_int_equal(catalog_each_robots(catalog, 0, collect_robots, list), 0);
    assert_string_equal(list, "");
    catalog_free(catalog);
}

static int collect_host(const struct host_row *row, void *arg)
{
    char *list = arg;
    snprintf(list + strlen(list), 128 - strlen(list), "%s %" PRId64 " %" PRId64 "|", row->host,
             row->next_at_ms, row->backoff_ms);
    return 0;
}

static void hosts_are_replaced_and_filtered_by_time(void **state)
{
    (void)state;
    char list[128] = "";
    struct catalog *catalog = open_catalog(STORAGE_READ_WRITE);
    struct host_row row = {.host = "a.example", .next_at_ms = 10};
    assert_int_equal(catalog_put_host(catalog, &row), 0);
    row.next_at_ms = 900;
    row.backoff_ms = 60000;
    assert_int_equal(catalog_put_host(catalog, &row), 0);
    row.host = "b.example";
    row.next_at_ms = 20;
    assert_int_equal(catalog_put_host(catalog, &row), 0);
    assert_int_equal(catalog_each_host(catalog, 20, collect_host, list), 0);
    assert_string_equal(list, "a.example 900 60000|");
    catalog_free(catalog);
}

static int note_latency(const struct host_row *row, void *arg)
{
    char *list = arg;
    snprintf(list + strlen(list), 128 - strlen(list), "%s %" PRId64 " %" PRId64 " %" PRId64 "|",
             row->host, row->latency_ms, row->baseline_ms, row->brake_ms);
    return 0;
}

static void hosts_whose_latency_is_known_are_kept_for_a_month(void **state)
{
    (void)state;
    const int64_t now_ms = INT64_C(100) * 86400000, day_ms = 86400000;
    char list[128] = "";
    struct catalog *catalog = open_catalog(STORAGE_READ_WRITE);
    struct host_row row = {.host = "a.example",
                           .next_at_ms = 10,
                           .latency_ms = 120,
                           .baseline_ms = 40,
                           .brake_ms = 500,
                           .saved_ms = now_ms - 29 * day_ms};
    assert_int_equal(catalog_put_host(catalog, &row), 0);
    row.host = "old.example";
    row.saved_ms = now_ms - 31 * day_ms;
    assert_int_equal(catalog_put_host(catalog, &row), 0);
    assert_int_equal(catalog_forget_before(catalog, now_ms), 0);
    assert_int_equal(catalog_each_host(catalog, now_ms, note_latency, list), 0);
    assert_string_equal(list, "a.example 120 40 500|");
    catalog_free(catalog);
}

static int collect_rule(const char *pattern, const char *rule, void *arg)
{
    char *list = arg;
    snprintf(list + strlen(list), 128 - strlen(list), "%s %s|", pattern, rule);
    return 0;
}

static void host_rules_are_replaced_and_removed(void **state)
{
    (void)state;
    char list[128] = "";
    struct catalog *catalog = open_catalog(STORAGE_READ_WRITE);
    assert_int_equal(catalog_put_host_rule(catalog, "b.example", "{}"), 0);
    assert_int_equal(catalog_put_host_rule(catalog, "*.example", "{}"), 0);
    assert_int_equal(catalog_put_host_rule(catalog, "b.example", "{\"delay_ms\":1}"), 0);
    assert_int_equal(catalog_delete_host_rule(catalog, "*.example"), 0);
    assert_int_equal(catalog_delete_host_rule(catalog, "*.example"), -ENOENT);
    assert_int_equal(catalog_each_host_rule(catalog, collect_rule, list), 0);
    assert_string_equal(list, "b.example {\"delay_ms\":1}|");
    catalog_free(catalog);
}

static void settings_of_a_job_are_replaced(void **state)
{
    (void)state;
    struct catalog *catalog = open_catalog(STORAGE_READ_WRITE);
    insert(catalog, "running");
    struct job_row row = {0};
    assert_int_equal(catalog_set_job_settings(catalog, 1, "{\"max_pages\":7}"), 0);
    assert_int_equal(catalog_set_job_settings(catalog, 2, "{}"), -ENOENT);
    assert_int_equal(catalog_get_job(catalog, 1, &row), 0);
    assert_string_equal(row.settings, "{\"max_pages\":7}");
    assert_string_equal(row.state, "running");
    job_row_done(&row);
    catalog_free(catalog);
}

/* A job that could not be written is not there afterwards, and the catalog goes on. */
static void full_disk_is_told_and_nothing_is_half_written(void **state)
{
    (void)state;
    struct catalog *catalog = open_catalog(STORAGE_READ_WRITE);
    insert(catalog, "queued");
    struct job_row row = {.state = mutable("queued")};
    set_fault(FAULT_ERRNO, ENOSPC, 1);
    assert_int_equal(catalog_insert_job(catalog, &row), -ENOSPC);
    set_fault(FAULT_NONE, 0, 0);
    assert_listed(catalog, (struct job_filter){0}, "1 ");
    assert_int_equal(catalog_insert_job(catalog, &row), 0);
    assert_listed(catalog, (struct job_filter){0}, "2 1 ");
    job_row_done(&row);
    catalog_free(catalog);
    assert_sound(in_folder("imgcrawl.db"));
}

#define in_a_folder(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_a_folder(reader_finds_no_catalog),
        in_a_folder(writer_makes_the_folders),
        in_a_folder(another_program_s_file_is_refused),
        in_a_folder(job_comes_back_as_it_was_stored),
        in_a_folder(unknown_jobs_are_told),
        in_a_folder(deleted_id_is_never_given_again),
        in_a_folder(jobs_are_listed_newest_first_by_filter),
        in_a_folder(reader_sees_commits_and_cannot_write),
        in_a_folder(rolled_back_job_is_gone),
        in_a_folder(robots_are_replaced_and_expire),
        in_a_folder(hosts_are_replaced_and_filtered_by_time),
        in_a_folder(hosts_whose_latency_is_known_are_kept_for_a_month),
        in_a_folder(host_rules_are_replaced_and_removed),
        in_a_folder(settings_of_a_job_are_replaced),
        in_a_folder(full_disk_is_told_and_nothing_is_half_written),
    };
    install_faults();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
