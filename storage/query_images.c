/* Images with the counts of their occurrences. Any thread.
 *
 * Two steps: `hit` finds the ids of the rows asked for (at most the limit), `tally` takes the sums
 * of those. While the job runs there is no index: hits and sums are one scan each, and a filter on
 * occurrences is walked from the occurrences' side.
 */
#include <errno.h>

#include "storage/query.h"

struct image_walk {
    image_result_fn fn;
    void *arg;
};

static struct image_probe_result read_probe(sqlite3_stmt *row, int at)
{
    return (struct image_probe_result){
        .state = db_text(row, at),
        .outcome = db_text(row, at + 1),
        .detail = db_text(row, at + 2),
        .status = sqlite3_column_int(row, at + 3),
        .final_url = db_text(row, at + 4),
        .declared_type = db_text(row, at + 5),
        .type = db_text(row, at + 6),
        .bytes = sqlite3_column_int64(row, at + 7),
        .width = sqlite3_column_int(row, at + 8),
        .height = sqlite3_column_int(row, at + 9),
        .is_animated = sqlite3_column_int(row, at + 10) != 0,
        .sha256 = db_text(row, at + 11),
        .perceptual_hash = db_text(row, at + 12),
        .probed_ms = sqlite3_column_int64(row, at + 13),
    };
}

static int visit_image(sqlite3_stmt *row, void *arg)
{
    const struct image_walk *walk = arg;
    struct image_result image = {
        .id = sqlite3_column_int64(row, 0),
        .occurrences = sqlite3_column_int64(row, 1),
        .pages = sqlite3_column_int64(row, 2),
        .alt_missing = sqlite3_column_int64(row, 3),
        .alt_empty = sqlite3_column_int64(row, 4),
        .alt_whitespace = sqlite3_column_int64(row, 5),
        .alt_text = sqlite3_column_int64(row, 6),
        .url = db_text(row, 7),
        .host = db_text(row, 8),
        .first_page_url = db_text(row, 9),
        .alt = db_text(row, 10),
        .alt_not_applicable = sqlite3_column_int64(row, 11),
        .cluster_id = sqlite3_column_int64(row, 12),
        .probe = read_probe(row, 13),
    };
    return walk->fn(&image, walk->arg);
}

static bool asks_occurrences(const struct query_filter *filter)
{
    return filter->alt_state || filter->source || filter->page_id || filter->text ||
           filter->rules || filter->template || filter->landmark || filter->link_only ||
           filter->page_host || filter->consent || filter->status_min || filter->status_max;
}

static void add_hits_by_image(struct query *query, const struct query_filter *filter)
{
    query_add(query, "SELECT i.id FROM images i LEFT JOIN probes x ON x.image_id = i.id"
                     " WHERE i.id > :after");
    query_add_if(query, filter->image_id, " AND i.id = :image");
    query_add_image_filters(query, filter);
    query_add(query, " ORDER BY i.id LIMIT :limit");
}

static void add_hits_by_occurrence(struct query *query, const struct query_filter *filter)
{
    query_add(query,
              "SELECT DISTINCT o.image_id" QUERY_OCCURRENCE_TABLES " WHERE o.image_id > :after");
    query_add_occurrence_filters(query, filter);
    query_add(query, " ORDER BY o.image_id LIMIT :limit");
}

/* Counted anew, where index building has not kept it. */
static const char count_sql[] =
    "), tally AS ("
    " SELECT o.image_id AS id, count(*) AS occurrences, count(DISTINCT o.page_id) AS pages,"
    "  sum(o.alt_state = 'missing') AS missing, sum(o.alt_state = 'empty') AS empty,"
    "  sum(o.alt_state = 'whitespace') AS whitespace, sum(o.alt_state = 'text') AS text,"
    "  sum(o.alt_state = 'not_applicable') AS not_applicable,"
    "  min(o.id) AS first_id, min(o.id) FILTER (WHERE o.alt_state = 'text') AS first_text_id"
    " FROM occurrences o WHERE o.image_id IN (SELECT id FROM hit) GROUP BY o.image_id)";
static const char kept_sql[] = "), tally AS (SELECT s.image_id AS id, s.* FROM hit"
                               " CROSS JOIN image_sums s ON s.image_id = hit.id)";

static const char rows_sql[] =
    " SELECT t.id, t.occurrences, t.pages, t.missing, t.empty, t.whitespace, t.text, i.url, i.host,"
    "  page.url, speaking.alt, t.not_applicable, i.cluster_id, x.state, x.outcome, x.detail,"
    "  x.status, x.final_url, x.declared_type, x.type, coalesce(x.bytes, -1), x.width, x.height,"
    "  x.is_animated, lower(nullif(hex(x.sha256), '')),"
    "  CASE WHEN x.perceptual_hash IS NOT NULL THEN printf('%016x', x.perceptual_hash) END,"
    "  x.probed_ms"
    " FROM tally t CROSS JOIN images i ON i.id = t.id"
    " LEFT JOIN probes x ON x.image_id = t.id"
    " LEFT JOIN occurrences first ON first.id = t.first_id"
    " LEFT JOIN urls page ON page.id = first.page_id"
    " LEFT JOIN occurrences speaking ON speaking.id = t.first_text_id"
    " ORDER BY t.id";

static int run(struct job_reader *reader, const struct query_filter *filter,
               const struct query_ids *ids, struct image_walk *walk)
{
    struct query query = {0};
    query_add(&query, "WITH hit(id) AS (");
    if (ids)
        query_add(&query, "SELECT value FROM json_each(:ids)");
    else if (asks_occurrences(filter))
        add_hits_by_occurrence(&query, filter);
    else
        add_hits_by_image(&query, filter);
    query_add(&query, query_is_indexed(reader) ? kept_sql : count_sql);
    query_add(&query, rows_sql);
    return query_run_ids(reader, &query, filter, ids, visit_image, walk);
}

int query_images(struct job_reader *reader, const struct query_filter *filter, image_result_fn fn,
                 void *arg)
{
    struct image_walk walk = {.fn = fn, .arg = arg};
    struct query_ids ids = {0};
    bool is_ours = false;
    int r = query_begin(reader, &is_ours);
    if (r == 0)
        r = query_find(reader, filter, QUERY_IMAGES, &ids);
    if (r == 0 || r == -EOPNOTSUPP)
        r = run(reader, filter, r == 0 ? &ids : NULL, &walk);
    query_end(reader, is_ours);
    query_ids_done(&ids);
    return r;
}
