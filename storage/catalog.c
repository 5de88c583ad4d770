/* The catalog's file and its jobs. One connection a thread; the writer thread writes. Statements
 * are prepared for each call: beside the flush to the disk that ends a write, that costs nothing.
 */
#include "storage/catalog.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/catalog_private.h"
#include "storage/schema.h"

enum { CATALOG_APPLICATION_ID = 0x696d6743 /* "imgC" */, PAGE_BYTES = 4096 };

/* --- the file ------------------------------------------------------------------------------ */

static int make_directory(const char *path)
{
    return mkdir(path, 0750) < 0 && errno != EEXIST ? -errno : 0;
}

static char *join(const char *data_dir, const char *name)
{
    char *path = NULL;
    if (asprintf(&path, "%s/%s", data_dir, name) < 0)
        abort();
    return path;
}

static int make_directories(const char *data_dir)
{
    char *jobs = join(data_dir, "jobs");
    int r = make_directory(data_dir);
    if (r == 0)
        r = make_directory(jobs);
    free(jobs);
    return r;
}

/* For the owner alone: jobs' passwords are in it. Files that SQLite puts beside it take its mode.
 * It is opened only where nobody can have it open: to close it would end SQLite's locks. */
static void make_private(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0)
        close(fd);
    else
        chmod(path, 0600); /* what cannot be opened or changed, db_open() will tell */
}

static int open_database(const char *data_dir, enum storage_mode mode, sqlite3 **ret_db,
                         const char **ret_reason)
{
    const struct db_schema schema = {
        .sql = schema_text("storage/catalog.sql"),
        .application_id = CATALOG_APPLICATION_ID,
        .page_bytes = PAGE_BYTES,
        .pragmas = "PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 4194304;",
        .foreign = "the file is not an imgcrawl catalog",
    };
    char *path = join(data_dir, "imgcrawl.db");
    if (mode == STORAGE_READ_WRITE)
        make_private(path);
    int r = db_open(path, mode, &schema, ret_db, ret_reason);
    free(path);
    return r;
}

int catalog_open(const char *data_dir, enum storage_mode mode, struct catalog **ret_catalog,
                 const char **ret_reason)
{
    sqlite3 *db = NULL;
    int r = mode == STORAGE_READ_WRITE ? make_directories(data_dir) : 0;
    if (r == 0)
        r = open_database(data_dir, mode, &db, ret_reason);
    if (r < 0)
        return r;
    struct catalog *catalog = malloc(sizeof(*catalog));
    if (!catalog)
        abort();
    catalog->db = db;
    *ret_catalog = catalog;
    return 0;
}

struct catalog *catalog_free(struct catalog *catalog)
{
    if (!catalog)
        return NULL;
    db_close(catalog->db);
    free(catalog);
    return NULL;
}

int catalog_begin(struct catalog *catalog)
{
    return db_exec(catalog->db, "BEGIN IMMEDIATE");
}

int catalog_commit(struct catalog *catalog)
{
    int r = db_exec(catalog->db, "COMMIT");
    if (r < 0)
        db_rollback(catalog->db);
    return r;
}

void catalog_rollback(struct catalog *catalog)
{
    db_rollback(catalog->db);
}

/* --- jobs: writing ------------------------------------------------------------------------- */

void job_row_done(struct job_row *row)
{
    free(row->state);
    free(row->reason);
    free(row->detail);
    free(row->settings);
    free(row->counts);
    *row = (struct job_row){0};
}

int catalog_insert_job(struct catalog *catalog, struct job_row *row)
{
    sqlite3_stmt *statement = NULL;
    int r = db_prepare(catalog->db,
                       "INSERT INTO jobs(created_ms, started_ms, finished_ms, active_ms, state,"
                       " reason, detail, settings, counts) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                       &statement);
    if (r < 0)
        return r;
    struct db_values values = db_values(statement);
    db_put_positive(&values, row->created_ms);
    db_put_positive(&values, row->started_ms);
    db_put_positive(&values, row->finished_ms);
    db_put_integer(&values, row->active_ms);
    db_put_text(&values, row->state);
    db_put_text(&values, row->reason);
    db_put_text(&values, row->detail);
    db_put_text(&values, row->settings);
    db_put_text(&values, row->counts);
    r = db_values_run(&values);
    if (r == 0)
        row->id = sqlite3_last_insert_rowid(catalog->db);
    db_finalize(statement);
    return r;
}

/* -ENOENT where the statement met no row. */
static int run_on_one_row(struct catalog *catalog, struct db_values *values)
{
    int r = db_values_run(values);
    return r == 0 && sqlite3_changes64(catalog->db) == 0 ? -ENOENT : r;
}

int catalog_update_job(struct catalog *catalog, const struct job_row *row)
{
    sqlite3_stmt *statement = NULL;
    int r = db_prepare(catalog->db,
                       "UPDATE jobs SET started_ms = ?, finished_ms = ?, active_ms = ?, state = ?,"
                       " reason = ?, detail = ?, counts = ? WHERE id = ?",
                       &statement);
    if (r < 0)
        return r;
    struct db_values values = db_values(statement);
    db_put_positive(&values, row->started_ms);
    db_put_positive(&values, row->finished_ms);
    db_put_integer(&values, row->active_ms);
    db_put_text(&values, row->state);
    db_put_text(&values, row->reason);
    db_put_text(&values, row->detail);
    db_put_text(&values, row->counts);
    db_put_integer(&values, row->id);
    r = run_on_one_row(catalog, &values);
    db_finalize(statement);
    return r;
}

int catalog_set_job_settings(struct catalog *catalog, int64_t id, const char *settings)
{
    sqlite3_stmt *statement = NULL;
    int r = db_prepare(catalog->db, "UPDATE jobs SET settings = ? WHERE id = ?", &statement);
    if (r < 0)
        return r;
    struct db_values values = db_values(statement);
    db_put_text(&values, settings);
    db_put_integer(&values, id);
    r = run_on_one_row(catalog, &values);
    db_finalize(statement);
    return r;
}

int catalog_delete_job(struct catalog *catalog, int64_t id)
{
    sqlite3_stmt *statement = NULL;
    int r = db_prepare(catalog->db, "DELETE FROM jobs WHERE id = ?", &statement);
    if (r < 0)
        return r;
    struct db_values values = db_values(statement);
    db_put_integer(&values, id);
    r = run_on_one_row(catalog, &values);
    db_finalize(statement);
    return r;
}

/* --- jobs: reading ------------------------------------------------------------------------- */

#define SELECT_JOBS                                                                                \
    "SELECT id, created_ms, started_ms, finished_ms, active_ms, state, reason, detail, settings,"  \
    " counts FROM jobs"

static int dup_column(sqlite3_stmt *row, int index, char **ret_text)
{
    const char *text = db_text(row, index);
    *ret_text = text ? strdup(text) : NULL;
    return text && !*ret_text ? -ENOMEM : 0;
}

static int read_job(sqlite3_stmt *statement, struct job_row *ret_row)
{
    struct job_row row = {
        .id = sqlite3_column_int64(statement, 0),
        .created_ms = sqlite3_column_int64(statement, 1),
        .started_ms = sqlite3_column_int64(statement, 2),
        .finished_ms = sqlite3_column_int64(statement, 3),
        .active_ms = sqlite3_column_int64(statement, 4),
    };
    char **const texts[] = {&row.state, &row.reason, &row.detail, &row.settings, &row.counts};
    int r = 0;
    for (int i = 0; r == 0 && i < (int)(sizeof(texts) / sizeof(*texts)); i++)
        r = dup_column(statement, 5 + i, texts[i]);
    if (r < 0)
        job_row_done(&row);
    else
        *ret_row = row;
    return r;
}

int catalog_get_job(struct catalog *catalog, int64_t id, struct job_row *ret_row)
{
    sqlite3_stmt *statement = NULL;
    int r = db_prepare(catalog->db, SELECT_JOBS " WHERE id = ?", &statement);
    if (r < 0)
        return r;
    struct db_values values = db_values(statement);
    db_put_integer(&values, id);
    r = db_step(statement);
    r = r > 0 ? read_job(statement, ret_row) : r < 0 ? r : -ENOENT;
    db_finalize(statement);
    return r;
}

struct job_walk {
    job_row_fn fn;
    void *arg;
};

static int visit_job(sqlite3_stmt *statement, void *arg)
{
    const struct job_walk *walk = arg;
    struct job_row row;
    int r = read_job(statement, &row);
    if (r < 0)
        return r;
    r = walk->fn(&row, walk->arg);
    job_row_done(&row);
    return r;
}

static const char *list_sql(const struct job_filter *filter)
{
    return filter->state ? SELECT_JOBS " WHERE id < ?1 AND state = ?3 ORDER BY id DESC LIMIT ?2"
                         : SELECT_JOBS " WHERE id < ?1 ORDER BY id DESC LIMIT ?2";
}

int catalog_list_jobs(struct catalog *catalog, const struct job_filter *filter, job_row_fn fn,
                      void *arg)
{
    struct job_walk walk = {.fn = fn, .arg = arg};
    sqlite3_stmt *statement = NULL;
    int r = db_prepare(catalog->db, list_sql(filter), &statement);
    if (r < 0)
        return r;
    struct db_values values = db_values(statement);
    db_put_integer(&values, filter->before_id > 0 ? filter->before_id : INT64_MAX);
    db_put_integer(&values, filter->limit ? (int64_t)filter->limit : -1);
    if (filter->state)
        db_put_text(&values, filter->state);
    r = db_values_code(&values);
    if (r == 0)
        r = db_each(statement, visit_job, &walk);
    db_finalize(statement);
    return r;
}
