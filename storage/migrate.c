/* Finds the sections of a schema file and runs those that a database lacks. Writing connections
 * only; two processes that open the same old file are put in order by BEGIN IMMEDIATE. */
#include "storage/migrate.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/db.h"

static const char *find_section(const char *sql, int64_t version)
{
    char mark[48];
    snprintf(mark, sizeof(mark), "-- version %lld\n", (long long)version);
    for (const char *at = sql; (at = strstr(at, mark)) != NULL; at++)
        if (at == sql || at[-1] == '\n')
            return at;
    return NULL;
}

int64_t migrate_latest(const char *sql)
{
    int64_t version = 0;
    while (find_section(sql, version + 1))
        version++;
    return version;
}

static int run_section(sqlite3 *db, const char *sql, int64_t version)
{
    const char *start = find_section(sql, version);
    const char *end = find_section(sql, version + 1);
    char *section = end ? strndup(start, (size_t)(end - start)) : strdup(start);
    if (!section)
        return -ENOMEM;
    int r = db_exec(db, section);
    free(section);
    return r;
}

static int mark(sqlite3 *db, int64_t version, int32_t application_id)
{
    char sql[128];
    snprintf(sql, sizeof(sql), "PRAGMA user_version = %lld; PRAGMA application_id = %ld",
             (long long)version, (long)application_id);
    return db_exec(db, sql);
}

static int run_missing(sqlite3 *db, const char *sql, int32_t application_id)
{
    int64_t version = 0, latest = migrate_latest(sql);
    int r = db_integer(db, "PRAGMA user_version", &version);
    while (r == 0 && version < latest) {
        r = run_section(db, sql, ++version);
        if (r == 0)
            r = mark(db, version, application_id);
    }
    return r;
}

int migrate_run(sqlite3 *db, const char *sql, int32_t application_id)
{
    int64_t version = 0;
    int r = db_integer(db, "PRAGMA user_version", &version);
    if (r < 0 || version == migrate_latest(sql))
        return r;
    r = db_exec(db, "BEGIN IMMEDIATE");
    if (r == 0)
        r = run_missing(db, sql, application_id);
    if (r == 0)
        r = db_exec(db, "COMMIT");
    if (r < 0)
        db_rollback(db);
    return r;
}
