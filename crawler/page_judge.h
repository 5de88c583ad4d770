/* Page judge: whether what was fetched and parsed is a page, and what its answer's headers ask of
 * us. Plain functions, any thread.
 */
#ifndef IMGCRAWL_PAGE_JUDGE_H
#define IMGCRAWL_PAGE_JUDGE_H

#include <stdint.h>

#include "crawler/base/outcome.h"

struct fetch_result;
struct job_settings;
struct page_record;

/* OUTCOME_OK for a page; else NOT_HTML, SOFT_404 or CHALLENGE with *ret_detail, to be freed. */
enum outcome page_judge(const struct page_record *record, const struct fetch_result *fetched,
                        const struct job_settings *settings, char **ret_detail);

/* enum robots_directive, of X-Robots-Tag and TDM-Reservation; agent: our product token. */
uint32_t page_judge_headers(const struct fetch_result *fetched, const char *agent);

#endif
