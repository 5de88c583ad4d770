/* The pieces of which the HTML report is put together. Private to report_html*.c. */
#ifndef IMGCRAWL_SERVER_REPORT_HTML_PARTS_H
#define IMGCRAWL_SERVER_REPORT_HTML_PARTS_H

#include <stdint.h>

#include "server/report.h"

/* A table: opened with its heads, "#" in front of those of numbers; NULL ends them. The caption
 * says what it shows. */
void html_table_open(FILE *out, const char *caption, const char *const heads[]);
void html_table_close(FILE *out);
void html_row_open(FILE *out);
void html_row_close(FILE *out);
void html_number(FILE *out, int64_t number);
void html_text(FILE *out, const char *text);
void html_code(FILE *out, const char *text);
/* A link where the URL is one of http or https, else its text. */
void html_link(FILE *out, const char *url);
void html_alt(FILE *out, const char *alt, const char *alt_state);
void html_severity(FILE *out, enum report_severity severity);

/* The sections that are lists (report_html_lists.c). */
int report_html_templates(const struct report *report);
int report_html_pages(const struct report *report);
int report_html_broken(const struct report *report);
int report_html_outcomes(const struct report *report);

#endif
