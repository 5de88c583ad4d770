/* Job view: a job as the API shows it. The catalog's row says what is on disk, the board what is
 * true at this moment; the second overlays the first. Any thread.
 */
#ifndef IMGCRAWL_SERVER_JOB_VIEW_H
#define IMGCRAWL_SERVER_JOB_VIEW_H

#include <jansson.h>
#include <stdint.h>

#include "crawler/job/job_state.h"

struct board;
struct job_counts;
struct job_row;
struct request;

json_t *job_view(struct board *board, const struct job_row *row);

/* Reads a job's row. 0, with the row to be given to job_row_done(); or the request is answered,
 * with 404 or what storage said, and -errno. */
int job_view_load(struct request *request, int64_t job_id, struct job_row *ret_row);
/* The state at this moment. */
enum job_state job_view_state(struct board *board, const struct job_row *row);
/* The numbers at this moment. */
void job_view_counts(struct board *board, const struct job_row *row, struct job_counts *ret_counts);
/* Answers with the job, or as job_view_load() does. */
void job_view_respond(struct request *request, unsigned status, int64_t job_id);

/* The answer to an id that no job has. */
void respond_no_job(struct request *request, int64_t job_id);

#endif
