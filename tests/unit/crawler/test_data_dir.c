/* Data directory: made where it is missing, one process at a time, and refusals that say what to
 * do. */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crawler/data_dir.h"
#include "storage/job_store.h"
#include "tests/unit/storage/fault.h"

static bool exists(const char *name)
{
    return access(in_folder(name), F_OK) == 0;
}

static void touch(const char *path)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fclose(file);
}

static void data_dir_is_made_where_it_is_missing(void **state)
{
    (void)state;
    char reason[256] = "";
    int fd = -1;
    assert_int_equal(data_dir_lock(in_folder("data"), &fd, reason, sizeof reason), 0);
    assert_true(fd >= 0);
    assert_true(exists("data/jobs") && exists("data/lock"));
    close(fd);
}

static void data_dir_is_for_one_at_a_time(void **state)
{
    (void)state;
    char reason[256] = "", pid[24];
    int first = -1, second = -7;
    assert_int_equal(data_dir_lock(folder, &first, reason, sizeof reason), 0);
    assert_int_equal(data_dir_lock(folder, &second, reason, sizeof reason), -EWOULDBLOCK);
    assert_int_equal(second, -7);
    snprintf(pid, sizeof pid, "process %d", (int)getpid());
    assert_non_null(strstr(reason, pid));
    assert_null(strstr(reason, "--data")); /* the remedy is added once, by the caller */
    close(first);
    assert_int_equal(data_dir_lock(folder, &second, reason, sizeof reason), 0);
    close(second);
}

static void data_dir_refusal_names_the_place(void **state)
{
    (void)state;
    char reason[256] = "";
    int fd = -7;
    touch(in_folder("file"));
    assert_true(data_dir_lock(in_folder("file"), &fd, reason, sizeof reason) < 0);
    assert_non_null(strstr(reason, in_folder("file")));
    reason[0] = '\0';
    assert_int_equal(data_dir_lock(in_folder("no/parent"), &fd, reason, sizeof reason), -ENOENT);
    assert_non_null(strstr(reason, in_folder("no/parent")));
    assert_int_equal(fd, -7);
}

static void data_dir_job_is_removed_with_all_beside_it(void **state)
{
    (void)state;
    char *path = data_dir_job_path(folder, 7);
    char text[160];
    snprintf(text, sizeof text, "%s/jobs/7.sqlite", folder);
    assert_string_equal(path, text);
    assert_int_equal(mkdir(in_folder("jobs"), 0755), 0);
    static const char *const endings[] = {"", "-wal", "-shm"};
    for (int i = 0; i < 3; i++) {
        snprintf(text, sizeof text, "%s%s", path, endings[i]);
        touch(text);
    }
    touch(in_folder("jobs/77.sqlite"));
    assert_int_equal(job_store_remove(path), 0);
    assert_false(exists("jobs/7.sqlite") || exists("jobs/7.sqlite-wal") ||
                 exists("jobs/7.sqlite-shm"));
    assert_true(exists("jobs/77.sqlite"));
    assert_int_equal(job_store_remove(path), 0); /* there is none any more */
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(data_dir_is_made_where_it_is_missing, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(data_dir_is_for_one_at_a_time, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(data_dir_refusal_names_the_place, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(data_dir_job_is_removed_with_all_beside_it, make_folder,
                                        remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
