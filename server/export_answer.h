/* Export answer: a finished file as an answer, whole or the part that was asked for (Range,
 * If-Range, RFC 9110 sections 13 and 14). MHD threads.
 */
#ifndef IMGCRAWL_SERVER_EXPORT_ANSWER_H
#define IMGCRAWL_SERVER_EXPORT_ANSWER_H

#include <stdbool.h>

#include "server/export_cache.h"

struct request;

/* key NULL: the file is of this moment only, and no part of it can be asked for. */
void export_answer_file(struct request *request, const struct file_format *format, int take_fd,
                        const struct export_key *key);
/* Whether the client has it already; then the request is answered. */
bool export_answer_not_modified(struct request *request, const struct export_key *key);
/* Whether a part is asked for, of what key names. */
bool export_answer_wants_part(const struct request *request, const struct export_key *key);
/* The headers that tell of parts to come; the request has its answer. */
void export_answer_tell_parts(struct request *request, const struct export_key *key);

#endif
