/* Reads ADDRESS:PORT; see listen_address.h. */
#include "server/listen_address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int parse_port(const char *text, uint16_t *ret_port)
{
    if (*text == '\0' || strlen(text) > 5 || strspn(text, "0123456789") != strlen(text))
        return -EINVAL;
    long port = strtol(text, NULL, 10);
    if (port > UINT16_MAX)
        return -EINVAL;
    *ret_port = (uint16_t)port;
    return 0;
}

/* Copies the host part, without its brackets. */
static int split(const char *text, struct listen_address *address, const char **ret_port)
{
    address->is_ipv6 = text[0] == '[';
    const char *start = text + (address->is_ipv6 ? 1 : 0);
    const char *end = address->is_ipv6 ? strchr(start, ']') : strchr(start, ':');
    if (end == NULL || (size_t)(end - start) >= sizeof address->host)
        return -EINVAL;
    memcpy(address->host, start, (size_t)(end - start));
    address->host[end - start] = '\0';
    if (address->is_ipv6)
        end++;
    *ret_port = end + 1;
    return *end == ':' ? 0 : -EINVAL;
}

static int judge_host(struct listen_address *address)
{
    struct in6_addr ipv6;
    struct in_addr ipv4;
    if (address->is_ipv6) {
        if (inet_pton(AF_INET6, address->host, &ipv6) != 1)
            return -EINVAL;
        address->is_loopback = IN6_IS_ADDR_LOOPBACK(&ipv6);
        return 0;
    }
    if (strcmp(address->host, "localhost") == 0)
        snprintf(address->host, sizeof address->host, "127.0.0.1");
    if (inet_pton(AF_INET, address->host, &ipv4) != 1)
        return -EINVAL;
    address->is_loopback = ntohl(ipv4.s_addr) >> 24 == 127;
    return 0;
}

int listen_address_parse(const char *text, struct listen_address *ret_address)
{
    struct listen_address address = {0};
    const char *port = NULL;
    if (split(text, &address, &port) < 0 || parse_port(port, &address.port) < 0 ||
        judge_host(&address) < 0)
        return -EINVAL;
    *ret_address = address;
    return 0;
}
