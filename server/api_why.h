/* The API's answers to "why": of one URL, and of all that a job skipped. Handlers of routes.c, MHD
 * threads.
 */
#ifndef IMGCRAWL_SERVER_API_WHY_H
#define IMGCRAWL_SERVER_API_WHY_H

struct request;

void api_why(struct request *request);
void api_list_skipped(struct request *request);

#endif
