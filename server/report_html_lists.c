/* The lists of the HTML report: templates, pages, broken images, what became of URLs. Each is
 * bounded by the number of rows asked for. See report.h.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/base/outcome.h"
#include "server/human.h"
#include "server/report_html_parts.h"
#include "server/report_text.h"

enum { MOST_TEMPLATES = 50, MOST_PAGES = 50, MOST_IMAGES = 100 };

/* ---- templates ---- */

static void put_rule_names(const struct report *report, uint64_t verdicts)
{
    const char *separator = "";
    fputs("<td class=\"w\">", report->out);
    for (size_t i = 0; i < report->rules->count; i++) {
        const struct report_rule *rule = &report->rules->rules[i];
        if (!(verdicts >> rule->bit & 1))
            continue;
        fprintf(report->out, "%s<a href=\"#rule-%u\">", separator, rule->bit);
        report_put(report->out, rule->name, 0);
        fputs("</a>", report->out);
        separator = ", ";
    }
    fputs("</td>", report->out);
}

static int put_template(const struct report_template *row, void *arg)
{
    const struct report *report = arg;
    html_row_open(report->out);
    html_code(report->out, row->place);
    html_number(report->out, row->pages);
    html_number(report->out, row->findings);
    put_rule_names(report, row->verdicts);
    html_link(report->out, row->page_url);
    html_link(report->out, row->url);
    html_row_close(report->out);
    return 0;
}

static uint64_t mask_of_findings(const struct report_rules *rules)
{
    return rules->masks[REPORT_ERROR] | rules->masks[REPORT_WARNING] | rules->masks[REPORT_NOTICE];
}

int report_html_templates(const struct report *report)
{
    static const char *const heads[] = {
        "Place", "#Pages", "#Times found", "Rules", "Example page", "Its image", NULL};
    struct report copy = *report;
    if (report->rules->count == 0)
        return 0;
    fputs("<section aria-labelledby=\"templates\"><h2 id=\"templates\">Same place, many pages</h2>"
          "<p>One correction in a template mends all of its pages. Most often found first.</p>\n",
          report->out);
    html_table_open(report->out, "Findings by template", heads);
    int r = query_report_templates(report->reader, mask_of_findings(report->rules), MOST_TEMPLATES,
                                   put_template, &copy);
    html_table_close(report->out);
    fputs("</section>\n", report->out);
    return r;
}

/* ---- pages ---- */

static int put_page(const struct report_page *row, void *arg)
{
    FILE *out = arg;
    html_row_open(out);
    html_link(out, row->url);
    html_text(out, row->title);
    html_number(out, row->errors);
    html_number(out, row->warnings);
    html_number(out, row->occurrences);
    html_row_close(out);
    return 0;
}

int report_html_pages(const struct report *report)
{
    static const char *const heads[] = {"Page",           "Title",   "#Images with errors",
                                        "#with warnings", "#Images", NULL};
    if (report->rules->count == 0)
        return 0;
    fputs("<section aria-labelledby=\"pages\"><h2 id=\"pages\">Pages with most to do</h2>\n",
          report->out);
    html_table_open(report->out, "Pages with most errors and warnings", heads);
    int r = query_worst_pages(report->reader, report->rules, MOST_PAGES, put_page, report->out);
    html_table_close(report->out);
    fputs("</section>\n", report->out);
    return r;
}

/* ---- broken images ---- */

static int put_image(const struct report_image *row, void *arg)
{
    FILE *out = arg;
    html_row_open(out);
    html_link(out, row->url);
    fputs("<td>", out);
    report_put(out, row->outcome, 0);
    if (row->status > 0)
        fprintf(out, " (%d)", row->status);
    fputs("</td>", out);
    html_number(out, row->occurrences);
    html_link(out, row->page_url);
    html_row_close(out);
    return 0;
}

int report_html_broken(const struct report *report)
{
    static const char *const heads[] = {"Image", "What came", "#Shown", "Example page", NULL};
    int64_t probed = 0, broken = 0;
    int r = query_probed(report->reader, &probed, &broken);
    if (r < 0)
        return r;
    fputs("<section aria-labelledby=\"broken\"><h2 id=\"broken\">Broken images</h2>\n",
          report->out);
    if (probed == 0)
        fputs("<p>The images themselves were not asked for in this crawl.</p>\n", report->out);
    else
        fprintf(report->out, "<p>%s of %s images that were asked for could not be had.</p>\n",
                human_count(broken).text, human_count(probed).text);
    if (broken > 0) {
        html_table_open(report->out, "Images that could not be had", heads);
        r = query_broken_images(report->reader, MOST_IMAGES, put_image, report->out);
        html_table_close(report->out);
    }
    fputs("</section>\n", report->out);
    return r;
}

/* ---- what became of URLs ---- */

static const char *meaning(const struct report_outcome *row)
{
    enum outcome outcome;
    if (strcmp(row->state, "queued") == 0)
        return "known, and not yet visited";
    return row->outcome && outcome_parse(row->outcome, &outcome) == 0 ? outcome_text(outcome) : "";
}

static int put_outcome(const struct report_outcome *row, void *arg)
{
    FILE *out = arg;
    html_row_open(out);
    html_text(out, row->state);
    html_text(out, row->outcome ? row->outcome : "–");
    html_text(out, meaning(row));
    html_number(out, row->count);
    html_link(out, row->example);
    html_row_close(out);
    return 0;
}

int report_html_outcomes(const struct report *report)
{
    static const char *const heads[] = {"State", "Reason", "Meaning", "#URLs", "Example", NULL};
    fputs("<section aria-labelledby=\"crawl\"><h2 id=\"crawl\">What was crawled, and what not</h2>"
          "\n",
          report->out);
    html_table_open(report->out, "What became of each URL", heads);
    int r = query_outcomes(report->reader, put_outcome, report->out);
    html_table_close(report->out);
    fputs("</section>\n", report->out);
    return r;
}
