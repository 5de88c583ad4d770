/* Occurrences: each mention of an image, with its page and its image. Any thread. In order of id,
 * which is the order in which pages were stored.
 */
#include "storage/query.h"

struct occurrence_walk {
    occurrence_result_fn fn;
    void *arg;
};

static int visit_occurrence(sqlite3_stmt *row, void *arg)
{
    const struct occurrence_walk *walk = arg;
    struct occurrence_result occurrence = {
        .id = sqlite3_column_int64(row, 0),
        .page_id = sqlite3_column_int64(row, 1),
        .image_id = sqlite3_column_int64(row, 2),
        .data_bytes = sqlite3_column_int64(row, 3),
        .page_url = db_text(row, 4),
        .url = db_text(row, 5),
        .raw = db_text(row, 6),
        .source = db_text(row, 7),
        .descriptor = db_text(row, 8),
        .alt = db_text(row, 9),
        .alt_state = db_text(row, 10),
        .title = db_text(row, 11),
        .width = db_text(row, 12),
        .height = db_text(row, 13),
        .loading = db_text(row, 14),
        .position = sqlite3_column_int(row, 15),
        .page_status = sqlite3_column_int(row, 16),
        .directives = sqlite3_column_int(row, 17),
        .tdm_policy = db_text(row, 18),
        .sizes = db_text(row, 19),
        .media = db_text(row, 20),
        .type = db_text(row, 21),
        .aria_label = db_text(row, 22),
        .role = db_text(row, 23),
        .name = db_text(row, 24),
        .name_source = db_text(row, 25),
        .link = db_text(row, 26),
        .caption = db_text(row, 27),
        .heading = db_text(row, 28),
        .landmark = db_text(row, 29),
        .dom_path = db_text(row, 30),
        .template = db_text(row, 31),
        .flags = sqlite3_column_int(row, 32),
        .verdicts = (uint64_t)sqlite3_column_int64(row, 33),
    };
    return walk->fn(&occurrence, walk->arg);
}

/* CROSS JOIN fixes the order of the loops: from the occurrence to its page, never the other way. */
static const char select_sql[] =
    "SELECT o.id, o.page_id, o.image_id, o.data_bytes, page.url, i.url, o.raw, o.source,"
    " o.descriptor, o.alt, o.alt_state, o.title, o.width, o.height, o.loading, o.position, "
    "p.status,"
    " p.directives, p.tdm_policy, o.sizes, o.media, o.type, o.aria_label, o.role, o.name,"
    " o.name_source, o.link, o.caption, o.heading, o.landmark, o.dom_path, t.key, o.flags,"
    " o.verdicts"
    " FROM occurrences o CROSS JOIN urls page ON page.id = o.page_id"
    " CROSS JOIN origins ON origins.id = page.origin_id"
    " LEFT JOIN pages p ON p.id = o.page_id LEFT JOIN images i ON i.id = o.image_id"
    " LEFT JOIN templates t ON t.id = o.template_id"
    " WHERE o.id > :after";

int query_occurrences(struct job_reader *reader, const struct query_filter *filter,
                      occurrence_result_fn fn, void *arg)
{
    struct occurrence_walk walk = {.fn = fn, .arg = arg};
    struct query query = {0};
    query_add(&query, select_sql);
    query_add_if(&query, filter->page_id, " AND o.page_id = :page");
    query_add_if(&query, filter->image_id, " AND o.image_id = :image");
    query_add_if(&query, filter->alt_state, " AND o.alt_state = :alt_state");
    query_add_if(&query, filter->source, " AND o.source = :source");
    query_add_if(&query, filter->host, " AND +i.host = :host");
    query_add_if(&query, filter->page_host, " AND origins.host = :page_host");
    query_add_if(&query, filter->status_min, " AND p.status >= :status_min");
    query_add_if(&query, filter->status_max, " AND p.status <= :status_max");
    query_add_if(&query, filter->text,
                 " AND (i.url" QUERY_LIKE " OR o.alt" QUERY_LIKE " OR o.title" QUERY_LIKE ")");
    /* 61: all directives but nofollow, which is about links */
    query_add_if(&query, filter->consent,
                 " AND (:consent = 'reserved') = (coalesce(p.directives, 0) & 61 != 0)");
    query_add(&query, " ORDER BY o.id LIMIT :limit");
    return query_run(reader, &query, filter, visit_occurrence, &walk);
}
