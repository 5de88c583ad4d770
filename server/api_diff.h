/* GET /v1/jobs/{id}/diff?against={older}: what changed between two jobs on a site. Without `kind`
 * the numbers, with it the changes of that kind, part by part. Threads of the API.
 */
#ifndef IMGCRAWL_SERVER_API_DIFF_H
#define IMGCRAWL_SERVER_API_DIFF_H

struct request;

void api_diff(struct request *request);

#endif
