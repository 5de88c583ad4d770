/* Address guard: every address is brought to one form of 16 bytes (IPv4 as ::ffff:a.b.c.d), taken
 * out of whatever wraps it, and looked up in one table of special networks. Constant data, any
 * thread.
 */
#include "crawler/fetch/address_guard.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

enum { ADDRESS_BYTES = 16, IPV4_PREFIX_BITS = 96 };

struct address {
    unsigned char bytes[ADDRESS_BYTES];
};

#define V4(a, b, c, d)                                                                             \
    {                                                                                              \
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d                                       \
    }

/* The IANA special-purpose registries (RFC 6890 and what was added since), narrow before wide. */
static const struct {
    struct address_network network;
    const char *reason;
} special_networks[] = {
    {{V4(0, 0, 0, 0), 96 + 8}, "this network (0.0.0.0/8)"},
    {{V4(10, 0, 0, 0), 96 + 8}, "private (10.0.0.0/8)"},
    {{V4(100, 64, 0, 0), 96 + 10}, "shared by a provider (100.64.0.0/10)"},
    {{V4(127, 0, 0, 0), 96 + 8}, "loopback (127.0.0.0/8)"},
    /* In no registry: the same on every machine of that cloud, and answers only from inside. */
    {{V4(168, 63, 129, 16), 96 + 32}, "cloud platform (168.63.129.16)"},
    {{V4(169, 254, 0, 0), 96 + 16}, "link-local (169.254.0.0/16)"},
    {{V4(172, 16, 0, 0), 96 + 12}, "private (172.16.0.0/12)"},
    {{V4(192, 0, 0, 0), 96 + 24}, "protocol assignments (192.0.0.0/24)"},
    {{V4(192, 0, 2, 0), 96 + 24}, "documentation (192.0.2.0/24)"},
    {{V4(192, 88, 99, 0), 96 + 24}, "6to4 relay (192.88.99.0/24)"},
    {{V4(192, 168, 0, 0), 96 + 16}, "private (192.168.0.0/16)"},
    {{V4(198, 18, 0, 0), 96 + 15}, "benchmarking (198.18.0.0/15)"},
    {{V4(198, 51, 100, 0), 96 + 24}, "documentation (198.51.100.0/24)"},
    {{V4(203, 0, 113, 0), 96 + 24}, "documentation (203.0.113.0/24)"},
    {{V4(224, 0, 0, 0), 96 + 4}, "multicast (224.0.0.0/4)"},
    {{V4(255, 255, 255, 255), 96 + 32}, "broadcast (255.255.255.255)"},
    {{V4(240, 0, 0, 0), 96 + 4}, "reserved (240.0.0.0/4)"},
    {{{0}, 128}, "unspecified (::)"},
    {{{[15] = 1}, 128}, "loopback (::1)"},
    {{{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, 48}, "local translation (64:ff9b:1::/48)"},
    {{{0x01}, 64}, "discard-only (100::/64)"},
    {{{0x20, 0x01, 0x0d, 0xb8}, 32}, "documentation (2001:db8::/32)"},
    {{{0x20, 0x01}, 23}, "protocol assignments (2001::/23)"},
    {{{0x3f, 0xff}, 20}, "documentation (3fff::/20)"},
    {{{0x5f}, 16}, "segment routing (5f00::/16)"},
    {{{0xfc}, 7}, "private (fc00::/7)"},
    {{{0xfe, 0x80}, 10}, "link-local (fe80::/10)"},
    {{{0xfe, 0xc0}, 10}, "site-local (fec0::/10)"},
    {{{0xff}, 8}, "multicast (ff00::/8)"},
};

static const struct address_network ipv4_space = {V4(0, 0, 0, 0), IPV4_PREFIX_BITS};
static const struct address_network global_unicast = {{0x20}, 3};

/* Networks whose addresses carry an IPv4 one; where in them it stands. */
static const struct {
    struct address_network network;
    unsigned at;
    unsigned char mask; /* Teredo sends it inverted (RFC 4380 §4) */
} wrappers[] = {
    {{{0x00, 0x64, 0xff, 0x9b}, 96}, 12, 0},   /* NAT64, RFC 6052 */
    {{{0x20, 0x02}, 16}, 2, 0},                /* 6to4, RFC 3056 */
    {{{0x20, 0x01, 0x00, 0x00}, 32}, 12, 255}, /* Teredo */
    {{{0}, 96}, 12, 0},                        /* IPv4-compatible, RFC 4291 §2.5.5.1 */
};

static struct address ipv4_address(const unsigned char *bytes, unsigned char mask)
{
    struct address address = {V4(0, 0, 0, 0)};
    for (int i = 0; i < 4; i++)
        address.bytes[12 + i] = bytes[i] ^ mask;
    return address;
}

/* Copied out byte by byte: a sockaddr in curl's or the caller's hands need not be aligned. */
static int address_of(const struct sockaddr *socket_address, struct address *ret_address)
{
    if (socket_address->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, socket_address, sizeof in);
        *ret_address = ipv4_address((const unsigned char *)&in.sin_addr, 0);
        return 0;
    }
    if (socket_address->sa_family == AF_INET6) {
        struct sockaddr_in6 in6;
        memcpy(&in6, socket_address, sizeof in6);
        memcpy(ret_address->bytes, &in6.sin6_addr, ADDRESS_BYTES);
        return 0;
    }
    return -EAFNOSUPPORT;
}

static bool contains(const struct address_network *network, const struct address *address)
{
    assert(network->prefix_bits <= 128);
    unsigned whole = network->prefix_bits / 8, rest = network->prefix_bits % 8;
    if (memcmp(network->address, address->bytes, whole) != 0)
        return false;
    return rest == 0 || ((network->address[whole] ^ address->bytes[whole]) >> (8 - rest)) == 0;
}

/* :: and ::1 look like compatible addresses of 0.0.0.0 and 0.0.0.1, but are themselves. */
static bool stands_for_itself(const struct address *address)
{
    static const unsigned char zeros[ADDRESS_BYTES - 1];
    return memcmp(address->bytes, zeros, sizeof zeros) == 0 && address->bytes[15] <= 1;
}

static struct address unwrap(struct address address)
{
    if (stands_for_itself(&address))
        return address;
    for (size_t i = 0; i < sizeof wrappers / sizeof wrappers[0]; i++)
        if (contains(&wrappers[i].network, &address))
            return ipv4_address(address.bytes + wrappers[i].at, wrappers[i].mask);
    return address;
}

static bool is_allowed(const struct address_policy *policy, const struct address *address)
{
    for (size_t i = 0; i < policy->allowed_count; i++)
        if (contains(&policy->allowed[i], address))
            return true;
    return false;
}

static const char *special_reason(const struct address *address)
{
    for (size_t i = 0; i < sizeof special_networks / sizeof special_networks[0]; i++)
        if (contains(&special_networks[i].network, address))
            return special_networks[i].reason;
    if (!contains(&ipv4_space, address) && !contains(&global_unicast, address))
        return "reserved (outside 2000::/3)";
    return NULL;
}

struct address_verdict address_check(const struct address_policy *policy,
                                     const struct sockaddr *socket_address)
{
    struct address address;
    if (address_of(socket_address, &address) < 0)
        return (struct address_verdict){false, "neither IPv4 nor IPv6"};
    address = unwrap(address);
    const char *reason = special_reason(&address);
    if (!reason)
        return (struct address_verdict){true, "public"};
    if (is_allowed(policy, &address))
        return (struct address_verdict){true, "allowed by configuration"};
    return (struct address_verdict){false, reason};
}

bool address_network_contains(const struct address_network *network,
                              const struct sockaddr *socket_address)
{
    struct address address;
    return address_of(socket_address, &address) == 0 && contains(network, &address);
}

static int parse_prefix_bits(const char *text, unsigned most, unsigned *ret_bits)
{
    if (*text < '0' || *text > '9' || strlen(text) > 3)
        return -EINVAL;
    char *end;
    unsigned long bits = strtoul(text, &end, 10);
    if (*end != '\0' || bits > most)
        return -EINVAL;
    *ret_bits = (unsigned)bits;
    return 0;
}

static int parse_address(const char *text, struct address *ret_address, bool *ret_ipv4)
{
    unsigned char ipv4[4];
    *ret_ipv4 = inet_pton(AF_INET, text, ipv4) == 1;
    if (*ret_ipv4) {
        *ret_address = ipv4_address(ipv4, 0);
        return 0;
    }
    return inet_pton(AF_INET6, text, ret_address->bytes) == 1 ? 0 : -EINVAL;
}

int address_network_parse(const char *text, struct address_network *ret_network)
{
    char host[INET6_ADDRSTRLEN];
    size_t host_bytes = strcspn(text, "/");
    if (host_bytes >= sizeof host)
        return -EINVAL;
    memcpy(host, text, host_bytes);
    host[host_bytes] = '\0';

    struct address address;
    bool ipv4;
    if (parse_address(host, &address, &ipv4) < 0)
        return -EINVAL;
    unsigned most = ipv4 ? 32 : 128, bits = most;
    if (text[host_bytes] == '/' && parse_prefix_bits(text + host_bytes + 1, most, &bits) < 0)
        return -EINVAL;
    memcpy(ret_network->address, address.bytes, ADDRESS_BYTES);
    ret_network->prefix_bits = bits + (ipv4 ? IPV4_PREFIX_BITS : 0);
    return 0;
}
