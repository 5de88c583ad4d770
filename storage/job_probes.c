/* See job_probes.h. */
#include "storage/job_probes.h"

#include <errno.h>
#include <string.h>

#include "storage/job_store_private.h"
#include "storage/probe_rows.h"

/* --- what came of it ----------------------------------------------------------------------- */

int job_store_add_probe(struct job_store *store, const struct store_probe *probe)
{
    struct db_values values = db_values(store->statements[JOB_INSERT_PROBE]);
    db_put_integer(&values, probe->image_id);
    probe_put(&values, probe);
    return db_values_run(&values);
}

static int update_sheet(struct job_store *store, const struct store_style_sheet *sheet)
{
    struct db_values values = db_values(store->statements[JOB_SETTLE_STYLE_SHEET]);
    db_put_text(&values, sheet->state);
    db_put_text(&values, sheet->outcome);
    job_put_text(&values, sheet->detail);
    db_put_positive(&values, sheet->status);
    job_put_text(&values, sheet->final_url);
    db_put_integer(&values, (int64_t)sheet->image_count);
    db_put_positive(&values, sheet->fetched_ms);
    db_put_integer(&values, sheet->id);
    int r = db_values_run(&values);
    return r == 0 && sqlite3_changes64(store->db) == 0 ? -ENOENT : r;
}

static int read_id(sqlite3_stmt *row, void *arg)
{
    *(int64_t *)arg = sqlite3_column_int64(row, 0);
    return 0;
}

static int page_of_sheet(struct job_store *store, int64_t id, int64_t *ret_page_id)
{
    struct db_values values = db_values(store->statements[JOB_SELECT_SHEET_PAGE]);
    db_put_integer(&values, id);
    int r = db_values_code(&values);
    return r < 0 ? r : db_each(values.statement, read_id, ret_page_id);
}

int job_store_settle_style_sheet(struct job_store *store, const struct store_style_sheet *sheet)
{
    int64_t page_id = 0;
    int r = update_sheet(store, sheet);
    if (r == 0 && sheet->image_count > 0)
        r = page_of_sheet(store, sheet->id, &page_id);
    for (size_t i = 0; r == 0 && i < sheet->image_count; i++)
        r = job_append_occurrence(store, page_id, &sheet->images[i]);
    return r;
}

/* --- what is to be asked for --------------------------------------------------------------- */

static const struct {
    enum job_statement queued, one;
    const char *tally, *count_queued, *skip;
} kinds[STORE_ASSET_COUNT] = {
    [STORE_IMAGE] = {.queued = JOB_SELECT_UNPROBED,
                     .one = JOB_SELECT_IMAGE,
                     .tally = "SELECT state, count(*) FROM probes GROUP BY state",
                     .count_queued =
                         "SELECT count(*) FROM images WHERE url LIKE 'http%'"
                         " AND NOT EXISTS (SELECT 1 FROM probes WHERE image_id = images.id)",
                     .skip = "INSERT INTO probes(image_id, state, outcome)"
                             " SELECT id, 'skipped', ? FROM images WHERE url LIKE 'http%'"
                             " AND NOT EXISTS (SELECT 1 FROM probes WHERE image_id = images.id)"},
    [STORE_STYLE_SHEET] = {.queued = JOB_SELECT_QUEUED_SHEETS,
                           .one = JOB_SELECT_SHEET,
                           .tally = "SELECT state, count(*) FROM style_sheets GROUP BY state",
                           .count_queued =
                               "SELECT count(*) FROM style_sheets WHERE state = 'queued'",
                           .skip = "UPDATE style_sheets SET state = 'skipped', outcome = ?"
                                   " WHERE state = 'queued'"},
};

struct asset_walk {
    store_asset_fn fn;
    void *arg;
    bool found;
};

static int visit_asset(sqlite3_stmt *row, void *arg)
{
    struct asset_walk *walk = arg;
    walk->found = true;
    return walk->fn(sqlite3_column_int64(row, 0), job_column_text(row, 1), walk->arg);
}

int job_store_each_asset(struct job_store *store, enum store_asset kind, int64_t after_id,
                         unsigned limit, store_asset_fn fn, void *arg)
{
    struct asset_walk walk = {.fn = fn, .arg = arg};
    struct db_values values = db_values(store->statements[kinds[kind].queued]);
    db_put_integer(&values, after_id);
    db_put_integer(&values, limit);
    int r = db_values_code(&values);
    return r < 0 ? r : db_each(values.statement, visit_asset, &walk);
}

int job_store_asset(struct job_store *store, enum store_asset kind, int64_t id, store_asset_fn fn,
                    void *arg)
{
    struct asset_walk walk = {.fn = fn, .arg = arg};
    struct db_values values = db_values(store->statements[kinds[kind].one]);
    db_put_integer(&values, id);
    int r = db_values_code(&values);
    if (r == 0)
        r = db_each(values.statement, visit_asset, &walk);
    return r == 0 && !walk.found ? -ENOENT : r;
}

int64_t job_store_last_asset(const struct job_store *store, enum store_asset kind)
{
    return kind == STORE_IMAGE ? store->committed_image_id : store->committed_style_sheet_id;
}

static int add_state(sqlite3_stmt *row, void *arg)
{
    struct store_asset_tally *tally = arg;
    const char *state = db_text(row, 0);
    int64_t count = sqlite3_column_int64(row, 1);
    if (strcmp(state, "done") == 0)
        tally->done = count;
    else if (strcmp(state, "failed") == 0)
        tally->failed = count;
    else if (strcmp(state, "skipped") == 0)
        tally->skipped = count;
    return 0;
}

int job_store_asset_tally(struct job_store *store, enum store_asset kind,
                          struct store_asset_tally *ret_tally)
{
    struct store_asset_tally tally = {.last_id = job_store_last_asset(store, kind)};
    int r = db_each_of(store->db, kinds[kind].tally, add_state, &tally);
    if (r == 0)
        r = db_integer(store->db, kinds[kind].count_queued, &tally.queued);
    if (r == 0)
        *ret_tally = tally;
    return r;
}

static int run_skip(struct job_store *store, enum store_asset kind, const char *reason)
{
    sqlite3_stmt *statement = NULL;
    int r = db_prepare(store->db, kinds[kind].skip, &statement);
    if (r < 0)
        return r;
    struct db_values values = db_values(statement);
    db_put_text(&values, reason);
    r = db_values_run(&values);
    db_finalize(statement);
    return r;
}

int job_store_skip_assets(struct job_store *store, enum store_asset kind, const char *reason)
{
    int r = job_store_begin(store);
    if (r < 0)
        return r;
    r = run_skip(store, kind, reason);
    if (r == 0)
        r = job_store_commit(store);
    if (r < 0)
        job_store_rollback(store);
    return r;
}
