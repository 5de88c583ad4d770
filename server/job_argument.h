/* A job on the command line: the number of one in the data directory, or the path of a job's file.
 * Main thread; blocking. */
#ifndef IMGCRAWL_SERVER_JOB_ARGUMENT_H
#define IMGCRAWL_SERVER_JOB_ARGUMENT_H

#include <stdbool.h>

bool job_argument_is_number(const char *argument);
/* To be freed. */
char *job_argument_path(const char *argument, const char *data_dir);
/* Whether writing to that path would replace the file of a job: this one, or another beside it.
 * Says so on standard error. */
bool job_argument_is_overwritten(const char *job_path, const char *out);
/* Says on standard error why the file that an argument means could not be read. Returns r. */
int job_argument_refuse(const char *argument, const char *data_dir, int r);

#endif
