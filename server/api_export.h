/* The API's exports: what a job found as one file, in the formats of file_formats.h. Handlers of
 * routes.c, MHD threads.
 */
#ifndef IMGCRAWL_SERVER_API_EXPORT_H
#define IMGCRAWL_SERVER_API_EXPORT_H

struct request;

void api_export(struct request *request); /* route->arg: enum file_format_id */

#endif
