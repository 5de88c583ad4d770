/* Export file: a job's occurrences written to a file as CSV or JSON lines, whole or not at all.
 * Blocking; main thread. */
#ifndef IMGCRAWL_EXPORT_FILE_H
#define IMGCRAWL_EXPORT_FILE_H

#include "storage/export.h"

/* By the ending of the name; "-" is standard output, as JSON lines. 0 or -EINVAL. */
int export_file_format(const char *path, enum export_format *ret_format);
/* Whether it could be written, found out before a long crawl is for nothing: makes PATH.part and
 * removes it, so that a crawl that is killed leaves none behind. Says what is wrong and what to do.
 * 0 or -errno. */
int export_file_check(const char *path);
/* Writes PATH.part, then renames it. Says on standard error what went wrong. 0 or -errno. */
int export_file_write(const char *job_path, enum export_format format, const char *path);

#endif
