/* See page_judge.h. */
#include "crawler/page_judge.h"

#include <stdio.h>
#include <string.h>

#include "crawler/base/memory.h"
#include "crawler/base/text_printable.h"
#include "crawler/extract/record.h"
#include "crawler/fetch/fetch.h"
#include "crawler/job/job_settings.h"

static char *not_html_detail(const struct fetch_result *fetched, enum mime_type type)
{
    const char *declared = fetched->content_type;
    char detail[256];
    if (*declared)
        snprintf(detail, sizeof detail, "declared %.*s, but the body is %s",
                 (int)strcspn(declared, "; \t,"), declared, mime_type_name(type));
    else
        snprintf(detail, sizeof detail, "no Content-Type, and the body is %s",
                 mime_type_name(type));
    return text_printable(detail);
}

/* The evidence quotes the page, in its own script. */
static char *evidence_of(const struct page_record *record)
{
    return memory_strndup(record->evidence.data ? record->evidence.data : "",
                          record->evidence.bytes);
}

enum outcome page_judge(const struct page_record *record, const struct fetch_result *fetched,
                        const struct job_settings *settings, char **ret_detail)
{
    if (record->sniffed_type != MIME_HTML) {
        *ret_detail = not_html_detail(fetched, record->sniffed_type);
        return OUTCOME_NOT_HTML;
    }
    bool is_soft_404 = record->verdict == VERDICT_SOFT_404 && settings->detect_soft_404;
    if (record->verdict != VERDICT_CHALLENGE && !is_soft_404)
        return OUTCOME_OK;
    *ret_detail = evidence_of(record);
    return is_soft_404 ? OUTCOME_SOFT_404 : OUTCOME_CHALLENGE;
}

uint32_t page_judge_headers(const struct fetch_result *fetched, const char *agent)
{
    return robots_directives_of_header(fetched->robots_tag, strlen(fetched->robots_tag), agent) |
           robots_directives_of_tdm(fetched->tdm_reservation, strlen(fetched->tdm_reservation));
}
