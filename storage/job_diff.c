/* Opens two jobs' files as one connection, the newer as "main", the older attached, finds out what
 * can be compared, and runs the walks of job_diff_pages.c and job_diff_images.c. See job_diff.h.
 */
#include "storage/job_diff.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/index_private.h"
#include "storage/job_diff_private.h"
#include "storage/job_file.h"

/* --- kinds --------------------------------------------------------------------------------- */

static const struct {
    const char *name, *text;
} kinds[DIFF_KIND_COUNT] = {
#define X(id, name, text) [DIFF_##id] = {name, text},
    DIFF_KIND_TABLE(X)
#undef X
};

const char *diff_kind_name(enum diff_kind kind)
{
    return kinds[kind].name;
}

const char *diff_kind_text(enum diff_kind kind)
{
    return kinds[kind].text;
}

int diff_kind_parse(const char *name, enum diff_kind *ret_kind)
{
    for (int kind = 0; kind < DIFF_KIND_COUNT; kind++) {
        if (strcmp(kinds[kind].name, name) == 0) {
            *ret_kind = (enum diff_kind)kind;
            return 0;
        }
    }
    return -EINVAL;
}

/* --- opening ------------------------------------------------------------------------------- */

static int attach_older(sqlite3 *db, const char *path)
{
    sqlite3_stmt *statement = NULL;
    int r = db_prepare(db, "ATTACH ? AS older", &statement);
    if (r < 0)
        return r;
    struct db_values values = db_values(statement);
    db_put_text(&values, path);
    r = db_values_run(&values);
    db_finalize(statement);
    return r;
}

/* Opened by itself first: there it is checked, and migrated where it is of an older version. */
static int check_older(const char *path)
{
    sqlite3 *db = NULL;
    int r = job_file_open(path, STORAGE_READ_ONLY, &db, NULL);
    if (r == 0)
        db_close(db);
    return r;
}

static int connect_both(struct job_diff *diff, const char *older_path, const char *newer_path,
                        enum diff_side *ret_failed)
{
    *ret_failed = DIFF_OLDER;
    int r = check_older(older_path);
    if (r < 0)
        return r;
    *ret_failed = DIFF_NEWER;
    r = job_file_open(newer_path, STORAGE_READ_ONLY, &diff->db, NULL);
    if (r < 0)
        return r;
    *ret_failed = DIFF_OLDER;
    r = attach_older(diff->db, older_path);
    /* What stands in for indexes goes to a file of its own, not to memory. All that is asked from
     * here on is answered from one snapshot of each file. */
    return r < 0 ? r
                 : db_exec(diff->db,
                           "PRAGMA temp_store = 1; PRAGMA temp.cache_size = -16384;"
                           "PRAGMA main.cache_size = -32768; PRAGMA older.cache_size = -32768;"
                           "BEGIN");
}

/* --- what each file is --------------------------------------------------------------------- */

static int ask(struct job_diff *diff, const char *format, const char *schema, int64_t *ret_value)
{
    char sql[600];
    sqlite3_snprintf(sizeof(sql), sql, format, schema, schema);
    return db_integer(diff->db, sql, ret_value);
}

/* A crawl that was cut short knows less than there is. */
static int learn_completeness(struct job_diff *diff, struct diff_file *file)
{
    int64_t unseen = 0;
    int r = ask(diff,
                "SELECT EXISTS (SELECT 1 FROM %s.urls u LEFT JOIN %s.pages p ON p.id = u.id"
                " WHERE u.skipped IS NULL AND p.id IS NULL)",
                file->schema, &unseen);
    if (r == 0 && !unseen)
        r = ask(diff,
                "SELECT EXISTS (SELECT 1 FROM %s.pages WHERE state = 'skipped' AND outcome IN"
                " ('max_pages', 'max_seconds', 'max_host_pages', 'cancelled')) OR EXISTS"
                " (SELECT 1 FROM %s.urls WHERE skipped IN"
                " ('max_pages', 'max_seconds', 'max_host_pages', 'cancelled'))",
                file->schema, &unseen);
    file->is_complete = !unseen;
    return r;
}

static int learn_audit(struct job_diff *diff, struct diff_file *file)
{
    int64_t rules = 0;
    int r = ask(diff, "SELECT count(*) FROM %s.rules", file->schema, &rules);
    file->is_audited = rules > 0;
    int64_t ready = 0;
    if (r == 0)
        r = ask(diff,
                "SELECT EXISTS (SELECT 1 FROM %s.meta WHERE key = 'index' AND value = '" INDEX_READY
                "')",
                file->schema, &ready);
    file->is_judged = ready;
    return r;
}

/* A job that has not ended has no index on its occurrences; a table here stands in for both. */
static int find_mentions(struct job_diff *diff, struct diff_file *file, const char *stand_in,
                         const char *from_stand_in, const char *from_file)
{
    int64_t indexes = 0;
    int r = ask(diff,
                "SELECT count(*) FROM %s.sqlite_schema WHERE type = 'index'"
                " AND name IN ('occurrences_page', 'occurrences_image')",
                file->schema, &indexes);
    if (r < 0)
        return r;
    file->mentions = indexes == 2 ? from_file : from_stand_in;
    return indexes == 2 ? 0 : db_exec(diff->db, stand_in);
}

#define STAND_IN(name, schema)                                                                     \
    "CREATE TEMP TABLE " name " AS SELECT id, page_id, image_id FROM " schema ".occurrences;"      \
    "CREATE INDEX temp." name "_page ON " name "(page_id);"                                        \
    "CREATE INDEX temp." name "_image ON " name "(image_id)"
#define FROM_STAND_IN(name, schema)                                                                \
    " FROM temp." name " k CROSS JOIN " schema ".occurrences o ON o.id = k.id"
#define FROM_FILE(schema)                                                                          \
    " FROM " schema ".occurrences k CROSS JOIN " schema ".occurrences o ON o.id = k.id"

static int find_all_mentions(struct job_diff *diff)
{
    int r = find_mentions(diff, &diff->files[DIFF_NEWER], STAND_IN("newer_k", "main"),
                          FROM_STAND_IN("newer_k", "main"), FROM_FILE("main"));
    return r < 0 ? r
                 : find_mentions(diff, &diff->files[DIFF_OLDER], STAND_IN("older_k", "older"),
                                 FROM_STAND_IN("older_k", "older"), FROM_FILE("older"));
}

/* --- rules --------------------------------------------------------------------------------- */

static void copy_text(char *to, size_t bytes, const char *from)
{
    snprintf(to, bytes, "%s", from ? from : "");
}

static int keep_rule(sqlite3_stmt *row, void *arg)
{
    struct job_diff *diff = arg;
    struct diff_rule *rule = &diff->rules[diff->rule_count];
    rule->newer_bit = (unsigned)sqlite3_column_int(row, 0) & 63;
    rule->older_bit = (unsigned)sqlite3_column_int(row, 1) & 63;
    copy_text(rule->name, sizeof(rule->name), db_text(row, 2));
    copy_text(rule->severity, sizeof(rule->severity), db_text(row, 3));
    copy_text(rule->title, sizeof(rule->title), db_text(row, 4));
    if (sqlite3_column_int(row, 5))
        diff->alt_rules |= (uint64_t)1 << diff->rule_count;
    return ++diff->rule_count == DIFF_RULE_MOST;
}

static int load_rules(struct job_diff *diff)
{
    int r = db_each_of(diff->db,
                       "SELECT n.bit, o.bit, n.name, n.severity, n.title,"
                       " n.name LIKE 'alt%' AND n.severity IN ('error', 'warning')"
                       " FROM main.rules n JOIN older.rules o ON o.name = n.name"
                       " WHERE n.severity <> 'good' ORDER BY n.bit",
                       keep_rule, diff);
    return r < 0 ? r : 0;
}

/* --- statements ---------------------------------------------------------------------------- */

static int prepare(struct job_diff *diff, const struct diff_file *file, const char *select,
                   const char *joins, sqlite3_stmt **ret_statement)
{
    char *sql = NULL;
    char joined[600];
    sqlite3_snprintf(sizeof(joined), joined, joins, file->schema);
    if (asprintf(&sql, "%s%s%s", select, file->mentions, joined) < 0)
        abort();
    int r = db_prepare_kept(diff->db, sql, ret_statement);
    free(sql);
    return r;
}

/* What a sitemap says of an image stands in no place on the page. */
static int prepare_file(struct job_diff *diff, struct diff_file *file)
{
    int r =
        prepare(diff, file,
                "SELECT i.url, o.source, o.dom_path, o.alt, o.alt_state, o.verdicts, o.position",
                " LEFT JOIN %s.images i ON i.id = o.image_id"
                " WHERE k.page_id = ?1 AND o.source <> 'sitemap' ORDER BY k.id",
                &file->of_page);
    return r < 0 ? r
                 : prepare(diff, file, "SELECT u.url",
                           " CROSS JOIN %s.urls u ON u.id = k.page_id"
                           " WHERE k.image_id = ?1 ORDER BY k.id LIMIT 100",
                           &file->of_image);
}

static int prepare_diff(struct job_diff *diff)
{
    int r = find_all_mentions(diff);
    for (int side = 0; r == 0 && side < DIFF_SIDE_COUNT; side++) {
        struct diff_file *file = &diff->files[side];
        r = learn_completeness(diff, file);
        r = r < 0 ? r : learn_audit(diff, file);
        r = r < 0 ? r : prepare_file(diff, file);
    }
    return r < 0 ? r : load_rules(diff);
}

int job_diff_open(const char *older_path, const char *newer_path, struct job_diff **ret_diff,
                  enum diff_side *ret_failed)
{
    struct job_diff *diff = calloc(1, sizeof(*diff));
    if (!diff)
        abort();
    diff->files[DIFF_OLDER].schema = "older";
    diff->files[DIFF_NEWER].schema = "main";
    int r = connect_both(diff, older_path, newer_path, ret_failed);
    if (r == 0)
        r = prepare_diff(diff);
    if (r < 0) {
        job_diff_free(diff);
        return r;
    }
    *ret_diff = diff;
    return 0;
}

struct job_diff *job_diff_free(struct job_diff *diff)
{
    if (!diff)
        return NULL;
    for (int side = 0; side < DIFF_SIDE_COUNT; side++) {
        db_finalize(diff->files[side].of_page);
        db_finalize(diff->files[side].of_image);
        diff_page_done(&diff->files[side].page);
    }
    if (diff->db)
        db_close(diff->db);
    free(diff);
    return NULL;
}

bool job_diff_is_complete(const struct job_diff *diff, enum diff_side side)
{
    return diff->files[side].is_complete;
}

bool job_diff_is_audited(const struct job_diff *diff, enum diff_side side)
{
    return diff->files[side].is_audited;
}

bool job_diff_is_judged(const struct job_diff *diff, enum diff_side side)
{
    return diff->files[side].is_judged;
}

const struct diff_rule *job_diff_rules(const struct job_diff *diff, size_t *ret_count)
{
    *ret_count = diff->rule_count;
    return diff->rules;
}

/* --- the walk ------------------------------------------------------------------------------ */

int64_t diff_position(enum diff_side side, int64_t id)
{
    int64_t behind = side == DIFF_OLDER ? (int64_t)1 << POSITION_SIDE_BIT : 0;
    return behind + (id << POSITION_ROW_BITS);
}

bool diff_wants(const struct diff_walk *walk, enum diff_kind kind)
{
    return walk->kinds >> kind & 1;
}

bool diff_not_crawled(const struct job_diff *diff, enum diff_side side, enum diff_presence found)
{
    return found == PRESENT_NOT_CRAWLED ||
           (found == PRESENT_UNKNOWN && !diff->files[diff_other(side)].is_complete);
}

int diff_tell(struct diff_walk *walk, struct diff_row *row)
{
    row->position = walk->at + ++walk->number;
    if (!diff_wants(walk, row->kind) || row->position <= walk->after)
        return 0;
    return walk->fn(row, walk->arg);
}

int job_diff_walk(struct job_diff *diff, enum diff_kind kind, int64_t after, diff_row_fn fn,
                  void *arg)
{
    struct diff_walk walk = {
        .diff = diff, .kinds = 1u << kind, .after = after, .fn = fn, .arg = arg};
    bool of_images = kind == DIFF_ADDED || kind == DIFF_GONE || kind == DIFF_CHANGED;
    return of_images ? diff_walk_images(&walk) : diff_walk_pages(&walk);
}

struct counting {
    struct job_diff *diff;
    struct diff_summary *summary;
};

static int count_row(const struct diff_row *row, void *arg)
{
    const struct counting *counting = arg;
    struct diff_summary *summary = counting->summary;
    ++*(row->not_crawled ? &summary->not_crawled[row->kind] : &summary->count[row->kind]);
    if (row->not_crawled || !row->rule)
        return 0;
    struct diff_rule_sum *sum = &summary->rules[row->rule - counting->diff->rules];
    ++*(row->kind == DIFF_FINDINGS_NEW ? &sum->added : &sum->gone);
    return 0;
}

int job_diff_walk_all(struct job_diff *diff, diff_row_fn fn, void *arg)
{
    struct diff_walk walk = {.diff = diff, .kinds = ~0u, .fn = fn, .arg = arg};
    int r = diff_walk_images(&walk);
    return r != 0 ? r : diff_walk_pages(&walk);
}

int job_diff_sum(struct job_diff *diff, struct diff_summary *ret_summary)
{
    struct diff_summary summary = {0};
    struct counting counting = {.diff = diff, .summary = &summary};
    struct diff_walk walk = {.diff = diff, .kinds = ~0u, .fn = count_row, .arg = &counting};
    int r = diff_walk_images(&walk);
    if (r == 0)
        r = diff_walk_pages(&walk);
    if (r < 0)
        return r;
    summary.pages = walk.pages;
    *ret_summary = summary;
    return 0;
}

bool job_diff_rose(const struct job_diff *diff, const struct diff_summary *summary, size_t rule)
{
    const char *severity = diff->rules[rule].severity;
    return (strcmp(severity, "error") == 0 || strcmp(severity, "warning") == 0) &&
           summary->rules[rule].added > summary->rules[rule].gone;
}
