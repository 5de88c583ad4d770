/* See query_why.h. */
#include "storage/query_why.h"

#include <errno.h>

#include "storage/query.h"

/* Prepares a statement whose first parameter is an integer or a text. */
static int prepare_for_id(struct job_reader *reader, const char *sql, int64_t id,
                          sqlite3_stmt **ret_statement)
{
    int r = db_prepare(reader->db, sql, ret_statement);
    if (r == 0)
        r = db_error(reader->db, sqlite3_bind_int64(*ret_statement, 1, id));
    return r;
}

static int prepare_for_url(struct job_reader *reader, const char *sql, const char *url,
                           sqlite3_stmt **ret_statement)
{
    int r = db_prepare(reader->db, sql, ret_statement);
    if (r == 0)
        r = db_error(reader->db, sqlite3_bind_text(*ret_statement, 1, url, -1, SQLITE_STATIC));
    return r;
}

static int run(sqlite3_stmt *statement, int r, db_row_fn fn, void *arg)
{
    if (r == 0)
        r = db_each(statement, fn, arg);
    db_finalize(statement);
    return r;
}

static int keep_integer(sqlite3_stmt *row, void *arg)
{
    *(int64_t *)arg = sqlite3_column_int64(row, 0);
    return 0;
}

int query_url_id(struct job_reader *reader, const char *url, int64_t *ret_id)
{
    sqlite3_stmt *statement = NULL;
    int64_t id = 0;
    int r = prepare_for_url(reader, "SELECT id FROM urls WHERE url = ?1 LIMIT 1", url, &statement);
    r = run(statement, r, keep_integer, &id);
    if (r == 0 && id == 0)
        return -ENOENT;
    if (r == 0)
        *ret_id = id;
    return r;
}

/* A URL is known before those it leads to, so ids fall on the way back: no loop, whatever the file
 * says. */
static int parent_of(struct job_reader *reader, int64_t id, int64_t *ret_parent)
{
    sqlite3_stmt *statement = NULL;
    *ret_parent = 0;
    int r = prepare_for_id(reader, "SELECT parent_id FROM urls WHERE id = ?1 AND parent_id < id",
                           id, &statement);
    return run(statement, r, keep_integer, ret_parent);
}

int query_way(struct job_reader *reader, int64_t id, int64_t ret_ids[QUERY_WAY_MOST],
              size_t *ret_count)
{
    size_t count = 0;
    int r = parent_of(reader, id, &id);
    while (r == 0 && id > 0 && count < QUERY_WAY_MOST) {
        ret_ids[count++] = id;
        r = parent_of(reader, id, &id);
    }
    if (r == 0)
        *ret_count = count;
    return r;
}

/* One of the callbacks below with its argument. */
struct walk {
    unfollowed_fn unfollowed;
    held_fn held;
    listed_fn listed;
    url_fn url;
    detail_fn detail;
    void *arg;
};

static int visit_unfollowed(sqlite3_stmt *row, void *arg)
{
    const struct walk *walk = arg;
    const struct unfollowed_result result = {.page_id = sqlite3_column_int64(row, 0),
                                             .page_url = db_text(row, 1),
                                             .rule = db_text(row, 2)};
    return walk->unfollowed(&result, walk->arg);
}

int query_unfollowed(struct job_reader *reader, const char *url, unsigned limit, unfollowed_fn fn,
                     void *arg)
{
    static const char sql[] = "SELECT u.page_id, page.url, u.rule FROM unfollowed u"
                              " LEFT JOIN urls page ON page.id = u.page_id"
                              " WHERE u.url = ?1 LIMIT ?2";
    struct walk walk = {.unfollowed = fn, .arg = arg};
    sqlite3_stmt *statement = NULL;
    int r = prepare_for_url(reader, sql, url, &statement);
    if (r == 0)
        r = db_error(reader->db, sqlite3_bind_int64(statement, 2, limit));
    return run(statement, r, visit_unfollowed, &walk);
}

static int visit_held(sqlite3_stmt *row, void *arg)
{
    const struct walk *walk = arg;
    const struct held_result result = {.trap_id = sqlite3_column_int64(row, 0),
                                       .kind = db_text(row, 1),
                                       .pattern = db_text(row, 2),
                                       .detail = db_text(row, 3),
                                       .state = db_text(row, 4)};
    return walk->held(&result, walk->arg);
}

int query_trap_of_url(struct job_reader *reader, int64_t url_id, held_fn fn, void *arg)
{
    static const char sql[] = "SELECT t.id, t.kind, t.pattern, t.detail, t.state FROM urls u"
                              " JOIN traps t ON t.id = u.trap_id WHERE u.id = ?1";
    struct walk walk = {.held = fn, .arg = arg};
    sqlite3_stmt *statement = NULL;
    int r = prepare_for_id(reader, sql, url_id, &statement);
    return run(statement, r, visit_held, &walk);
}

static int visit_listed(sqlite3_stmt *row, void *arg)
{
    const struct walk *walk = arg;
    const struct listed_result result = {.sitemap_url = db_text(row, 0),
                                         .lastmod = db_text(row, 1)};
    return walk->listed(&result, walk->arg);
}

int query_sitemaps_listing(struct job_reader *reader, const char *url, unsigned limit, listed_fn fn,
                           void *arg)
{
    static const char sql[] = "SELECT s.url, e.lastmod FROM sitemap_urls e"
                              " JOIN sitemaps s ON s.id = e.sitemap_id WHERE e.url = ?1 LIMIT ?2";
    struct walk walk = {.listed = fn, .arg = arg};
    sqlite3_stmt *statement = NULL;
    int r = prepare_for_url(reader, sql, url, &statement);
    if (r == 0)
        r = db_error(reader->db, sqlite3_bind_int64(statement, 2, limit));
    return run(statement, r, visit_listed, &walk);
}

static int count_most(struct job_reader *reader, const char *sql, const char *text, int64_t most,
                      int64_t *ret_count)
{
    sqlite3_stmt *statement = NULL;
    int r = prepare_for_url(reader, sql, text, &statement);
    if (r == 0)
        r = db_error(reader->db, sqlite3_bind_int64(statement, 2, most));
    return run(statement, r, keep_integer, ret_count);
}

int query_host_visits(struct job_reader *reader, const char *host, int64_t most, int64_t *ret_count)
{
    static const char sql[] = "SELECT count(*) FROM (SELECT 1 FROM origins o"
                              " JOIN urls u ON u.origin_id = o.id AND u.skipped IS NULL"
                              " JOIN pages p ON p.id = u.id"
                              " WHERE o.host = ?1 AND p.attempts > 0 LIMIT ?2)";
    return count_most(reader, sql, host, most, ret_count);
}

/* '@' is what follows '?'. */
int query_variants(struct job_reader *reader, const char *path, int64_t most, int64_t *ret_count)
{
    static const char sql[] = "SELECT count(*) FROM (SELECT 1 FROM urls"
                              " WHERE url >= ?1 || '?' AND url < ?1 || '@' AND skipped IS NULL"
                              " LIMIT ?2)";
    return count_most(reader, sql, path, most, ret_count);
}

static int visit_detail(sqlite3_stmt *row, void *arg)
{
    const struct walk *walk = arg;
    return walk->detail(db_text(row, 0), walk->arg);
}

int query_robots_failure(struct job_reader *reader, const char *origin, detail_fn fn, void *arg)
{
    static const char sql[] = "SELECT p.detail FROM origins o"
                              " JOIN urls u ON u.origin_id = o.id AND u.skipped IS NULL"
                              " JOIN pages p ON p.id = u.id"
                              " WHERE o.origin = ?1 AND p.outcome = 'robots_unreachable' LIMIT 1";
    struct walk walk = {.detail = fn, .arg = arg};
    sqlite3_stmt *statement = NULL;
    int r = prepare_for_url(reader, sql, origin, &statement);
    return run(statement, r, visit_detail, &walk);
}

static int visit_url(sqlite3_stmt *row, void *arg)
{
    const struct walk *walk = arg;
    const char *url = db_text(row, 0);
    return url ? walk->url(url, walk->arg) : 0;
}

int query_urls_like(struct job_reader *reader, const char *prefix, unsigned limit, url_fn fn,
                    void *arg)
{
    static const char sql[] = "SELECT url FROM urls WHERE url >= ?1 AND url < ?1 || char(1114111)"
                              " LIMIT ?2";
    struct walk walk = {.url = fn, .arg = arg};
    sqlite3_stmt *statement = NULL;
    int r = prepare_for_url(reader, sql, prefix, &statement);
    if (r == 0)
        r = db_error(reader->db, sqlite3_bind_int64(statement, 2, limit));
    return run(statement, r, visit_url, &walk);
}

int query_redirected_seeds(struct job_reader *reader, url_fn fn, void *arg)
{
    struct walk walk = {.url = fn, .arg = arg};
    return db_each_of(reader->db, "SELECT url FROM urls WHERE depth = 0 AND via = 'redirect'",
                      visit_url, &walk);
}
