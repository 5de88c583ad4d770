/* See probe_cache.h. A row that is put anew gets the highest id, so that the ids are in order of
 * the probes and the oldest rows are those far below the highest. */
#include "storage/probe_cache.h"

#include <errno.h>
#include <stdlib.h>

#include "storage/job_rows.h"
#include "storage/probe_rows.h"
#include "storage/schema.h"

enum { PROBES_APPLICATION_ID = 0x696d6750 /* "imgP" */, PAGE_BYTES = 8192, TRIM_EVERY = 256 };

enum statement { BEGIN, COMMIT, GET, PUT, TOUCH, TRIM, STATEMENT_COUNT };

static const char *const statement_sql[STATEMENT_COUNT] = {
    [BEGIN] = "BEGIN IMMEDIATE",
    [COMMIT] = "COMMIT",
    [GET] = "SELECT is_whole, etag, " PROBE_COLUMNS " FROM probes WHERE url = ? AND reach = ?",
    [PUT] = "INSERT OR REPLACE INTO probes(url, reach, is_whole, etag, " PROBE_COLUMNS ")"
            " VALUES (?, ?, ?, ?, " PROBE_PARAMETERS ")",
    [TOUCH] = "UPDATE probes SET probed_ms = ? WHERE url = ? AND reach = ?",
    [TRIM] = "DELETE FROM probes WHERE id <= (SELECT max(id) FROM probes) - ?",
};

struct probe_cache {
    sqlite3 *db;
    sqlite3_stmt *statements[STATEMENT_COUNT];
    int64_t max_rows;
    unsigned puts; /* since it was trimmed */
};

static int open_file(const char *path, sqlite3 **ret_db, const char **ret_reason)
{
    const struct db_schema schema = {
        .sql = schema_text("storage/probes.sql"),
        .application_id = PROBES_APPLICATION_ID,
        .page_bytes = PAGE_BYTES,
        .pragmas = "PRAGMA synchronous = NORMAL;"
                   "PRAGMA cache_size = -4096;"
                   "PRAGMA journal_size_limit = 16777216;",
        .foreign = "the file is not an imgcrawl probe cache",
    };
    return db_open(path, STORAGE_READ_WRITE, &schema, ret_db, ret_reason);
}

int probe_cache_open(const char *path, int64_t max_rows, struct probe_cache **ret_cache,
                     const char **ret_reason)
{
    struct probe_cache *cache = calloc(1, sizeof(*cache));
    if (!cache)
        abort();
    cache->max_rows = max_rows;
    cache->puts = TRIM_EVERY; /* the first put looks whether there are too many */
    int r = open_file(path, &cache->db, ret_reason);
    for (int i = 0; r == 0 && i < STATEMENT_COUNT; i++)
        r = db_prepare_kept(cache->db, statement_sql[i], &cache->statements[i]);
    if (r < 0)
        probe_cache_free(cache);
    else
        *ret_cache = cache;
    return r;
}

struct probe_cache *probe_cache_free(struct probe_cache *cache)
{
    if (!cache)
        return NULL;
    for (int i = 0; i < STATEMENT_COUNT; i++)
        db_finalize(cache->statements[i]);
    db_close(cache->db);
    free(cache);
    return NULL;
}

static void put_key(struct db_values *values, const struct probe_key *key)
{
    job_put_text(values, key->url);
    db_put_integer(values, key->reaches_loopback);
}

struct find {
    cached_probe_fn fn;
    void *arg;
    bool found;
};

static int visit(sqlite3_stmt *row, void *arg)
{
    struct find *find = arg;
    struct cached_probe cached = {.is_whole = sqlite3_column_int(row, 0) != 0,
                                  .etag = job_column_text(row, 1)};
    probe_columns(row, 2, &cached.probe);
    find->found = true;
    return find->fn(&cached, find->arg);
}

int probe_cache_get(struct probe_cache *cache, const struct probe_key *key, cached_probe_fn fn,
                    void *arg)
{
    struct find find = {.fn = fn, .arg = arg};
    struct db_values values = db_values(cache->statements[GET]);
    put_key(&values, key);
    int r = db_values_code(&values);
    if (r == 0)
        r = db_each(values.statement, visit, &find);
    return r == 0 && !find.found ? -ENOENT : r;
}

int probe_cache_begin(struct probe_cache *cache)
{
    return db_run(cache->statements[BEGIN]);
}

static int trim(struct probe_cache *cache)
{
    struct db_values values = db_values(cache->statements[TRIM]);
    db_put_integer(&values, cache->max_rows);
    cache->puts = 0;
    return db_values_run(&values);
}

int probe_cache_put(struct probe_cache *cache, const struct probe_key *key,
                    const struct cached_probe *cached)
{
    struct db_values values = db_values(cache->statements[PUT]);
    put_key(&values, key);
    db_put_integer(&values, cached->is_whole);
    job_put_text(&values, cached->etag);
    probe_put(&values, &cached->probe);
    int r = db_values_run(&values);
    if (r == 0 && ++cache->puts >= TRIM_EVERY)
        r = trim(cache);
    return r;
}

int probe_cache_touch(struct probe_cache *cache, const struct probe_key *key, int64_t probed_ms)
{
    struct db_values values = db_values(cache->statements[TOUCH]);
    db_put_integer(&values, probed_ms);
    put_key(&values, key);
    return db_values_run(&values);
}

int probe_cache_commit(struct probe_cache *cache)
{
    int r = db_run(cache->statements[COMMIT]);
    if (r < 0)
        db_rollback(cache->db);
    return r;
}

void probe_cache_rollback(struct probe_cache *cache)
{
    db_rollback(cache->db);
}

int probe_cache_count(struct probe_cache *cache, int64_t *ret_count)
{
    return db_integer(cache->db, "SELECT count(*) FROM probes", ret_count);
}
