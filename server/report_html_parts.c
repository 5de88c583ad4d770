/* See report_html_parts.h. */
#include "server/report_html_parts.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "server/human.h"
#include "server/report_text.h"

enum { TEXT_MOST = 300, URL_MOST = 4000 };

void html_table_open(FILE *out, const char *caption, const char *const heads[])
{
    fprintf(out, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"");
    report_put(out, caption, 0);
    fputs("\"><table><thead><tr>", out);
    for (; *heads; heads++) {
        bool number = **heads == '#';
        fprintf(out, "<th scope=\"col\"%s>%s</th>", number ? " class=\"n\"" : "",
                *heads + (number ? 1 : 0));
    }
    fputs("</tr></thead><tbody>\n", out);
}

void html_table_close(FILE *out)
{
    fputs("</tbody></table></div>\n", out);
}

void html_row_open(FILE *out)
{
    fputs("<tr>", out);
}

void html_row_close(FILE *out)
{
    fputs("</tr>\n", out);
}

void html_number(FILE *out, int64_t number)
{
    fprintf(out, "<td class=\"n\">%s</td>", human_count(number).text);
}

void html_text(FILE *out, const char *text)
{
    fputs("<td class=\"w\">", out);
    report_put(out, text, TEXT_MOST);
    fputs("</td>", out);
}

void html_code(FILE *out, const char *text)
{
    fputs("<td class=\"w\"><code>", out);
    report_put(out, text, TEXT_MOST);
    fputs("</code></td>", out);
}

static bool can_be_followed(const char *url)
{
    return strlen(url) <= URL_MOST &&
           (strncasecmp(url, "http://", 7) == 0 || strncasecmp(url, "https://", 8) == 0);
}

void html_link(FILE *out, const char *url)
{
    if (!url || !can_be_followed(url)) {
        html_text(out, url ? url : "–");
        return;
    }
    fputs("<td class=\"w\"><a rel=\"noreferrer\" href=\"", out);
    report_put(out, url, 0);
    fputs("\">", out);
    report_put(out, url, TEXT_MOST);
    fputs("</a></td>", out);
}

void html_alt(FILE *out, const char *alt, const char *alt_state)
{
    if (alt && strcmp(alt_state, "text") == 0) {
        html_text(out, alt);
        return;
    }
    fputs("<td class=\"w\"><em>", out);
    report_put(out, strcmp(alt_state, "not_applicable") == 0 ? "takes none" : alt_state, 0);
    fputs("</em></td>", out);
}

void html_severity(FILE *out, enum report_severity severity)
{
    const char *name = report_severity_name(severity);
    fprintf(out, "<td><span class=\"%s\">%s</span></td>", name, name);
}
