/* Export file: what a job found, written to a file, whole or not at all. Blocking; main thread. */
#ifndef IMGCRAWL_EXPORT_FILE_H
#define IMGCRAWL_EXPORT_FILE_H

#include "server/file_formats.h"

/* Whether it could be written, found out before a long crawl is for nothing: makes PATH.part and
 * removes it, so that a crawl that is killed leaves none behind. Says what is wrong and what to do.
 * 0 or -errno. */
int export_file_check(const char *path);
/* Writes PATH.part, then renames it; "-" is standard output. Says on standard error what went
 * wrong. 0 or -errno. */
int export_file_write(const char *job_path, const struct file_format *format,
                      enum export_profile profile, const char *path, int64_t *ret_rows);

#endif
