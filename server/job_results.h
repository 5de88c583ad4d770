/* Job results: the file of the job that a request is about, opened for reading. MHD threads. */
#ifndef IMGCRAWL_SERVER_JOB_RESULTS_H
#define IMGCRAWL_SERVER_JOB_RESULTS_H

struct job_reader;
struct request;

/* 0 with a reader, to be given to job_reader_free(), or with NULL for a job that has no file yet,
 * which is to be seen as empty; or the request is answered and -errno. */
int job_results_open(struct request *request, struct job_reader **ret_reader);

#endif
