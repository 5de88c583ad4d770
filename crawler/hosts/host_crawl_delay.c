/* Crawl-delay: what the robots.txt files of a host's origins ask for. Each is replaced when its
 * file is read anew. See host.h, host_private.h. */
#include <stdlib.h>

#include "crawler/base/memory.h"
#include "crawler/hosts/host_private.h"

/* Where that of a robots.txt stands, or would be put. */
static struct host_crawl_delay **find(struct host *host, const void *robots)
{
    struct host_crawl_delay **place = &host->crawl_delays;
    while (*place && (*place)->robots != robots)
        place = &(*place)->next;
    return place;
}

static int64_t longest(const struct host *host)
{
    int64_t longest_ms = 0;
    for (const struct host_crawl_delay *one = host->crawl_delays; one; one = one->next)
        longest_ms = one->delay_ms > longest_ms ? one->delay_ms : longest_ms;
    return longest_ms;
}

static void keep(struct host *host, const void *robots, int64_t delay_ms)
{
    struct host_crawl_delay **place = find(host, robots), *one = *place;
    if (delay_ms <= 0 && one) {
        *place = one->next;
        free(one);
    } else if (delay_ms > 0 && !one) {
        *place = one = memory_new(sizeof *one);
        one->robots = robots;
    }
    if (delay_ms > 0)
        one->delay_ms = delay_ms;
}

void host_set_crawl_delay(struct host *host, const void *robots, int64_t delay_ms)
{
    keep(host, robots, delay_ms);
    if (longest(host) == host->pace.crawl_delay_ms)
        return;
    host->pace.crawl_delay_ms = longest(host);
    host_refresh_pace(host);
    host_update(host);
}

bool host_crawl_delay_is_capped(const struct host *host, int64_t asked_ms, int64_t *ret_obeyed_ms)
{
    *ret_obeyed_ms = host->hosts->config.pace.max_crawl_delay_ms;
    return !host->pace.is_own && asked_ms > *ret_obeyed_ms;
}

void host_crawl_delays_free(struct host *host)
{
    while (host->crawl_delays)
        keep(host, host->crawl_delays->robots, 0);
}
