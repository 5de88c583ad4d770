/* See clients.h. */
#include "server/clients.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "crawler/base/memory.h"
#include "server/deadlines.h"

struct clients {
    struct deadlines *deadlines;
    unsigned max_clients;
    atomic_uint open;
    pthread_mutex_t lock; /* of the two below */
    pthread_cond_t idle;
    unsigned requests;
};

struct client {
    struct deadline deadline;
    struct clients *clients;
    int socket;
    bool is_too_many;
};

int clients_new(unsigned max_clients, struct clients **ret_clients)
{
    struct clients *clients = calloc(1, sizeof *clients);
    int rc;

    if (!clients)
        return -ENOMEM;
    rc = deadlines_new(&clients->deadlines);
    if (rc < 0) {
        free(clients);
        return rc;
    }
    clients->max_clients = max_clients;
    atomic_init(&clients->open, 0);
    pthread_mutex_init(&clients->lock, NULL);
    pthread_cond_init(&clients->idle, NULL);
    *ret_clients = clients;
    return 0;
}

struct clients *clients_free(struct clients *clients)
{
    if (!clients)
        return NULL;
    clients->deadlines = deadlines_free(clients->deadlines);
    pthread_cond_destroy(&clients->idle);
    pthread_mutex_destroy(&clients->lock);
    free(clients);
    return NULL;
}

/* MHD sees the end of the connection and closes it in its own thread. */
static void on_deadline(struct deadline *deadline)
{
    struct client *client = (struct client *)deadline;

    shutdown(client->socket, SHUT_RDWR);
}

struct client *client_new(struct clients *clients, int socket)
{
    struct client *client = memory_new(sizeof *client);

    client->deadline.fn = on_deadline;
    client->clients = clients;
    client->socket = socket;
    client->is_too_many = atomic_fetch_add(&clients->open, 1) >= clients->max_clients;
    client_may_send(client);
    return client;
}

struct client *client_free(struct client *client)
{
    deadlines_clear(client->clients->deadlines, &client->deadline);
    atomic_fetch_sub(&client->clients->open, 1);
    free(client);
    return NULL;
}

bool client_is_too_many(const struct client *client)
{
    return client->is_too_many;
}

void client_may_send(struct client *client)
{
    deadlines_set(client->clients->deadlines, &client->deadline, CLIENT_REQUEST_MS);
}

void client_may_take(struct client *client)
{
    deadlines_set(client->clients->deadlines, &client->deadline, CLIENT_ANSWER_MS);
}

void clients_request_begins(struct clients *clients)
{
    pthread_mutex_lock(&clients->lock);
    clients->requests++;
    pthread_mutex_unlock(&clients->lock);
}

void clients_request_ends(struct clients *clients)
{
    pthread_mutex_lock(&clients->lock);
    if (--clients->requests == 0)
        pthread_cond_broadcast(&clients->idle);
    pthread_mutex_unlock(&clients->lock);
}

void clients_wait_idle(struct clients *clients, int wait_s)
{
    struct timespec until;
    int rc = 0;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += wait_s;
    pthread_mutex_lock(&clients->lock);
    while (clients->requests > 0 && rc == 0)
        rc = pthread_cond_clockwait(&clients->idle, &clients->lock, CLOCK_MONOTONIC, &until);
    pthread_mutex_unlock(&clients->lock);
}
