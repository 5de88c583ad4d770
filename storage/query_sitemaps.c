/* Sitemaps: each one with what came of it, and what they say of one page. Any thread. */
#include "storage/query.h"

struct sitemap_walk {
    sitemap_result_fn fn;
    void *arg;
};

static int visit_sitemap(sqlite3_stmt *row, void *arg)
{
    const struct sitemap_walk *walk = arg;
    struct sitemap_result sitemap = {
        .id = sqlite3_column_int64(row, 0),
        .parent_id = sqlite3_column_int64(row, 1),
        .url = db_text(row, 2),
        .via = db_text(row, 3),
        .outcome = db_text(row, 4),
        .detail = db_text(row, 5),
        .kind = db_text(row, 6),
        .status = sqlite3_column_int(row, 7),
        .entries = sqlite3_column_int64(row, 8),
        .images = sqlite3_column_int64(row, 9),
        .flags = sqlite3_column_int(row, 10),
        .fetched_ms = sqlite3_column_int64(row, 11),
        .parent_url = db_text(row, 12),
    };
    return walk->fn(&sitemap, walk->arg);
}

int query_sitemaps(struct job_reader *reader, const struct query_filter *filter,
                   sitemap_result_fn fn, void *arg)
{
    struct sitemap_walk walk = {.fn = fn, .arg = arg};
    struct query query = {0};
    query_add(&query, "SELECT s.id, s.parent_id, s.url, s.via, s.outcome, s.detail, s.kind,"
                      " s.status, s.entries, s.images, s.flags, s.fetched_ms, parent.url"
                      " FROM sitemaps s LEFT JOIN sitemaps parent ON parent.id = s.parent_id"
                      " WHERE s.id > :after");
    query_add_if(&query, filter->outcome, " AND s.outcome = :outcome");
    query_add(&query, " ORDER BY s.id LIMIT :limit");
    return query_run(reader, &query, filter, visit_sitemap, &walk);
}

struct mention_walk {
    sitemap_mention_fn fn;
    void *arg;
};

static int visit_mention(sqlite3_stmt *row, void *arg)
{
    const struct mention_walk *walk = arg;
    struct sitemap_mention mention = {
        .sitemap_id = sqlite3_column_int64(row, 0),
        .sitemap_url = db_text(row, 1),
        .lastmod = db_text(row, 2),
        .changefreq = db_text(row, 3),
        .priority = db_text(row, 4),
    };
    return walk->fn(&mention, walk->arg);
}

int query_sitemap_mentions(struct job_reader *reader, int64_t page_id, unsigned limit,
                           sitemap_mention_fn fn, void *arg)
{
    const struct query_filter filter = {.page_id = page_id, .limit = limit};
    struct mention_walk walk = {.fn = fn, .arg = arg};
    struct query query = {0};
    query_add(&query, "SELECT u.sitemap_id, s.url, u.lastmod, u.changefreq, u.priority"
                      " FROM sitemap_urls u LEFT JOIN sitemaps s ON s.id = u.sitemap_id"
                      " WHERE u.url_id = :page ORDER BY u.id LIMIT :limit");
    return query_run(reader, &query, &filter, visit_mention, &walk);
}
