/* GET /healthz: proves that the loop turns by asking it, and shows the engine's numbers. A handler
 * of routes.c, MHD threads.
 */
#ifndef IMGCRAWL_SERVER_API_HEALTH_H
#define IMGCRAWL_SERVER_API_HEALTH_H

struct request;

void api_health(struct request *request);

#endif
