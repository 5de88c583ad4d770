/* Job notes: what a person must know to judge a job's result, from its file's history: each is
 * {"code", "detail", "at"}. Any thread.
 */
#ifndef IMGCRAWL_SERVER_JOB_NOTES_H
#define IMGCRAWL_SERVER_JOB_NOTES_H

#include <jansson.h>
#include <stdint.h>

/* Oldest first; empty where there is no file yet, or it cannot be read now. */
json_t *job_notes(const char *data_dir, int64_t job_id);

#endif
