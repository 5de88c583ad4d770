/* Clients: the connections that are open, how many, and until when each may take its time.
 *
 * MHD closes a connection that says nothing; one that says a byte now and then it would keep for
 * ever. So each client has until its deadline to send its next whole request, and then to take the
 * whole answer; past that its socket is shut down. MHD's threads call everything here.
 */
#ifndef IMGCRAWL_SERVER_CLIENTS_H
#define IMGCRAWL_SERVER_CLIENTS_H

#include <stdbool.h>

struct client;
struct clients;

enum {
    CLIENT_SILENT_S = 30,           /* without a byte in either direction */
    CLIENT_REQUEST_MS = 60 * 1000,  /* from the end of one answer to the end of the next request */
    CLIENT_ANSWER_MS = 3600 * 1000, /* from the end of a request to the end of its answer */
};

int clients_new(unsigned max_clients, struct clients **ret_clients);
/* When all are gone. */
struct clients *clients_free(struct clients *clients);

/* From accept to just before close. The socket is borrowed. */
struct client *client_new(struct clients *clients, int socket);
struct client *client_free(struct client *client);
/* Whether more are open than there should be: this one gets no more than an error. */
bool client_is_too_many(const struct client *client);
void client_may_send(struct client *client); /* it begins to have CLIENT_REQUEST_MS */
void client_may_take(struct client *client); /* it begins to have CLIENT_ANSWER_MS */

/* Requests whose answer is not out yet. Waits until there are none, at most wait_s. */
void clients_request_begins(struct clients *clients);
void clients_request_ends(struct clients *clients);
void clients_wait_idle(struct clients *clients, int wait_s);

#endif
