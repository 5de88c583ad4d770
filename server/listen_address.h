/* A listen address as people write it: "127.0.0.1:8080", "[::1]:8080", "0.0.0.0:80". Any thread. */
#ifndef IMGCRAWL_LISTEN_ADDRESS_H
#define IMGCRAWL_LISTEN_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

struct listen_address {
    char host[46]; /* numeric, without brackets */
    uint16_t port; /* 0: any that is free */
    bool is_ipv6, is_loopback;
};

/* 0 or -EINVAL. The host must be an IP address, or "localhost", which is 127.0.0.1. */
int listen_address_parse(const char *text, struct listen_address *ret_address);

#endif
