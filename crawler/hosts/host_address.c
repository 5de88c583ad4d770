/* Addresses: hosts that share one share its connections, too. See host_private.h.
 *
 * A host is asked for its address before its first request, and again when that has expired and
 * nothing of the host is under way. A host that finds its address full stands in the address's
 * list; each request that ends there lets the first of the list look
 * again. Loop thread. */
#include <stdlib.h>
#include <string.h>

#include "crawler/async/loop.h"
#include "crawler/base/memory.h"
#include "crawler/base/text_map.h"
#include "crawler/hosts/host_private.h"

bool host_address_has_room(const struct host *host)
{
    const struct host_address *address = host->address;
    unsigned most = host->hosts->config.address_connections;
    return !address || most == 0 || address->active + address->claims < most;
}

void host_address_leave(struct host *host)
{
    struct host_address *address = host->address;
    if (!host->waits_for_address)
        return;
    *(host->prev_waiting ? &host->prev_waiting->next_waiting : &address->waiting_first) =
        host->next_waiting;
    *(host->next_waiting ? &host->next_waiting->prev_waiting : &address->waiting_last) =
        host->prev_waiting;
    host->next_waiting = host->prev_waiting = NULL;
    host->waits_for_address = false;
}

void host_address_wait(struct host *host)
{
    struct host_address *address = host->address;
    host->prev_waiting = address->waiting_last;
    *(address->waiting_last ? &address->waiting_last->next_waiting : &address->waiting_first) =
        host;
    address->waiting_last = host;
    host->waits_for_address = true;
}

void host_address_count(struct host *host, int active, int claims)
{
    struct host_address *address = host->address;
    if (!address)
        return;
    address->active += (unsigned)active;
    address->claims += (unsigned)claims;
    if (active >= 0 && claims >= 0)
        return;
    while (address->waiting_first && host_address_has_room(host)) {
        struct host *next = address->waiting_first;
        host_address_leave(next);
        host_update(next); /* takes the room, or waits for something else now */
    }
}

bool host_address_is_missing(struct host *host)
{
    const struct hosts_config *config = &host->hosts->config;
    if (!config->locate || config->address_connections == 0 || host->pace.is_own)
        return false;
    if (host->is_locating)
        return true;
    if (host->active + host->claims > 0 || host->located_until_ms > loop_now_ms(host->hosts->loop))
        return false;
    host->is_locating = true;
    config->locate(host, config->arg);
    return true;
}

static struct host_address *address_of(struct hosts *hosts, const char *text)
{
    struct host_address *address = text_map_get(hosts->by_address, text, strlen(text));
    if (address)
        return address;
    address = memory_new(sizeof *address);
    address->text = text_map_put(hosts->by_address, text, strlen(text), address);
    return address;
}

void host_located(struct host *host, const char *address, int64_t expires_ms)
{
    int64_t soonest_ms = loop_now_ms(host->hosts->loop) + 1000; /* no look-up for each request */
    host->is_locating = false;
    host->address = address ? address_of(host->hosts, address) : NULL;
    host->located_until_ms = expires_ms > soonest_ms ? expires_ms : soonest_ms;
    host_update(host);
}

static void free_address(void *value, void *arg)
{
    (void)arg;
    free(value);
}

void host_addresses_free(struct hosts *hosts)
{
    text_map_each(hosts->by_address, free_address, NULL);
    text_map_free(hosts->by_address);
}
