/* GET /v1/jobs/{id}/traps: what of a job looks endless, and the evidence; POST …/release puts what
 * one of them holds back into the frontier. Threads of the API.
 */
#ifndef IMGCRAWL_SERVER_API_TRAPS_H
#define IMGCRAWL_SERVER_API_TRAPS_H

struct request;

void api_list_traps(struct request *request);
void api_release_trap(struct request *request);

#endif
