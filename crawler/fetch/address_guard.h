/* Address guard: the one check that every connection of the program passes, on the numeric address,
 * at the moment the socket is made (so a name that resolves differently the second time gains
 * nothing).
 *
 * Private, loopback, link-local and other special ranges (RFC 6890) are blocked unless allowed by
 * a network of the policy. Addresses that wrap an IPv4 one (mapped, compatible, NAT64, 6to4,
 * Teredo) are judged by what they wrap. Plain functions, any thread.
 */
#ifndef IMGCRAWL_ADDRESS_GUARD_H
#define IMGCRAWL_ADDRESS_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

/* An IPv4 or IPv6 network, as IPv6 (IPv4 as ::ffff:a.b.c.d/96+n). */
struct address_network {
    unsigned char address[16];
    unsigned prefix_bits;
};

struct address_policy {
    const struct address_network *allowed; /* networks that are allowed although special */
    size_t allowed_count;
};

/* "127.0.0.0/8", "::1", "10.1.2.3": 0 or -EINVAL. */
int address_network_parse(const char *text, struct address_network *ret_network);
bool address_network_contains(const struct address_network *network,
                              const struct sockaddr *address);

struct address_verdict {
    bool allowed;
    const char
        *reason; /* static text: "loopback (127.0.0.0/8)", "public", "allowed by configuration" … */
};
/* Anything but AF_INET and AF_INET6 is blocked. */
struct address_verdict address_check(const struct address_policy *policy,
                                     const struct sockaddr *address);

#endif
