/* Requests under way, by their beginning: young ones, and those that are overdue, which are taken
 * back while somebody waits for their slots. See host.h, host_share.h, host_private.h. All become
 * overdue after the same time, so that a queue in order of beginning is in order of that too. Loop
 * thread.
 */
#include <stddef.h>

#include "crawler/async/loop.h"
#include "crawler/hosts/host_private.h"

static void append(struct request_list *list, struct host_request *request)
{
    request->next = NULL;
    request->prev = list->last;
    *(list->last ? &list->last->next : &list->first) = request;
    list->last = request;
}

static void take_out(struct request_list *list, struct host_request *request)
{
    *(request->prev ? &request->prev->next : &list->first) = request->next;
    *(request->next ? &request->next->prev : &list->last) = request->prev;
}

void host_request_begin(struct host_request *request, struct lane *lane)
{
    struct host *host = lane->host;
    *request = (struct host_request){.host = host,
                                     .group = lane->group,
                                     .begun_ms = loop_now_ms(host->hosts->loop),
                                     .class = host->class};
    host->quick_begun += request->class == HOST_QUICK;
    append(&host->hosts->young, request);
}

static void leave_overdue(struct host_request *request)
{
    struct hosts *hosts = request->host->hosts;
    take_out(&hosts->overdue, request);
    request->host->overdue--;
    hosts->share.overdue--;
}

void host_request_leave(struct host_request *request)
{
    struct host *host = request->host;
    if (request->overdue)
        leave_overdue(request);
    else
        take_out(&host->hosts->young, request);
    bool was_quick = request->class == HOST_QUICK;
    host->quick_begun -= was_quick;
    if (host->class == HOST_SLOW)
        host->hosts->share.turned -= was_quick;
    if (host->hosts->taken_from == host)
        host->hosts->taken_from = NULL;
    request->host = NULL;
}

int64_t hosts_next_overdue_ms(const struct hosts *hosts)
{
    if (hosts->config.slow_after_ms == 0 || !hosts->young.first)
        return INT64_MAX;
    return hosts->young.first->begun_ms + hosts->config.slow_after_ms;
}

static void make_overdue(struct host_request *request)
{
    struct hosts *hosts = request->host->hosts;
    take_out(&hosts->young, request);
    append(&hosts->overdue, request);
    request->overdue = true;
    request->host->overdue++;
    hosts->share.overdue++;
    host_refresh_class(request->host);
    hosts_pump(hosts); /* somebody may wait for its slot */
}

void hosts_mark_overdue(struct hosts *hosts, int64_t now_ms)
{
    while (hosts_next_overdue_ms(hosts) <= now_ms)
        make_overdue(hosts->young.first);
}

/* One that was begun knowing that it would be slow has its time: they are no more than may be. Some
 * others cannot be ended, such as one that has its answer and waits for something of ours. */
static bool end_request(const struct host_request *request, int64_t begun_ms)
{
    const struct hosts_config *config = &request->host->hosts->config;
    return request->class != HOST_SLOW && config->end_slow(request->host, begun_ms, config->arg);
}

/* One at a time: when its end is told, the next turns are given first. */
void hosts_take_back(struct hosts *hosts)
{
    const struct hosts_config *config = &hosts->config;
    int64_t begun_ms = loop_now_ms(hosts->loop) - config->slow_after_ms;
    if (hosts->taken_from || !config->end_slow || !host_share_is_exceeded(&hosts->share))
        return;
    struct host_request *request = hosts->overdue.first;
    while (request && !end_request(request, begun_ms))
        request = request->next;
    hosts->taken_from = request ? request->host : NULL;
}
