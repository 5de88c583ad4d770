/* Raw server: one thread on a loopback port that answers every request with the same bytes and then
 * does what its script says. For what a real HTTP server would never send.
 *
 * Connections are served one after the other. Stop it after the client closed its connections.
 */
#ifndef IMGCRAWL_TESTS_RAW_SERVER_H
#define IMGCRAWL_TESTS_RAW_SERVER_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/fixture/misbehave.h"

/* Pieces of answers. */
#define HEAD         "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
#define LENGTH(n)    "Content-Length: " #n "\r\n\r\n"
#define CHUNKED      "Transfer-Encoding: chunked\r\n\r\n"
#define STATUS(line) "HTTP/1.1 " line "\r\nContent-Length: 0\r\n\r\n"
#define BYTES(text)  text, sizeof(text) - 1

struct raw_server {
    pthread_t thread;
    int listener;
    unsigned port;
    struct raw_script script;
    atomic_uint connections, requests;
    char last_request[2048]; /* read it after raw_server_stop() */
};

/* False when the client is gone. TLS clients say hello without a blank line: any bytes will do
 * then. */
static inline bool raw_read_request(struct raw_server *server, int fd)
{
    size_t used = 0;
    while (used < sizeof server->last_request - 1) {
        ssize_t got =
            recv(fd, server->last_request + used, sizeof server->last_request - 1 - used, 0);
        if (got <= 0)
            return false;
        used += (size_t)got;
        server->last_request[used] = '\0';
        if (server->last_request[0] == 22 || strstr(server->last_request, "\r\n\r\n"))
            return true;
    }
    return true;
}

static inline void *raw_serve(void *arg)
{
    struct raw_server *server = arg;
    int fd;
    while ((fd = accept(server->listener, NULL, NULL)) >= 0) {
        server->connections++;
        while (raw_read_request(server, fd)) {
            server->requests++;
            if (!raw_perform(fd, &server->script))
                break;
        }
        close(fd);
    }
    return NULL;
}

/* A bound loopback socket; its port in *ret_port. */
static inline int raw_bind(unsigned *ret_port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, length) < 0 ||
        getsockname(fd, (struct sockaddr *)&address, &length) < 0)
        abort();
    *ret_port = ntohs(address.sin_port);
    return fd;
}

static inline struct raw_server *raw_server_start(struct raw_script script)
{
    struct raw_server *server = calloc(1, sizeof *server);
    if (!server)
        abort();
    server->script = script;
    server->listener = raw_bind(&server->port);
    if (listen(server->listener, 16) < 0 ||
        pthread_create(&server->thread, NULL, raw_serve, server) != 0)
        abort();
    return server;
}

/* "http://127.0.0.1" → "http://127.0.0.1:PORT/path", until the next call. */
static inline const char *raw_server_url(const struct raw_server *server, const char *host)
{
    static char url[100];
    snprintf(url, sizeof url, "%s:%u/path", host, server->port);
    return url;
}

/* Ends the thread; what it counted can still be read. */
static inline void raw_server_stop(struct raw_server *server)
{
    if (server->listener < 0)
        return;
    shutdown(server->listener, SHUT_RDWR);
    pthread_join(server->thread, NULL);
    close(server->listener);
    server->listener = -1;
}

static inline void raw_server_free(struct raw_server *server)
{
    raw_server_stop(server);
    free(server);
}

#endif
