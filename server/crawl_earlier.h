/* Is there an unfinished crawl of the same seeds in the data directory, and shall it go on?
 * Blocking, main thread, before the loop runs. */
#ifndef IMGCRAWL_CRAWL_EARLIER_H
#define IMGCRAWL_CRAWL_EARLIER_H

#include <stdint.h>

#include "server/crawl_options.h"

/* *ret_job_id: the job to resume, or 0 to begin anew. Asks on a terminal. -ECANCELED where the
 * question was left unanswered. */
int crawl_earlier_decide(const char *data_dir, const struct crawl_options *options,
                         int64_t *ret_job_id);

#endif
