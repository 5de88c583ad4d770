/* SQLite as this folder uses it: opening with the right pragmas and identity, SQLite's codes as
 * -errno, and the few shapes in which a statement is bound and run. Private to storage/.
 *
 * A connection belongs to one thread at a time (opened without SQLite's mutexes).
 */
#ifndef IMGCRAWL_STORAGE_DB_H
#define IMGCRAWL_STORAGE_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sqlite3.h>

#include "storage/mode.h"

/* Readers and the writer of a WAL file wait for each other only while one of them opens, recovers
 * or migrates it. */
enum { DB_BUSY_TIMEOUT_MS = 5000 };

/* What a file must be, and how it is made when it is not there. */
struct db_schema {
    const char *sql; /* numbered versions, see migrate.h */
    int32_t application_id;
    int page_bytes;      /* of a new file */
    const char *pragmas; /* for a writing connection, after the switch to WAL */
    const char *foreign; /* the sentence for a database that is not of this kind */
};

/* Opens; makes or migrates the file in read-write mode, migrates it to change it. A reader that
 * meets an older version has it migrated first. -ENOENT: no file, or nothing in it yet (but in
 * read-write mode). -EILSEQ: not a database, not of
 * this kind, or of a newer version; *ret_reason (static text, may be NULL) then says which. */
int db_open(const char *path, enum storage_mode mode, const struct db_schema *schema,
            sqlite3 **ret_db, const char **ret_reason);
sqlite3 *db_close(sqlite3 *db);

/* -ENOSPC disk full, -EIO (or the system's own error) input/output, -EBUSY locked too long, -EEXIST
 * a key is there already, -EUCLEAN damaged, -EILSEQ no database, -EROFS not writable … 0 for
 * success. */
int db_error(sqlite3 *db, int code);

int db_exec(sqlite3 *db, const char *sql);
/* The one integer that a query gives. -ENOENT where it gives no row. */
int db_integer(sqlite3 *db, const char *sql, int64_t *ret_value);
/* Ends a transaction that an error may have ended already. */
void db_rollback(sqlite3 *db);

int db_prepare(sqlite3 *db, const char *sql, sqlite3_stmt **ret_statement);
/* To be kept for the life of the connection. */
int db_prepare_kept(sqlite3 *db, const char *sql, sqlite3_stmt **ret_statement);
sqlite3_stmt *db_finalize(sqlite3_stmt *statement);
/* 1 a row, 0 no more, -errno. The statement is left as it is. */
int db_step(sqlite3_stmt *statement);
/* Steps to the end and resets. */
int db_run(sqlite3_stmt *statement);
/* Calls fn for each row and resets; a value other than 0 from fn ends the walk and is returned. */
typedef int (*db_row_fn)(sqlite3_stmt *row, void *arg);
int db_each(sqlite3_stmt *statement, db_row_fn fn, void *arg);
/* The same for a query without parameters that is asked once. */
int db_each_of(sqlite3 *db, const char *sql, db_row_fn fn, void *arg);

/* The parameters of a statement, put one after the other: the first failure is kept and returned by
 * db_values_run(). Texts are not copied: they must live until then. */
struct db_values {
    sqlite3_stmt *statement;
    int count;
    int code;
};
static inline struct db_values db_values(sqlite3_stmt *statement)
{
    return (struct db_values){.statement = statement, .code = SQLITE_OK};
}
void db_put_integer(struct db_values *values, int64_t value);
void db_put_positive(struct db_values *values, int64_t value);               /* 0 is put as NULL */
void db_put_bytes(struct db_values *values, const char *text, size_t bytes); /* NULL as NULL */
void db_put_text(struct db_values *values, const char *text);
void db_put_blob(struct db_values *values, const void *data, size_t bytes); /* NULL as NULL */
int db_values_code(const struct db_values *values);                         /* 0 or -errno */
int db_values_run(struct db_values *values);

/* Column `index` of the present row; NULL where it has none. Valid until the next step. */
const char *db_text(sqlite3_stmt *row, int index);

#endif
