/* Respond: the ways in which a handler answers its request. Each sets request->response, which
 * http.c hands to MHD; none is called twice for a request. Bodies are given to MHD, never copied.
 */
#ifndef IMGCRAWL_SERVER_RESPOND_H
#define IMGCRAWL_SERVER_RESPOND_H

#include <jansson.h>
#include <microhttpd.h>
#include <stddef.h>
#include <stdint.h>

#include "crawler/job/job_settings.h"
#include "server/problem.h"
#include "server/request.h"

void respond_json(struct request *request, unsigned status, json_t *take_value);
/* text: malloc()ed. */
void respond_text(struct request *request, unsigned status, const char *content_type,
                  char *take_text, size_t bytes);
/* An HTML page that carries its style sheet in itself; text: malloc()ed. */
void respond_page(struct request *request, char *take_text, size_t bytes);
/* Data that outlives the server. */
void respond_static(struct request *request, unsigned status, const char *content_type,
                    const void *data, size_t bytes);
void respond_empty(struct request *request, unsigned status);
/* A part of a file; the descriptor is consumed. */
void respond_file(struct request *request, unsigned status, const char *content_type, int take_fd,
                  uint64_t first, uint64_t bytes);
/* Chunks of any number, as MHD asks for them. free_reader(take_reader) ends it in every case. */
void respond_stream(struct request *request, const char *content_type,
                    MHD_ContentReaderCallback read, void *take_reader,
                    MHD_ContentReaderFreeCallback free_reader);

/* Its members are let go. */
void respond_problem(struct request *request, struct problem *take_members_of);
void respond_error(struct request *request, enum problem_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* An error that storage gave: -rc as a problem. */
void respond_storage_error(struct request *request, int rc);

/* A body that was refused: where (a JSON pointer), and what would do. Of settings, and of others.
 */
void respond_settings_error(struct request *request, const struct settings_error *error);
void respond_body_error(struct request *request, enum problem_kind kind,
                        const struct settings_error *error);

/* Adds a header to the answer. */
void respond_header(struct request *request, const char *name, const char *value);

#endif
