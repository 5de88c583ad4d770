/* See request.h. */
#include "server/request.h"

#include <stdlib.h>
#include <string.h>

#include "crawler/base/memory.h"
#include "server/respond.h"

struct request *request_new(const struct api_context *context, struct MHD_Connection *connection,
                            const char *target)
{
    struct request *request = memory_new(sizeof *request);

    request->context = context;
    request->connection = connection;
    request->target = memory_strndup(target, strlen(target));
    request->instance = memory_strndup(target, strcspn(target, "?#"));
    return request;
}

static void free_body(struct request *request)
{
    free(request->body);
    request->body = NULL;
    request->body_bytes = request->body_capacity = 0;
}

struct request *request_free(struct request *request)
{
    if (!request)
        return NULL;
    free_body(request);
    request->call = loop_call_free(request->call);
    if (request->response)
        MHD_destroy_response(request->response);
    free(request->instance);
    free(request->target);
    free(request);
    return NULL;
}

const char *request_header(const struct request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

/* With a Content-Length there is one allocation, of the right size. */
static void reserve_body(struct request *request, size_t bytes, size_t max_bytes)
{
    const char *length = request_header(request, MHD_HTTP_HEADER_CONTENT_LENGTH);
    size_t capacity = length ? (size_t)strtoull(length, NULL, 10) + 1 : 4096;

    if (bytes < request->body_capacity)
        return;
    if (capacity <= bytes)
        capacity = bytes * 2 + 1;
    if (capacity > max_bytes + 1)
        capacity = max_bytes + 1;
    request->body = realloc(request->body, capacity);
    if (!request->body)
        abort();
    request->body_capacity = capacity;
}

void request_take_body(struct request *request, const char *data, size_t bytes, size_t max_bytes)
{
    request->body_seen_bytes += bytes;
    if (request->body_seen_bytes > max_bytes) {
        free_body(request);
        return;
    }
    reserve_body(request, request->body_bytes + bytes, max_bytes);
    memcpy(request->body + request->body_bytes, data, bytes);
    request->body_bytes += bytes;
    request->body[request->body_bytes] = '\0';
}

json_t *request_take_json(struct request *request)
{
    json_error_t error;
    json_t *value = json_loadb(request->body ? request->body : "", request->body_bytes,
                               JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);

    free_body(request);
    if (!value) {
        respond_error(request, PROBLEM_BAD_JSON, "Line %d, column %d: %s.", error.line,
                      error.column, error.text);
        return NULL;
    }
    if (!json_is_object(value)) {
        json_decref(value);
        respond_error(request, PROBLEM_BAD_JSON, "The body must be a JSON object: {…}.");
        return NULL;
    }
    return value;
}

static void wake(void *connection)
{
    MHD_resume_connection(connection);
}

void request_call_loop(struct request *request, const struct loop_command *command, void *take_arg,
                       int64_t deadline_ms,
                       void (*on_done)(struct request *request,
                                       const struct loop_call_result *result))
{
    request->on_call_done = on_done;
    MHD_suspend_connection(request->connection);
    request->call = loop_call_post(request->context->calls, command, take_arg, deadline_ms, wake,
                                   request->connection);
}

static void respond_unanswered(struct request *request, enum loop_call_state state)
{
    if (state == LOOP_CALL_DROPPED)
        respond_error(request, PROBLEM_NO_ANSWER,
                      "The crawler did not take this up in time, so nothing was done. Try again.");
    else
        respond_error(request, PROBLEM_NO_ANSWER,
                      "The crawler has begun this but did not finish in time; what came of it "
                      "will show in GET /v1/jobs.");
    respond_header(request, MHD_HTTP_HEADER_RETRY_AFTER, "5");
}

void request_call_done(struct request *request)
{
    struct loop_call_result result;

    loop_call_result(request->call, &result);
    if (result.state == LOOP_CALL_SETTLED)
        request->on_call_done(request, &result);
    else
        respond_unanswered(request, result.state);
    request->call = loop_call_free(request->call);
}
