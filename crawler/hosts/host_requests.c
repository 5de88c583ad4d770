/* Requests under way: what they hold, when they are overdue, and what becomes of those that take
 * long while others wait for their slots. See host.h, host_share.h, host_private.h. All become
 * overdue after the same time, so that a queue in order of beginning is in order of that too. Loop
 * thread.
 */
#include <stddef.h>

#include "crawler/async/loop.h"
#include "crawler/hosts/host_private.h"

enum {
    CUTS_TRIED = 8,   /* in one turn */
    TRY_AGAIN_MS = 50 /* where neither the lane nor a slot can be made free now */
};

static void on_aside_timer(void *arg)
{
    hosts_pump(arg);
}

void hosts_init_requests(struct hosts *hosts)
{
    TAILQ_INIT(&hosts->young);
    TAILQ_INIT(&hosts->set_aside);
    for (int i = 0; i < HOST_CLASS_COUNT; i++)
        TAILQ_INIT(&hosts->in_slots[i]);
    hosts->aside_timer = loop_timer_new(hosts->loop, on_aside_timer, hosts);
}

/* Beginning and end */

static void take_place(struct host_request *request)
{
    struct hosts *hosts = request->host->hosts;
    struct host_share *share = &hosts->share;
    if (host_share_is_aside(share, request->class)) {
        request->place = PLACE_LANE;
        share->aside++;
        share->aside_slow++;
    } else {
        request->place = PLACE_SLOT;
        share->held[request->class]++;
        TAILQ_INSERT_TAIL(&hosts->in_slots[request->class], request, by_place);
    }
}

static void leave_place(struct host_request *request)
{
    struct hosts *hosts = request->host->hosts;
    struct host_share *share = &hosts->share;
    switch (request->place) {
    case PLACE_SLOT:
        TAILQ_REMOVE(&hosts->in_slots[request->class], request, by_place);
        share->held[request->class]--;
        return;
    case PLACE_SET_ASIDE:
        TAILQ_REMOVE(&hosts->set_aside, request, by_place);
        request->host->set_aside--;
        share->aside--;
        return;
    case PLACE_LANE:
        share->aside_slow--;
        share->aside--;
        return;
    }
}

/* What is known of its job's pages under way. */
static void count_page(const struct host_request *request, int change)
{
    struct group_pages *pages = &request->group->pages;
    if (!request->is_page)
        return;
    if (request->overdue)
        pages->overdue += (unsigned)change;
    else if (request->class != HOST_QUICK)
        pages->unproven += (unsigned)change;
    else
        pages->has_quick = true;
}

static void tell_group(struct lane_group *group)
{
    if (group->on_pages)
        group->on_pages(group);
}

void host_request_begin(struct host_request *request, struct lane *lane)
{
    struct host *host = lane->host;
    *request = (struct host_request){.host = host,
                                     .group = lane->group,
                                     .is_page = request->is_page,
                                     .begun_ms = loop_now_ms(host->hosts->loop),
                                     .class = host->class};
    TAILQ_INSERT_TAIL(&host->hosts->young, request, by_age);
    take_place(request);
    count_page(request, +1);
    tell_group(request->group);
}

void host_request_leave(struct host_request *request)
{
    struct host *host = request->host;
    struct hosts *hosts = host->hosts;
    count_page(request, -1);
    if (request->overdue) {
        host->overdue--;
        hosts->share.overdue--;
    } else {
        TAILQ_REMOVE(&hosts->young, request, by_age);
    }
    leave_place(request);
    if (hosts->taken_from == host)
        hosts->taken_from = NULL;
    request->host = NULL;
    tell_group(request->group);
}

/* Overdue */

int64_t hosts_next_overdue_ms(const struct hosts *hosts)
{
    if (hosts->config.slow_after_ms == 0 || TAILQ_EMPTY(&hosts->young))
        return INT64_MAX;
    return TAILQ_FIRST(&hosts->young)->begun_ms + hosts->config.slow_after_ms;
}

static void make_overdue(struct host_request *request)
{
    struct hosts *hosts = request->host->hosts;
    TAILQ_REMOVE(&hosts->young, request, by_age);
    count_page(request, -1);
    request->overdue = true;
    count_page(request, +1);
    request->host->overdue++;
    hosts->share.overdue++;
    host_refresh_class(request->host);
    tell_group(request->group);
}

void hosts_mark_overdue(struct hosts *hosts, int64_t now_ms)
{
    while (hosts_next_overdue_ms(hosts) <= now_ms)
        make_overdue(TAILQ_FIRST(&hosts->young));
}

/* The slow lane */

static void set_aside(struct host_request *request)
{
    struct hosts *hosts = request->host->hosts;
    TAILQ_REMOVE(&hosts->in_slots[request->class], request, by_place);
    TAILQ_INSERT_TAIL(&hosts->set_aside, request, by_place);
    hosts->share.held[request->class]--;
    hosts->share.aside++;
    hosts->share.set_aside++;
    request->place = PLACE_SET_ASIDE;
    request->host->set_aside++;
    host_refresh_class(request->host);
    hosts_pump(hosts);
}

/* Not one that brings something, or waits for something of ours: it goes to the end of the queue.
 */
static bool cut_off(struct host_request *request, int64_t begun_ms)
{
    struct hosts *hosts = request->host->hosts;
    const struct hosts_config *config = &hosts->config;
    if (config->end_slow(request->host, begun_ms, config->arg)) {
        hosts->taken_from = request->host;
        hosts->share.cut_off++;
        return true;
    }
    TAILQ_REMOVE(&hosts->set_aside, request, by_place);
    TAILQ_INSERT_TAIL(&hosts->set_aside, request, by_place);
    return false;
}

/* One at a time: when its end is told, the next turns are given first. */
static void thin_out_lane(struct hosts *hosts)
{
    int64_t begun_ms = loop_now_ms(hosts->loop) - hosts->config.slow_after_ms;
    if (hosts->taken_from || !hosts->config.end_slow)
        return;
    for (int tries = 0; tries < CUTS_TRIED; tries++) {
        struct host_request *request = TAILQ_FIRST(&hosts->set_aside);
        if (!request || request->begun_ms > begun_ms || cut_off(request, begun_ms))
            return;
    }
}

/* The oldest one whose end would let a request of that class begin. NEW hosts that have their share
 * wait for one of that share. */
static struct host_request *oldest_in_slots(const struct hosts *hosts, enum host_class class)
{
    struct host_request *oldest = TAILQ_FIRST(&hosts->in_slots[HOST_NEW]);
    struct host_request *quick = TAILQ_FIRST(&hosts->in_slots[HOST_QUICK]);
    if (!host_share_has_room(&hosts->share, class))
        return oldest;
    return !oldest || (quick && quick->begun_ms < oldest->begun_ms) ? quick : oldest;
}

void hosts_make_room(struct hosts *hosts, enum host_class class)
{
    struct host_request *request = oldest_in_slots(hosts, class);
    if (!request)
        return;
    int64_t now_ms = loop_now_ms(hosts->loop);
    int64_t at_ms =
        request->begun_ms + host_share_patience_ms(&hosts->share, hosts->config.slow_after_ms);
    if (at_ms > now_ms) {
        loop_timer_start_at(hosts->aside_timer, at_ms);
    } else if (hosts->share.aside < hosts->share.aside_most) {
        set_aside(request);
    } else {
        thin_out_lane(hosts);
        loop_timer_start_at(hosts->aside_timer, now_ms + TRY_AGAIN_MS);
    }
}
