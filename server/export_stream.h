/* Export stream: an export as the body of an answer, drawn from storage as fast as the client takes
 * it, on MHD threads. On the way it can be kept in the export cache, so that who is interrupted can
 * go on.
 */
#ifndef IMGCRAWL_SERVER_EXPORT_STREAM_H
#define IMGCRAWL_SERVER_EXPORT_STREAM_H

#include "server/export_cache.h"
#include "storage/export.h"

struct request;

/* key: what to keep it as; NULL: it is not kept. */
void export_stream_respond(struct request *request, const struct file_format *format,
                           struct export *take_export, const struct export_key *key);

#endif
