/* What the writing and the reading side know of a job's file. Private to storage/. */
#ifndef IMGCRAWL_STORAGE_JOB_FILE_H
#define IMGCRAWL_STORAGE_JOB_FILE_H

#include "storage/db.h"

int job_file_open(const char *path, enum storage_mode mode, sqlite3 **ret_db,
                  const char **ret_reason);

#endif
