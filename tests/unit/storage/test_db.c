/* The connection: identity of files, versions, errors. */
#include "fault.h"

#include <sys/stat.h>

#include "storage/db.h"
#include "storage/migrate.h"

static const struct db_schema schema_of_one = {
    .sql =
        "-- A head note.\n-- version 1\nCREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT) STRICT;\n",
    .application_id = 4711,
    .page_bytes = 8192,
    .pragmas = "PRAGMA synchronous = NORMAL",
    .foreign = "not ours",
};
static const struct db_schema schema_of_two = {
    .sql = "-- version 1\nCREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT) STRICT;\n"
           "-- version 2\nALTER TABLE t ADD COLUMN y TEXT;\nUPDATE t SET y = x || '!';\n",
    .application_id = 4711,
    .page_bytes = 8192,
    .pragmas = "PRAGMA synchronous = NORMAL",
    .foreign = "not ours",
};

static sqlite3 *open_ok(const char *path, enum storage_mode mode, const struct db_schema *schema)
{
    sqlite3 *db = NULL;
    const char *reason = NULL;
    assert_int_equal(db_open(path, mode, schema, &db, &reason), 0);
    assert_non_null(db);
    return db;
}

static void assert_refused(const char *path, enum storage_mode mode, const struct db_schema *schema,
                           int error, const char *expected_reason)
{
    sqlite3 *db = NULL;
    const char *reason = NULL;
    assert_int_equal(db_open(path, mode, schema, &db, &reason), error);
    assert_null(db);
    if (expected_reason)
        assert_string_equal(reason, expected_reason);
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void new_file_gets_version_identity_and_wal(void **state)
{
    (void)state;
    const char *path = in_folder("a.db");
    db_close(open_ok(path, STORAGE_READ_WRITE, &schema_of_one));
    assert_answer(path, "PRAGMA user_version", "1");
    assert_answer(path, "PRAGMA application_id", "4711");
    assert_answer(path, "PRAGMA journal_mode", "wal");
    assert_answer(path, "PRAGMA page_size", "8192");
}

static void migration_keeps_rows_and_runs_once(void **state)
{
    (void)state;
    const char *path = in_folder("a.db");
    sqlite3 *db = open_ok(path, STORAGE_READ_WRITE, &schema_of_one);
    assert_int_equal(db_exec(db, "INSERT INTO t(x) VALUES ('kept')"), 0);
    db_close(db);
    for (int i = 0; i < 2; i++)
        db_close(open_ok(path, STORAGE_READ_WRITE, &schema_of_two));
    assert_answer(path, "SELECT y FROM t", "kept!");
    assert_answer(path, "PRAGMA user_version", "2");
}

static void reader_of_an_old_file_has_it_migrated(void **state)
{
    (void)state;
    const char *path = in_folder("a.db");
    db_close(open_ok(path, STORAGE_READ_WRITE, &schema_of_one));
    sqlite3 *db = open_ok(path, STORAGE_READ_ONLY, &schema_of_two);
    assert_int_equal(db_exec(db, "SELECT y FROM t"), 0);
    assert_int_equal(db_exec(db, "DELETE FROM t"), -EROFS);
    db_close(db);
}

static void failed_migration_leaves_the_file_as_it_was(void **state)
{
    (void)state;
    struct db_schema broken = schema_of_two;
    broken.sql = "-- version 1\nCREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT) STRICT;\n"
                 "-- version 2\nCREATE TABLE u(x);\nCREATE TABLE t(x);\n";
    const char *path = in_folder("a.db");
    db_close(open_ok(path, STORAGE_READ_WRITE, &schema_of_one));
    assert_refused(path, STORAGE_READ_WRITE, &broken, -EINVAL, NULL);
    assert_answer(path, "PRAGMA user_version", "1");
    assert_answer(path, "SELECT count(*) FROM sqlite_schema", "1");
}

static void newer_version_is_refused_and_untouched(void **state)
{
    (void)state;
    const char *path = in_folder("a.db");
    const char *reason = "the database was made by a newer version of imgcrawl";
    db_close(open_ok(path, STORAGE_READ_WRITE, &schema_of_two));
    assert_refused(path, STORAGE_READ_WRITE, &schema_of_one, -EILSEQ, reason);
    assert_refused(path, STORAGE_READ_ONLY, &schema_of_one, -EILSEQ, reason);
    assert_answer(path, "PRAGMA user_version", "2");
}

static void what_is_no_database_is_refused_and_untouched(void **state)
{
    (void)state;
    const char *path = in_folder("a.db");
    char text[8192], after[8193] = {0};
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    write_file(path, text);
    assert_refused(path, STORAGE_READ_WRITE, &schema_of_one, -EILSEQ,
                   "the file is not an SQLite database");
    FILE *file = fopen(path, "r");
    assert_int_equal(fread(after, 1, 8192, file), sizeof(text) - 1);
    fclose(file);
    assert_string_equal(after, text);
}

static void foreign_database_is_refused_and_untouched(void **state)
{
    (void)state;
    const char *path = in_folder("a.db");
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(db_exec(db, "CREATE TABLE theirs(x)"), 0);
    sqlite3_close(db);
    assert_refused(path, STORAGE_READ_WRITE, &schema_of_one, -EILSEQ, "not ours");
    assert_answer(path, "PRAGMA journal_mode", "delete");
}

static void reader_finds_no_file(void **state)
{
    (void)state;
    assert_refused(in_folder("none.db"), STORAGE_READ_ONLY, &schema_of_one, -ENOENT, NULL);
    assert_refused(in_folder("no/folder.db"), STORAGE_READ_WRITE, &schema_of_one, -ENOENT, NULL);
    write_file(in_folder("empty.db"), "");
    assert_refused(in_folder("empty.db"), STORAGE_READ_ONLY, &schema_of_one, -ENOENT, NULL);
}

static void values_come_back_and_absent_ones_are_null(void **state)
{
    (void)state;
    sqlite3 *db = open_ok(in_folder("a.db"), STORAGE_READ_WRITE, &schema_of_one);
    sqlite3_stmt *statement = NULL;
    assert_int_equal(db_prepare(db, "INSERT INTO t(id, x) VALUES (?, ?)", &statement), 0);
    struct db_values values = db_values(statement);
    db_put_positive(&values, 0);
    db_put_bytes(&values, "four bytes", 4);
    assert_int_equal(db_values_run(&values), 0);
    values = db_values(statement);
    db_put_integer(&values, 1);
    db_put_text(&values, "again");
    assert_int_equal(db_values_run(&values), -EEXIST);
    db_finalize(statement);
    int64_t bytes = 0;
    assert_int_equal(db_integer(db, "SELECT length(x) FROM t WHERE id = 1", &bytes), 0);
    assert_int_equal(bytes, 4);
    assert_int_equal(db_integer(db, "SELECT 1 FROM t WHERE id = 9", &bytes), -ENOENT);
    db_close(db);
}

static void too_many_values_are_told(void **state)
{
    (void)state;
    sqlite3 *db = open_ok(in_folder("a.db"), STORAGE_READ_WRITE, &schema_of_one);
    sqlite3_stmt *statement = NULL;
    assert_int_equal(db_prepare(db, "INSERT INTO t(id) VALUES (?)", &statement), 0);
    struct db_values values = db_values(statement);
    db_put_integer(&values, 1);
    db_put_integer(&values, 2);
    assert_int_equal(db_values_run(&values), -EINVAL);
    db_finalize(statement);
    db_close(db);
}

static void sections_are_found_at_line_starts_only(void **state)
{
    (void)state;
    assert_int_equal(migrate_latest("-- version 1\n;-- version 2\n"), 1);
    assert_int_equal(migrate_latest("-- version 1\n\n-- version 2\n"), 2);
    assert_int_equal(migrate_latest("-- version 2\n"), 0);
    assert_int_equal(migrate_latest(""), 0);
}

#define in_a_folder(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_a_folder(new_file_gets_version_identity_and_wal),
        in_a_folder(migration_keeps_rows_and_runs_once),
        in_a_folder(reader_of_an_old_file_has_it_migrated),
        in_a_folder(failed_migration_leaves_the_file_as_it_was),
        in_a_folder(newer_version_is_refused_and_untouched),
        in_a_folder(what_is_no_database_is_refused_and_untouched),
        in_a_folder(foreign_database_is_refused_and_untouched),
        in_a_folder(reader_finds_no_file),
        in_a_folder(values_come_back_and_absent_ones_are_null),
        in_a_folder(too_many_values_are_told),
        cmocka_unit_test(sections_are_found_at_line_starts_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
