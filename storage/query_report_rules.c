/* Findings by rule for a report: one scan counts them all and keeps the ids of the first; their
 * details are read by id. See query_report.h.
 */
#include <stdlib.h>
#include <string.h>

#include "storage/query.h"
#include "storage/query_report.h"

static const char *const severity_names[REPORT_SEVERITY_COUNT] = {
    [REPORT_ERROR] = "error",
    [REPORT_WARNING] = "warning",
    [REPORT_NOTICE] = "notice",
    [REPORT_GOOD] = "good",
};

const char *report_severity_name(enum report_severity severity)
{
    return severity_names[severity];
}

static enum report_severity parse_severity(const char *name)
{
    enum report_severity severity = REPORT_ERROR;
    while (severity < REPORT_GOOD && strcmp(severity_names[severity], name) != 0)
        severity++;
    return severity;
}

static char *copy(const char *text)
{
    char *copied = strdup(text ? text : "");
    if (!copied)
        abort();
    return copied;
}

static int take_rule(sqlite3_stmt *row, void *arg)
{
    struct report_rules *rules = arg;
    struct report_rule *rule = &rules->rules[rules->count++];
    *rule = (struct report_rule){.bit = (unsigned)sqlite3_column_int(row, 0) & 63,
                                 .severity = parse_severity(db_text(row, 2)),
                                 .name = copy(db_text(row, 1)),
                                 .title = copy(db_text(row, 3)),
                                 .cites = copy(db_text(row, 4)),
                                 .remedy = copy(db_text(row, 5)),
                                 .ids = calloc(rules->most_ids + 1, sizeof(int64_t))};
    if (!rule->ids)
        abort();
    rules->masks[rule->severity] |= (uint64_t)1 << rule->bit;
    return rules->count == REPORT_RULE_MOST;
}

static void count_finding(const struct report_rules *rules, struct report_rule *rule, int64_t id,
                          int64_t page_id)
{
    rule->findings++;
    rule->pages += rule->last_page != page_id; /* a page's rows stand together */
    rule->last_page = page_id;
    if (rule->id_count < rules->most_ids)
        rule->ids[rule->id_count++] = id;
}

static int take_verdicts(sqlite3_stmt *row, void *arg)
{
    struct report_rules *rules = arg;
    uint64_t verdicts = (uint64_t)sqlite3_column_int64(row, 2);
    for (size_t i = 0; i < rules->count; i++)
        if (verdicts >> rules->rules[i].bit & 1)
            count_finding(rules, &rules->rules[i], sqlite3_column_int64(row, 0),
                          sqlite3_column_int64(row, 1));
    return 0;
}

int report_rules_load(struct job_reader *reader, size_t most_ids, struct report_rules **ret_rules)
{
    struct report_rules *rules = calloc(1, sizeof(*rules));
    if (!rules)
        abort();
    rules->most_ids = most_ids;
    int r = db_each_of(reader->db,
                       "SELECT bit, name, severity, title, cites, remedy FROM rules"
                       " ORDER BY severity <> 'error', severity <> 'warning', severity = 'good',"
                       " bit",
                       take_rule, rules);
    if (r >= 0)
        r = db_each_of(reader->db,
                       "SELECT id, page_id, verdicts FROM occurrences WHERE verdicts <> 0"
                       " ORDER BY id",
                       take_verdicts, rules);
    if (r < 0) {
        report_rules_free(rules);
        return r;
    }
    *ret_rules = rules;
    return 0;
}

struct report_rules *report_rules_free(struct report_rules *rules)
{
    if (!rules)
        return NULL;
    for (size_t i = 0; i < rules->count; i++) {
        struct report_rule *rule = &rules->rules[i];
        free(rule->name);
        free(rule->title);
        free(rule->cites);
        free(rule->remedy);
        free(rule->ids);
    }
    free(rules);
    return NULL;
}

/* --- details ------------------------------------------------------------------------------- */

struct finding_walk {
    report_finding_fn fn;
    void *arg;
};

static int visit_finding(sqlite3_stmt *row, void *arg)
{
    const struct finding_walk *walk = arg;
    struct report_finding finding = {.id = sqlite3_column_int64(row, 0),
                                     .page_id = sqlite3_column_int64(row, 1),
                                     .page_url = db_text(row, 2),
                                     .url = db_text(row, 3),
                                     .raw = db_text(row, 4),
                                     .source = db_text(row, 5),
                                     .alt = db_text(row, 6),
                                     .alt_state = db_text(row, 7),
                                     .place = db_text(row, 8),
                                     .name = db_text(row, 9),
                                     .template = db_text(row, 10)};
    return walk->fn(&finding, walk->arg);
}

int query_rule_findings(struct job_reader *reader, const struct report_rule *rule,
                        report_finding_fn fn, void *arg)
{
    struct finding_walk walk = {.fn = fn, .arg = arg};
    sqlite3_stmt *statement = NULL;
    int r = db_prepare(reader->db,
                       "SELECT o.id, o.page_id, u.url, i.url, o.raw, o.source, o.alt, o.alt_state,"
                       " o.dom_path, o.name, t.key FROM occurrences o"
                       " LEFT JOIN urls u ON u.id = o.page_id"
                       " LEFT JOIN images i ON i.id = o.image_id"
                       " LEFT JOIN templates t ON t.id = o.template_id WHERE o.id = ?1",
                       &statement);
    for (size_t i = 0; r == 0 && i < rule->id_count; i++) {
        struct db_values values = db_values(statement);
        db_put_integer(&values, rule->ids[i]);
        r = db_values_code(&values);
        r = r < 0 ? r : db_each(statement, visit_finding, &walk);
    }
    db_finalize(statement);
    return r;
}
