/* Findings: verdicts by rule and place, and their sums. From what index building wrote; while that
 * is not there, counted anew. Any thread.
 */
#include <errno.h>
#include <string.h>

#include "storage/index_private.h"
#include "storage/query.h"

static int take_flag(sqlite3_stmt *row, void *arg)
{
    const char *state = db_text(row, 0);
    *(bool *)arg = state && strcmp(state, INDEX_READY) == 0;
    return 0;
}

bool query_is_indexed(struct job_reader *reader)
{
    bool is_ready = false;
    int r =
        db_each_of(reader->db, "SELECT value FROM meta WHERE key = 'index'", take_flag, &is_ready);
    return r == 0 && is_ready;
}

/* --- findings ------------------------------------------------------------------------------ */

struct finding_walk {
    finding_result_fn fn;
    void *arg;
};

static int visit_finding(sqlite3_stmt *row, void *arg)
{
    const struct finding_walk *walk = arg;
    struct finding_result finding = {
        .id = sqlite3_column_int64(row, 0),
        .rule = sqlite3_column_int(row, 1),
        .occurrences = sqlite3_column_int64(row, 2),
        .pages = sqlite3_column_int64(row, 3),
        .images = sqlite3_column_int64(row, 4),
        .first_id = sqlite3_column_int64(row, 5),
        .template = db_text(row, 6),
        .place = db_text(row, 7),
        .page_url = db_text(row, 8),
        .image_url = db_text(row, 9),
        .alt = db_text(row, 10),
        .dom_path = db_text(row, 11),
    };
    return walk->fn(&finding, walk->arg);
}

/* Without the index: one pass; each verdict of an occurrence is a row of its own. */
static const char counted_sql[] =
    "WITH counted AS (SELECT r.bit AS rule, o.template_id AS template_id,"
    "  count(*) AS occurrences, count(DISTINCT o.page_id) AS pages,"
    "  count(DISTINCT o.image_id) AS images, min(o.id) AS first_id, r.severity AS severity"
    " FROM occurrences o JOIN rules r ON o.verdicts >> r.bit & 1 WHERE o.verdicts != 0"
    " GROUP BY r.bit, o.template_id),"
    " g AS (SELECT row_number() OVER (ORDER BY CASE severity WHEN 'error' THEN 0"
    "  WHEN 'warning' THEN 1 WHEN 'notice' THEN 2 ELSE 3 END, occurrences DESC, rule, template_id)"
    "  AS id, * FROM counted)"
    " SELECT g.id, g.rule, g.occurrences, g.pages, g.images, g.first_id, t.key, t.place, page.url,"
    " i.url, o.alt, o.dom_path FROM g";
static const char kept_sql[] =
    "SELECT g.id, g.rule, g.occurrences, g.pages, g.images, g.first_id, t.key, t.place, page.url,"
    " i.url, o.alt, o.dom_path FROM finding_groups g";

int query_finding_groups(struct job_reader *reader, const struct query_filter *filter,
                         finding_result_fn fn, void *arg)
{
    struct finding_walk walk = {.fn = fn, .arg = arg};
    struct query query = {0};
    query_add(&query, query_is_indexed(reader) ? kept_sql : counted_sql);
    query_add(&query, " LEFT JOIN templates t ON t.id = g.template_id"
                      " LEFT JOIN occurrences o ON o.id = g.first_id"
                      " LEFT JOIN urls page ON page.id = o.page_id"
                      " LEFT JOIN images i ON i.id = o.image_id WHERE g.id > :after");
    query_add_if(&query, filter->rules, " AND (1 << g.rule) & :rules");
    query_add_if(&query, filter->template, " AND t.key = :template");
    query_add(&query, " ORDER BY g.id LIMIT :limit");
    return query_run(reader, &query, filter, visit_finding, &walk);
}

/* --- sums ---------------------------------------------------------------------------------- */

static int add_verdicts(sqlite3_stmt *row, void *arg)
{
    int64_t *counts = arg;
    uint64_t verdicts = (uint64_t)sqlite3_column_int64(row, 0);
    for (int bit = 0; bit < QUERY_VERDICTS; bit++)
        counts[bit] += verdicts >> bit & 1 ? sqlite3_column_int64(row, 1) : 0;
    return 0;
}

int query_verdict_counts(struct job_reader *reader, int64_t page_id,
                         int64_t ret_counts[QUERY_VERDICTS])
{
    const struct query_filter filter = {.page_id = page_id};
    int64_t counts[QUERY_VERDICTS] = {0};
    struct query query = {0};
    query_add(&query, "SELECT verdicts, count(*) FROM occurrences");
    query_add_if(&query, page_id, " WHERE page_id = :page");
    query_add(&query, " GROUP BY verdicts");
    int r = query_run(reader, &query, &filter, add_verdicts, counts);
    if (r == 0)
        memcpy(ret_counts, counts, sizeof(counts));
    return r;
}

static int add_sum(sqlite3_stmt *row, void *arg)
{
    int64_t *counts = arg;
    int rule = sqlite3_column_int(row, 0);
    if (rule >= 0 && rule < QUERY_VERDICTS)
        counts[rule] = sqlite3_column_int64(row, 1);
    return 0;
}

int query_verdict_sums(struct job_reader *reader, int64_t ret_counts[QUERY_VERDICTS])
{
    int64_t counts[QUERY_VERDICTS] = {0};
    if (!query_is_indexed(reader))
        return -EAGAIN;
    int r =
        db_each_of(reader->db, "SELECT rule, sum(occurrences) FROM finding_groups GROUP BY rule",
                   add_sum, counts);
    if (r == 0)
        memcpy(ret_counts, counts, sizeof(counts));
    return r;
}
