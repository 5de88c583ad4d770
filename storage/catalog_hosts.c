/* What the catalog remembers of hosts across jobs and restarts: robots rules and politeness.
 * Written by the writer thread, read once at start.
 */
#include <errno.h>

#include "storage/catalog_private.h"

/* --- robots -------------------------------------------------------------------------------- */

int catalog_put_robots(struct catalog *catalog, const struct robots_row *row)
{
    sqlite3_stmt *statement = NULL;
    int r = db_prepare(catalog->db,
                       "INSERT OR REPLACE INTO robots(origin, fetched_ms, expires_ms, status,"
                       " outcome, rules) VALUES (?, ?, ?, ?, ?, ?)",
                       &statement);
    if (r < 0)
        return r;
    struct db_values values = db_values(statement);
    db_put_text(&values, row->origin);
    db_put_positive(&values, row->fetched_ms);
    db_put_integer(&values, row->expires_ms);
    db_put_integer(&values, row->status);
    db_put_text(&values, row->outcome);
    db_put_text(&values, row->rules ? row->rules : "");
    r = db_values_run(&values);
    db_finalize(statement);
    return r;
}

struct robots_walk {
    robots_row_fn fn;
    void *arg;
};

static int visit_robots(sqlite3_stmt *statement, void *arg)
{
    const struct robots_walk *walk = arg;
    struct robots_row row = {
        .origin = db_text(statement, 0),
        .fetched_ms = sqlite3_column_int64(statement, 1),
        .expires_ms = sqlite3_column_int64(statement, 2),
        .status = sqlite3_column_int(statement, 3),
        .outcome = db_text(statement, 4),
        .rules = db_text(statement, 5),
    };
    return walk->fn(&row, walk->arg);
}

/* Runs a query with one time as its parameter. */
static int each_since(struct catalog *catalog, const char *sql, int64_t at_ms, db_row_fn fn,
                      void *arg)
{
    sqlite3_stmt *statement = NULL;
    int r = db_prepare(catalog->db, sql, &statement);
    if (r < 0)
        return r;
    struct db_values values = db_values(statement);
    db_put_integer(&values, at_ms);
    r = db_values_code(&values);
    if (r == 0)
        r = db_each(statement, fn, arg);
    db_finalize(statement);
    return r;
}

int catalog_each_robots(struct catalog *catalog, int64_t not_expired_at_ms, robots_row_fn fn,
                        void *arg)
{
    struct robots_walk walk = {.fn = fn, .arg = arg};
    return each_since(catalog,
                      "SELECT origin, fetched_ms, expires_ms, status, outcome, rules FROM robots"
                      " WHERE expires_ms > ? ORDER BY origin",
                      not_expired_at_ms, visit_robots, &walk);
}

/* What is looked for was found. */
struct robots_find {
    struct robots_walk walk;
    bool found;
};

static int find_robots(sqlite3_stmt *statement, void *arg)
{
    struct robots_find *find = arg;
    find->found = true;
    return visit_robots(statement, &find->walk);
}

int catalog_get_robots(struct catalog *catalog, const char *origin, robots_row_fn fn, void *arg)
{
    struct robots_find find = {.walk = {.fn = fn, .arg = arg}};
    sqlite3_stmt *statement = NULL;
    int r = db_prepare(catalog->db,
                       "SELECT origin, fetched_ms, expires_ms, status, outcome, rules FROM robots"
                       " WHERE origin = ?",
                       &statement);
    if (r < 0)
        return r;
    struct db_values values = db_values(statement);
    db_put_text(&values, origin);
    r = db_values_code(&values);
    if (r == 0)
        r = db_each(statement, find_robots, &find);
    db_finalize(statement);
    return r == 0 && !find.found ? -ENOENT : r;
}

/* --- hosts --------------------------------------------------------------------------------- */

int catalog_put_host(struct catalog *catalog, const struct host_row *row)
{
    sqlite3_stmt *statement = NULL;
    int r = db_prepare(catalog->db,
                       "INSERT OR REPLACE INTO hosts(host, next_at_ms, backoff_ms, latency_ms,"
                       " baseline_ms, brake_ms, saved_ms) VALUES (?, ?, ?, ?, ?, ?, ?)",
                       &statement);
    if (r < 0)
        return r;
    struct db_values values = db_values(statement);
    db_put_text(&values, row->host);
    db_put_integer(&values, row->next_at_ms);
    db_put_integer(&values, row->backoff_ms);
    db_put_integer(&values, row->latency_ms);
    db_put_integer(&values, row->baseline_ms);
    db_put_integer(&values, row->brake_ms);
    db_put_integer(&values, row->saved_ms);
    r = db_values_run(&values);
    db_finalize(statement);
    return r;
}

struct host_walk {
    host_row_fn fn;
    void *arg;
};

static int visit_host(sqlite3_stmt *statement, void *arg)
{
    const struct host_walk *walk = arg;
    struct host_row row = {
        .host = db_text(statement, 0),
        .next_at_ms = sqlite3_column_int64(statement, 1),
        .backoff_ms = sqlite3_column_int64(statement, 2),
        .latency_ms = sqlite3_column_int64(statement, 3),
        .baseline_ms = sqlite3_column_int64(statement, 4),
        .brake_ms = sqlite3_column_int64(statement, 5),
        .saved_ms = sqlite3_column_int64(statement, 6),
    };
    return walk->fn(&row, walk->arg);
}

int catalog_each_host(struct catalog *catalog, int64_t next_after_ms, host_row_fn fn, void *arg)
{
    struct host_walk walk = {.fn = fn, .arg = arg};
    return each_since(catalog,
                      "SELECT host, next_at_ms, backoff_ms, latency_ms, baseline_ms, brake_ms,"
                      " saved_ms FROM hosts WHERE next_at_ms > ? OR latency_ms > 0 ORDER BY host",
                      next_after_ms, visit_host, &walk);
}

/* --- rules --------------------------------------------------------------------------------- */

static int run_with_texts(struct catalog *catalog, const char *sql, const char *first,
                          const char *second)
{
    sqlite3_stmt *statement = NULL;
    int r = db_prepare(catalog->db, sql, &statement);
    if (r < 0)
        return r;
    struct db_values values = db_values(statement);
    db_put_text(&values, first);
    if (second)
        db_put_text(&values, second);
    r = db_values_run(&values);
    db_finalize(statement);
    return r;
}

int catalog_put_host_rule(struct catalog *catalog, const char *pattern, const char *rule)
{
    return run_with_texts(catalog, "INSERT OR REPLACE INTO host_rules(pattern, rule) VALUES (?, ?)",
                          pattern, rule);
}

int catalog_delete_host_rule(struct catalog *catalog, const char *pattern)
{
    int r = run_with_texts(catalog, "DELETE FROM host_rules WHERE pattern = ?", pattern, NULL);
    return r == 0 && sqlite3_changes64(catalog->db) == 0 ? -ENOENT : r;
}

struct rule_walk {
    host_rule_fn fn;
    void *arg;
};

static int visit_rule(sqlite3_stmt *statement, void *arg)
{
    const struct rule_walk *walk = arg;
    return walk->fn(db_text(statement, 0), db_text(statement, 1), walk->arg);
}

int catalog_each_host_rule(struct catalog *catalog, host_rule_fn fn, void *arg)
{
    struct rule_walk walk = {.fn = fn, .arg = arg};
    sqlite3_stmt *statement = NULL;
    int r = db_prepare(catalog->db, "SELECT pattern, rule FROM host_rules ORDER BY pattern",
                       &statement);
    if (r < 0)
        return r;
    r = db_each(statement, visit_rule, &walk);
    db_finalize(statement);
    return r;
}

/* --- both ---------------------------------------------------------------------------------- */

static int delete_before(struct catalog *catalog, const char *sql, int64_t at_ms)
{
    sqlite3_stmt *statement = NULL;
    int r = db_prepare(catalog->db, sql, &statement);
    if (r < 0)
        return r;
    struct db_values values = db_values(statement);
    db_put_integer(&values, at_ms);
    r = db_values_run(&values);
    db_finalize(statement);
    return r;
}

int catalog_forget_before(struct catalog *catalog, int64_t at_ms)
{
    int r = delete_before(catalog, "DELETE FROM robots WHERE expires_ms <= ?", at_ms);
    if (r == 0)
        r = delete_before(catalog,
                          "DELETE FROM hosts WHERE next_at_ms <= ?1"
                          " AND (latency_ms = 0 OR saved_ms < ?1 - 30 * 86400000)",
                          at_ms);
    return r;
}
