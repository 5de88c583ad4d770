/* JUnit XML: a testsuite for each rule, a testcase for each finding. Errors and warnings are
 * failures; notices are told as skipped, so that they fail no pipeline; a rule that found nothing
 * is one testcase that passed. See report.h.
 */
#include <inttypes.h>

#include "server/report.h"
#include "server/report_text.h"

enum { TEXT_MOST = 500 };

static bool is_failure(const struct report_rule *rule)
{
    return rule->severity == REPORT_ERROR || rule->severity == REPORT_WARNING;
}

static size_t case_count(const struct report_rule *rule)
{
    return rule->id_count > 0 ? rule->id_count : 1;
}

struct case_writer {
    FILE *out;
    const struct report_rule *rule;
};

static void put_attribute(FILE *out, const char *name, const char *text)
{
    fprintf(out, " %s=\"", name);
    report_put(out, text, TEXT_MOST);
    fputc('"', out);
}

static void put_line(FILE *out, const char *label, const char *text)
{
    if (!text)
        return;
    fprintf(out, "%s: ", label);
    report_put(out, text, TEXT_MOST);
    fputc('\n', out);
}

static int put_case(const struct report_finding *row, void *arg)
{
    const struct case_writer *writer = arg;
    FILE *out = writer->out;
    const char *element = is_failure(writer->rule) ? "failure" : "skipped";
    fputs("    <testcase", out);
    put_attribute(out, "classname", row->page_url ? row->page_url : "(no page)");
    put_attribute(out, "name", row->url ? row->url : row->place ? row->place : row->source);
    fprintf(out, ">\n      <%s", element);
    put_attribute(out, "message", writer->rule->title);
    if (is_failure(writer->rule)) {
        put_attribute(out, "type", writer->rule->name);
        fputc('>', out);
        put_line(out, "page", row->page_url);
        put_line(out, "image", row->url);
        put_line(out, "place", row->place);
        put_line(out, "alt", row->alt);
        put_line(out, "what to do", writer->rule->remedy);
        put_line(out, "rule", writer->rule->cites);
        fprintf(out, "</%s>\n    </testcase>\n", element);
    } else {
        fputs("/>\n    </testcase>\n", out);
    }
    return 0;
}

static void open_suite(FILE *out, const struct report_rule *rule)
{
    fputs("  <testsuite", out);
    put_attribute(out, "name", rule->name);
    fprintf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"%zu\" time=\"0\">\n",
            case_count(rule), is_failure(rule) ? rule->id_count : 0,
            is_failure(rule) ? 0 : rule->id_count);
    fprintf(out,
            "    <properties>\n      <property name=\"findings\" value=\"%" PRId64 "\"/>\n"
            "      <property name=\"severity\" value=\"%s\"/>\n    </properties>\n",
            rule->findings, report_severity_name(rule->severity));
}

static void close_suite(FILE *out, const struct report_rule *rule)
{
    if (rule->findings > (int64_t)rule->id_count)
        fprintf(out,
                "    <system-out>%" PRId64 " findings; the first %zu are listed</system-out>\n",
                rule->findings, rule->id_count);
    fputs("  </testsuite>\n", out);
}

static int put_suite(const struct report *report, const struct report_rule *rule)
{
    struct case_writer writer = {.out = report->out, .rule = rule};
    open_suite(report->out, rule);
    int r = query_rule_findings(report->reader, rule, put_case, &writer);
    if (rule->id_count == 0) {
        fputs("    <testcase classname=\"imgcrawl\"", report->out);
        put_attribute(report->out, "name", rule->title);
        fputs("/>\n", report->out);
    }
    close_suite(report->out, rule);
    return r;
}

static void open_suites(const struct report *report)
{
    size_t tests = 0, failures = 0;
    for (size_t i = 0; i < report->rules->count; i++) {
        const struct report_rule *rule = &report->rules->rules[i];
        if (rule->severity == REPORT_GOOD)
            continue;
        tests += case_count(rule);
        failures += is_failure(rule) ? rule->id_count : 0;
    }
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", report->out);
    if (report_caveat(&report->facts))
        fprintf(report->out, "<!-- %s -->\n", report_caveat(&report->facts));
    fprintf(report->out,
            "<testsuites name=\"imgcrawl\" tests=\"%zu\" failures=\"%zu\" errors=\"0\">\n", tests,
            failures);
}

int report_junit_write(const struct report *report)
{
    int r = 0;
    open_suites(report);
    for (size_t i = 0; r == 0 && i < report->rules->count; i++)
        if (report->rules->rules[i].severity != REPORT_GOOD)
            r = put_suite(report, &report->rules->rules[i]);
    fputs("</testsuites>\n", report->out);
    return r;
}
