/* GET /v1/jobs/{id}/report?format=html|junit|sarif: what a job found, for people or for pipelines.
 * Threads of the API.
 */
#ifndef IMGCRAWL_SERVER_API_REPORT_H
#define IMGCRAWL_SERVER_API_REPORT_H

struct request;

void api_report(struct request *request);

#endif
