/* Site server: a small HTTP/1.1 server on a loopback port, one thread for each connection. What it
 * answers to a path is the test's function; it may wait at the gate, which keeps a request under
 * way for as long as the test wants.
 */
#ifndef IMGCRAWL_TESTS_SITE_SERVER_H
#define IMGCRAWL_TESTS_SITE_SERVER_H

#include "tests/unit/crawler/raw_server.h"

enum { SITE_CONNECTIONS = 512 };

struct site_server;
/* Writes the whole answer to `path`, by site_answer(). */
typedef void (*site_fn)(struct site_server *server, int fd, const char *path);

struct site_server {
    site_fn fn;
    unsigned port;
    int listener;
    pthread_t thread;
    pthread_mutex_t lock; /* guards the rest but the atomics */
    pthread_cond_t changed;
    bool gate_open, stopping;
    struct site_connection {
        struct site_server *server;
        pthread_t thread;
        int fd;
    } connections[SITE_CONNECTIONS];
    int connection_count;
    atomic_uint requests, robots_requests, waiting; /* waiting: at the gate */
};

static inline void site_answer(int fd, const char *status, const char *headers, const char *body)
{
    char answer[8192];
    int bytes = snprintf(answer, sizeof answer,
                         "HTTP/1.1 %s\r\nContent-Type: text/html; charset=utf-8\r\n%s"
                         "Content-Length: %zu\r\n\r\n%s",
                         status, headers, strlen(body), body);
    raw_send(fd, answer, (size_t)bytes);
}

static inline void site_wait_at_gate(struct site_server *server)
{
    pthread_mutex_lock(&server->lock);
    server->waiting++;
    while (!server->gate_open && !server->stopping)
        pthread_cond_wait(&server->changed, &server->lock);
    server->waiting--;
    pthread_mutex_unlock(&server->lock);
}

static inline void site_set_gate(struct site_server *server, bool open)
{
    pthread_mutex_lock(&server->lock);
    server->gate_open = open;
    pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->lock);
}

/* False when the client is gone. The path of the request, cut to fit. */
static inline bool site_read_request(int fd, char *path, size_t capacity)
{
    char request[16384];
    size_t used = 0;
    request[0] = '\0';
    while (!strstr(request, "\r\n\r\n")) {
        ssize_t got = recv(fd, request + used, sizeof request - 1 - used, 0);
        if (got <= 0)
            return false;
        used += (size_t)got;
        request[used] = '\0';
    }
    const char *start = strchr(request, ' ') + 1;
    snprintf(path, capacity, "%.*s", (int)strcspn(start, " "), start);
    return true;
}

static inline void *site_serve(void *arg)
{
    struct site_connection *connection = arg;
    struct site_server *server = connection->server;
    char path[1024];
    while (site_read_request(connection->fd, path, sizeof path)) {
        server->requests++;
        if (strcmp(path, "/robots.txt") == 0)
            server->robots_requests++;
        server->fn(server, connection->fd, path);
    }
    shutdown(connection->fd, SHUT_RDWR); /* closed by site_server_free() */
    return NULL;
}

static inline void *site_listen(void *arg)
{
    struct site_server *server = arg;
    int fd;
    while ((fd = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
        pthread_mutex_lock(&server->lock);
        if (server->connection_count == SITE_CONNECTIONS)
            abort();
        struct site_connection *connection = &server->connections[server->connection_count++];
        *connection = (struct site_connection){.server = server, .fd = fd};
        if (pthread_create(&connection->thread, NULL, site_serve, connection) != 0)
            abort();
        pthread_mutex_unlock(&server->lock);
    }
    return NULL;
}

/* With the gate open. */
static inline struct site_server *site_server_start(site_fn fn)
{
    struct site_server *server = calloc(1, sizeof *server);
    if (!server)
        abort();
    server->fn = fn;
    server->gate_open = true;
    pthread_mutex_init(&server->lock, NULL);
    pthread_cond_init(&server->changed, NULL);
    server->listener = raw_bind(&server->port);
    if (listen(server->listener, 64) < 0 ||
        pthread_create(&server->thread, NULL, site_listen, server) != 0)
        abort();
    return server;
}

static inline void site_server_free(struct site_server *server)
{
    shutdown(server->listener, SHUT_RDWR);
    pthread_join(server->thread, NULL);
    close(server->listener);
    pthread_mutex_lock(&server->lock);
    server->stopping = true;
    pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->lock);
    for (int i = 0; i < server->connection_count; i++) {
        shutdown(server->connections[i].fd, SHUT_RDWR);
        pthread_join(server->connections[i].thread, NULL);
        close(server->connections[i].fd);
    }
    pthread_cond_destroy(&server->changed);
    pthread_mutex_destroy(&server->lock);
    free(server);
}

#endif
