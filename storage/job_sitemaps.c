/* Sitemaps in a job's file: what one adds, what a restart reads back, and, when the file is closed,
 * the pages that are known by their text only.
 *
 * Rows are appended without a look at urls, which has no index by text. A page that was new when a
 * sitemap named it has its id at once. One that was known already is written down by its text, and
 * the occurrences of its images point to that row: page_id is -sitemap_urls.id. Such rows get their
 * id in one go, job_store_settle_sitemaps(). Writer thread.
 */
#include <errno.h>

#include "storage/job_store_private.h"

/* --- appending ----------------------------------------------------------------------------- */

static int put_sitemap(struct job_store *store, const struct store_sitemap *sitemap)
{
    struct db_values values = db_values(store->statements[JOB_PUT_SITEMAP]);
    db_put_integer(&values, sitemap->id);
    job_put_text(&values, sitemap->url);
    db_put_positive(&values, sitemap->parent_id);
    db_put_text(&values, sitemap->via);
    db_put_integer(&values, sitemap->depth);
    db_put_text(&values, sitemap->outcome);
    job_put_text(&values, sitemap->detail);
    db_put_text(&values, sitemap->kind);
    db_put_positive(&values, sitemap->status);
    db_put_integer(&values, sitemap->entries);
    db_put_integer(&values, sitemap->images);
    db_put_integer(&values, sitemap->flags);
    db_put_positive(&values, sitemap->fetched_ms);
    return db_values_run(&values);
}

static int append_url(struct job_store *store, const struct store_sitemap_url *url)
{
    struct store_text text = url->url_id > 0 ? (struct store_text){NULL, 0} : url->url;
    struct db_values values = db_values(store->statements[JOB_INSERT_SITEMAP_URL]);
    db_put_integer(&values, url->sitemap_id);
    db_put_positive(&values, url->url_id);
    job_put_text(&values, text);
    job_put_text(&values, url->lastmod);
    job_put_text(&values, url->changefreq);
    job_put_text(&values, url->priority);
    int r = db_values_run(&values);
    int64_t page_id = url->url_id > 0 ? url->url_id : -sqlite3_last_insert_rowid(store->db);
    for (size_t i = 0; r == 0 && i < url->image_count; i++)
        r = job_append_occurrence(store, page_id, &url->images[i]);
    return r;
}

int job_append_sitemaps(struct job_store *store, const struct store_batch *batch)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < batch->sitemap_count; i++)
        r = put_sitemap(store, &batch->sitemaps[i]);
    for (size_t i = 0; r == 0 && i < batch->sitemap_url_count; i++)
        r = append_url(store, &batch->sitemap_urls[i]);
    return r;
}

/* --- resume -------------------------------------------------------------------------------- */

struct sitemap_walk {
    store_sitemap_fn fn;
    void *arg;
};

static int visit_sitemap(sqlite3_stmt *row, void *arg)
{
    const struct sitemap_walk *walk = arg;
    struct store_sitemap sitemap = {
        .id = sqlite3_column_int64(row, 0),
        .parent_id = sqlite3_column_int64(row, 1),
        .url = job_column_text(row, 2),
        .via = db_text(row, 3),
        .depth = (uint32_t)sqlite3_column_int64(row, 4),
        .outcome = db_text(row, 5),
        .entries = sqlite3_column_int64(row, 6),
        .images = sqlite3_column_int64(row, 7),
    };
    return walk->fn(&sitemap, walk->arg);
}

int job_store_each_sitemap(struct job_store *store, store_sitemap_fn fn, void *arg)
{
    struct sitemap_walk walk = {.fn = fn, .arg = arg};
    return db_each_of(store->db,
                      "SELECT id, parent_id, url, via, depth, outcome, entries, images"
                      " FROM sitemaps ORDER BY id",
                      visit_sitemap, &walk);
}

/* --- the pages that are known by their text ------------------------------------------------ */

/* The known URLs are the outer loop: SQLite then makes an index of the few that are looked for. */
static const char settle_sql[] =
    "UPDATE sitemap_urls SET url_id = found.url_id, url = NULL FROM"
    " (SELECT s.id AS id, u.id AS url_id FROM urls u CROSS JOIN"
    "  (SELECT id, url FROM sitemap_urls WHERE url_id IS NULL) s ON s.url = u.url) AS found"
    " WHERE sitemap_urls.id = found.id;"
    "UPDATE occurrences SET page_id ="
    " coalesce((SELECT url_id FROM sitemap_urls WHERE id = -page_id), page_id)"
    " WHERE page_id < 0;";

int job_store_settle_sitemaps(struct job_store *store)
{
    int64_t waiting = 0;
    int r = db_integer(store->db, "SELECT EXISTS (SELECT 1 FROM sitemap_urls WHERE url_id IS NULL)",
                       &waiting);
    if (r < 0 || !waiting)
        return r;
    r = job_store_begin(store);
    if (r < 0)
        return r;
    r = db_exec(store->db, settle_sql);
    if (r == 0)
        r = job_store_commit(store);
    if (r < 0)
        job_store_rollback(store);
    return r;
}
