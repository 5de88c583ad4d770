/* The export cache: found under its key only while the job's file is the same, bounded, forgotten
 * with its job.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "server/export_cache.h"
#include "storage/catalog.h"

static char folder[64], job_path[80];
static struct export_cache cache = {.data_dir = folder, .max_bytes = 1000};

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static int set_up(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/imgcrawl-exports-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(job_path, sizeof job_path, "%s/jobs", folder);
    mkdir(job_path, 0755);
    snprintf(job_path, sizeof job_path, "%s/jobs/11.sqlite", folder);
    write_file(job_path, "another job");
    snprintf(job_path, sizeof job_path, "%s/jobs/1.sqlite", folder);
    write_file(job_path, "a job");
    return 0;
}

static int tear_down(void **state)
{
    char command[128];
    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static struct job_row job = {.id = 1, .created_ms = 5, .finished_ms = 9, .active_ms = 3};

static struct export_key key_of(int64_t job_id, enum file_format_id format,
                                enum export_profile profile)
{
    struct export_key key = {.name = ""};
    job.id = job_id;
    assert_int_equal(export_key_make(&job, job_path, &file_formats[format], profile, &key), 0);
    return key;
}

/* An export of so many bytes, last used then. */
static void keep(const struct export_key *key, int bytes, time_t used)
{
    char *part, path[160];
    int fd;
    assert_int_equal(export_cache_begin(&cache, &part, &fd), 0);
    assert_int_equal(ftruncate(fd, bytes), 0);
    close(fd);
    assert_int_equal(export_cache_keep(&cache, key, part), 0);
    free(part);
    snprintf(path, sizeof path, "%s/exports/%s", folder, key->name);
    struct timespec times[2] = {{.tv_sec = used}, {.tv_sec = used}};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static int is_there(const struct export_key *key)
{
    char path[160];
    snprintf(path, sizeof path, "%s/exports/%s", folder, key->name);
    return access(path, F_OK) == 0;
}

static void key_is_of_the_job_the_format_and_the_profile(void **state)
{
    (void)state;
    struct export_key csv = key_of(1, FILE_CSV, EXPORT_INVENTORY),
                      again = key_of(1, FILE_CSV, EXPORT_INVENTORY),
                      jsonl = key_of(1, FILE_JSONL, EXPORT_INVENTORY),
                      data_set = key_of(1, FILE_CSV, EXPORT_DATASET);
    assert_string_equal(csv.etag, again.etag);
    assert_string_not_equal(csv.etag, jsonl.etag);
    assert_string_not_equal(csv.etag, data_set.etag);
    job.finished_ms++;
    again = key_of(1, FILE_CSV, EXPORT_INVENTORY);
    assert_string_not_equal(csv.etag, again.etag);
    assert_int_equal(
        export_key_make(&job, "/nonexistent", &file_formats[FILE_CSV], EXPORT_INVENTORY, &again),
        -ENOENT);
}

/* An index that comes later changes the file, not its rows. */
static void bytes_of_the_file_count_only_where_it_is_given_away(void **state)
{
    (void)state;
    struct export_key csv = key_of(1, FILE_CSV, EXPORT_INVENTORY),
                      sqlite = key_of(1, FILE_SQLITE, EXPORT_INVENTORY);
    write_file(job_path, "a job with an index");
    struct export_key csv_later = key_of(1, FILE_CSV, EXPORT_INVENTORY),
                      sqlite_later = key_of(1, FILE_SQLITE, EXPORT_INVENTORY);
    assert_string_equal(csv.etag, csv_later.etag);
    assert_string_not_equal(sqlite.etag, sqlite_later.etag);
}

static void what_was_kept_is_found(void **state)
{
    (void)state;
    struct export_key key = key_of(1, FILE_CSV, EXPORT_INVENTORY);
    int fd = -1;
    assert_int_equal(export_cache_open(&cache, &key, &fd), -ENOENT);
    keep(&key, 10, 1000);
    assert_int_equal(export_cache_open(&cache, &key, &fd), 0);
    struct stat status;
    fstat(fd, &status);
    assert_int_equal(status.st_size, 10);
    close(fd);
}

static void those_used_longest_ago_make_room(void **state)
{
    (void)state;
    struct export_key csv = key_of(1, FILE_CSV, EXPORT_INVENTORY),
                      jsonl = key_of(1, FILE_JSONL, EXPORT_INVENTORY),
                      parquet = key_of(1, FILE_PARQUET, EXPORT_INVENTORY),
                      sqlite = key_of(1, FILE_SQLITE, EXPORT_INVENTORY);
    keep(&csv, 400, 3000);
    keep(&jsonl, 400, 2000);
    keep(&parquet, 400, 4000);
    assert_true(is_there(&csv) && !is_there(&jsonl) && is_there(&parquet));
    keep(&sqlite, 5000, 5000); /* more than all may take: it alone is left */
    assert_true(!is_there(&csv) && !is_there(&parquet) && is_there(&sqlite));
}

static void job_takes_its_exports_along(void **state)
{
    (void)state;
    struct export_key one = key_of(1, FILE_CSV, EXPORT_INVENTORY),
                      eleven = key_of(11, FILE_CSV, EXPORT_INVENTORY);
    export_cache_forget(&cache, 1); /* no directory yet */
    keep(&one, 10, 1000);
    keep(&eleven, 10, 1000);
    export_cache_forget(&cache, 1);
    assert_true(!is_there(&one) && is_there(&eleven));
}

static void export_that_is_ready_after_its_job_was_deleted_is_not_kept(void **state)
{
    (void)state;
    struct export_key key = key_of(1, FILE_CSV, EXPORT_INVENTORY);
    char *part;
    int fd;
    assert_int_equal(export_cache_begin(&cache, &part, &fd), 0);
    close(fd);
    unlink(job_path);
    assert_int_equal(export_cache_keep(&cache, &key, part), 0);
    assert_false(is_there(&key));
    assert_int_equal(access(part, F_OK), -1);
    free(part);
}

static void unfinished_ones_are_removed_at_the_start(void **state)
{
    (void)state;
    struct export_key key = key_of(1, FILE_CSV, EXPORT_INVENTORY);
    char *part;
    int fd;
    keep(&key, 10, 1000);
    assert_int_equal(export_cache_begin(&cache, &part, &fd), 0);
    close(fd);
    export_cache_clean(&cache);
    assert_int_equal(access(part, F_OK), -1);
    assert_true(is_there(&key));
    free(part);
}

#define in_a_folder(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_a_folder(key_is_of_the_job_the_format_and_the_profile),
        in_a_folder(bytes_of_the_file_count_only_where_it_is_given_away),
        in_a_folder(what_was_kept_is_found),
        in_a_folder(those_used_longest_ago_make_room),
        in_a_folder(job_takes_its_exports_along),
        in_a_folder(export_that_is_ready_after_its_job_was_deleted_is_not_kept),
        in_a_folder(unfinished_ones_are_removed_at_the_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
