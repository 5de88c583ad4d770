/* See host.h: lanes, their turns, and starting. States change in two functions only:
 * lane_set_state() and host_update(). */
#include "crawler/hosts/host.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>

#include "crawler/async/loop.h"
#include "crawler/hosts/host_private.h"

/* Lists of lanes */

static void list_append(struct lane_list *list, struct lane *lane)
{
    lane->next = NULL;
    lane->prev = list->last;
    *(list->last ? &list->last->next : &list->first) = lane;
    list->last = lane;
}

static void list_remove(struct lane_list *list, struct lane *lane)
{
    *(lane->prev ? &lane->prev->next : &list->first) = lane->next;
    *(lane->next ? &lane->next->prev : &list->last) = lane->prev;
    lane->next = lane->prev = NULL;
}

/* The rings of groups that have a READY lane: each starts one, then the next has its turn. */

static void ring_add(struct lane_queue **turn, struct lane_queue *queue)
{
    if (!*turn) {
        *turn = queue->next = queue->prev = queue;
    } else {
        queue->next = *turn;
        queue->prev = (*turn)->prev;
        queue->prev->next = queue->next->prev = queue;
    }
    queue->listed = true;
}

static void ring_remove(struct lane_queue **turn, struct lane_queue *queue)
{
    if (*turn == queue)
        *turn = queue->next == queue ? NULL : queue->next;
    queue->prev->next = queue->next;
    queue->next->prev = queue->prev;
    queue->next = queue->prev = NULL;
    queue->listed = false;
}

static void leave_ready(struct lane *lane)
{
    struct lane_queue *queue = &lane->group->ready[lane->class];
    list_remove(&queue->lanes, lane);
    if (!queue->lanes.first)
        ring_remove(&lane->group->hosts->turn[lane->class], queue);
    lane->host->claims--;
}

static void enter_ready(struct lane *lane)
{
    struct hosts *hosts = lane->group->hosts;
    lane->class = lane->host->class;
    struct lane_queue *queue = &lane->group->ready[lane->class];
    list_append(&queue->lanes, lane);
    if (!queue->listed)
        ring_add(&hosts->turn[lane->class], queue);
    lane->host->claims++;
    host_address_count(lane->host, 0, 1);
    hosts_pump(hosts);
}

/* The one place where a lane's state changes. */
static void lane_set_state(struct lane *lane, enum lane_state state)
{
    struct host *host = lane->host;
    bool was_ready = lane->state == LANE_READY;
    if (lane->state == LANE_PARKED)
        list_remove(&host->parked, lane);
    else if (lane->state == LANE_HELD)
        list_remove(&lane->group->held, lane);
    else if (was_ready)
        leave_ready(lane);
    lane->state = state;
    if (state == LANE_PARKED)
        list_append(&host->parked, lane);
    else if (state == LANE_HELD)
        list_append(&lane->group->held, lane);
    else if (state == LANE_READY)
        enter_ready(lane);
    if (was_ready)
        host_address_count(host, 0, -1); /* last: it lets other hosts go */
}

/* Waiting */

enum { PAGES_FOR_ONE_MORE = 4 }; /* that were answered: one more connection at once */

/* Of what may be a tarpit one request is enough to find out, and more as it answers, while others
 * wait. */
static unsigned connections_now(const struct host *host)
{
    unsigned earned = 1 + host->answered_pages / PAGES_FOR_ONE_MORE;
    return host->hosts->is_waited && earned < host->connections ? earned : host->connections;
}

/* With a delay only one lane is let go at a time: the next one's time is known when it has started.
 */
static bool host_has_room(const struct host *host)
{
    return host->active + host->claims < connections_now(host) &&
           (host->delay_ms == 0 || host->claims == 0);
}

static void set_timer(struct hosts *hosts)
{
    const struct heap_node *next = host_heap_first(&hosts->waiting);
    int64_t at_ms = hosts_next_overdue_ms(hosts);
    if (next && next->at_ms < at_ms)
        at_ms = next->at_ms;
    if (at_ms < INT64_MAX)
        loop_timer_start_at(hosts->timer, at_ms);
    else
        loop_timer_stop(hosts->timer);
}

static bool is_held(const struct lane *lane)
{
    enum lane_hold hold = lane->group->hold;
    return hold == HOLD_ALL || (hold == HOLD_UNPROVEN && lane->host->class != HOST_QUICK);
}

/* The first parked lane whose job may ask the host now; else NULL and in *ret_at_ms when one may.
 */
static struct lane *next_parked(struct host *host, int64_t now_ms, int64_t *ret_at_ms)
{
    *ret_at_ms = INT64_MAX;
    for (struct lane *lane = host->parked.first, *next; lane; lane = next) {
        next = lane->next;
        if (is_held(lane)) {
            lane_set_state(lane, LANE_HELD);
            continue;
        }
        int64_t at_ms = host->guests ? host_guest_time(host, lane->group) : 0;
        if (at_ms <= now_ms)
            return lane;
        if (at_ms < *ret_at_ms)
            *ret_at_ms = at_ms;
    }
    return NULL;
}

static bool is_free(const struct lane *lane)
{
    return lane->group->is_free && !is_held(lane) && lane->group->is_free(lane);
}

/* Who will ask the host nothing does not wait for it. */
static void let_free_ones_go(struct host *host)
{
    for (struct lane *lane = host->parked.first, *next; lane; lane = next) {
        next = lane->next;
        if (is_free(lane))
            lane_set_state(lane, LANE_READY);
    }
}

/* Lets lanes become READY while there is room; returns what is waited for then: a time, or
 * INT64_MAX for something else that will call host_update(). */
static int64_t let_go(struct host *host, int64_t now_ms)
{
    int64_t at_ms = 0;
    for (;;) {
        struct lane *lane = next_parked(host, now_ms, &at_ms);
        if (!lane)
            return at_ms > host->next_at_ms ? at_ms : host->next_at_ms;
        if (!host_has_room(host))
            return INT64_MAX;
        if (host->next_at_ms > now_ms)
            return host->next_at_ms;
        if (!host_address_has_room(host)) {
            host_address_wait(host);
            return INT64_MAX;
        }
        lane_set_state(lane, LANE_READY);
    }
}

void host_update(struct host *host)
{
    struct hosts *hosts = host->hosts;
    host_heap_remove(&hosts->waiting, &host->wait);
    host_address_leave(host);
    let_free_ones_go(host);
    if (host->parked.first && !host_address_is_missing(host)) {
        int64_t at_ms = let_go(host, loop_now_ms(hosts->loop));
        if (host->parked.first && at_ms < INT64_MAX)
            host_heap_set(&hosts->waiting, &host->wait, at_ms);
    }
    set_timer(hosts);
}

void hosts_on_timer(void *arg)
{
    struct hosts *hosts = arg;
    int64_t now_ms = loop_now_ms(hosts->loop);
    struct heap_node *node;
    while ((node = host_heap_first(&hosts->waiting)) && node->at_ms <= now_ms)
        host_update((struct host *)(void *)node);
    hosts_mark_overdue(hosts, now_ms);
    set_timer(hosts);
}

/* Starting */

/* A lane became READY by what was true then: since, the host may have asked for a pause, or for one
 * request at a time. */
static bool may_start(const struct lane *lane)
{
    const struct host *host = lane->host;
    int64_t now_ms = loop_now_ms(host->hosts->loop);
    return host->active < host->connections && host->next_at_ms <= now_ms &&
           (!host->guests || host_guest_time(host, lane->group) <= now_ms);
}

/* The host counts a request, before start(), which may ask for the host's room again. */
static void count_start(struct host *host)
{
    host->active++;
    host_address_count(host, 1, 0);
}

static void count_end(struct host *host)
{
    assert(host->active > 0);
    host->active--;
    host_address_count(host, -1, 0);
}

/* Until the request ends, which sets it anew. */
static void start_delay(struct host *host)
{
    if (host->delay_ms > 0)
        host->next_at_ms = loop_now_ms(host->hosts->loop) + host->delay_ms;
    host_mark_wait(host);
}

static void start_lane(struct lane *lane)
{
    struct host *host = lane->host;
    count_start(host);
    lane_set_state(lane, LANE_IDLE);
    struct host_request *request = lane->group->start(lane);
    if (request) {
        host_request_begin(request, lane);
        host_guest_started(host, lane->group);
        start_delay(host);
    } else {
        count_end(host);
    }
    if (lane->wants && lane->state == LANE_IDLE)
        lane_set_state(lane, LANE_PARKED);
    host_update(host);
}

/* Takes the first READY lane of the group whose turn it is in that class. */
static void start_next(struct hosts *hosts, enum host_class class)
{
    struct lane *lane = hosts->turn[class]->lanes.first;
    hosts->turn[class] = hosts->turn[class]->next;
    lane->is_free = is_free(lane);
    if (is_held(lane) || (!lane->is_free && !may_start(lane))) {
        lane_set_state(lane, LANE_PARKED);
        host_update(lane->host);
    } else if (lane->class != lane->host->class) {
        lane_set_state(lane, LANE_READY); /* to the queue where it belongs now */
    } else {
        start_lane(lane);
    }
}

enum { STARTS_AT_ONCE = 4 }; /* then the loop's other work has its turn */

/* Whether there is a slot, or room in the slow lane, for a request to a host of that class. */
static bool has_room(const struct hosts *hosts, enum host_class class)
{
    const struct host_share *share = &hosts->share;
    return host_share_has_room(share, class) &&
           hosts->config.room(share->aside + host_share_is_aside(share, class), hosts->config.arg);
}

/* One of each class in turn, so that none waits for another's lanes. What is settled without a
 * request takes no slot, so room alone would not end this. */
static void start_some(struct hosts *hosts)
{
    int idle = 0, starts = 0;
    while (idle < HOST_CLASS_COUNT && starts < STARTS_AT_ONCE) {
        enum host_class class = (enum host_class)hosts->class_turn;
        hosts->class_turn = (hosts->class_turn + 1) % HOST_CLASS_COUNT;
        idle++;
        if (!hosts->turn[class] || !has_room(hosts, class))
            continue;
        start_next(hosts, class);
        idle = 0;
        starts++;
    }
    if (starts == STARTS_AT_ONCE)
        hosts_pump(hosts);
}

/* Who may go and has not gone waits for a slot. SLOW ones wait for their lane. */
static void serve_waiting(struct hosts *hosts)
{
    bool is_new = hosts->turn[HOST_NEW], is_quick = hosts->turn[HOST_QUICK];
    hosts->is_waited = is_new || is_quick;
    if (hosts->share.aside_most == 0)
        return;
    if (is_quick)
        hosts_make_room(hosts, HOST_QUICK);
    if (is_new)
        hosts_make_room(hosts, HOST_NEW);
}

static void pump(void *arg)
{
    struct hosts *hosts = arg;
    hosts->pump_queued = false;
    if (hosts->closing) {
        hosts_free(hosts);
        return;
    }
    start_some(hosts);
    if (!hosts->pump_queued)
        serve_waiting(hosts);
}

void hosts_pump(struct hosts *hosts)
{
    if (hosts->pump_queued)
        return;
    hosts->pump_queued = true;
    loop_call_soon(hosts->loop, pump, hosts);
}

void lane_finished(struct host_request *request, const struct host_feedback *feedback)
{
    struct host *host = request->host;
    if (feedback->answered && request->place != PLACE_LANE && !request->overdue)
        host_share_learn(&host->hosts->share, feedback->elapsed_ms);
    host_request_leave(request);
    count_end(host);
    host_guest_finished(host, request->group);
    host_observe(host, feedback);
    hosts_pump(host->hosts); /* a share may have room again */
}

/* Groups and lanes */

void lane_group_init(struct lane_group *group, struct hosts *hosts, lane_start_fn start)
{
    *group = (struct lane_group){.hosts = hosts, .start = start};
    for (int i = 0; i < HOST_CLASS_COUNT; i++)
        group->ready[i].group = group;
}

/* For the other jobs, who may ask their hosts now. */
static void hold_ready(struct lane_list *ready)
{
    for (struct lane *lane = ready->first, *next; lane; lane = next) {
        next = lane->next;
        if (!is_held(lane))
            continue;
        lane_set_state(lane, LANE_HELD);
        host_update(lane->host);
    }
}

static void release_held(struct lane_list *held)
{
    for (struct lane *lane = held->first, *next; lane; lane = next) {
        next = lane->next;
        if (is_held(lane))
            continue;
        lane_set_state(lane, LANE_PARKED);
        host_update(lane->host);
    }
}

void lane_group_hold(struct lane_group *group, enum lane_hold hold)
{
    if (group->hold == hold)
        return;
    group->hold = hold;
    for (int i = 0; i < HOST_CLASS_COUNT; i++)
        hold_ready(&group->ready[i].lanes);
    release_held(&group->held);
}

void lane_init(struct lane *lane, struct host *host, struct lane_group *group)
{
    *lane = (struct lane){.host = host, .group = group};
}

void lane_done(struct lane *lane)
{
    lane_want(lane, false);
}

void lane_want(struct lane *lane, bool wants)
{
    lane->wants = wants;
    if (wants == (lane->state != LANE_IDLE))
        return;
    lane_set_state(lane, wants ? LANE_PARKED : LANE_IDLE);
    host_update(lane->host);
}
