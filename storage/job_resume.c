/* What the crawler asks of a job's file while it runs and after a restart: the frontier, the known
 * URLs, the tallies. Writer thread; rows are borrowed by the callback.
 */
#include <errno.h>

#include "storage/job_store_private.h"

/* --- URLs and origins ---------------------------------------------------------------------- */

int job_store_each_queued(struct job_store *store, int64_t origin_id, int64_t after_id,
                          unsigned limit, store_url_fn fn, void *arg)
{
    struct db_values values = db_values(store->statements[JOB_SELECT_QUEUED]);
    db_put_integer(&values, origin_id);
    db_put_integer(&values, after_id);
    db_put_integer(&values, limit ? (int64_t)limit : -1);
    int r = db_values_code(&values);
    return r < 0 ? r : job_each_url(values.statement, fn, arg);
}

int job_store_each_url(struct job_store *store, store_url_fn fn, void *arg)
{
    sqlite3_stmt *statement = NULL;
    int r = db_prepare(store->db, "SELECT " JOB_URL_COLUMNS " FROM urls ORDER BY id", &statement);
    if (r == 0)
        r = job_each_url(statement, fn, arg);
    db_finalize(statement);
    return r;
}

struct unfollowed_walk {
    store_unfollowed_fn fn;
    void *arg;
};

static int visit_unfollowed(sqlite3_stmt *row, void *arg)
{
    const struct unfollowed_walk *walk = arg;
    struct store_unfollowed link = {.url = job_column_text(row, 0), .rule = db_text(row, 1)};
    return walk->fn(&link, walk->arg);
}

int job_store_each_unfollowed(struct job_store *store, store_unfollowed_fn fn, void *arg)
{
    struct unfollowed_walk walk = {.fn = fn, .arg = arg};
    return db_each_of(store->db, "SELECT url, rule FROM unfollowed", visit_unfollowed, &walk);
}

static int read_flag(sqlite3_stmt *row, void *arg)
{
    *(bool *)arg = sqlite3_column_int(row, 0) != 0;
    return 0;
}

int job_store_is_redirect_source(struct job_store *store, int64_t id, const char *url,
                                 bool *ret_is_source)
{
    static const char sql[] =
        "WITH RECURSIVE chain(id) AS (VALUES (?1) UNION SELECT urls.parent_id FROM chain"
        " JOIN urls ON urls.id = chain.id WHERE urls.via = 'redirect')"
        " SELECT EXISTS (SELECT 1 FROM chain JOIN urls ON urls.id = chain.id WHERE urls.url = ?2)";
    sqlite3_stmt *statement = NULL;
    int r = db_prepare(store->db, sql, &statement);
    if (r < 0)
        return r;
    struct db_values values = db_values(statement);
    db_put_integer(&values, id);
    db_put_text(&values, url);
    r = db_values_code(&values);
    if (r == 0)
        r = db_each(statement, read_flag, ret_is_source);
    db_finalize(statement);
    return r;
}

struct origin_walk {
    store_origin_fn fn;
    void *arg;
};

static int visit_origin(sqlite3_stmt *row, void *arg)
{
    const struct origin_walk *walk = arg;
    struct store_origin origin = {
        .id = sqlite3_column_int64(row, 0),
        .origin = job_column_text(row, 1),
        .host = job_column_text(row, 2),
    };
    return walk->fn(&origin, walk->arg);
}

int job_store_each_origin(struct job_store *store, store_origin_fn fn, void *arg)
{
    struct origin_walk walk = {.fn = fn, .arg = arg};
    return db_each_of(store->db, "SELECT id, origin, host FROM origins ORDER BY id", visit_origin,
                      &walk);
}

/* --- tallies and totals -------------------------------------------------------------------- */

struct tally_walk {
    store_tally_fn fn;
    void *arg;
};

static int visit_tally(sqlite3_stmt *row, void *arg)
{
    const struct tally_walk *walk = arg;
    struct store_tally tally = {
        .state = db_text(row, 0),
        .reason = db_text(row, 1),
        .origin_id = sqlite3_column_int64(row, 2),
        .count = sqlite3_column_int64(row, 3),
    };
    return walk->fn(&tally, walk->arg);
}

/* A URL can be skipped when it is found (urls.skipped) or later (a row in pages): one tally. */
int job_store_each_tally(struct job_store *store, store_tally_fn fn, void *arg)
{
    struct tally_walk walk = {.fn = fn, .arg = arg};
    return db_each_of(store->db,
                      "SELECT state, reason, origin_id, sum(number) FROM ("
                      " SELECT 'queued' AS state, NULL AS reason, origin_id, count(*) AS number"
                      "  FROM urls WHERE skipped IS NULL"
                      "  AND NOT EXISTS (SELECT 1 FROM pages WHERE pages.id = urls.id)"
                      "  GROUP BY origin_id"
                      " UNION ALL SELECT 'skipped', skipped, 0, count(*) FROM urls"
                      "  WHERE skipped IS NOT NULL GROUP BY skipped"
                      " UNION ALL SELECT state, outcome, 0, count(*) FROM pages"
                      "  GROUP BY state, outcome"
                      ") GROUP BY state, reason, origin_id ORDER BY state, reason, origin_id",
                      visit_tally, &walk);
}

static int add_alt_state(sqlite3_stmt *row, void *arg)
{
    struct store_totals *totals = arg;
    int64_t count = sqlite3_column_int64(row, 1);
    int64_t *counter = job_store_alt_counter(totals, db_text(row, 0));
    if (!counter)
        return -EUCLEAN;
    *counter = count;
    totals->occurrences += count;
    return 0;
}

static int add_verdicts(sqlite3_stmt *row, void *arg)
{
    job_store_count_verdicts(arg, (uint64_t)sqlite3_column_int64(row, 0),
                             sqlite3_column_int64(row, 1));
    return 0;
}

int job_store_totals(struct job_store *store, struct store_totals *ret_totals)
{
    struct store_totals totals = {0};
    int r = db_integer(store->db, "SELECT count(*) FROM images", &totals.images);
    if (r == 0)
        r = db_integer(store->db, "SELECT coalesce(sum(body_bytes), 0) FROM pages",
                       &totals.body_bytes);
    if (r == 0)
        r = db_integer(store->db, "SELECT coalesce(max(id), 0) FROM urls", &totals.last_url_id);
    if (r == 0)
        r = db_integer(store->db, "SELECT count(*) FROM style_sheets", &totals.style_sheets);
    if (r == 0)
        r = db_each_of(store->db, "SELECT alt_state, count(*) FROM occurrences GROUP BY alt_state",
                       add_alt_state, &totals);
    if (r == 0)
        r = db_each_of(store->db, "SELECT verdicts, count(*) FROM occurrences GROUP BY verdicts",
                       add_verdicts, &totals);
    if (r == 0)
        *ret_totals = totals;
    return r;
}

void job_store_live_totals(const struct job_store *store, struct store_totals *ret_totals)
{
    *ret_totals = store->totals;
}
