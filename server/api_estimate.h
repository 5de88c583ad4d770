/* POST /v1/estimate: what a crawl with these settings would come to. Thread of the API; the loop
 * makes the estimate (crawler/sitemaps/estimate.h) while the connection is suspended. */
#ifndef IMGCRAWL_SERVER_API_ESTIMATE_H
#define IMGCRAWL_SERVER_API_ESTIMATE_H

struct request;

void api_estimate(struct request *request);

#endif
