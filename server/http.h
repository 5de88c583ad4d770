/* HTTP server: libmicrohttpd with epoll threads of its own. It answers the API (routes.c) and the
 * web UI (static_files.c); the crawler's loop is asked only for what changes a job (loop_call.h).
 *
 * Made, quiesced and freed on the loop's thread. Each request is handled on an MHD thread.
 */
#ifndef IMGCRAWL_SERVER_HTTP_H
#define IMGCRAWL_SERVER_HTTP_H

#include <stddef.h>
#include <stdint.h>

struct engine;
struct http_server;
struct loop;
struct text_list;

/* All borrowed for the life of the server. */
struct http_config {
    const char *listen_host;               /* an IP address, or a name of this machine */
    uint16_t listen_port;                  /* 0: any free one */
    unsigned threads;                      /* 0: 1 */
    unsigned max_connections;              /* 0: 256 */
    size_t max_request_body_bytes;         /* 0: 1 MiB */
    const struct text_list *allowed_hosts; /* by which browsers may call it, besides IP addresses,
                                              localhost and listen_host; NULL: none */
    const char *data_dir;
    int64_t export_cache_bytes; /* see export_cache.h */
    struct loop *loop;
    struct engine *engine;
};

/* From its return on it answers. -errno with *ret_reason, what went wrong in a few words
 * (EADDRINUSE: "Address already in use"); the caller, who knows the option, adds the remedy. */
int http_server_new(const struct http_config *config, struct http_server **ret_server,
                    const char **ret_reason);
uint16_t http_server_port(const struct http_server *server);
/* No new connection is accepted from now on; those that are open are still answered. */
void http_server_quiesce(struct http_server *server);
/* Quiesces; gives the answers under way a second; then closes everything. */
struct http_server *http_server_free(struct http_server *server);

#endif
