/* Exchange: what happens to each request between MHD and the handlers: may it come in at all, which
 * route, are its parameters good, its body; and at the end its answer is handed to MHD.
 *
 * MHD calls exchange_step() once when the headers are there, once for each piece of the body, once
 * at its end, and once more after a suspended connection was resumed. All on MHD threads.
 */
#ifndef IMGCRAWL_SERVER_EXCHANGE_H
#define IMGCRAWL_SERVER_EXCHANGE_H

#include <microhttpd.h>
#include <stddef.h>

#include "server/request.h"
#include "server/request_guard.h"

struct client;

struct exchange_rules {
    struct guard_names names;
    size_t max_body_bytes;
};

/* MHD_NO closes the connection without an answer. */
enum MHD_Result exchange_step(const struct exchange_rules *rules, struct request *request,
                              struct client *client, const char *data, size_t *bytes);

#endif
