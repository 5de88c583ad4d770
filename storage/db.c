/* The connection: open, identity, pragmas, errors, statements. See db.h. */
#include "storage/db.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "storage/migrate.h"

static int system_error(sqlite3 *db, int fallback)
{
    int error = db ? sqlite3_system_errno(db) : 0;
    return error > 0 ? -error : -fallback;
}

int db_error(sqlite3 *db, int code)
{
    switch (code & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return 0;
    case SQLITE_FULL:
        return -ENOSPC;
    case SQLITE_NOMEM:
        return -ENOMEM;
    case SQLITE_IOERR:
        return code == SQLITE_IOERR_NOMEM ? -ENOMEM : system_error(db, EIO);
    case SQLITE_CANTOPEN:
        return system_error(db, EIO);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return -EBUSY;
    case SQLITE_CONSTRAINT:
        return code == SQLITE_CONSTRAINT_PRIMARYKEY || code == SQLITE_CONSTRAINT_ROWID ||
                       code == SQLITE_CONSTRAINT_UNIQUE
                   ? -EEXIST
                   : -EINVAL;
    case SQLITE_CORRUPT:
        return -EUCLEAN;
    case SQLITE_NOTADB:
        return -EILSEQ;
    case SQLITE_READONLY:
        return -EROFS;
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return -EACCES;
    case SQLITE_TOOBIG:
        return -E2BIG;
    default:
        return -EINVAL;
    }
}

int db_exec(sqlite3 *db, const char *sql)
{
    return db_error(db, sqlite3_exec(db, sql, NULL, NULL, NULL));
}

int db_integer(sqlite3 *db, const char *sql, int64_t *ret_value)
{
    sqlite3_stmt *statement = NULL;
    int r = db_prepare(db, sql, &statement);
    if (r < 0)
        return r;
    r = db_step(statement);
    if (r > 0)
        *ret_value = sqlite3_column_int64(statement, 0);
    db_finalize(statement);
    return r > 0 ? 0 : r < 0 ? r : -ENOENT;
}

void db_rollback(sqlite3 *db)
{
    if (!sqlite3_get_autocommit(db))
        sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
}

/* --- opening ------------------------------------------------------------------------------- */

static int connect_file(const char *path, int flags, sqlite3 **ret_db)
{
    sqlite3 *db = NULL;
    int code =
        sqlite3_open_v2(path, &db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    int r = db_error(db, code);
    if (r < 0) {
        db_close(db);
        return r;
    }
    sqlite3_busy_timeout(db, DB_BUSY_TIMEOUT_MS);
    /* A file that came from elsewhere must not run functions of its own through its views. */
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    *ret_db = db;
    return 0;
}

static int refuse(const char *why, const char **ret_reason)
{
    *ret_reason = why;
    return -EILSEQ;
}

/* Tells the file's version, 0 where it is empty. */
static int identify(sqlite3 *db, const struct db_schema *schema, int64_t *ret_version,
                    const char **ret_reason)
{
    int64_t application_id = 0, version = 0, objects = 0;
    int r = db_integer(db, "SELECT count(*) FROM sqlite_schema", &objects);
    if (r == 0)
        r = db_integer(db, "PRAGMA application_id", &application_id);
    if (r == 0)
        r = db_integer(db, "PRAGMA user_version", &version);
    if (r == -EILSEQ)
        return refuse("the file is not an SQLite database", ret_reason);
    if (r < 0)
        return r;
    bool empty = objects == 0 && application_id == 0 && version == 0;
    if (!empty && application_id != schema->application_id)
        return refuse(schema->foreign, ret_reason);
    if (version > migrate_latest(schema->sql))
        return refuse("the database was made by a newer version of imgcrawl", ret_reason);
    *ret_version = version;
    return 0;
}

static int is_wal_answer(sqlite3_stmt *row, void *arg)
{
    const char *mode = db_text(row, 0);
    *(bool *)arg = mode && strcmp(mode, "wal") == 0;
    return 0;
}

static int switch_to_wal(sqlite3 *db, const char **ret_reason)
{
    sqlite3_stmt *statement = NULL;
    bool is_wal = false;
    int r = db_prepare(db, "PRAGMA journal_mode = WAL", &statement);
    if (r == 0)
        r = db_each(statement, is_wal_answer, &is_wal);
    db_finalize(statement);
    if (r == 0 && !is_wal) {
        *ret_reason = "the file system offers no shared memory, which WAL needs";
        return -EOPNOTSUPP;
    }
    return r;
}

static int set_page_size(sqlite3 *db, int bytes)
{
    char sql[64];
    sqlite3_snprintf(sizeof(sql), sql, "PRAGMA page_size = %d", bytes);
    return db_exec(db, sql);
}

static int open_writer(const char *path, const struct db_schema *schema, bool may_make,
                       sqlite3 **ret_db, const char **ret_reason)
{
    sqlite3 *db = NULL;
    int64_t version = 0;
    int r = connect_file(path, SQLITE_OPEN_READWRITE | (may_make ? SQLITE_OPEN_CREATE : 0), &db);
    /* SQLite falls back to reading where it may not write. */
    if (r == 0 && sqlite3_db_readonly(db, "main") == 1)
        r = -EACCES;
    if (r == 0)
        r = identify(db, schema, &version, ret_reason);
    if (r == 0 && version == 0 && !may_make)
        r = -ENOENT;
    if (r == 0 && version == 0)
        r = set_page_size(db, schema->page_bytes);
    if (r == 0)
        r = switch_to_wal(db, ret_reason);
    if (r == 0)
        r = db_exec(db, schema->pragmas);
    if (r == 0)
        r = migrate_run(db, schema->sql, schema->application_id);
    if (r < 0) {
        db_close(db);
        return r;
    }
    *ret_db = db;
    return 0;
}

static int open_reader(const char *path, const struct db_schema *schema, sqlite3 **ret_db,
                       int64_t *ret_version, const char **ret_reason)
{
    sqlite3 *db = NULL;
    int r = connect_file(path, SQLITE_OPEN_READONLY, &db);
    if (r < 0)
        return r;
    r = identify(db, schema, ret_version, ret_reason);
    if (r == 0 && *ret_version == 0)
        r = -ENOENT;
    if (r < 0) {
        db_close(db);
        return r;
    }
    *ret_db = db;
    return 0;
}

/* A reader that finds an older version lets a writing connection migrate it, then opens again. */
static int open_current_reader(const char *path, const struct db_schema *schema, sqlite3 **ret_db,
                               const char **ret_reason)
{
    int64_t version = 0;
    sqlite3 *db = NULL, *migrated = NULL;
    int r = open_reader(path, schema, &db, &version, ret_reason);
    if (r == 0 && version < migrate_latest(schema->sql)) {
        db = db_close(db);
        r = open_writer(path, schema, false, &migrated, ret_reason);
        db_close(migrated);
        if (r == 0)
            r = open_reader(path, schema, &db, &version, ret_reason);
    }
    if (r == 0)
        *ret_db = db;
    return r;
}

int db_open(const char *path, enum storage_mode mode, const struct db_schema *schema,
            sqlite3 **ret_db, const char **ret_reason)
{
    const char *reason = NULL;
    assert(schema->sql);
    int r = mode == STORAGE_READ_ONLY
                ? open_current_reader(path, schema, ret_db, &reason)
                : open_writer(path, schema, mode == STORAGE_READ_WRITE, ret_db, &reason);
    if (r < 0 && ret_reason)
        *ret_reason = reason;
    return r;
}

sqlite3 *db_close(sqlite3 *db)
{
    int code = sqlite3_close(db);
    assert(code == SQLITE_OK); /* else a statement was left open */
    (void)code;
    return NULL;
}

/* --- statements ---------------------------------------------------------------------------- */

int db_prepare(sqlite3 *db, const char *sql, sqlite3_stmt **ret_statement)
{
    return db_error(db, sqlite3_prepare_v3(db, sql, -1, 0, ret_statement, NULL));
}

int db_prepare_kept(sqlite3 *db, const char *sql, sqlite3_stmt **ret_statement)
{
    return db_error(
        db, sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, ret_statement, NULL));
}

sqlite3_stmt *db_finalize(sqlite3_stmt *statement)
{
    sqlite3_finalize(statement);
    return NULL;
}

int db_step(sqlite3_stmt *statement)
{
    int code = sqlite3_step(statement);
    return code == SQLITE_ROW ? 1 : db_error(sqlite3_db_handle(statement), code);
}

int db_run(sqlite3_stmt *statement)
{
    int r;
    while ((r = db_step(statement)) > 0)
        ;
    sqlite3_reset(statement);
    return r;
}

int db_each(sqlite3_stmt *statement, db_row_fn fn, void *arg)
{
    int r;
    while ((r = db_step(statement)) > 0) {
        r = fn(statement, arg);
        if (r != 0)
            break;
    }
    sqlite3_reset(statement);
    return r;
}

int db_each_of(sqlite3 *db, const char *sql, db_row_fn fn, void *arg)
{
    sqlite3_stmt *statement = NULL;
    int r = db_prepare(db, sql, &statement);
    if (r == 0)
        r = db_each(statement, fn, arg);
    db_finalize(statement);
    return r;
}

static void keep_code(struct db_values *values, int code)
{
    if (values->code == SQLITE_OK)
        values->code = code;
}

void db_put_integer(struct db_values *values, int64_t value)
{
    keep_code(values, sqlite3_bind_int64(values->statement, ++values->count, value));
}

void db_put_positive(struct db_values *values, int64_t value)
{
    if (value > 0)
        db_put_integer(values, value);
    else
        keep_code(values, sqlite3_bind_null(values->statement, ++values->count));
}

void db_put_bytes(struct db_values *values, const char *text, size_t bytes)
{
    keep_code(values, sqlite3_bind_text64(values->statement, ++values->count, text, bytes,
                                          SQLITE_STATIC, SQLITE_UTF8));
}

void db_put_text(struct db_values *values, const char *text)
{
    db_put_bytes(values, text, text ? strlen(text) : 0);
}

void db_put_blob(struct db_values *values, const void *data, size_t bytes)
{
    keep_code(values,
              sqlite3_bind_blob64(values->statement, ++values->count, data, bytes, SQLITE_STATIC));
}

int db_values_code(const struct db_values *values)
{
    return db_error(sqlite3_db_handle(values->statement), values->code);
}

int db_values_run(struct db_values *values)
{
    int r = db_values_code(values);
    return r < 0 ? r : db_run(values->statement);
}

const char *db_text(sqlite3_stmt *row, int index)
{
    return (const char *)sqlite3_column_text(row, index);
}
