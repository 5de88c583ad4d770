/* kill -9 at any moment of a job's writing. A child appends, finishes and closes, and is killed at
 * its Nth change to a file, N = 1, 2, 3 … until it gets through. Whatever N: the file is sound,
 * each page is there whole or not at all, and going on from there ends in the same inventory as
 * without a crash.
 */
#include "site.h"

#include <sys/wait.h>

enum { PAGES = 12, PAGES_PER_COMMIT = 3 };

static const char inventory_sql[] =
    "SELECT group_concat(line, x'0a') FROM (SELECT page_url || ' ' || coalesce(url, '-') || ' ' ||"
    " position || ' ' || coalesce(alt, '-') AS line FROM inventory ORDER BY page_url, position)";
static const char url_states_sql[] =
    "SELECT group_concat(id || ' ' || url || ' ' || state, x'0a') FROM url_states";

/* Settles what is not settled. */
static int crawl(const char *path)
{
    struct job_store *store = NULL;
    struct store_totals totals;
    int r = job_store_open(path, &store, NULL);
    if (r < 0)
        return r;
    job_store_live_totals(store, &totals);
    if (totals.last_url_id == 0) {
        r = job_store_begin(store);
        r = r < 0 ? r : append_seed(store);
        r = r < 0 ? r : job_store_commit(store);
    }
    int64_t settled = totals.occurrences / SITE_IMAGES;
    r = r < 0 ? r : append_site(store, settled + 1, PAGES, PAGES_PER_COMMIT);
    r = r < 0 ? r : job_store_finish(store);
    job_store_free(store);
    return r;
}

/* True if the child got through. */
static bool crawl_in_a_child_killed_at(const char *path, long step)
{
    int status = 0;
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        set_fault(FAULT_KILL, 0, step);
        _exit(crawl(path) < 0 ? 1 : 0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFSIGNALED(status)) {
        assert_int_equal(WTERMSIG(status), SIGKILL);
        return false;
    }
    assert_int_equal(WEXITSTATUS(status), 0);
    return true;
}

static void assert_pages_are_whole(const char *path)
{
    assert_sound(path);
    assert_answer(path,
                  "SELECT count(*) FROM pages WHERE id NOT IN (SELECT page_id FROM occurrences"
                  " GROUP BY page_id HAVING count(*) = 4)",
                  "0");
    assert_answer(path,
                  "SELECT count(*) FROM pages WHERE id NOT IN (SELECT parent_id FROM urls"
                  " WHERE parent_id IS NOT NULL GROUP BY parent_id HAVING count(*) = 2)",
                  "0");
    assert_answer(path,
                  "SELECT count(*) FROM occurrences WHERE page_id NOT IN (SELECT id FROM pages)"
                  " OR image_id NOT IN (SELECT id FROM images)",
                  "0");
    assert_answer(path,
                  "SELECT (SELECT count(*) - count(DISTINCT url) FROM images)"
                  " + (SELECT count(*) - count(DISTINCT url) FROM urls)",
                  "0");
}

static bool has_tables(const char *path)
{
    sqlite3 *db = look_into(path);
    char *answer = ask(db, "SELECT count(*) FROM sqlite_schema WHERE name = 'inventory'");
    bool has = answer && strcmp(answer, "1") == 0;
    free(answer);
    sqlite3_close(db);
    return has;
}

static char *read_answer(const char *path, const char *sql)
{
    sqlite3 *db = look_into(path);
    char *answer = ask(db, sql);
    assert_non_null(answer);
    sqlite3_close(db);
    return answer;
}

static void killed_at_any_write_a_page_is_whole_or_absent(void **state)
{
    (void)state;
    assert_int_equal(crawl(in_folder("undisturbed.sqlite")), 0);
    char *inventory = read_answer(in_folder("undisturbed.sqlite"), inventory_sql);
    char *url_states = read_answer(in_folder("undisturbed.sqlite"), url_states_sql);
    bool through = false;
    long step = 0;
    while (!through) {
        char name[32];
        snprintf(name, sizeof(name), "%ld.sqlite", ++step);
        const char *path = in_folder(name);
        through = crawl_in_a_child_killed_at(path, step);
        if (has_tables(path))
            assert_pages_are_whole(path);
        assert_int_equal(crawl(path), 0);
        assert_pages_are_whole(path);
        assert_answer(path, inventory_sql, inventory);
        assert_answer(path, url_states_sql, url_states);
        assert_int_equal(job_store_remove(path), 0);
    }
    assert_true(step > 20); /* it was not through for want of faults */
    print_message("killed at %ld different writes\n", step - 1);
    free(inventory);
    free(url_states);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(killed_at_any_write_a_page_is_whole_or_absent, make_folder,
                                        remove_folder),
    };
    install_faults();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
