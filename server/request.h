/* Request: one HTTP exchange, from its first line to its answer. It lives between two calls of MHD
 * (request line read, exchange completed) and is touched by one thread at a time: MHD's, as long as
 * the connection is not suspended.
 *
 * A route's handler reads what it needs from here and ends with exactly one of the respond_…()
 * functions or with request_call_loop().
 */
#ifndef IMGCRAWL_SERVER_REQUEST_H
#define IMGCRAWL_SERVER_REQUEST_H

#include <jansson.h>
#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/loop_call.h"
#include "server/params.h"

struct engine;
struct export_cache;
struct route;
struct thread_executor;

/* What handlers may use of the server; lives as long as it. */
struct api_context {
    const char *data_dir;
    struct engine *engine; /* only for engine_board() and inside loop calls */
    struct loop_calls *calls;
    const struct export_cache *exports;
    struct thread_executor *export_executor; /* inside loop calls */
};

struct request {
    const struct api_context *context;
    struct MHD_Connection *connection;
    char *target;       /* path and query, as sent */
    char *instance;     /* the path of it */
    const char *path;   /* decoded; MHD's */
    const char *method; /* MHD's */
    bool begun;         /* the headers have been looked at */

    const struct route *route;
    int64_t ids[2]; /* the numbers in the path: {id}, {page_id} */
    struct params params;

    char *body; /* NUL-ended once there is any */
    size_t body_bytes, body_capacity, body_seen_bytes;

    struct MHD_Response *response; /* the answer, once there is one */
    unsigned status;
    struct loop_call *call; /* the loop is working on it */
    void (*on_call_done)(struct request *request, const struct loop_call_result *result);
};

struct request *request_new(const struct api_context *context, struct MHD_Connection *connection,
                            const char *target);
struct request *request_free(struct request *request);

/* A request header; NULL where not sent. */
const char *request_header(const struct request *request, const char *name);

/* Keeps the next part of the body, of which at most max_bytes are held; what is longer is counted
 * in body_seen_bytes and forgotten. */
void request_take_body(struct request *request, const char *data, size_t bytes, size_t max_bytes);
/* Parses the body and lets go of its text. NULL: it is no JSON object, and the request is answered.
 */
json_t *request_take_json(struct request *request);

/* Suspends the connection and has the loop run a command; on_done then answers, on an MHD thread.
 * When the loop gave no answer, that is answered already and on_done is not called. */
void request_call_loop(struct request *request, const struct loop_command *command, void *take_arg,
                       int64_t deadline_ms,
                       void (*on_done)(struct request *request,
                                       const struct loop_call_result *result));
/* Called by http.c when the connection was resumed. */
void request_call_done(struct request *request);

#endif
