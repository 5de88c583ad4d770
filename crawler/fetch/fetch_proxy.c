/* The proxy of an exchange: the job's, else the operator's, else none. Loop thread.
 *
 * The address guard holds through a proxy, too: the target's name is resolved and judged here
 * (fetch_resolve.c), and the proxy is told the address that was judged, never the name: by CONNECT
 * for http as for https, by its address to SOCKS. So no name server of the proxy's has a say in
 * where a request ends. The proxy's own address is judged at the socket as any other, but for the
 * operator's own proxy, which is trusted at its port and nowhere else.
 *
 * Loopback is this machine to us and another machine to a proxy that runs elsewhere. A target on
 * loopback, where the policy allows one, therefore goes through a proxy only if that is on loopback
 * itself; else the connection is made directly, and never leaves this machine.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "crawler/fetch/fetch_exchange.h"
#include "crawler/fetch/fetch_session_private.h"
#include "crawler/fetch/resolver.h"

const struct proxy_url *fetch_proxy_of(const struct exchange *exchange)
{
    const struct fetcher *fetcher = exchange->fetcher;
    if (exchange->session && exchange->session->has_proxy)
        return &exchange->session->proxy;
    return fetcher->proxy.port ? &fetcher->proxy : NULL;
}

static bool is_loopback(const union resolved_address *address)
{
    if (address->any.sa_family == AF_INET)
        return ntohl(address->v4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
    const struct in6_addr *v6 = &address->v6.sin6_addr;
    return IN6_IS_ADDR_LOOPBACK(v6) || (IN6_IS_ADDR_V4MAPPED(v6) && v6->s6_addr[12] == 127);
}

static void write_target(char *text, size_t capacity, const union resolved_address *address,
                         unsigned port)
{
    char ip[INET6_ADDRSTRLEN];
    if (address->any.sa_family == AF_INET6)
        snprintf(text, capacity, "::[%s]:%u",
                 inet_ntop(AF_INET6, &address->v6.sin6_addr, ip, sizeof ip), port);
    else
        snprintf(text, capacity, "::%s:%u",
                 inet_ntop(AF_INET, &address->v4.sin_addr, ip, sizeof ip), port);
}

void fetch_proxy_target(struct exchange *exchange, const union resolved_address *address)
{
    char text[INET6_ADDRSTRLEN + 16];
    write_target(text, sizeof text, address, exchange->names[0].port);
    exchange->target_is_loopback = is_loopback(address);
    exchange->connect_to = curl_slist_append(NULL, text);
    if (!exchange->connect_to)
        abort();
}

static long curl_kind(enum proxy_kind kind)
{
    switch (kind) {
    case PROXY_SOCKS5:
        return CURLPROXY_SOCKS5;
    case PROXY_HTTPS:
        return CURLPROXY_HTTPS;
    case PROXY_HTTP:
    case PROXY_KIND_COUNT:
        break;
    }
    return CURLPROXY_HTTP;
}

void fetch_proxy_resolved(struct exchange *exchange, const struct resolved *resolved)
{
    const struct proxy_url *proxy = fetch_proxy_of(exchange);
    if (exchange->target_is_loopback && !is_loopback(&resolved->addresses[0]))
        return;
    CURL *easy = exchange->easy;
    exchange->via_proxy = true;
    curl_easy_setopt(easy, CURLOPT_PROXY, proxy->host);
    curl_easy_setopt(easy, CURLOPT_PROXYPORT, (long)proxy->port);
    curl_easy_setopt(easy, CURLOPT_PROXYTYPE, curl_kind(proxy->kind));
    curl_easy_setopt(easy, CURLOPT_HTTPPROXYTUNNEL, proxy->kind == PROXY_SOCKS5 ? 0L : 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECT_TO, exchange->connect_to);
    if (*proxy->user) {
        curl_easy_setopt(easy, CURLOPT_PROXYUSERNAME, proxy->user);
        curl_easy_setopt(easy, CURLOPT_PROXYPASSWORD, proxy->password);
    }
}

/* The exchange with the operator's proxy connects to nothing but that. */
bool fetch_proxy_is_trusted(const struct exchange *exchange, const struct sockaddr *address)
{
    const struct proxy_url *proxy = &exchange->fetcher->proxy;
    struct sockaddr_in in; /* in IPv6, too, the port stands there */
    memcpy(&in, address, sizeof in);
    return exchange->via_proxy && fetch_proxy_of(exchange) == proxy &&
           ntohs(in.sin_port) == proxy->port;
}

void fetch_proxy_release(struct exchange *exchange)
{
    CURL *easy = exchange->easy;
    exchange->target_is_loopback = false;
    if (exchange->via_proxy) {
        curl_easy_setopt(easy, CURLOPT_PROXY, "");
        curl_easy_setopt(easy, CURLOPT_HTTPPROXYTUNNEL, 0L);
        curl_easy_setopt(easy, CURLOPT_CONNECT_TO, NULL);
        curl_easy_setopt(easy, CURLOPT_PROXYUSERNAME, NULL);
        curl_easy_setopt(easy, CURLOPT_PROXYPASSWORD, NULL);
    }
    exchange->via_proxy = false;
    curl_slist_free_all(exchange->connect_to);
    exchange->connect_to = NULL;
}
