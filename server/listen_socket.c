/* See listen_socket.h. */
#include "server/listen_socket.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int resolve(const char *host, uint16_t port, struct addrinfo **ret_list)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    char service[8];

    snprintf(service, sizeof service, "%u", (unsigned)port);
    return getaddrinfo(host, service, &hints, ret_list);
}

static int open_at(const struct addrinfo *address)
{
    int yes = 1, error;
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return -errno;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(fd, address->ai_addr, address->ai_addrlen) == 0 && listen(fd, SOMAXCONN) == 0)
        return fd;
    error = errno;
    close(fd);
    return -error;
}

static uint16_t port_of(int fd)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address = {0};
    socklen_t bytes = sizeof address;

    getsockname(fd, &address.any, &bytes);
    return ntohs(address.any.sa_family == AF_INET6 ? address.v6.sin6_port : address.v4.sin_port);
}

int listen_socket_open(const char *host, uint16_t port, struct listen_socket *ret_socket,
                       const char **ret_reason)
{
    struct addrinfo *list;
    int family, fd, rc = resolve(host, port, &list);

    if (rc != 0) {
        *ret_reason = gai_strerror(rc);
        return -EADDRNOTAVAIL;
    }
    fd = open_at(list);
    family = list->ai_family;
    freeaddrinfo(list);
    if (fd < 0) {
        *ret_reason = strerror(-fd);
        return fd;
    }
    *ret_socket = (struct listen_socket){.fd = fd, .family = family, .port = port_of(fd)};
    return 0;
}
