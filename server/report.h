/* Report: what a job found, for people as one HTML page, for pipelines as JUnit XML or SARIF. All
 * three are drawn from storage/query_report.h and bounded however large the job: of each rule so
 * many findings are told one by one, all of them are counted.
 *
 * Blocking; any thread. The reader that a report is made of is one snapshot.
 */
#ifndef IMGCRAWL_SERVER_REPORT_H
#define IMGCRAWL_SERVER_REPORT_H

#include <stdio.h>

#include "storage/query_report.h"

enum report_format { REPORT_HTML, REPORT_JUNIT, REPORT_SARIF, REPORT_FORMAT_COUNT };
const char *report_format_name(enum report_format format); /* "html" "junit" "sarif" */
const char *report_format_content_type(enum report_format format);
const char *report_format_ending(enum report_format format);               /* of a file's name */
int report_format_parse(const char *name, enum report_format *ret_format); /* -EINVAL */

/* Of each rule, one by one. */
enum { REPORT_HTML_EXAMPLES = 10, REPORT_MOST_FINDINGS = 1000 };

/* 0 or -errno: as job_reader_open(), or of writing. */
int report_write(const char *job_path, enum report_format format, FILE *out);

/* What the writers of formats are given. */
struct report {
    struct job_reader *reader;
    struct report_facts facts;
    struct report_rules *rules;
    FILE *out;
};
int report_html_write(const struct report *report);
int report_junit_write(const struct report *report);
int report_sarif_write(const struct report *report);

/* What a reader must know before the numbers: not audited, not at its end. NULL: nothing. */
const char *report_caveat(const struct report_facts *facts);

#endif
