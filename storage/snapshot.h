/* Snapshot: a job's file as one SQLite file of its own, of one moment, to be given away: without
 * WAL, without what was deleted, and without the seeds of the job's fingerprints, which are
 * nobody's business. Passwords and cookies of a job are in no job's file. Blocking, any thread; the
 * crawl goes on meanwhile, but its WAL cannot shrink.
 */
#ifndef IMGCRAWL_STORAGE_SNAPSHOT_H
#define IMGCRAWL_STORAGE_SNAPSHOT_H

#include <stdint.h>

/* Writes the file `to`, which must not be there or be empty; where it fails nothing is left of it.
 * -ENOENT: no job's file; -EILSEQ: it is something else. Tells how many occurrences are in it. */
int snapshot_write(const char *job_path, const char *to, int64_t *ret_rows);

#endif
