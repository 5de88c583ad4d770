/* The API's answers about jobs: make, list, look, act, delete. Handlers of routes.c, MHD threads.
 * What changes a job is done on the loop; what only looks reads the catalog and the board.
 */
#ifndef IMGCRAWL_SERVER_API_JOBS_H
#define IMGCRAWL_SERVER_API_JOBS_H

struct job_settings;
struct request;

/* The body as a job's settings. 0, or the request is answered and -errno. */
int api_read_settings(struct request *request, struct job_settings **ret_settings);

void api_create_job(struct request *request);
void api_list_jobs(struct request *request);
void api_get_job(struct request *request);
void api_act_on_job(struct request *request); /* route->arg: enum job_action */
void api_delete_job(struct request *request);

#endif
