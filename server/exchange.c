/* See exchange.h.
 *
 * A request that is refused by its headers is answered only when its body has come in: closing with
 * unread bytes would reset the connection, and the client might never read why. A body that is too
 * long for that, or that waits for "100 Continue", is answered at once.
 */
#include "server/exchange.h"

#include <stdlib.h>
#include <string.h>

#include "server/clients.h"
#include "server/respond.h"
#include "server/routes.h"
#include "server/static_files.h"

enum {
    MAX_TARGET_BYTES = 8 * 1024,
    MAX_PARAMS = 32,
    SWALLOW_BYTES = 4 * 1024 * 1024, /* of a refused body, beyond the longest good one */
};

/* ---- may it come in ---- */

static bool changes_something(const struct request *request)
{
    return strcmp(request->method, "GET") != 0 && strcmp(request->method, "HEAD") != 0;
}

static bool refuse_crowd(struct request *request, const struct client *client)
{
    if (!client_is_too_many(client))
        return false;
    respond_error(request, PROBLEM_TOO_MANY_CONNECTIONS,
                  "Close some that are not needed, or try again in a moment.");
    respond_header(request, MHD_HTTP_HEADER_RETRY_AFTER, "1");
    respond_header(request, MHD_HTTP_HEADER_CONNECTION, "close");
    return true;
}

static bool refuse_target(struct request *request)
{
    if (strlen(request->target) > MAX_TARGET_BYTES) {
        respond_error(request, PROBLEM_URI_TOO_LONG, "At most %d bytes are taken.",
                      MAX_TARGET_BYTES);
        return true;
    }
    if (strstr(request->instance, "%00")) {
        respond_error(request, PROBLEM_BAD_REQUEST, "The path holds a NUL character.");
        return true;
    }
    return false;
}

static bool refuse_stranger(struct request *request, const struct guard_names *names)
{
    const char *host = request_header(request, MHD_HTTP_HEADER_HOST);

    if (!guard_trusts_host(names, host)) {
        respond_error(request, PROBLEM_UNTRUSTED_HOST,
                      "The request was made to \"%.100s\". Call this service by its IP address or "
                      "as localhost, or add that name to allowed_hosts in the [server] section of "
                      "its configuration.",
                      host);
        return true;
    }
    if (changes_something(request) &&
        !guard_trusts_origin(names, host, request_header(request, MHD_HTTP_HEADER_ORIGIN),
                             request_header(request, "Sec-Fetch-Site"))) {
        respond_error(request, PROBLEM_CROSS_SITE,
                      "The request comes from a page of another site. Behind a proxy, add the "
                      "public host name to allowed_hosts in the [server] section of the "
                      "configuration.");
        return true;
    }
    return false;
}

/* ---- which route ---- */

static void refuse_method(struct request *request, const char *allow)
{
    respond_error(request, PROBLEM_METHOD_NOT_ALLOWED, "%.20s is not taken here, but %s.",
                  request->method, allow);
    respond_header(request, MHD_HTTP_HEADER_ALLOW, allow);
}

static void refuse_id(struct request *request, const char *bad_id)
{
    int bytes = (int)strcspn(bad_id, "/");

    respond_error(request, PROBLEM_BAD_ID,
                  "%.*s in the path must be a number, as \"id\" gives it (1, 2, 3 …).", bytes,
                  bad_id);
}

static void route_to_file(struct request *request)
{
    const struct web_file *file = static_file_find(request->path);

    if (!file)
        respond_error(request, PROBLEM_NOT_FOUND,
                      "The paths that there are stand in /openapi.json.");
    else if (changes_something(request))
        refuse_method(request, "GET, HEAD");
    else
        static_file_respond(request, file);
}

/* Sets request->route, or answers. */
static void find_route(struct request *request)
{
    struct route_match match;

    switch (route_find(request->method, request->path, &match)) {
    case ROUTE_FOUND:
        request->route = match.route;
        memcpy(request->ids, match.ids, sizeof match.ids);
        break;
    case ROUTE_NO_METHOD:
        refuse_method(request, match.allow);
        break;
    case ROUTE_BAD_ID:
        refuse_id(request, match.bad_id);
        break;
    case ROUTE_NO_PATH:
        route_to_file(request);
        break;
    }
}

/* ---- its parameters and its body ---- */

struct pair_list {
    struct param_pair pairs[MAX_PARAMS];
    size_t count;
    bool is_too_long;
};

static enum MHD_Result add_pair(void *arg, enum MHD_ValueKind kind, const char *name,
                                size_t name_bytes, const char *value, size_t value_bytes)
{
    struct pair_list *list = arg;

    (void)kind;
    list->is_too_long = list->count == MAX_PARAMS;
    if (list->is_too_long)
        return MHD_NO;
    list->pairs[list->count++] = (struct param_pair){
        .name = name, .value = value, .name_bytes = name_bytes, .value_bytes = value_bytes};
    return MHD_YES;
}

static bool refuse_params(struct request *request)
{
    struct pair_list list = {.count = 0};
    struct problem problem;

    MHD_get_connection_values_n(request->connection, MHD_GET_ARGUMENT_KIND, add_pair, &list);
    if (list.is_too_long) {
        respond_error(request, PROBLEM_BAD_PARAMETER, "More than %d parameters are not taken.",
                      MAX_PARAMS);
        return true;
    }
    if (params_read(request->route->params, list.pairs, list.count, &request->params, &problem) ==
        0)
        return false;
    respond_problem(request, &problem);
    return true;
}

/* A form of another site cannot send application/json. */
static bool refuse_type(struct request *request)
{
    const char *type = request_header(request, MHD_HTTP_HEADER_CONTENT_TYPE);

    bool has_body = request->route->needs_body || strcmp(request->method, "POST") == 0;

    if (!has_body || guard_is_json(type) || (!type && !request->route->needs_body))
        return false;
    respond_error(request, PROBLEM_MEDIA_TYPE, "Send Content-Type: application/json%s%.100s%s.",
                  type ? ", not \"" : "", type ? type : "", type ? "\"" : "");
    return true;
}

static size_t told_length(const struct request *request)
{
    const char *length = request_header(request, MHD_HTTP_HEADER_CONTENT_LENGTH);

    return length ? (size_t)strtoull(length, NULL, 10) : 0;
}

static bool refuse_length(struct request *request, size_t bytes, size_t max_bytes)
{
    if (bytes <= max_bytes)
        return false;
    respond_error(request, PROBLEM_BODY_TOO_LARGE,
                  "At most %zu bytes are taken; max_request_bytes in the [server] section of the "
                  "configuration sets this.",
                  max_bytes);
    return true;
}

/* ---- the steps ---- */

static bool refuse_by_headers(const struct exchange_rules *rules, struct request *request,
                              const struct client *client)
{
    if (refuse_crowd(request, client) || refuse_target(request) ||
        refuse_stranger(request, &rules->names))
        return true;
    find_route(request);
    return request->response || refuse_params(request) || refuse_type(request) ||
           refuse_length(request, told_length(request), rules->max_body_bytes);
}

static enum MHD_Result send_answer(struct request *request)
{
    enum MHD_Result result =
        MHD_queue_response(request->connection, request->status, request->response);

    MHD_destroy_response(request->response);
    request->response = NULL;
    return result;
}

static enum MHD_Result begin(const struct exchange_rules *rules, struct request *request,
                             struct client *client)
{
    request->begun = true;
    if (refuse_by_headers(rules, request, client) &&
        (request_header(request, MHD_HTTP_HEADER_EXPECT) ||
         told_length(request) > rules->max_body_bytes + SWALLOW_BYTES)) {
        client_may_take(client);
        return send_answer(request);
    }
    return MHD_YES;
}

static enum MHD_Result take_body(const struct exchange_rules *rules, struct request *request,
                                 const char *data, size_t *bytes)
{
    request_take_body(request, data, *bytes, rules->max_body_bytes);
    *bytes = 0;
    return request->body_seen_bytes > rules->max_body_bytes + SWALLOW_BYTES ? MHD_NO : MHD_YES;
}

/* The whole request is here, or the loop has answered. */
static enum MHD_Result finish(const struct exchange_rules *rules, struct request *request,
                              struct client *client)
{
    client_may_take(client);
    if (request->call)
        request_call_done(request);
    else if (!request->response &&
             !refuse_length(request, request->body_seen_bytes, rules->max_body_bytes))
        request->route->handler(request);
    return request->response ? send_answer(request) : MHD_YES;
}

enum MHD_Result exchange_step(const struct exchange_rules *rules, struct request *request,
                              struct client *client, const char *data, size_t *bytes)
{
    if (!request->begun)
        return begin(rules, request, client);
    if (*bytes > 0)
        return take_body(rules, request, data, bytes);
    return finish(rules, request, client);
}
