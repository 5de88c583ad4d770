/* See http.h. How libmicrohttpd is set up, and its callbacks: a client for each connection, a
 * request for each exchange on it, both made and freed here.
 */
#include "server/http.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <microhttpd.h>

#include "crawler/async/thread_executor.h"
#include "crawler/base/log.h"
#include "crawler/base/memory.h"
#include "server/clients.h"
#include "server/exchange.h"
#include "server/export_cache.h"
#include "server/listen_socket.h"
#include "server/loop_call.h"
#include "server/request.h"

enum {
    DEFAULT_MAX_CONNECTIONS = 256,
    REFUSED_CONNECTIONS = 64, /* beyond, which are told that there are too many */
    DEFAULT_MAX_BODY_BYTES = 1024 * 1024,
    CONNECTION_MEMORY_BYTES = 64 * 1024,
    LAST_ANSWERS_S = 1, /* that free waits for answers under way */
};

struct http_server {
    struct api_context context;
    struct exchange_rules rules;
    struct export_cache exports;
    struct clients *clients;
    struct listen_socket socket;
    struct MHD_Daemon *daemon;
    bool is_quiesced;
};

static struct client *client_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info->socket_context;
}

static void on_connection(void *arg, struct MHD_Connection *connection, void **socket_context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct http_server *server = arg;
    const union MHD_ConnectionInfo *info;

    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        *socket_context = client_new(server->clients, info->connect_fd);
    } else {
        *socket_context = client_free(*socket_context);
    }
}

static void *on_target(void *arg, const char *target, struct MHD_Connection *connection)
{
    struct http_server *server = arg;

    return request_new(&server->context, connection, target);
}

static enum MHD_Result on_step(void *arg, struct MHD_Connection *connection, const char *url,
                               const char *method, const char *version, const char *data,
                               size_t *bytes, void **request_context)
{
    struct http_server *server = arg;
    struct request *request = *request_context;

    (void)version;
    if (!request->begun) {
        request->path = url;
        request->method = method;
        clients_request_begins(server->clients);
    }
    return exchange_step(&server->rules, request, client_of(connection), data, bytes);
}

static void on_completed(void *arg, struct MHD_Connection *connection, void **request_context,
                         enum MHD_RequestTerminationCode code)
{
    struct http_server *server = arg;
    struct request *request = *request_context;

    (void)code;
    if (!request)
        return;
    if (request->begun) {
        log_debug("http: %s %s: %u", request->method, request->target, request->status);
        client_may_send(client_of(connection));
        clients_request_ends(server->clients);
    }
    *request_context = request_free(request);
}

static void on_log(void *arg, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

static void on_log(void *arg, const char *format, va_list arguments)
{
    char line[400];

    (void)arg;
    vsnprintf(line, sizeof line, format, arguments);
    line[strcspn(line, "\n")] = '\0';
    log_debug("http: %s", line);
}

static unsigned max_connections(const struct http_config *config)
{
    return config->max_connections ? config->max_connections : DEFAULT_MAX_CONNECTIONS;
}

static int start_daemon(struct http_server *server, const struct http_config *config)
{
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC |
                     MHD_USE_ERROR_LOG | (server->socket.family == AF_INET6 ? MHD_USE_IPv6 : 0);
    /* clang-format off */
    struct MHD_OptionItem options[] = {
        {MHD_OPTION_LISTEN_SOCKET, server->socket.fd, NULL},
        {MHD_OPTION_THREAD_POOL_SIZE, config->threads > 1 ? (intptr_t)config->threads : 0, NULL},
        {MHD_OPTION_CONNECTION_LIMIT, max_connections(config) + REFUSED_CONNECTIONS, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, CLIENT_SILENT_S, NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY_BYTES, NULL},
        {MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL},
        {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)on_connection, server},
        {MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)on_target, server},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)on_completed, server},
        {MHD_OPTION_END, 0, NULL},
    };
    /* clang-format on */

    /* The logger comes first: the options after it can go wrong. */
    server->daemon = MHD_start_daemon(flags, server->socket.port, NULL, NULL, on_step, server,
                                      MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL, MHD_OPTION_ARRAY,
                                      options, MHD_OPTION_END);
    return server->daemon ? 0 : -EIO;
}

static void apply_config(struct http_server *server, const struct http_config *config)
{
    server->context.data_dir = config->data_dir;
    server->context.engine = config->engine;
    server->exports = (struct export_cache){.data_dir = config->data_dir,
                                            .max_bytes = config->export_cache_bytes};
    server->context.exports = &server->exports;
    server->rules.names.listen_host = config->listen_host;
    server->rules.names.allowed = config->allowed_hosts;
    server->rules.max_body_bytes =
        config->max_request_body_bytes ? config->max_request_body_bytes : DEFAULT_MAX_BODY_BYTES;
    server->socket.fd = -1;
}

static int start(struct http_server *server, const struct http_config *config,
                 const char **ret_reason)
{
    int rc = clients_new(max_connections(config), &server->clients);

    if (rc == 0)
        rc = loop_calls_new(config->loop, config->engine, &server->context.calls);
    if (rc == 0)
        rc = thread_executor_new(config->loop, "exports", 1, &server->context.export_executor);
    if (rc < 0) {
        *ret_reason = strerror(-rc);
        return rc;
    }
    export_cache_clean(&server->exports);
    rc = listen_socket_open(config->listen_host, config->listen_port, &server->socket, ret_reason);
    if (rc < 0)
        return rc;
    rc = start_daemon(server, config);
    if (rc < 0)
        *ret_reason = "the HTTP server did not start; with log_level debug it says more";
    return rc;
}

int http_server_new(const struct http_config *config, struct http_server **ret_server,
                    const char **ret_reason)
{
    struct http_server *server = memory_new(sizeof *server);
    int rc;

    apply_config(server, config);
    rc = start(server, config, ret_reason);
    if (rc < 0) {
        http_server_free(server);
        return rc;
    }
    *ret_server = server;
    return 0;
}

uint16_t http_server_port(const struct http_server *server)
{
    return server->socket.port;
}

void http_server_quiesce(struct http_server *server)
{
    if (!server->daemon || server->is_quiesced)
        return;
    server->is_quiesced = true;
    MHD_quiesce_daemon(server->daemon);
    shutdown(server->socket.fd, SHUT_RDWR);
}

/* Every suspended connection must be awake before MHD may be stopped. */
struct http_server *http_server_free(struct http_server *server)
{
    if (!server)
        return NULL;
    http_server_quiesce(server);
    if (server->context.calls)
        loop_calls_stop(server->context.calls);
    if (server->daemon) {
        clients_wait_idle(server->clients, LAST_ANSWERS_S);
        MHD_stop_daemon(server->daemon);
    }
    if (server->socket.fd >= 0)
        close(server->socket.fd);
    if (server->context.export_executor)
        thread_executor_free(server->context.export_executor, false);
    server->context.calls = loop_calls_free(server->context.calls);
    server->clients = clients_free(server->clients);
    free(server);
    return NULL;
}
