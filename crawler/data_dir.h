/* Data directory: imgcrawl.db, jobs/ID.sqlite, and the lock that keeps a second process out. */
#ifndef IMGCRAWL_DATA_DIR_H
#define IMGCRAWL_DATA_DIR_H

#include <stddef.h>
#include <stdint.h>

/* Makes the directory where it is missing and locks it for this process. The descriptor holds the
 * lock until it is closed. -errno, and what went wrong in reason; what to
 * do about it is for the caller to say. */
int data_dir_lock(const char *data_dir, int *ret_fd, char *reason, size_t reason_bytes);
/* DATA/jobs/ID.sqlite; to be freed. */
char *data_dir_job_path(const char *data_dir, int64_t job_id);

#endif
