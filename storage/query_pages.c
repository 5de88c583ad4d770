/* Pages: every known URL with what became of it. Any thread.
 *
 * What became of a URL stands in one of two places: in pages where it was settled, in urls.skipped
 * where it was refused when found. A filter that both can meet is asked of each, and SQLite merges
 * the two ordered streams; so each can use its own index and stop at the limit.
 */
#include <errno.h>
#include <string.h>

#include "storage/query.h"

#define COLUMNS                                                                                    \
    "SELECT u.id AS id, u.parent_id, p.fetched_ms, p.fetch_ms, p.body_bytes, u.url, o.host, "      \
    "u.via,"                                                                                       \
    " CASE WHEN u.skipped IS NOT NULL THEN 'skipped' WHEN p.id IS NULL THEN 'queued'"              \
    "  ELSE p.state END,"                                                                          \
    " coalesce(u.skipped, p.outcome), p.detail, p.redirect_to, p.content_type, p.charset, "        \
    "p.title,"                                                                                     \
    " p.base, p.canonical, p.meta_robots, parent.url, p.status, u.depth, u.hops, p.attempts,"      \
    " p.flags, p.link_elements, p.image_elements, p.sniffed_type, p.robots_tag, p.directives,"     \
    " p.tdm_policy, p.etag, p.last_modified, "
#define TABLES                                                                                     \
    " FROM urls u JOIN origins o ON o.id = u.origin_id LEFT JOIN pages p ON p.id = u.id"           \
    " LEFT JOIN urls parent ON parent.id = u.parent_id"

static const char select_sql[] = COLUMNS "0" TABLES;
static const char select_one_sql[] =
    COLUMNS "(SELECT count(*) FROM unfollowed WHERE unfollowed.page_id = u.id)" TABLES;

struct page_walk {
    page_result_fn fn;
    void *arg;
    int64_t count;
};

static int visit_page(sqlite3_stmt *row, void *arg)
{
    struct page_walk *walk = arg;
    struct page_result page = {
        .id = sqlite3_column_int64(row, 0),
        .parent_id = sqlite3_column_int64(row, 1),
        .fetched_ms = sqlite3_column_int64(row, 2),
        .fetch_ms = sqlite3_column_int64(row, 3),
        .body_bytes = sqlite3_column_int64(row, 4),
        .url = db_text(row, 5),
        .host = db_text(row, 6),
        .via = db_text(row, 7),
        .state = db_text(row, 8),
        .outcome = db_text(row, 9),
        .detail = db_text(row, 10),
        .redirect_to = db_text(row, 11),
        .content_type = db_text(row, 12),
        .charset = db_text(row, 13),
        .title = db_text(row, 14),
        .base = db_text(row, 15),
        .canonical = db_text(row, 16),
        .meta_robots = db_text(row, 17),
        .parent_url = db_text(row, 18),
        .status = sqlite3_column_int(row, 19),
        .depth = sqlite3_column_int(row, 20),
        .hops = sqlite3_column_int(row, 21),
        .attempts = sqlite3_column_int(row, 22),
        .flags = sqlite3_column_int(row, 23),
        .link_elements = sqlite3_column_int(row, 24),
        .image_elements = sqlite3_column_int(row, 25),
        .sniffed_type = db_text(row, 26),
        .robots_tag = db_text(row, 27),
        .directives = sqlite3_column_int(row, 28),
        .tdm_policy = db_text(row, 29),
        .etag = db_text(row, 30),
        .last_modified = db_text(row, 31),
        .unfollowed = sqlite3_column_int64(row, 32),
    };
    walk->count++;
    return walk->fn(&page, walk->arg);
}

/* --- the list ------------------------------------------------------------------------------ */

static bool asks_state(const struct query_filter *filter, const char *state)
{
    return filter->state && strcmp(filter->state, state) == 0;
}

/* One stream: a condition on what became of the URL, and the filters that hold for all. */
static void add_stream(struct query *query, const struct query_filter *filter,
                       const char *condition)
{
    query_add(query, select_sql);
    query_add(query, " WHERE u.id > :after");
    query_add(query, condition);
    query_add_if(query, filter->host, " AND o.host = :host");
    query_add_if(query, filter->status_min, " AND p.status >= :status_min");
    query_add_if(query, filter->status_max, " AND p.status <= :status_max");
    query_add_if(query, filter->text, " AND (u.url" QUERY_LIKE " OR p.title" QUERY_LIKE ")");
}

static void add_settled(struct query *query, const struct query_filter *filter)
{
    add_stream(query, filter,
               filter->outcome && filter->state ? " AND p.outcome = :outcome AND p.state = :state"
               : filter->outcome                ? " AND p.outcome = :outcome"
                                                : " AND p.state = :state");
}

static void add_refused(struct query *query, const struct query_filter *filter)
{
    add_stream(query, filter,
               filter->outcome ? " AND u.skipped = :outcome" : " AND u.skipped IS NOT NULL");
}

static void add_streams(struct query *query, const struct query_filter *filter)
{
    bool either = asks_state(filter, "skipped") || (filter->outcome && !filter->state);
    if (asks_state(filter, "queued")) {
        add_stream(query, filter,
                   filter->outcome ? " AND 0" : " AND u.skipped IS NULL AND p.id IS NULL");
    } else if (either) {
        add_settled(query, filter);
        query_add(query, " UNION ALL ");
        add_refused(query, filter);
    } else if (filter->state) {
        add_settled(query, filter);
    } else {
        add_stream(query, filter, "");
    }
}

int query_pages(struct job_reader *reader, const struct query_filter *filter, page_result_fn fn,
                void *arg)
{
    struct page_walk walk = {.fn = fn, .arg = arg};
    struct query query = {0};
    add_streams(&query, filter);
    query_add(&query, " ORDER BY id LIMIT :limit");
    return query_run(reader, &query, filter, visit_page, &walk);
}

/* --- one page ------------------------------------------------------------------------------ */

int query_page(struct job_reader *reader, int64_t id, page_result_fn fn, void *arg)
{
    const struct query_filter filter = {.page_id = id};
    struct page_walk walk = {.fn = fn, .arg = arg};
    struct query query = {0};
    query_add(&query, select_one_sql);
    query_add(&query, " WHERE u.id = :page");
    int r = query_run(reader, &query, &filter, visit_page, &walk);
    return r == 0 && walk.count == 0 ? -ENOENT : r;
}

/* A URL is known before those it leads to, so ids fall on the way back: no loop, whatever the file
 * says. */
int query_redirect_chain(struct job_reader *reader, int64_t id, page_result_fn fn, void *arg)
{
    const struct query_filter filter = {.page_id = id};
    struct page_walk walk = {.fn = fn, .arg = arg};
    struct query query = {0};
    query_add(&query, "WITH RECURSIVE chain(id) AS ("
                      " SELECT parent_id FROM urls WHERE id = :page AND via = 'redirect'"
                      "  AND parent_id < id"
                      " UNION ALL SELECT urls.parent_id FROM chain JOIN urls ON urls.id = chain.id"
                      "  WHERE urls.via = 'redirect' AND urls.parent_id < urls.id) ");
    query_add(&query, select_sql);
    query_add(&query, " WHERE u.id IN (SELECT id FROM chain) ORDER BY u.id");
    return query_run(reader, &query, &filter, visit_page, &walk);
}
