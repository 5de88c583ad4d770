/* The API's exports: every occurrence of a job as one file, drawn from storage piece by piece as
 * fast as the client takes it. A handler of routes.c, MHD threads.
 */
#ifndef IMGCRAWL_SERVER_API_EXPORT_H
#define IMGCRAWL_SERVER_API_EXPORT_H

struct request;

void api_export(struct request *request); /* route->arg: enum export_format */

#endif
