/* See snapshot.h. VACUUM INTO reads in one transaction and writes a file without free pages, in
 * which nothing of deleted rows is left; what is deleted after that is overwritten with zeros.
 */
#include "storage/snapshot.h"

#include <errno.h>
#include <unistd.h>

#include "storage/job_file.h"

static int vacuum_into(sqlite3 *db, const char *to)
{
    sqlite3_stmt *statement = NULL;
    int r = db_prepare(db, "VACUUM INTO ?", &statement);
    if (r < 0)
        return r;
    struct db_values values = db_values(statement);
    db_put_text(&values, to);
    r = db_values_run(&values);
    db_finalize(statement);
    return r;
}

static int copy(const char *job_path, const char *to)
{
    sqlite3 *db = NULL;
    int r = job_file_open(job_path, STORAGE_READ_ONLY, &db, NULL);
    if (r < 0)
        return r;
    r = vacuum_into(db, to);
    db_close(db);
    return r;
}

/* No other connection knows the file: a journal in memory will do, and leaves no second file. */
static int strip(const char *path, int64_t *ret_rows)
{
    sqlite3 *db = NULL;
    int r = db_error(NULL,
                     sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL));
    if (r == 0)
        r = db_exec(db, "PRAGMA journal_mode = MEMORY; PRAGMA secure_delete = ON;"
                        "DELETE FROM meta WHERE key LIKE '%seed%';");
    if (r == 0)
        r = db_integer(db, "SELECT count(*) FROM occurrences", ret_rows);
    db_close(db);
    return r;
}

int snapshot_write(const char *job_path, const char *to, int64_t *ret_rows)
{
    int64_t rows = 0;
    int r = copy(job_path, to);
    if (r == 0)
        r = strip(to, &rows);
    if (r < 0) {
        if (r != -EEXIST)
            unlink(to);
        return r;
    }
    *ret_rows = rows;
    return 0;
}
