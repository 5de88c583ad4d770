/* Resolver: host names to addresses with c-ares, on the loop, without a thread for any of them.
 *
 * Answers are kept for as long as their records say, failures for a shorter time (RFC 2308), both
 * within bounds that are settings; the names kept are bounded, too. Many who ask for one name at
 * one time share one look-up. Address literals, names of this machine (RFC 6761 §6.3) and names in
 * the hosts file are answered at once, with nobody asked. Loop thread.
 */
#ifndef IMGCRAWL_RESOLVER_H
#define IMGCRAWL_RESOLVER_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

struct loop;
struct promise;
struct resolver;

struct resolver_config {
    const char *servers;    /* "10.0.0.1:53,[fd00::1]:53"; NULL or "": the system's (resolv.conf) */
    const char *hosts_file; /* NULL: /etc/hosts */
    int64_t timeout_ms;     /* of the first try at a server; each later one doubles it */
    unsigned tries;         /* at each server; 1 and up */
    int64_t min_ttl_ms, max_ttl_ms; /* what records say is taken as no less and no more */
    int64_t negative_ttl_ms;        /* for how long: that a name does not exist */
    int64_t failure_ttl_ms;         /* and: that the servers did not answer, or failed */
    size_t max_names;               /* kept; beyond, the one that was used longest ago goes */
    unsigned max_lookups;           /* under way at one time; others wait their turn */
};

enum { RESOLVED_MAX_ADDRESSES = 8 };

union resolved_address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

/* What a name resolves to. */
struct resolved {
    int error;          /* 0, -ENOENT: there is no such name or it has no address, -ETIMEDOUT,
                           -EIO: the servers failed */
    unsigned count;     /* of addresses; 1 and up where error is 0 */
    const char *detail; /* static text: why it does not resolve; "" where it does */
    int64_t expires_ms; /* loop time */
    union resolved_address addresses[RESOLVED_MAX_ADDRESSES]; /* IPv6 and IPv4, in the order to
                                                                 try (RFC 6724); ports are 0 */
};

/* 0, -EINVAL: the servers cannot be read, or -errno. */
int resolver_new(struct loop *loop, const struct resolver_config *config,
                 struct resolver **ret_resolver);
/* Look-ups under way are rejected with ECANCELED. */
struct resolver *resolver_free(struct resolver *resolver);

/* name: as in a canonical URL, an address literal ("127.0.0.1", "[::1]") included; a final dot is
 * the same name. Resolves with a struct resolved, also where the name does not resolve; rejected
 * only with ECANCELED. Cancelling the promise ends the waiting of this caller alone. */
struct promise *resolver_lookup(struct resolver *resolver, const char *name, size_t bytes);
/* What is known now, without waiting; NULL where that is nothing or has expired. Valid until the
 * resolver is called again or the loop's turn ends. */
const struct resolved *resolver_known(struct resolver *resolver, const char *name, size_t bytes);

struct resolver_stats {
    uint64_t lookups, hits, failures; /* sent to servers, answered from memory, failed */
    size_t names;
};
void resolver_stats(const struct resolver *resolver, struct resolver_stats *ret_stats);

#endif
