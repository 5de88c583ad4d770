/* Traps in a job's file: found, held back, released. Writer thread.
 *
 * urls.trap_id says which trap holds a URL back: one that was skipped where it was found
 * (urls.skipped), or later, when its turn came (a row in pages). Releasing first marks the trap,
 * and then takes URLs out of it, some at a time, so it can stop anywhere and go on after a restart.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "storage/job_store_private.h"

static int add_found_event(struct job_store *store, const struct store_trap *trap)
{
    char text[700];
    snprintf(text, sizeof(text), "trap %" PRId64 " (%s): %.*s: %.*s", trap->id, trap->kind,
             (int)trap->pattern.bytes, trap->pattern.data, (int)trap->detail.bytes,
             trap->detail.data);
    return job_store_add_event(store, trap->found_ms, "trap", text);
}

int job_store_add_trap(struct job_store *store, const struct store_trap *trap)
{
    struct db_values values = db_values(store->statements[JOB_INSERT_TRAP]);
    db_put_integer(&values, trap->id);
    db_put_text(&values, trap->kind);
    job_put_text(&values, trap->host);
    job_put_text(&values, trap->pattern);
    job_put_text(&values, trap->detail);
    job_put_text(&values, trap->examples);
    db_put_integer(&values, trap->found_ms);
    int r = db_values_run(&values);
    return r < 0 ? r : add_found_event(store, trap);
}

/* Runs a statement with one or two integers; ret_count (may be NULL): the rows it changed. */
static int change(struct job_store *store, const char *sql, int64_t first, int64_t second,
                  int64_t *ret_count)
{
    sqlite3_stmt *statement = NULL;
    int r = db_prepare(store->db, sql, &statement);
    if (r < 0)
        return r;
    struct db_values values = db_values(statement);
    db_put_integer(&values, first);
    if (sqlite3_bind_parameter_count(statement) > 1)
        db_put_integer(&values, second);
    r = db_values_run(&values);
    if (r == 0 && ret_count)
        *ret_count = sqlite3_changes64(store->db);
    db_finalize(statement);
    return r;
}

static int read_integer(sqlite3_stmt *row, void *arg)
{
    *(int64_t *)arg = sqlite3_column_int64(row, 0);
    return 0;
}

/* *ret_ms: 0 where it is suspended. */
static int read_released(struct job_store *store, int64_t trap_id, int64_t *ret_ms)
{
    sqlite3_stmt *statement = NULL;
    int64_t released_ms = -1;
    int r = db_prepare(store->db, "SELECT coalesce(released_ms, 0) FROM traps WHERE id = ?",
                       &statement);
    if (r < 0)
        return r;
    struct db_values values = db_values(statement);
    db_put_integer(&values, trap_id);
    r = db_values_code(&values);
    if (r == 0)
        r = db_each(statement, read_integer, &released_ms);
    db_finalize(statement);
    if (r == 0 && released_ms < 0)
        r = -ENOENT;
    if (r == 0)
        *ret_ms = released_ms;
    return r;
}

int job_store_release_trap(struct job_store *store, int64_t trap_id, int64_t at_ms)
{
    char text[80];
    int64_t released_ms = 0;
    int r = read_released(store, trap_id, &released_ms);
    if (r < 0 || released_ms > 0)
        return r < 0 ? r : -EALREADY;
    r = job_store_begin(store);
    if (r < 0)
        return r;
    r = change(store, "UPDATE traps SET state = 'released', released_ms = ?2 WHERE id = ?1",
               trap_id, at_ms, NULL);
    snprintf(text, sizeof(text), "trap %" PRId64 " released", trap_id);
    if (r == 0)
        r = job_store_add_event(store, at_ms, "trap", text);
    if (r == 0)
        r = job_store_commit(store);
    if (r < 0)
        job_store_rollback(store);
    return r;
}

/* URLs on their way out of a trap. */
struct release {
    store_url_fn fn;
    void *arg;
    int64_t *ids;
    size_t count;
};

static int take_url(sqlite3_stmt *row, void *arg)
{
    struct release *release = arg;
    struct store_url url = {
        .id = sqlite3_column_int64(row, 0),
        .origin_id = sqlite3_column_int64(row, 1),
        .url = job_column_text(row, 2),
        .depth = (uint32_t)sqlite3_column_int64(row, 3),
        .hops = (uint32_t)sqlite3_column_int64(row, 4),
    };
    release->ids[release->count++] = url.id;
    return release->fn ? release->fn(&url, release->arg) : 0;
}

static int select_held(struct job_store *store, int64_t trap_id, unsigned limit,
                       struct release *release)
{
    sqlite3_stmt *statement = NULL;
    int r = db_prepare(store->db,
                       "SELECT id, origin_id, url, depth, hops FROM urls WHERE trap_id = ?1"
                       " ORDER BY id LIMIT ?2",
                       &statement);
    if (r < 0)
        return r;
    struct db_values values = db_values(statement);
    db_put_integer(&values, trap_id);
    db_put_integer(&values, limit);
    r = db_values_code(&values);
    if (r == 0)
        r = db_each(statement, take_url, release);
    db_finalize(statement);
    return r;
}

static int free_urls(struct job_store *store, int64_t trap_id, const struct release *release)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < release->count; i++) {
        r = change(store, "UPDATE urls SET skipped = NULL, trap_id = NULL WHERE id = ?",
                   release->ids[i], 0, NULL);
        if (r == 0)
            r = change(store, "DELETE FROM pages WHERE id = ? AND outcome = 'trap'",
                       release->ids[i], 0, NULL);
    }
    if (r == 0)
        r = change(store, "UPDATE traps SET released_urls = released_urls + ?2 WHERE id = ?1",
                   trap_id, (int64_t)release->count, NULL);
    return r;
}

int job_store_release_urls(struct job_store *store, int64_t trap_id, unsigned limit,
                           store_url_fn fn, void *arg)
{
    struct release release = {.fn = fn, .arg = arg, .ids = calloc(limit, sizeof(*release.ids))};
    if (!release.ids)
        abort();
    int r = job_store_begin(store);
    if (r == 0) {
        r = select_held(store, trap_id, limit, &release);
        if (r == 0)
            r = free_urls(store, trap_id, &release);
        if (r == 0)
            r = job_store_commit(store);
        if (r < 0)
            job_store_rollback(store);
    }
    int count = (int)release.count;
    free(release.ids);
    return r < 0 ? r : count;
}

struct trap_walk {
    store_trap_fn fn;
    void *arg;
};

static int visit_trap(sqlite3_stmt *row, void *arg)
{
    const struct trap_walk *walk = arg;
    struct store_trap trap = {
        .id = sqlite3_column_int64(row, 0),
        .kind = db_text(row, 1),
        .host = job_column_text(row, 2),
        .pattern = job_column_text(row, 3),
        .detail = job_column_text(row, 4),
        .examples = job_column_text(row, 5),
        .found_ms = sqlite3_column_int64(row, 6),
        .released_ms = sqlite3_column_int64(row, 7),
    };
    return walk->fn(&trap, walk->arg);
}

int job_store_each_trap(struct job_store *store, store_trap_fn fn, void *arg)
{
    struct trap_walk walk = {.fn = fn, .arg = arg};
    return db_each_of(store->db,
                      "SELECT id, kind, host, pattern, detail, examples, found_ms, released_ms"
                      " FROM traps ORDER BY id",
                      visit_trap, &walk);
}

struct host_walk {
    store_host_visits_fn fn;
    void *arg;
};

static int visit_host(sqlite3_stmt *row, void *arg)
{
    const struct host_walk *walk = arg;
    return walk->fn(job_column_text(row, 0), sqlite3_column_int64(row, 1), walk->arg);
}

int job_store_each_host_visits(struct job_store *store, store_host_visits_fn fn, void *arg)
{
    struct host_walk walk = {.fn = fn, .arg = arg};
    return db_each_of(store->db,
                      "SELECT origins.host, count(*) FROM pages JOIN urls ON urls.id = pages.id"
                      " JOIN origins ON origins.id = urls.origin_id WHERE pages.attempts > 0"
                      " GROUP BY origins.host",
                      visit_host, &walk);
}
