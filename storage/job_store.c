/* A job's file for writing: open, transactions, small facts. Writer thread only. The rows of a page
 * go in by job_append.c; readers see them from the commit on (job_query.h, export.h).
 */
#include "storage/job_store.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "storage/job_file.h"
#include "storage/job_store_private.h"
#include "storage/probe_rows.h"

static const char *const statement_sql[] = {
    [JOB_BEGIN] = "BEGIN IMMEDIATE",
    [JOB_COMMIT] = "COMMIT",
    [JOB_INSERT_ORIGIN] = "INSERT INTO origins(id, origin, host) VALUES (?, ?, ?)",
    [JOB_INSERT_URL] = "INSERT INTO urls(id, url, origin_id, parent_id, via, depth, hops, skipped,"
                       " trap_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [JOB_INSERT_PAGE] =
        "INSERT INTO pages(id, state, outcome, detail, status, redirect_to, content_type, charset,"
        " body_bytes, title, base, canonical, meta_robots, flags, link_elements, image_elements,"
        " attempts, fetched_ms, fetch_ms, sniffed_type, robots_tag, directives, tdm_policy, etag,"
        " last_modified)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [JOB_INSERT_IMAGE] = "INSERT INTO images(id, url, host) VALUES (?, ?, ?)",
    [JOB_INSERT_OCCURRENCE] =
        "INSERT INTO occurrences(page_id, image_id, source, position, raw, descriptor, alt,"
        " alt_state, title, width, height, loading, data_bytes, sizes, media, type, aria_label,"
        " role, name, name_source, link, caption, heading, landmark, dom_path, template_id, flags,"
        " verdicts)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
        " ?)",
    [JOB_INSERT_TEMPLATE] = "INSERT INTO templates(id, key, place) VALUES (?, ?, ?)",
    [JOB_INSERT_UNFOLLOWED] = "INSERT INTO unfollowed(page_id, url, rule) VALUES (?, ?, ?)",
    [JOB_INSERT_EVENT] = "INSERT INTO events(at_ms, kind, text) VALUES (?, ?, ?)",
    [JOB_PUT_SITEMAP] =
        "INSERT OR REPLACE INTO sitemaps(id, url, parent_id, via, depth, outcome, detail, kind,"
        " status, entries, images, flags, fetched_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [JOB_INSERT_SITEMAP_URL] =
        "INSERT INTO sitemap_urls(sitemap_id, url_id, url, lastmod, changefreq, priority)"
        " VALUES (?, ?, ?, ?, ?, ?)",
    [JOB_SELECT_QUEUED] =
        "SELECT " JOB_URL_COLUMNS " FROM urls"
        " WHERE origin_id = ?1 AND id > ?2 AND skipped IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM pages WHERE pages.id = urls.id) ORDER BY id LIMIT ?3",
    [JOB_INSERT_TRAP] =
        "INSERT INTO traps(id, kind, host, pattern, detail, examples, state, found_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, 'suspended', ?)",
    [JOB_HOLD_URL] = "UPDATE urls SET trap_id = ?2 WHERE id = ?1",
    [JOB_INSERT_STYLE_SHEET] =
        "INSERT INTO style_sheets(id, url, page_id, state) VALUES (?, ?, ?, 'queued')",
    [JOB_SETTLE_STYLE_SHEET] =
        "UPDATE style_sheets SET state = ?, outcome = ?, detail = ?, status = ?, final_url = ?,"
        " images = ?, fetched_ms = ? WHERE id = ? AND state = 'queued'",
    [JOB_SELECT_SHEET_PAGE] = "SELECT page_id FROM style_sheets WHERE id = ?",
    [JOB_SELECT_QUEUED_SHEETS] = "SELECT id, url FROM style_sheets WHERE id > ?"
                                 " AND state = 'queued' ORDER BY id LIMIT ?",
    [JOB_SELECT_SHEET] = "SELECT id, url FROM style_sheets WHERE id = ?",
    [JOB_INSERT_PROBE] = "INSERT INTO probes(image_id, " PROBE_COLUMNS ")"
                         " VALUES (?, " PROBE_PARAMETERS ")",
    [JOB_SELECT_UNPROBED] =
        "SELECT id, url FROM images WHERE id > ? AND url LIKE 'http%'"
        " AND NOT EXISTS (SELECT 1 FROM probes WHERE image_id = images.id) ORDER BY id LIMIT ?",
    [JOB_SELECT_IMAGE] = "SELECT id, url FROM images WHERE id = ?",
};
static_assert(sizeof(statement_sql) / sizeof(*statement_sql) == JOB_STATEMENT_COUNT,
              "one text for each statement");

/* --- open and close ------------------------------------------------------------------------ */

static int prepare_statements(struct job_store *store)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < JOB_STATEMENT_COUNT; i++)
        r = db_prepare_kept(store->db, statement_sql[i], &store->statements[i]);
    return r;
}

static int make_seed(struct job_store *store, uint64_t *ret_seed)
{
    char text[32];
    uint64_t seed;
    if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
        return -errno;
    snprintf(text, sizeof(text), "0x%016" PRIx64, seed);
    int r = job_store_put_meta(store, "fingerprint_seed", text);
    if (r == 0)
        *ret_seed = seed;
    return r;
}

static int read_seed(struct job_store *store, uint64_t *ret_seed)
{
    char *text = NULL;
    int r = job_store_get_meta(store, "fingerprint_seed", &text);
    if (r == -ENOENT)
        return make_seed(store, ret_seed);
    if (r == 0)
        *ret_seed = strtoull(text, NULL, 0);
    free(text);
    return r;
}

static int load_id(sqlite3_stmt *row, void *arg)
{
    const char *text = db_text(row, 1);
    size_t bytes = (size_t)sqlite3_column_bytes(row, 1);
    return text ? image_ids_load(arg, text, bytes, sqlite3_column_int64(row, 0)) : -ENOMEM;
}

static int load_ids(struct job_store *store, const char *sql, struct image_ids *ids)
{
    sqlite3_stmt *statement = NULL;
    int r = db_prepare(store->db, sql, &statement);
    if (r == 0)
        r = db_each(statement, load_id, ids);
    db_finalize(statement);
    return r;
}

static int load_images(struct job_store *store)
{
    uint64_t seed = 0;
    int r = read_seed(store, &seed);
    if (r < 0)
        return r;
    store->images = image_ids_new(seed);
    store->templates = image_ids_new(seed);
    store->style_sheets = image_ids_new(seed);
    r = load_ids(store, "SELECT id, url FROM images", store->images);
    if (r == 0)
        r = load_ids(store, "SELECT id, place FROM templates", store->templates);
    if (r == 0)
        r = load_ids(store, "SELECT id, url FROM style_sheets", store->style_sheets);
    return r;
}

static void remember_committed(struct job_store *store)
{
    store->committed = store->totals;
    store->committed_image_id = image_ids_last(store->images);
    store->committed_template_id = image_ids_last(store->templates);
    store->committed_style_sheet_id = image_ids_last(store->style_sheets);
}

static int open_store(const char *path, enum storage_mode mode, struct job_store **ret_store,
                      const char **ret_reason)
{
    struct job_store *store = calloc(1, sizeof(*store));
    if (!store)
        abort();
    int r = job_file_open(path, mode, &store->db, ret_reason);
    if (r == 0)
        r = prepare_statements(store);
    if (r == 0)
        r = load_images(store);
    if (r == 0)
        r = job_store_totals(store, &store->totals);
    if (r < 0) {
        job_store_free(store);
        return r;
    }
    remember_committed(store);
    *ret_store = store;
    return 0;
}

int job_store_open(const char *path, struct job_store **ret_store, const char **ret_reason)
{
    return open_store(path, STORAGE_READ_WRITE, ret_store, ret_reason);
}

int job_store_reopen(const char *path, struct job_store **ret_store, const char **ret_reason)
{
    return open_store(path, STORAGE_CHANGE, ret_store, ret_reason);
}

struct job_store *job_store_free(struct job_store *store)
{
    if (!store)
        return NULL;
    for (size_t i = 0; i < JOB_STATEMENT_COUNT; i++)
        db_finalize(store->statements[i]);
    db_close(store->db);
    image_ids_free(store->images);
    image_ids_free(store->templates);
    image_ids_free(store->style_sheets);
    free(store);
    return NULL;
}

static int remove_file(const char *path, const char *suffix)
{
    char *name = NULL;
    if (asprintf(&name, "%s%s", path, suffix) < 0)
        abort();
    int r = unlink(name) < 0 && errno != ENOENT ? -errno : 0;
    free(name);
    return r;
}

static int remove_beside(const char *path)
{
    int r = remove_file(path, "-shm");
    return r < 0 ? r : remove_file(path, "-wal");
}

/* The database goes last: what is left after a crash in between is still a database. Who began to
 * read it just then may have made the other two again. */
int job_store_remove(const char *path)
{
    int r = remove_beside(path);
    if (r == 0)
        r = remove_file(path, "");
    return r < 0 ? r : remove_beside(path);
}

/* --- transactions -------------------------------------------------------------------------- */

static void forget_uncommitted(struct job_store *store)
{
    db_rollback(store->db);
    image_ids_forget_above(store->images, store->committed_image_id);
    image_ids_forget_above(store->templates, store->committed_template_id);
    image_ids_forget_above(store->style_sheets, store->committed_style_sheet_id);
    store->totals = store->committed;
}

int job_store_begin(struct job_store *store)
{
    store->failure = 0;
    return db_run(store->statements[JOB_BEGIN]);
}

int job_store_append(struct job_store *store, const struct store_batch *batch)
{
    if (store->failure)
        return store->failure;
    assert(!sqlite3_get_autocommit(store->db)); /* begin comes first */
    int r = job_append_batch(store, batch);
    if (r < 0) {
        store->failure = r;
        forget_uncommitted(store);
    }
    return r;
}

int job_store_commit(struct job_store *store)
{
    if (store->failure)
        return store->failure;
    int r = db_run(store->statements[JOB_COMMIT]);
    if (r < 0)
        forget_uncommitted(store);
    else
        remember_committed(store);
    return r;
}

void job_store_rollback(struct job_store *store)
{
    store->failure = 0;
    forget_uncommitted(store);
}

/* --- small facts --------------------------------------------------------------------------- */

int job_store_put_meta(struct job_store *store, const char *key, const char *value)
{
    sqlite3_stmt *statement = NULL;
    int r =
        db_prepare(store->db, "INSERT OR REPLACE INTO meta(key, value) VALUES (?, ?)", &statement);
    if (r < 0)
        return r;
    struct db_values values = db_values(statement);
    db_put_text(&values, key);
    db_put_text(&values, value);
    r = db_values_run(&values);
    db_finalize(statement);
    return r;
}

static int take_value(sqlite3_stmt *statement, const char *key, char **ret_value)
{
    struct db_values values = db_values(statement);
    db_put_text(&values, key);
    int r = db_values_code(&values);
    if (r == 0)
        r = db_step(statement);
    if (r < 0)
        return r;
    if (r == 0)
        return -ENOENT;
    char *copy = strdup(db_text(statement, 0));
    if (!copy)
        return -ENOMEM;
    *ret_value = copy;
    return 0;
}

int job_store_get_meta(struct job_store *store, const char *key, char **ret_value)
{
    sqlite3_stmt *statement = NULL;
    int r = db_prepare(store->db, "SELECT value FROM meta WHERE key = ?", &statement);
    if (r == 0)
        r = take_value(statement, key, ret_value);
    db_finalize(statement);
    return r;
}

int job_store_add_event(struct job_store *store, int64_t at_ms, const char *kind, const char *text)
{
    struct db_values values = db_values(store->statements[JOB_INSERT_EVENT]);
    db_put_integer(&values, at_ms);
    db_put_text(&values, kind);
    db_put_text(&values, text);
    return db_values_run(&values);
}

static int put_rule(sqlite3_stmt *statement, const struct store_rule *rule)
{
    struct db_values values = db_values(statement);
    db_put_integer(&values, rule->bit);
    db_put_text(&values, rule->name);
    db_put_text(&values, rule->severity);
    db_put_text(&values, rule->title);
    db_put_text(&values, rule->cites);
    db_put_text(&values, rule->remedy);
    return db_values_run(&values);
}

int job_store_put_rules(struct job_store *store, const struct store_rule *rules, size_t count)
{
    sqlite3_stmt *statement = NULL;
    int r = db_prepare(store->db,
                       "INSERT OR REPLACE INTO rules(bit, name, severity, title, cites, remedy)"
                       " VALUES (?, ?, ?, ?, ?, ?)",
                       &statement);
    if (r == 0)
        r = job_store_begin(store);
    for (size_t i = 0; r == 0 && i < count; i++)
        r = put_rule(statement, &rules[i]);
    db_finalize(statement);
    if (r == 0)
        r = job_store_commit(store);
    if (r < 0)
        job_store_rollback(store);
    return r;
}
