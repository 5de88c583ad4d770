/* The sums that are read often: findings by rule and template, images by id. A few sorted passes
 * over the occurrences, which SQLite spills to temporary files: memory stays flat. Thread and
 * transaction are job_index.c's. */
#include <string.h>

#include "storage/index_private.h"

enum { RULES = 64 };

/* What belongs to one template comes in a row. */
struct grouping {
    sqlite3_stmt *put;
    int64_t template_id;
    int64_t counts[RULES], firsts[RULES];
    int64_t thing; /* the page or image that is counted now */
    uint64_t seen; /* its rules so far */
};

static int put_groups(struct grouping *grouping)
{
    int r = 0;
    for (int rule = 0; r == 0 && rule < RULES; rule++) {
        if (grouping->counts[rule] == 0)
            continue;
        struct db_values values = db_values(grouping->put);
        db_put_integer(&values, rule);
        db_put_integer(&values, grouping->template_id);
        db_put_integer(&values, grouping->counts[rule]);
        db_put_integer(&values, grouping->firsts[rule]);
        r = db_values_run(&values);
    }
    memset(grouping->counts, 0, sizeof(grouping->counts));
    return r;
}

static int turn_to(struct grouping *grouping, int64_t template_id)
{
    int r = template_id != grouping->template_id ? put_groups(grouping) : 0;
    if (template_id != grouping->template_id)
        grouping->thing = -1;
    grouping->template_id = template_id;
    return r;
}

/* template, verdicts, count, first id */
static int visit_occurrences(sqlite3_stmt *row, void *arg)
{
    struct grouping *grouping = arg;
    int r = turn_to(grouping, sqlite3_column_int64(row, 0));
    uint64_t verdicts = (uint64_t)sqlite3_column_int64(row, 1);
    int64_t first = sqlite3_column_int64(row, 3);
    for (int rule = 0; r == 0 && rule < RULES; rule++) {
        if (!(verdicts >> rule & 1))
            continue;
        if (grouping->counts[rule] == 0 || first < grouping->firsts[rule])
            grouping->firsts[rule] = first;
        grouping->counts[rule] += sqlite3_column_int64(row, 2);
    }
    return r;
}

/* template, page or image, verdicts: a thing counts once for each rule */
static int visit_things(sqlite3_stmt *row, void *arg)
{
    struct grouping *grouping = arg;
    int r = turn_to(grouping, sqlite3_column_int64(row, 0));
    int64_t thing = sqlite3_column_int64(row, 1);
    uint64_t verdicts = (uint64_t)sqlite3_column_int64(row, 2);
    if (thing != grouping->thing)
        grouping->seen = 0;
    grouping->thing = thing;
    for (int rule = 0; r == 0 && rule < RULES; rule++)
        grouping->counts[rule] += verdicts >> rule & ~grouping->seen >> rule & 1;
    grouping->seen |= verdicts;
    return r;
}

static int run_pass(sqlite3 *db, const char *put, const char *rows, db_row_fn visit)
{
    struct grouping grouping = {.template_id = -1, .thing = -1};
    int r = db_prepare(db, put, &grouping.put);
    if (r == 0)
        r = db_each_of(db, rows, visit, &grouping);
    if (r == 0)
        r = put_groups(&grouping);
    db_finalize(grouping.put);
    return r;
}

/* Into a temporary table first: finding_groups has its rows in the order in which they are shown.
 */
static int collect_groups(sqlite3 *db)
{
    int r = db_exec(db, "CREATE TEMP TABLE grouped(rule, template_id, occurrences, first_id,"
                        " pages DEFAULT 0, images DEFAULT 0, PRIMARY KEY(rule, template_id))"
                        " WITHOUT ROWID");
    if (r == 0)
        r = run_pass(db,
                     "INSERT INTO grouped(rule, template_id, occurrences, first_id)"
                     " VALUES (?1, ?2, ?3, ?4)",
                     "SELECT coalesce(template_id, 0) AS t, verdicts, count(*), min(id)"
                     " FROM occurrences WHERE verdicts != 0 GROUP BY t, verdicts ORDER BY t",
                     visit_occurrences);
    if (r == 0)
        r = run_pass(db,
                     "UPDATE grouped SET pages = ?3 + 0 * ?4 WHERE rule = ?1 AND template_id = ?2",
                     "SELECT DISTINCT coalesce(template_id, 0) AS t, page_id, verdicts"
                     " FROM occurrences WHERE verdicts != 0 ORDER BY t, page_id",
                     visit_things);
    if (r == 0)
        r = run_pass(db,
                     "UPDATE grouped SET images = ?3 + 0 * ?4 WHERE rule = ?1 AND template_id = ?2",
                     "SELECT DISTINCT coalesce(template_id, 0) AS t, image_id, verdicts"
                     " FROM occurrences WHERE verdicts != 0 AND image_id IS NOT NULL"
                     " ORDER BY t, image_id",
                     visit_things);
    return r;
}

static int write_groups(sqlite3 *db)
{
    int r = collect_groups(db);
    if (r == 0)
        r = db_exec(db,
                    "DELETE FROM finding_groups;"
                    "INSERT INTO finding_groups(rule, template_id, occurrences, pages, images,"
                    " first_id)"
                    " SELECT g.rule, nullif(g.template_id, 0), g.occurrences, g.pages, g.images,"
                    "  g.first_id FROM grouped g LEFT JOIN rules r ON r.bit = g.rule"
                    " ORDER BY CASE r.severity WHEN 'error' THEN 0 WHEN 'warning' THEN 1"
                    "  WHEN 'notice' THEN 2 ELSE 3 END, g.occurrences DESC, g.rule, g.template_id;"
                    "DROP TABLE temp.grouped");
    return r;
}

static int write_image_sums(sqlite3 *db)
{
    return db_exec(
        db,
        "DELETE FROM image_sums;"
        "INSERT INTO image_sums(image_id, occurrences, pages, missing, empty, whitespace, text,"
        " not_applicable, first_id, first_text_id)"
        " SELECT image_id, count(*), count(DISTINCT page_id), sum(alt_state = 'missing'),"
        "  sum(alt_state = 'empty'), sum(alt_state = 'whitespace'), sum(alt_state = 'text'),"
        "  sum(alt_state = 'not_applicable'), min(id), min(id) FILTER (WHERE alt_state = 'text')"
        " FROM occurrences WHERE image_id IS NOT NULL GROUP BY image_id");
}

int index_write_sums(sqlite3 *db)
{
    int r = write_groups(db);
    return r < 0 ? r : write_image_sums(db);
}
