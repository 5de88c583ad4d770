/* Where connections may go. The address policy of the request is asked three times: about the host
 * as the URL names it, before it is resolved (fetch_resolve.c); when a socket is made for one of
 * its addresses; and again before each request, because a kept connection may have been opened for
 * a job whose policy allows more. Called by curl on the loop thread.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include <curl/curl.h>

#include "crawler/fetch/fetch_exchange.h"

static bool is_allowed(struct exchange *exchange, const struct sockaddr *address)
{
    if (fetch_proxy_is_trusted(exchange, address))
        return true;
    struct address_verdict verdict = address_check(exchange->policy, address);
    if (!verdict.allowed)
        exchange->blocked_reason = verdict.reason;
    return verdict.allowed;
}

/* Called when curl holds no address of a host. A literal needs none; a name is always pinned, and
 * should it not be, nobody is asked: nonzero makes curl give the transfer up. */
static int before_resolving(void *resolver, void *reserved, void *arg)
{
    (void)resolver;
    (void)reserved;
    struct exchange *exchange = arg;
    for (unsigned i = 0; i < exchange->name_count; i++)
        if (exchange->names[i].is_literal || exchange->via_proxy) /* behind one, an address */
            return 0;
    exchange_decide(exchange, OUTCOME_DNS_FAILED);
    return -1;
}

static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    (void)purpose;
    struct exchange *exchange = arg;
    if (address->addrlen > sizeof exchange->peer)
        return CURL_SOCKET_BAD;
    memcpy(&exchange->peer, &address->addr, address->addrlen);
    if (!is_allowed(exchange, (const struct sockaddr *)&exchange->peer))
        return CURL_SOCKET_BAD;
    int fd = socket(address->family, address->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
                    address->protocol);
    if (fd < 0)
        return CURL_SOCKET_BAD;
    exchange->socket_opened = true;
    fetch_drive_opened(exchange->fetcher, fd);
    return fd;
}

/* The fetcher, not the exchange: a connection outlives the exchange that opened it. */
static int close_socket(void *arg, curl_socket_t fd)
{
    fetch_drive_closing(arg, fd);
    return close(fd);
}

static void parse_peer(struct sockaddr_storage *peer, const char *ip, int port)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
    peer->ss_family = AF_UNSPEC;
    if (inet_pton(AF_INET, ip, &in.sin_addr) == 1)
        memcpy(peer, &in, sizeof in);
    else if (inet_pton(AF_INET6, ip, &in6.sin6_addr) == 1)
        memcpy(peer, &in6, sizeof in6);
}

/* Above max_connections a connection is closed after its request instead of being kept. curl's own
 * way, to close the one that was kept longest, leaves an empty bundle of its host behind in curl
 * 7.88, and all bundles are walked for each request: with 10,000 hosts that took 400 µs of CPU. */
static void bound_connections(struct exchange *exchange)
{
    const struct fetcher *fetcher = exchange->fetcher;
    bool closes_after = fetcher->open_connections > fetcher->config.max_connections;
    if (closes_after == exchange->closes_after)
        return;
    exchange->closes_after = closes_after;
    curl_easy_setopt(exchange->easy, CURLOPT_FORBID_REUSE, (long)closes_after);
}

/* curl's type asks for plain pointers. NOLINTNEXTLINE(readability-non-const-parameter) */
static int before_request(void *arg, char *ip, char *local_ip, int port, int local_port)
{
    (void)local_ip;
    (void)local_port;
    struct exchange *exchange = arg;
    parse_peer(&exchange->peer, ip, port);
    if (!is_allowed(exchange, (const struct sockaddr *)&exchange->peer)) {
        exchange_decide(exchange, OUTCOME_ADDRESS_BLOCKED);
        return CURL_PREREQFUNC_ABORT;
    }
    exchange->connected = true;
    bound_connections(exchange);
    deadline_start(&exchange->progress, FETCH_WAIT_FIRST_BYTE);
    return CURL_PREREQFUNC_OK;
}

void fetch_connect_attach(struct exchange *exchange)
{
    curl_easy_setopt(exchange->easy, CURLOPT_RESOLVER_START_FUNCTION, before_resolving);
    curl_easy_setopt(exchange->easy, CURLOPT_RESOLVER_START_DATA, exchange);
    curl_easy_setopt(exchange->easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(exchange->easy, CURLOPT_OPENSOCKETDATA, exchange);
    curl_easy_setopt(exchange->easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
    curl_easy_setopt(exchange->easy, CURLOPT_CLOSESOCKETDATA, exchange->fetcher);
    curl_easy_setopt(exchange->easy, CURLOPT_PREREQFUNCTION, before_request);
    curl_easy_setopt(exchange->easy, CURLOPT_PREREQDATA, exchange);
}
