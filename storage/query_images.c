/* Images with the counts of their occurrences. Any thread.
 *
 * Two steps in one statement: `hit` finds the ids of the rows asked for (at most the limit),
 * `tally` counts only those. A filter on occurrences is walked from the occurrences' side. While
 * the job runs there are no indexes, and each step is one scan.
 */
#include "storage/query.h"

struct image_walk {
    image_result_fn fn;
    void *arg;
};

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
    };
    return walk->fn(&image, walk->arg);
}

static bool asks_occurrences(const struct query_filter *filter)
{
    return filter->alt_state || filter->source || filter->page_id || filter->text;
}

static void add_hits_by_image(struct query *query, const struct query_filter *filter)
{
    query_add(query, "SELECT i.id FROM images i WHERE i.id > :after");
    query_add_if(query, filter->host, " AND i.host = :host");
    query_add_if(query, filter->image_id, " AND i.id = :image");
    query_add(query, " ORDER BY i.id LIMIT :limit");
}

static void add_hits_by_occurrence(struct query *query, const struct query_filter *filter)
{
    query_add(query, "SELECT DISTINCT o.image_id FROM occurrences o"
                     " JOIN images i ON i.id = o.image_id WHERE o.image_id > :after");
    query_add_if(query, filter->host, " AND i.host = :host");
    query_add_if(query, filter->image_id, " AND o.image_id = :image");
    query_add_if(query, filter->page_id, " AND o.page_id = :page");
    query_add_if(query, filter->alt_state, " AND o.alt_state = :alt_state");
    query_add_if(query, filter->source, " AND o.source = :source");
    query_add_if(query, filter->text,
                 " AND (i.url" QUERY_LIKE " OR o.alt" QUERY_LIKE " OR o.title" QUERY_LIKE ")");
    query_add(query, " ORDER BY o.image_id LIMIT :limit");
}

static const char tally_sql[] =
    "), tally AS ("
    " SELECT o.image_id AS id, count(*) AS occurrences, count(DISTINCT o.page_id) AS pages,"
    "  sum(o.alt_state = 'missing') AS missing, sum(o.alt_state = 'empty') AS empty,"
    "  sum(o.alt_state = 'whitespace') AS whitespace, sum(o.alt_state = 'text') AS text,"
    "  sum(o.alt_state = 'not_applicable') AS not_applicable,"
    "  min(o.id) AS first_id, min(o.id) FILTER (WHERE o.alt_state = 'text') AS first_text_id"
    " FROM occurrences o WHERE o.image_id IN (SELECT id FROM hit) GROUP BY o.image_id)"
    " SELECT t.id, t.occurrences, t.pages, t.missing, t.empty, t.whitespace, t.text, i.url, i.host,"
    "  page.url, speaking.alt, t.not_applicable"
    " FROM tally t CROSS JOIN images i ON i.id = t.id"
    " LEFT JOIN occurrences first ON first.id = t.first_id"
    " LEFT JOIN urls page ON page.id = first.page_id"
    " LEFT JOIN occurrences speaking ON speaking.id = t.first_text_id"
    " ORDER BY t.id";

int query_images(struct job_reader *reader, const struct query_filter *filter, image_result_fn fn,
                 void *arg)
{
    struct image_walk walk = {.fn = fn, .arg = arg};
    struct query query = {0};
    query_add(&query, "WITH hit(id) AS (");
    if (asks_occurrences(filter))
        add_hits_by_occurrence(&query, filter);
    else
        add_hits_by_image(&query, filter);
    query_add(&query, tally_sql);
    return query_run(reader, &query, filter, visit_image, &walk);
}
