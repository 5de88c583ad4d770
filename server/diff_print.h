/* Diff print: the comparison of two crawls for people. Main thread. */
#ifndef IMGCRAWL_SERVER_DIFF_PRINT_H
#define IMGCRAWL_SERVER_DIFF_PRINT_H

#include <stdio.h>

#include "storage/job_diff.h"

/* Numbers, and the first rows of each kind. 0 or -errno. */
int diff_print(struct job_diff *diff, const struct diff_summary *summary, FILE *out);
/* Which findings rose, with the first of each. 0 or -errno. */
int diff_print_rises(struct job_diff *diff, const struct diff_summary *summary, FILE *out);

#endif
