/* The API's changes to a job that is not over: PATCH /v1/jobs/{id} with its live settings. Handler
 * of routes.c, MHD threads; the crawler is asked on its loop (loop_call.h).
 */
#ifndef IMGCRAWL_SERVER_API_LIVE_H
#define IMGCRAWL_SERVER_API_LIVE_H

struct request;

void api_patch_job(struct request *request);

#endif
