/* The API's answers from one job's file: pages, images, occurrences, hosts, events, each read with
 * a connection of its own, in mid-crawl as well. Handlers of routes.c, MHD threads.
 */
#ifndef IMGCRAWL_SERVER_API_RESULTS_H
#define IMGCRAWL_SERVER_API_RESULTS_H

#include "storage/job_query.h"

struct params;
struct request;

void api_list_pages(struct request *request);
void api_get_page(struct request *request);
void api_list_images(struct request *request);
void api_list_occurrences(struct request *request);
void api_list_hosts(struct request *request);
void api_list_events(struct request *request);

/* The filter that the parameters of a request are; its texts are borrowed from them. */
struct query_filter api_results_filter(const struct params *params);

#endif
