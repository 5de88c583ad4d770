/* Diff view: the comparison of two crawls as JSON, the same from the API and the command line.
 * Plain functions, any thread; the caller owns what they return.
 */
#ifndef IMGCRAWL_SERVER_DIFF_VIEW_H
#define IMGCRAWL_SERVER_DIFF_VIEW_H

#include <jansson.h>

#include "storage/job_diff.h"

json_t *diff_summary_view(const struct job_diff *diff, const struct diff_summary *summary);
json_t *diff_row_view(const struct diff_row *row);

/* Whether findings could be compared at all, and whether those of any rule to act on rose. */
bool diff_has_findings(const struct job_diff *diff);
bool diff_findings_rose(const struct job_diff *diff, const struct diff_summary *summary);

#endif
