/* See resolver_ares.h.
 *
 * Names are absolute: resolv.conf's search list is not used, so what a page calls "www" never
 * becomes a host of the network that the crawler happens to stand in. Both IPv6 and IPv4 addresses
 * are asked for; of a name that has both, what has no route from here comes last (RFC 6724, rule
 * 1). c-ares would sort by all rules, at the price of a socket for each address of each name.
 * Sockets are closed when nothing is under way, so source ports change often.
 */
#include "crawler/fetch/resolver_ares.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <ares.h>

#include "crawler/async/loop.h"
#include "crawler/base/memory.h"

struct ares_socket {
    LIST_ENTRY(ares_socket) link;
    int fd;
    struct loop_watch *watch;
};

LIST_HEAD(ares_sockets, ares_socket);

struct resolver_ares {
    struct loop *loop;
    ares_channel channel;
    struct loop_timer *timer;
    struct ares_sockets sockets;
    resolver_ares_fn fn;
};

struct question {
    struct resolver_ares *ares;
    void *arg;
};

/* ---- c-ares on the loop ---- */

/* The timer runs for the try that ends next; c-ares counts in microseconds, the loop in
 * milliseconds, hence the one more. */
static void arm_timer(struct resolver_ares *ares)
{
    struct timeval left;
    if (ares_timeout(ares->channel, NULL, &left))
        loop_timer_start_in(ares->timer, (int64_t)left.tv_sec * 1000 + left.tv_usec / 1000 + 1);
    else
        loop_timer_stop(ares->timer);
}

static void on_timer(void *arg)
{
    struct resolver_ares *ares = arg;
    ares_process_fd(ares->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    arm_timer(ares);
}

static void on_ready(int fd, unsigned events, void *arg)
{
    struct resolver_ares *ares = arg;
    ares_process_fd(ares->channel, events & LOOP_READ ? fd : ARES_SOCKET_BAD,
                    events & LOOP_WRITE ? fd : ARES_SOCKET_BAD);
    arm_timer(ares);
}

static struct ares_socket *find_socket(struct resolver_ares *ares, int fd)
{
    struct ares_socket *entry;
    LIST_FOREACH(entry, &ares->sockets, link)
    if (entry->fd == fd)
        return entry;
    return NULL;
}

static void watch_socket(struct resolver_ares *ares, int fd, unsigned events)
{
    struct ares_socket *entry = memory_new(sizeof *entry);
    entry->fd = fd;
    entry->watch = loop_watch_new(ares->loop, fd, events, on_ready, ares);
    LIST_INSERT_HEAD(&ares->sockets, entry, link);
}

static void forget_socket(struct ares_socket *entry)
{
    loop_watch_free(entry->watch);
    LIST_REMOVE(entry, link);
    free(entry);
}

/* Neither readable nor writable: it is about to be closed. */
static void set_socket(void *arg, ares_socket_t fd, int readable, int writable)
{
    struct resolver_ares *ares = arg;
    struct ares_socket *entry = find_socket(ares, fd);
    unsigned events = (readable ? LOOP_READ : 0) | (writable ? LOOP_WRITE : 0);
    if (!entry && events)
        watch_socket(ares, fd, events);
    else if (entry && events)
        loop_watch_set(entry->watch, events);
    else if (entry)
        forget_socket(entry);
}

/* ---- answers ---- */

static int error_of(int status)
{
    switch (status) {
    case ARES_SUCCESS:
        return 0;
    case ARES_ENOTFOUND:
    case ARES_ENODATA:
    case ARES_EBADNAME:
        return -ENOENT;
    case ARES_ETIMEOUT:
        return -ETIMEDOUT;
    case ARES_ECANCELLED:
    case ARES_EDESTRUCTION:
        return -ECANCELED;
    default:
        return -EIO;
    }
}

static const char *detail_of(int status)
{
    switch (status) {
    case ARES_SUCCESS:
        return "";
    case ARES_ENOTFOUND:
    case ARES_EBADNAME:
        return "there is no such name";
    case ARES_ENODATA:
        return "the name has no address";
    case ARES_ETIMEOUT:
        return "no name server answered in time";
    case ARES_ECONNREFUSED: /* what c-ares also makes of SERVFAIL and REFUSED from all of them */
    case ARES_ESERVFAIL:
    case ARES_EREFUSED:
        return "the name servers failed or cannot be reached";
    default:
        return "the name servers give no usable answer";
    }
}

static unsigned count_family(const struct ares_addrinfo *info, int family)
{
    unsigned count = 0;
    for (const struct ares_addrinfo_node *node = info->nodes; node; node = node->ai_next)
        count += node->ai_family == family;
    return count;
}

/* A family gets what the other leaves, and half of the places in any case. */
static unsigned share_of(unsigned wanted, unsigned other)
{
    unsigned half = RESOLVED_MAX_ADDRESSES / 2;
    unsigned left = other < half ? RESOLVED_MAX_ADDRESSES - other : half;
    return wanted < left ? wanted : left;
}

static void copy_family(const struct ares_addrinfo *info, int family, struct resolved *resolved)
{
    unsigned other = count_family(info, family == AF_INET ? AF_INET6 : AF_INET);
    unsigned left = share_of(count_family(info, family), other);
    for (const struct ares_addrinfo_node *node = info->nodes; node && left; node = node->ai_next) {
        if (node->ai_family != family)
            continue;
        left--;
        memcpy(&resolved->addresses[resolved->count++], node->ai_addr, node->ai_addrlen);
    }
}

/* Whether the kernel knows a way there; nothing is sent. */
static bool has_route(const struct ares_addrinfo_node *node)
{
    int fd = socket(node->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool has = fd >= 0 && connect(fd, node->ai_addr, node->ai_addrlen) == 0;
    if (fd >= 0)
        close(fd);
    return has;
}

static const struct ares_addrinfo_node *first_of(const struct ares_addrinfo *info, int family)
{
    const struct ares_addrinfo_node *node = info->nodes;
    while (node && node->ai_family != family)
        node = node->ai_next;
    return node;
}

/* IPv6 first where there is a way to it. */
static void copy_in_order(const struct ares_addrinfo *info, struct resolved *resolved)
{
    const struct ares_addrinfo_node *v6 = first_of(info, AF_INET6);
    bool v6_first = v6 && (!first_of(info, AF_INET) || has_route(v6));
    copy_family(info, v6_first ? AF_INET6 : AF_INET, resolved);
    copy_family(info, v6_first ? AF_INET : AF_INET6, resolved);
}

static int64_t shortest_ttl_ms(const struct ares_addrinfo *info)
{
    int ttl = INT32_MAX;
    for (const struct ares_addrinfo_node *node = info->nodes; node; node = node->ai_next)
        ttl = node->ai_ttl < ttl ? node->ai_ttl : ttl;
    for (const struct ares_addrinfo_cname *cname = info->cnames; cname; cname = cname->next)
        ttl = cname->ttl < ttl ? cname->ttl : ttl;
    return ttl > 0 ? (int64_t)ttl * 1000 : 0;
}

static void on_answer(void *arg, int status, int timeouts, struct ares_addrinfo *info)
{
    (void)timeouts;
    struct question question = *(struct question *)arg;
    struct resolved resolved = {0};
    int64_t ttl_ms = 0;
    free(arg);
    if (status == ARES_SUCCESS && info) {
        copy_in_order(info, &resolved);
        ttl_ms = shortest_ttl_ms(info);
    }
    ares_freeaddrinfo(info);
    if (status == ARES_SUCCESS && resolved.count == 0)
        status = ARES_ENODATA;
    resolved.error = error_of(status);
    resolved.detail = detail_of(status);
    question.ares->fn(&resolved, ttl_ms, question.arg);
}

void resolver_ares_ask(struct resolver_ares *ares, const char *name, void *arg)
{
    static const struct ares_addrinfo_hints hints = {
        .ai_flags = ARES_AI_NOSORT, .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct question *question = memory_new(sizeof *question);
    *question = (struct question){.ares = ares, .arg = arg};
    ares_getaddrinfo(ares->channel, name, NULL, &hints, on_answer, question);
    arm_timer(ares);
}

/* ---- making ---- */

static int errno_of(int status)
{
    return status == ARES_ENOMEM ? -ENOMEM : -EINVAL;
}

static int open_channel(struct resolver_ares *ares, const struct resolver_config *config)
{
    char lookups[] = "b"; /* servers only; the hosts file is resolver_local's */
    struct ares_options options = {
        .flags = ARES_FLAG_NOALIASES,
        .timeout = (int)config->timeout_ms,
        .tries = (int)config->tries,
        .lookups = lookups,
        .sock_state_cb = set_socket,
        .sock_state_cb_data = ares,
    };
    int status =
        ares_init_options(&ares->channel, &options,
                          ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_DOMAINS |
                              ARES_OPT_LOOKUPS | ARES_OPT_SOCK_STATE_CB);
    if (status != ARES_SUCCESS) {
        ares->channel = NULL;
        return errno_of(status);
    }
    if (!config->servers || !*config->servers)
        return 0;
    status = ares_set_servers_ports_csv(ares->channel, config->servers);
    return status == ARES_SUCCESS ? 0 : errno_of(status);
}

int resolver_ares_new(struct loop *loop, const struct resolver_config *config, resolver_ares_fn fn,
                      struct resolver_ares **ret_ares)
{
    if (ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS)
        return -EIO;
    struct resolver_ares *ares = memory_new(sizeof *ares);
    ares->loop = loop;
    ares->fn = fn;
    ares->timer = loop_timer_new(loop, on_timer, ares);
    LIST_INIT(&ares->sockets);
    int rc = open_channel(ares, config);
    if (rc < 0) {
        resolver_ares_free(ares);
        return rc;
    }
    *ret_ares = ares;
    return 0;
}

struct resolver_ares *resolver_ares_free(struct resolver_ares *ares)
{
    if (!ares)
        return NULL;
    if (ares->channel)
        ares_destroy(ares->channel);
    loop_timer_free(ares->timer);
    free(ares);
    ares_library_cleanup();
    return NULL;
}
