/* What a crawl in the terminal says at its end. Main thread. */
#ifndef IMGCRAWL_CRAWL_SUMMARY_H
#define IMGCRAWL_CRAWL_SUMMARY_H

#include <stdio.h>

#include "crawler/job/board.h"

/* entry: the job as it ended; job_path: its file; data_dir as given; exported: where to, or NULL.
 */
struct crawl_summary {
    const struct board_entry *entry;
    const char *job_path, *data_dir, *exported;
};

void crawl_summary_print(const struct crawl_summary *summary, FILE *out);

#endif
