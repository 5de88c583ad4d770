/* The end of a job in its file: the rest of the frontier is settled, the WAL is emptied. Writer
 * thread. The index for readers comes next, on a thread of its own: job_index.h.
 */
#include <inttypes.h>
#include <stdio.h>

#include "storage/job_store_private.h"

static int skip_rows(struct job_store *store, const char *reason, int64_t *ret_count)
{
    sqlite3_stmt *statement = NULL;
    int r = db_prepare(store->db,
                       "INSERT INTO pages(id, state, outcome)"
                       " SELECT id, 'skipped', ? FROM urls WHERE skipped IS NULL"
                       " AND NOT EXISTS (SELECT 1 FROM pages WHERE pages.id = urls.id)",
                       &statement);
    if (r < 0)
        return r;
    struct db_values values = db_values(statement);
    db_put_text(&values, reason);
    r = db_values_run(&values);
    if (r == 0)
        *ret_count = sqlite3_changes64(store->db);
    db_finalize(statement);
    return r;
}

static int note_skipped(struct job_store *store, int64_t at_ms, const char *reason, int64_t count)
{
    char text[256];
    if (count == 0)
        return 0;
    snprintf(text, sizeof(text), "%" PRId64 " queued URLs skipped: %s", count, reason);
    return job_store_add_event(store, at_ms, "skip", text);
}

int job_store_skip_queued(struct job_store *store, const char *reason, int64_t at_ms,
                          int64_t *ret_count)
{
    int64_t count = 0;
    int r = job_store_begin(store);
    if (r < 0)
        return r;
    r = skip_rows(store, reason, &count);
    if (r == 0)
        r = note_skipped(store, at_ms, reason, count);
    if (r == 0)
        r = job_store_commit(store);
    if (r < 0)
        job_store_rollback(store);
    else
        *ret_count = count;
    return r;
}

/* Empties the WAL where no reader holds it; else copies what it can, and the rest follows with the
 * next checkpoint or when the file is closed. Waits for nobody: other jobs' writes stand behind. */
static int checkpoint(struct job_store *store)
{
    sqlite3_busy_timeout(store->db, 0);
    int code = sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    if ((code & 0xff) == SQLITE_BUSY)
        code = sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    sqlite3_busy_timeout(store->db, DB_BUSY_TIMEOUT_MS);
    if ((code & 0xff) == SQLITE_BUSY)
        code = SQLITE_OK;
    return db_error(store->db, code);
}

int job_store_finish(struct job_store *store)
{
    return checkpoint(store);
}
