/* The report for people: one HTML page that needs nothing beside it. Headline and numbers, findings
 * by rule with examples and what to do, then the lists of report_html_lists.c. See report.h.
 */
#include <inttypes.h>
#include <string.h>

#include "server/human.h"
#include "server/report_cites.h"
#include "server/report_html_parts.h"
#include "server/report_style.h"
#include "server/report_text.h"

enum { MOST_SEEDS = 5 };

/* ---- the head ---- */

static int put_seed(const char *text, void *arg)
{
    FILE *out = arg;
    fputs("<li>", out);
    report_put(out, text, 300);
    fputs("</li>", out);
    return 0;
}

static int put_title(const char *text, void *arg)
{
    const char *host = strstr(text, "://");
    host = host ? host + 3 : text;
    char name[200];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(host, "/?#"), host);
    report_put(arg, name, 0);
    return 1;
}

static int put_head(const struct report *report)
{
    FILE *out = report->out;
    fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
          "<meta name=\"referrer\" content=\"no-referrer\">"
          "<meta name=\"color-scheme\" content=\"light dark\"><title>Images of ",
          out);
    int r = query_seeds(report->reader, 1, put_title, out);
    fprintf(out, "</title><style>\n%s</style></head>\n<body><main><h1>Images of ", report_style);
    r = r < 0 ? r : query_seeds(report->reader, 1, put_title, out);
    fputs("</h1>\n<p class=\"dim\">Pages fetched from ", out);
    report_put_time(out, report->facts.first_ms);
    fputs(" to ", out);
    report_put_time(out, report->facts.last_ms);
    fputs(". The crawl began at:</p><ul>", out);
    r = r < 0 ? r : query_seeds(report->reader, MOST_SEEDS, put_seed, out);
    fputs("</ul>\n", out);
    if (report_caveat(&report->facts))
        fprintf(out, "<p class=\"caveat\"><strong>Note.</strong> %s</p>\n",
                report_caveat(&report->facts));
    return r;
}

/* ---- numbers ---- */

static void put_sum(FILE *out, const char *label, int64_t number, const char *look)
{
    fprintf(out, "<div><dt>%s</dt><dd%s%s%s>%s</dd></div>", label, *look ? " class=\"" : "", look,
            *look ? "\"" : "", human_count(number).text);
}

static int64_t findings_of(const struct report_rules *rules, enum report_severity severity)
{
    int64_t findings = 0;
    for (size_t i = 0; i < rules->count; i++)
        findings += rules->rules[i].severity == severity ? rules->rules[i].findings : 0;
    return findings;
}

static void put_sums(const struct report *report)
{
    const struct report_facts *facts = &report->facts;
    FILE *out = report->out;
    fputs("<dl class=\"sums\">", out);
    put_sum(out, "Pages visited", facts->visited, "");
    put_sum(out, "Images", facts->images, "");
    put_sum(out, "Times shown", facts->occurrences, "");
    if (facts->is_audited) {
        put_sum(out, "Errors", findings_of(report->rules, REPORT_ERROR), "error");
        put_sum(out, "Warnings", findings_of(report->rules, REPORT_WARNING), "warning");
        put_sum(out, "Notices", findings_of(report->rules, REPORT_NOTICE), "notice");
    }
    fputs("</dl>\n<p>Alternative texts: ", out);
    fprintf(out, "%s missing, ", human_count(facts->alt_missing).text);
    fprintf(out, "%s empty, ", human_count(facts->alt_empty).text);
    fprintf(out, "%s only blanks, ", human_count(facts->alt_whitespace).text);
    fprintf(out, "%s with text.</p>\n", human_count(facts->alt_text).text);
}

/* ---- rules ---- */

static void put_rule_row(FILE *out, const struct report_rule *rule)
{
    html_row_open(out);
    html_severity(out, rule->severity);
    fputs("<td class=\"w\">", out);
    if (rule->findings > 0)
        fprintf(out, "<a href=\"#rule-%u\">", rule->bit);
    report_put(out, rule->title, 0);
    fputs(rule->findings > 0 ? "</a></td>" : "</td>", out);
    html_number(out, rule->findings);
    html_number(out, rule->pages);
    html_text(out, rule->cites);
    html_row_close(out);
}

static void put_rule_sums(const struct report *report)
{
    static const char *const heads[] = {"Severity", "Rule", "#Found", "#Pages", "By", NULL};
    fputs("<section aria-labelledby=\"rules\"><h2 id=\"rules\">Findings by rule</h2>\n",
          report->out);
    html_table_open(report->out, "Findings by rule", heads);
    for (size_t i = 0; i < report->rules->count; i++)
        put_rule_row(report->out, &report->rules->rules[i]);
    html_table_close(report->out);
    fputs("</section>\n", report->out);
}

static int put_example(const struct report_finding *row, void *arg)
{
    FILE *out = arg;
    html_row_open(out);
    html_link(out, row->page_url);
    html_link(out, row->url);
    html_alt(out, row->alt, row->alt_state);
    html_code(out, row->place ? row->place : row->source);
    html_row_close(out);
    return 0;
}

static int put_rule(const struct report *report, const struct report_rule *rule)
{
    static const char *const heads[] = {"Page", "Image", "Alternative text", "Place", NULL};
    FILE *out = report->out;
    fprintf(out, "<h3 id=\"rule-%u\">", rule->bit);
    report_put(out, rule->title, 0);
    fprintf(out, " <span class=\"%s\">(%s)</span></h3>\n<p><strong>What to do:</strong> ",
            report_severity_name(rule->severity), report_severity_name(rule->severity));
    report_put(out, rule->remedy, 0);
    fprintf(out, "</p><p class=\"dim\">By <a rel=\"noreferrer\" href=\"%s\">",
            report_cites_address(rule->cites));
    report_put(out, rule->cites, 0);
    fprintf(out, "</a>. Found %s times", human_count(rule->findings).text);
    fprintf(out, " on %s pages", human_count(rule->pages).text);
    if (rule->findings > (int64_t)rule->id_count)
        fprintf(out, "; the first %zu", rule->id_count);
    fputs(":</p>\n", out);
    html_table_open(out, rule->title, heads);
    int r = query_rule_findings(report->reader, rule, put_example, out);
    html_table_close(out);
    return r;
}

static int put_rules(const struct report *report)
{
    int r = 0;
    if (report->rules->count == 0)
        return 0;
    put_rule_sums(report);
    fputs("<section aria-labelledby=\"findings\"><h2 id=\"findings\">What was found</h2>\n",
          report->out);
    for (size_t i = 0; r == 0 && i < report->rules->count; i++)
        if (report->rules->rules[i].findings > 0)
            r = put_rule(report, &report->rules->rules[i]);
    fputs("</section>\n", report->out);
    return r;
}

/* ---- the page ---- */

static void put_contents(const struct report *report)
{
    fputs("<nav aria-label=\"Contents\"><p>", report->out);
    if (report->rules->count > 0)
        fputs("<a href=\"#rules\">By rule</a> · <a href=\"#findings\">Findings</a> · "
              "<a href=\"#templates\">Templates</a> · <a href=\"#pages\">Pages</a> · ",
              report->out);
    fputs("<a href=\"#broken\">Broken images</a> · <a href=\"#crawl\">The crawl</a></p></nav>\n",
          report->out);
}

int report_html_write(const struct report *report)
{
    int r = put_head(report);
    if (r >= 0) {
        put_sums(report);
        put_contents(report);
        r = put_rules(report);
    }
    r = r < 0 ? r : report_html_templates(report);
    r = r < 0 ? r : report_html_pages(report);
    r = r < 0 ? r : report_html_broken(report);
    r = r < 0 ? r : report_html_outcomes(report);
    fputs("</main><footer><p class=\"dim\">Made by imgcrawl " IMGCRAWL_VERSION
          ".</p></footer></body></html>\n",
          report->out);
    return r < 0 ? r : 0;
}
