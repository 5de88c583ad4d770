/* The names of an exchange: judged and resolved before curl sees the transfer. Loop thread.
 *
 * The host of the URL and, where there is one, the proxy are asked of the resolver, one after the
 * other; what is known already costs no turn of the loop. Each is then pinned (fetch_pins.c) and
 * the transfer handed over. An address is judged by fetch_connect.c when a socket is made for it;
 * that of a host behind a proxy is judged here, before the proxy hears of it, and the proxy is told
 * that address (fetch_proxy.c). The connect timeout covers the look-up, too.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <curl/curl.h>

#include "crawler/async/loop.h"
#include "crawler/async/promise.h"
#include "crawler/fetch/address_host.h"
#include "crawler/fetch/fetch_exchange.h"
#include "crawler/fetch/resolver.h"

static void go_on(struct exchange *exchange);

static bool is_literal(const char *host, size_t bytes)
{
    char text[INET_ADDRSTRLEN];
    struct in_addr address;
    if (bytes > 0 && host[0] == '[')
        return true;
    if (bytes >= sizeof text)
        return false;
    memcpy(text, host, bytes);
    text[bytes] = '\0';
    return inet_pton(AF_INET, text, &address) == 1;
}

static void add_name(struct exchange *exchange, const char *host, size_t bytes, unsigned port)
{
    struct exchange_name *name = &exchange->names[exchange->name_count++];
    fetch_text_set(&name->host, host, bytes);
    name->port = port;
    name->is_literal = is_literal(host, bytes);
}

/* ---- judging ---- */

static void block(struct exchange *exchange, const char *reason)
{
    exchange->blocked_reason = reason;
    exchange_decide(exchange, OUTCOME_ADDRESS_BLOCKED);
    exchange_finish(exchange, CURLE_COULDNT_CONNECT);
}

/* The address that a proxy is told: one that is allowed, of IPv4 if there is one, which more
 * proxies can reach. NULL: there is none, and the exchange has ended. */
static const union resolved_address *address_for_proxy(struct exchange *exchange,
                                                       const struct resolved *resolved)
{
    const union resolved_address *found = NULL;
    const char *reason = "";
    for (unsigned i = 0; i < resolved->count; i++) {
        const union resolved_address *address = &resolved->addresses[i];
        struct address_verdict verdict = address_check(exchange->policy, &address->any);
        if (!verdict.allowed)
            reason = verdict.reason;
        else if (!found || (found->any.sa_family == AF_INET6 && address->any.sa_family == AF_INET))
            found = address;
    }
    if (!found)
        block(exchange, reason);
    return found;
}

/* ---- resolving ---- */

static void fail(struct exchange *exchange, const char *host, const char *why)
{
    snprintf(exchange->error_text, sizeof exchange->error_text, "%.150s: %s", host, why);
    exchange_decide(exchange, OUTCOME_DNS_FAILED);
    exchange_finish(exchange, CURLE_COULDNT_RESOLVE_HOST);
}

void fetch_resolve_expired(struct exchange *exchange)
{
    char why[80];
    snprintf(why, sizeof why, "the name servers took more than %" PRId64 " ms",
             exchange->fetcher->config.connect_timeout_ms);
    fail(exchange, exchange->names[exchange->names_done].host.data, why);
}

/* False: the exchange has ended. */
static bool take_answer(struct exchange *exchange, const struct resolved *resolved)
{
    const struct exchange_name *name = &exchange->names[exchange->names_done];
    bool is_target = exchange->names_done == 0;
    if (resolved->error != 0) {
        fail(exchange, name->host.data, resolved->detail);
        return false;
    }
    bool is_proxied = exchange->name_count > 1;
    if (is_target && is_proxied) {
        const union resolved_address *address = address_for_proxy(exchange, resolved);
        if (!address)
            return false;
        fetch_proxy_target(exchange, address);
    } else if (is_proxied) {
        fetch_proxy_resolved(exchange, resolved);
    }
    if (!name->is_literal)
        fetch_pin(exchange, name->host.data, name->port, resolved);
    exchange->names_done++;
    return true;
}

static struct promise *on_resolved(struct promise *settled, void *arg)
{
    struct exchange *exchange = arg;
    const struct resolved *resolved = promise_value(settled);
    exchange->look_up = promise_unref(exchange->look_up);
    if (take_answer(exchange, resolved))
        go_on(exchange);
    return NULL;
}

static void wait_for_answer(struct exchange *exchange, const struct fetch_text *host)
{
    struct promise *answer =
        resolver_lookup(exchange->fetcher->config.resolver, host->data, host->bytes);
    exchange->look_up = promise_then(answer, on_resolved, exchange);
    if (!exchange->progress.running)
        deadline_start(&exchange->progress, FETCH_WAIT_RESOLVE);
}

/* What the look-ups have left of the time to connect. */
static void set_connect_timeout(struct exchange *exchange)
{
    const struct fetcher *fetcher = exchange->fetcher;
    int64_t all_ms = fetcher->config.connect_timeout_ms;
    int64_t left_ms = all_ms - (loop_now_ms(fetcher->loop) - exchange->started_ms);
    if (left_ms < 1)
        left_ms = 1;
    if (all_ms <= 0 || left_ms == exchange->connect_timeout_ms)
        return;
    exchange->connect_timeout_ms = left_ms;
    curl_easy_setopt(exchange->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)left_ms);
}

static void hand_over(struct exchange *exchange)
{
    deadline_stop(&exchange->progress);
    set_connect_timeout(exchange);
    fetch_pins_hand_over(exchange);
    exchange->handed_over = true;
    curl_multi_add_handle(exchange->fetcher->multi, exchange->easy);
}

static void go_on(struct exchange *exchange)
{
    while (exchange->names_done < exchange->name_count) {
        const struct fetch_text *host = &exchange->names[exchange->names_done].host;
        const struct resolved *known =
            resolver_known(exchange->fetcher->config.resolver, host->data, host->bytes);
        if (!known) {
            wait_for_answer(exchange, host);
            return;
        }
        if (!take_answer(exchange, known))
            return;
    }
    hand_over(exchange);
}

void fetch_resolve_start(struct exchange *exchange, const char *text)
{
    struct url url;
    if (url_parse(text, strlen(text), NULL, &url) != URL_OK) {
        exchange_finish(exchange, CURLE_URL_MALFORMAT);
        return;
    }
    struct address_verdict verdict = address_check_host(exchange->policy, &url);
    if (!verdict.allowed) {
        block(exchange, verdict.reason);
        return;
    }
    struct url_slice host = url_host(&url);
    add_name(exchange, host.data, host.bytes, url.port);
    const struct proxy_url *proxy = fetch_proxy_of(exchange);
    if (proxy)
        add_name(exchange, proxy->host, strlen(proxy->host), proxy->port);
    go_on(exchange);
}

void fetch_resolve_end(struct exchange *exchange)
{
    if (exchange->look_up) {
        promise_cancel(exchange->look_up);
        exchange->look_up = promise_unref(exchange->look_up);
    }
    fetch_pins_release(exchange);
    fetch_proxy_release(exchange);
    exchange->name_count = exchange->names_done = 0;
}
