/* The questions of a report about the crawl as a whole: how far it went, what became of URLs, the
 * worst places. Findings by rule: query_report_rules.c. See query_report.h.
 */
#include "storage/query_report.h"

#include <stdlib.h>

#include "storage/query.h"

int query_report_begin(struct job_reader *reader)
{
    return db_exec(reader->db, "BEGIN");
}

/* --- the crawl ----------------------------------------------------------------------------- */

static int take_facts(sqlite3_stmt *row, void *arg)
{
    struct report_facts *facts = arg;
    int64_t *const targets[] = {&facts->known,          &facts->visited,     &facts->failed,
                                &facts->skipped,        &facts->queued,      &facts->images,
                                &facts->occurrences,    &facts->alt_missing, &facts->alt_empty,
                                &facts->alt_whitespace, &facts->alt_text,    &facts->first_ms,
                                &facts->last_ms};
    for (size_t i = 0; i < sizeof(targets) / sizeof(*targets); i++)
        *targets[i] = sqlite3_column_int64(row, (int)i);
    facts->is_audited = sqlite3_column_int(row, sizeof(targets) / sizeof(*targets));
    return 0;
}

int query_report_facts(struct job_reader *reader, struct report_facts *ret_facts)
{
    ret_facts->is_judged = query_is_indexed(reader);
    return db_each_of(
        reader->db,
        "WITH u AS (SELECT count(*) AS known, sum(u.skipped IS NULL AND p.id IS NULL) AS queued,"
        " sum(u.skipped IS NULL AND p.state = 'done') AS done,"
        " sum(u.skipped IS NULL AND p.state = 'failed') AS failed,"
        " sum(u.skipped IS NOT NULL OR p.state = 'skipped') AS skipped,"
        " min(p.fetched_ms) AS first_ms, max(p.fetched_ms) AS last_ms"
        " FROM urls u LEFT JOIN pages p ON p.id = u.id),"
        " o AS (SELECT count(*) AS number, sum(alt_state = 'missing') AS missing,"
        " sum(alt_state = 'empty') AS empty, sum(alt_state = 'whitespace') AS whitespace,"
        " sum(alt_state = 'text') AS text FROM occurrences)"
        " SELECT known, done, failed, skipped, queued, (SELECT count(*) FROM images), number,"
        " missing, empty, whitespace, text, first_ms, last_ms, (SELECT count(*) FROM rules)"
        " FROM u, o",
        take_facts, ret_facts);
}

struct text_walk {
    report_text_fn fn;
    void *arg;
};

static int visit_text(sqlite3_stmt *row, void *arg)
{
    const struct text_walk *walk = arg;
    return walk->fn(db_text(row, 0), walk->arg);
}

int query_seeds(struct job_reader *reader, unsigned limit, report_text_fn fn, void *arg)
{
    const struct query_filter filter = {.limit = limit};
    struct text_walk walk = {.fn = fn, .arg = arg};
    struct query query = {0};
    query_add(&query, "SELECT url FROM urls WHERE via = 'seed' ORDER BY id LIMIT :limit");
    return query_run(reader, &query, &filter, visit_text, &walk);
}

struct outcome_walk {
    report_outcome_fn fn;
    void *arg;
};

static int visit_outcome(sqlite3_stmt *row, void *arg)
{
    const struct outcome_walk *walk = arg;
    struct report_outcome outcome = {.state = db_text(row, 0),
                                     .outcome = db_text(row, 1),
                                     .count = sqlite3_column_int64(row, 2),
                                     .example = db_text(row, 3)};
    return walk->fn(&outcome, walk->arg);
}

int query_outcomes(struct job_reader *reader, report_outcome_fn fn, void *arg)
{
    struct outcome_walk walk = {.fn = fn, .arg = arg};
    return db_each_of(reader->db,
                      "SELECT state, reason, number, (SELECT url FROM urls WHERE urls.id = first)"
                      " FROM (SELECT CASE WHEN u.skipped IS NOT NULL THEN 'skipped'"
                      " WHEN p.id IS NULL THEN 'queued' ELSE p.state END AS state,"
                      " coalesce(u.skipped, p.outcome) AS reason, count(*) AS number,"
                      " min(u.id) AS first FROM urls u LEFT JOIN pages p ON p.id = u.id"
                      " GROUP BY 1, 2)"
                      " ORDER BY state = 'queued', state = 'skipped', state = 'failed',"
                      " number DESC, reason",
                      visit_outcome, &walk);
}

/* --- templates ----------------------------------------------------------------------------- */

/* A query that takes masks and a limit, and one callback. */
struct masked {
    uint64_t masks[2];
    unsigned limit;
};

static int run_masked(struct job_reader *reader, const char *sql, const struct masked *masked,
                      db_row_fn fn, void *arg)
{
    sqlite3_stmt *statement = NULL;
    int r = db_prepare(reader->db, sql, &statement);
    if (r < 0)
        return r;
    struct db_values values = db_values(statement);
    db_put_integer(&values, (int64_t)masked->masks[0]);
    db_put_integer(&values, (int64_t)masked->masks[1]);
    db_put_integer(&values, masked->limit);
    r = db_values_code(&values);
    if (r == 0)
        r = db_each(statement, fn, arg);
    db_finalize(statement);
    return r;
}

struct template_walk {
    report_template_fn fn;
    void *arg;
};

/* "5,4,12": the verdicts of its findings, each set of them once; SQL has no OR over rows. */
static uint64_t verdicts_of(const char *list)
{
    uint64_t verdicts = 0;
    while (list && *list) {
        char *end = NULL;
        verdicts |= (uint64_t)strtoll(list, &end, 10);
        list = *end == ',' ? end + 1 : NULL;
    }
    return verdicts;
}

static int visit_template(sqlite3_stmt *row, void *arg)
{
    const struct template_walk *walk = arg;
    struct report_template found = {.key = db_text(row, 0),
                                    .place = db_text(row, 1),
                                    .findings = sqlite3_column_int64(row, 2),
                                    .pages = sqlite3_column_int64(row, 3),
                                    .verdicts = verdicts_of(db_text(row, 4)),
                                    .page_url = db_text(row, 5),
                                    .url = db_text(row, 6)};
    return walk->fn(&found, walk->arg);
}

int query_report_templates(struct job_reader *reader, uint64_t mask, unsigned limit,
                           report_template_fn fn, void *arg)
{
    const struct masked masked = {.masks = {mask, mask}, .limit = limit};
    struct template_walk walk = {.fn = fn, .arg = arg};
    return run_masked(
        reader,
        "SELECT t.key, t.place, g.findings, g.pages, g.verdicts, u.url, i.url FROM"
        " (SELECT template_id, count(*) AS findings, count(DISTINCT page_id) AS pages,"
        " min(id) AS first, group_concat(DISTINCT verdicts & ?1) AS verdicts FROM occurrences"
        " WHERE verdicts & ?2 <> 0 AND template_id IS NOT NULL"
        " GROUP BY 1 ORDER BY findings DESC, template_id LIMIT ?3) g"
        " JOIN templates t ON t.id = g.template_id JOIN occurrences o ON o.id = g.first"
        " LEFT JOIN urls u ON u.id = o.page_id LEFT JOIN images i ON i.id = o.image_id"
        " ORDER BY g.findings DESC, t.id",
        &masked, visit_template, &walk);
}

/* --- pages --------------------------------------------------------------------------------- */

struct page_walk {
    report_page_fn fn;
    void *arg;
};

static int visit_page(sqlite3_stmt *row, void *arg)
{
    const struct page_walk *walk = arg;
    struct report_page page = {.url = db_text(row, 0),
                               .title = db_text(row, 1),
                               .errors = sqlite3_column_int64(row, 2),
                               .warnings = sqlite3_column_int64(row, 3),
                               .occurrences = sqlite3_column_int64(row, 4)};
    return walk->fn(&page, walk->arg);
}

int query_worst_pages(struct job_reader *reader, const struct report_rules *rules, unsigned limit,
                      report_page_fn fn, void *arg)
{
    const struct masked masked = {
        .masks = {rules->masks[REPORT_ERROR], rules->masks[REPORT_WARNING]}, .limit = limit};
    struct page_walk walk = {.fn = fn, .arg = arg};
    return run_masked(reader,
                      "SELECT u.url, p.title, g.errors, g.warnings, g.number FROM"
                      " (SELECT page_id, sum(verdicts & ?1 <> 0) AS errors,"
                      " sum(verdicts & ?2 <> 0) AS warnings, count(*) AS number FROM occurrences"
                      " GROUP BY page_id HAVING errors + warnings > 0"
                      " ORDER BY errors DESC, warnings DESC, page_id LIMIT ?3) g"
                      " JOIN urls u ON u.id = g.page_id LEFT JOIN pages p ON p.id = g.page_id"
                      " ORDER BY g.errors DESC, g.warnings DESC, u.id",
                      &masked, visit_page, &walk);
}

/* --- broken images ------------------------------------------------------------------------- */

struct image_walk {
    report_image_fn fn;
    void *arg;
};

static int visit_image(sqlite3_stmt *row, void *arg)
{
    const struct image_walk *walk = arg;
    struct report_image image = {.url = db_text(row, 0),
                                 .outcome = db_text(row, 1),
                                 .detail = db_text(row, 2),
                                 .status = sqlite3_column_int(row, 3),
                                 .occurrences = sqlite3_column_int64(row, 4),
                                 .page_url = db_text(row, 5)};
    return walk->fn(&image, walk->arg);
}

int query_broken_images(struct job_reader *reader, unsigned limit, report_image_fn fn, void *arg)
{
    const struct query_filter filter = {.limit = limit};
    struct image_walk walk = {.fn = fn, .arg = arg};
    struct query query = {0};
    query_add(&query, "SELECT i.url, x.outcome, x.detail, x.status, g.number, u.url FROM"
                      " (SELECT o.image_id, count(*) AS number, min(o.id) AS first"
                      " FROM occurrences o JOIN probes p ON p.image_id = o.image_id"
                      " WHERE p.state = 'failed' GROUP BY o.image_id"
                      " ORDER BY number DESC, o.image_id LIMIT :limit) g"
                      " JOIN probes x ON x.image_id = g.image_id"
                      " JOIN images i ON i.id = g.image_id JOIN occurrences o ON o.id = g.first"
                      " LEFT JOIN urls u ON u.id = o.page_id ORDER BY g.number DESC, i.id");
    return query_run(reader, &query, &filter, visit_image, &walk);
}

int query_probed(struct job_reader *reader, int64_t *ret_probed, int64_t *ret_broken)
{
    int r = db_integer(reader->db, "SELECT count(*) FROM probes WHERE state IN ('done', 'failed')",
                       ret_probed);
    return r < 0 ? r
                 : db_integer(reader->db, "SELECT count(*) FROM probes WHERE state = 'failed'",
                              ret_broken);
}
