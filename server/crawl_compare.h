/* What `imgcrawl crawl --compare` does after the crawl: holds it against an older one. Main thread.
 */
#ifndef IMGCRAWL_SERVER_CRAWL_COMPARE_H
#define IMGCRAWL_SERVER_CRAWL_COMPARE_H

#include <stdbool.h>

/* Whether there is such a job, found out before the crawl is for nothing. Says what is wrong; 0 or
 * -errno. */
int crawl_compare_check(const char *older, const char *data_dir);
/* Prints the comparison (unless quiet: then only what rose) on standard error. The exit status: 0,
 * EXIT_FINDINGS_ROSE, or 1 where it could not be made. */
int crawl_compare(const char *older, const char *job_path, const char *data_dir, bool quiet);

#endif
