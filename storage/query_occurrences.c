/* Occurrences: each mention of an image, with its page and its image. Any thread. In order of id,
 * which is the order in which pages were stored.
 */
#include <errno.h>

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

#define COLUMNS                                                                                    \
    "SELECT o.id, o.page_id, o.image_id, o.data_bytes, page.url, i.url, o.raw, o.source,"          \
    " o.descriptor, o.alt, o.alt_state, o.title, o.width, o.height, o.loading, o.position,"        \
    " p.status, p.directives, p.tdm_policy, o.sizes, o.media, o.type, o.aria_label, o.role,"       \
    " o.name, o.name_source, o.link, o.caption, o.heading, o.landmark, o.dom_path, t.key,"         \
    " o.flags, o.verdicts"

static const char select_sql[] = COLUMNS QUERY_OCCURRENCE_TABLES " WHERE o.id > :after";
static const char select_ids_sql[] =
    COLUMNS " FROM json_each(:ids) hit CROSS JOIN occurrences o ON o.id = hit.value" //
    QUERY_OCCURRENCE_JOINS " ORDER BY o.id";

static int run_sql(struct job_reader *reader, const struct query_filter *filter,
                   struct occurrence_walk *walk)
{
    struct query query = {0};
    query_add(&query, select_sql);
    query_add_occurrence_filters(&query, filter);
    query_add(&query, " ORDER BY o.id LIMIT :limit");
    return query_run(reader, &query, filter, visit_occurrence, walk);
}

static int run_ids(struct job_reader *reader, const struct query_filter *filter,
                   const struct query_ids *ids, struct occurrence_walk *walk)
{
    struct query query = {0};
    query_add(&query, select_ids_sql);
    return query_run_ids(reader, &query, filter, ids, visit_occurrence, walk);
}

int query_occurrences(struct job_reader *reader, const struct query_filter *filter,
                      occurrence_result_fn fn, void *arg)
{
    struct occurrence_walk walk = {.fn = fn, .arg = arg};
    struct query_ids ids = {0};
    bool is_ours = false;
    int r = query_begin(reader, &is_ours);
    if (r == 0)
        r = query_find(reader, filter, QUERY_OCCURRENCES, &ids);
    if (r == 0)
        r = run_ids(reader, filter, &ids, &walk);
    else if (r == -EOPNOTSUPP)
        r = run_sql(reader, filter, &walk);
    query_end(reader, is_ours);
    query_ids_done(&ids);
    return r;
}
