/* Listen socket: opened here and not in libmicrohttpd, so that a failure can be told for what it
 * is.
 */
#ifndef IMGCRAWL_SERVER_LISTEN_SOCKET_H
#define IMGCRAWL_SERVER_LISTEN_SOCKET_H

#include <stdint.h>

struct listen_socket {
    int fd;
    int family;    /* AF_INET or AF_INET6 */
    uint16_t port; /* the real one, also where 0 was asked for */
};

/* host: an address or a name of this machine. -errno with the C library's words for it. */
int listen_socket_open(const char *host, uint16_t port, struct listen_socket *ret_socket,
                       const char **ret_reason);

#endif
