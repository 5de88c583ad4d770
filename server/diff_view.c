/* See diff_view.h. */
#include "server/diff_view.h"

#include "server/json_value.h"

bool diff_has_findings(const struct job_diff *diff)
{
    return job_diff_is_audited(diff, DIFF_OLDER) && job_diff_is_audited(diff, DIFF_NEWER);
}

bool diff_findings_rose(const struct job_diff *diff, const struct diff_summary *summary)
{
    size_t count = 0;
    job_diff_rules(diff, &count);
    for (size_t i = 0; i < count; i++)
        if (job_diff_rose(diff, summary, i))
            return true;
    return false;
}

static json_t *crawl_view(const struct job_diff *diff, enum diff_side side)
{
    return json_pack("{s:b, s:b, s:b}", "complete", job_diff_is_complete(diff, side), "audited",
                     job_diff_is_audited(diff, side), "judged", job_diff_is_judged(diff, side));
}

static json_t *kinds_view(const struct diff_summary *summary)
{
    json_t *kinds = json_object();
    for (int kind = 0; kind < DIFF_KIND_COUNT; kind++)
        json_object_set_new(kinds, diff_kind_name((enum diff_kind)kind),
                            json_pack("{s:I, s:I}", "count", (json_int_t)summary->count[kind],
                                      "not_crawled", (json_int_t)summary->not_crawled[kind]));
    return kinds;
}

static json_t *rules_view(const struct job_diff *diff, const struct diff_summary *summary)
{
    json_t *views = json_array();
    size_t count = 0;
    const struct diff_rule *rules = job_diff_rules(diff, &count);
    for (size_t i = 0; i < count; i++)
        json_array_append_new(
            views,
            json_pack("{s:o, s:o, s:o, s:I, s:I, s:b}", "rule", json_text(rules[i].name),
                      "severity", json_text(rules[i].severity), "title", json_text(rules[i].title),
                      "new", (json_int_t)summary->rules[i].added, "gone",
                      (json_int_t)summary->rules[i].gone, "rose", job_diff_rose(diff, summary, i)));
    return views;
}

json_t *diff_summary_view(const struct job_diff *diff, const struct diff_summary *summary)
{
    return json_pack("{s:o, s:o, s:I, s:o, s:b, s:b, s:o}", "older", crawl_view(diff, DIFF_OLDER),
                     "newer", crawl_view(diff, DIFF_NEWER), "pages", (json_int_t)summary->pages,
                     "kinds", kinds_view(summary), "findings_compared", diff_has_findings(diff),
                     "findings_rose", diff_findings_rose(diff, summary), "rules",
                     rules_view(diff, summary));
}

json_t *diff_row_view(const struct diff_row *row)
{
    return json_pack(
        "{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b}", "kind",
        diff_kind_name(row->kind), "page_url", json_text(row->page_url), "url", json_text(row->url),
        "source", json_text(row->source), "place", json_text(row->place), "before",
        json_text(row->before), "after", json_text(row->after), "before_state",
        json_text(row->before_state), "after_state", json_text(row->after_state), "rule",
        json_text(row->rule ? row->rule->name : NULL), "severity",
        json_text(row->rule ? row->rule->severity : NULL), "not_crawled", row->not_crawled);
}
