/* See report.h. */
#include "server/report.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "storage/job_query.h"

static const struct {
    const char *name, *content_type, *ending;
    size_t most;
    int (*write)(const struct report *report);
} formats[] = {
    [REPORT_HTML] = {"html", "text/html; charset=utf-8", "html", REPORT_HTML_EXAMPLES,
                     report_html_write},
    [REPORT_JUNIT] = {"junit", "application/xml", "xml", REPORT_MOST_FINDINGS, report_junit_write},
    [REPORT_SARIF] = {"sarif", "application/sarif+json", "sarif", REPORT_MOST_FINDINGS,
                      report_sarif_write},
};
static_assert(sizeof formats / sizeof formats[0] == REPORT_FORMAT_COUNT, "a row for each format");

const char *report_format_name(enum report_format format)
{
    return formats[format].name;
}

const char *report_format_content_type(enum report_format format)
{
    return formats[format].content_type;
}

const char *report_format_ending(enum report_format format)
{
    return formats[format].ending;
}

int report_format_parse(const char *name, enum report_format *ret_format)
{
    for (int format = 0; format < REPORT_FORMAT_COUNT; format++) {
        if (strcmp(formats[format].name, name) == 0) {
            *ret_format = (enum report_format)format;
            return 0;
        }
    }
    return -EINVAL;
}

const char *report_caveat(const struct report_facts *facts)
{
    if (!facts->is_audited)
        return "This job's file was made by a version that did not check images for findings. "
               "Crawl the site again to have them.";
    if (facts->queued > 0)
        return "The crawl had not come to its end when this report was made: pages are missing, "
               "and with them findings; those that need the whole crawl are told at its end.";
    if (!facts->is_judged)
        return "The rules that need the whole crawl, or the images themselves, had not judged this "
               "job yet when this report was made.";
    return NULL;
}

static int load(struct report *report, enum report_format format)
{
    int r = query_report_begin(report->reader);
    if (r == 0)
        r = query_report_facts(report->reader, &report->facts);
    return r < 0 ? r : report_rules_load(report->reader, formats[format].most, &report->rules);
}

int report_write(const char *job_path, enum report_format format, FILE *out)
{
    struct report report = {.out = out};
    int r = job_reader_open(job_path, &report.reader);
    if (r < 0)
        return r;
    r = load(&report, format);
    if (r == 0)
        r = formats[format].write(&report);
    report_rules_free(report.rules);
    job_reader_free(report.reader);
    if (r == 0 && (fflush(out) != 0 || ferror(out)))
        r = errno > 0 ? -errno : -EIO;
    return r;
}
