/* See host.h. States change in two functions only: lane_set_state() and host_update(). */
#include "crawler/host.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "crawler/async/loop.h"
#include "crawler/clock.h"
#include "crawler/memory.h"
#include "crawler/text_map.h"

enum { NOT_IN_HEAP = -1 };

struct host {
    struct hosts *hosts;
    const char *name; /* the map's */
    bool is_own;
    unsigned connections; /* allowed at once */
    unsigned active;      /* requests under way */
    unsigned claims;      /* lanes that are READY */
    int64_t delay_ms;
    int64_t backoff_ms;       /* the last pause for 429 or 503, doubled by the next */
    int64_t backoff_until_ms; /* its end: answers that come before it belong to the same overload */
    int64_t next_at_ms;       /* loop time */
    struct lane *parked_first, *parked_last;
    int heap_index; /* NOT_IN_HEAP unless it waits for next_at_ms */
};

struct hosts {
    struct loop *loop;
    struct hosts_config config;
    hosts_room_fn room;
    hosts_save_fn save;
    void *arg;
    struct text_map *by_name;
    struct host **heap; /* a binary heap by next_at_ms */
    int heap_count, heap_capacity;
    struct loop_timer *timer; /* for the top of the heap */
    struct lane_group *turn;  /* whose turn it is, of a ring; NULL: no lane is READY */
    bool pump_queued;
    bool closing;
};

/* The heap of waiting hosts */

static void heap_place(struct hosts *hosts, int index, struct host *host)
{
    hosts->heap[index] = host;
    host->heap_index = index;
}

static void heap_up(struct hosts *hosts, int index, struct host *host)
{
    while (index > 0 && hosts->heap[(index - 1) / 2]->next_at_ms > host->next_at_ms) {
        heap_place(hosts, index, hosts->heap[(index - 1) / 2]);
        index = (index - 1) / 2;
    }
    heap_place(hosts, index, host);
}

static void heap_down(struct hosts *hosts, int index, struct host *host)
{
    for (;;) {
        int child = 2 * index + 1;
        if (child + 1 < hosts->heap_count &&
            hosts->heap[child + 1]->next_at_ms < hosts->heap[child]->next_at_ms)
            child++;
        if (child >= hosts->heap_count || hosts->heap[child]->next_at_ms >= host->next_at_ms)
            break;
        heap_place(hosts, index, hosts->heap[child]);
        index = child;
    }
    heap_place(hosts, index, host);
}

static void heap_add(struct hosts *hosts, struct host *host)
{
    if (hosts->heap_count == hosts->heap_capacity) {
        hosts->heap_capacity = hosts->heap_capacity ? hosts->heap_capacity * 2 : 64;
        hosts->heap =
            memory_resize(hosts->heap, (size_t)hosts->heap_capacity * sizeof(struct host *));
    }
    heap_up(hosts, hosts->heap_count++, host);
}

static void heap_remove(struct hosts *hosts, struct host *host)
{
    int index = host->heap_index;
    host->heap_index = NOT_IN_HEAP;
    struct host *last = hosts->heap[--hosts->heap_count];
    if (last == host)
        return;
    heap_down(hosts, index, last);
    heap_up(hosts, last->heap_index, last);
}

/* Lists of lanes */

static void list_append(struct lane **first, struct lane **last, struct lane *lane)
{
    lane->next = NULL;
    lane->prev = *last;
    *(*last ? &(*last)->next : first) = lane;
    *last = lane;
}

static void list_remove(struct lane **first, struct lane **last, struct lane *lane)
{
    *(lane->prev ? &lane->prev->next : first) = lane->next;
    *(lane->next ? &lane->next->prev : last) = lane->prev;
    lane->next = lane->prev = NULL;
}

/* The ring of groups that have a READY lane: each starts one, then the next has its turn. */

static void group_list(struct lane_group *group)
{
    struct hosts *hosts = group->hosts;
    if (!hosts->turn) {
        hosts->turn = group->next = group->prev = group;
    } else {
        group->next = hosts->turn;
        group->prev = hosts->turn->prev;
        group->prev->next = group->next->prev = group;
    }
    group->listed = true;
}

static void group_unlist(struct lane_group *group)
{
    struct hosts *hosts = group->hosts;
    if (hosts->turn == group)
        hosts->turn = group->next == group ? NULL : group->next;
    group->prev->next = group->next;
    group->next->prev = group->prev;
    group->next = group->prev = NULL;
    group->listed = false;
}

static void lane_leave(struct lane *lane)
{
    struct host *host = lane->host;
    struct lane_group *group = lane->group;
    if (lane->state == LANE_PARKED) {
        list_remove(&host->parked_first, &host->parked_last, lane);
    } else if (lane->state == LANE_READY) {
        list_remove(&group->first, &group->last, lane);
        host->claims--;
        if (!group->first)
            group_unlist(group);
    }
}

/* The one place where a lane's state changes. */
static void lane_set_state(struct lane *lane, enum lane_state state)
{
    struct host *host = lane->host;
    struct lane_group *group = lane->group;
    lane_leave(lane);
    lane->state = state;
    if (state == LANE_PARKED) {
        list_append(&host->parked_first, &host->parked_last, lane);
    } else if (state == LANE_READY) {
        list_append(&group->first, &group->last, lane);
        host->claims++;
        if (!group->listed)
            group_list(group);
        hosts_pump(group->hosts);
    }
}

/* With a delay only one lane is let go at a time: the next one's time is known when it has started.
 */
static bool host_has_room(const struct host *host)
{
    return host->active + host->claims < host->connections &&
           (host->delay_ms == 0 || host->claims == 0);
}

static void set_timer(struct hosts *hosts)
{
    if (hosts->heap_count > 0)
        loop_timer_start_at(hosts->timer, hosts->heap[0]->next_at_ms);
    else
        loop_timer_stop(hosts->timer);
}

/* Brings the host's place in line with its facts: lets parked lanes become READY while there is
 * room, or waits in the heap for its time. */
static void host_update(struct host *host)
{
    struct hosts *hosts = host->hosts;
    int64_t now_ms = loop_now_ms(hosts->loop);
    if (host->heap_index != NOT_IN_HEAP)
        heap_remove(hosts, host);
    while (host->parked_first && host->next_at_ms <= now_ms && host_has_room(host))
        lane_set_state(host->parked_first, LANE_READY);
    if (host->parked_first && host->next_at_ms > now_ms && host_has_room(host))
        heap_add(hosts, host);
    set_timer(hosts);
}

static void on_timer(void *arg)
{
    struct hosts *hosts = arg;
    while (hosts->heap_count > 0 && hosts->heap[0]->next_at_ms <= loop_now_ms(hosts->loop))
        host_update(hosts->heap[0]);
    set_timer(hosts);
}

/* Starting */

/* A lane became READY by what was true then: since, the host may have asked for a pause, or for one
 * request at a time. */
static bool host_may_start(const struct host *host)
{
    return host->active < host->connections && host->next_at_ms <= loop_now_ms(host->hosts->loop);
}

/* Takes the first READY lane of the group whose turn it is. */
static void start_next(struct hosts *hosts)
{
    struct lane *lane = hosts->turn->first;
    struct host *host = lane->host;
    hosts->turn = hosts->turn->next;
    if (!host_may_start(host)) {
        lane_set_state(lane, LANE_PARKED);
        host_update(host);
        return;
    }
    lane_set_state(lane, LANE_IDLE);
    host->active++; /* before start(), which may ask for the host's room again */
    if (!lane->group->start(lane))
        host->active--;
    else if (host->delay_ms > 0)
        host->next_at_ms = loop_now_ms(hosts->loop) + host->delay_ms;
    if (lane->wants && lane->state == LANE_IDLE)
        lane_set_state(lane, LANE_PARKED);
    host_update(host);
}

static void pump(void *arg)
{
    struct hosts *hosts = arg;
    hosts->pump_queued = false;
    if (hosts->closing) {
        hosts_free(hosts);
        return;
    }
    while (hosts->turn && hosts->room(hosts->arg))
        start_next(hosts);
}

void hosts_pump(struct hosts *hosts)
{
    if (hosts->pump_queued)
        return;
    hosts->pump_queued = true;
    loop_call_soon(hosts->loop, pump, hosts);
}

/* The ledger */

struct hosts *hosts_new(struct loop *loop, const struct hosts_config *config, hosts_room_fn room,
                        hosts_save_fn save, void *arg)
{
    struct hosts *hosts = memory_new(sizeof *hosts);
    hosts->loop = loop;
    hosts->config = *config;
    hosts->room = room;
    hosts->save = save;
    hosts->arg = arg;
    hosts->by_name = text_map_new();
    hosts->timer = loop_timer_new(loop, on_timer, hosts);
    return hosts;
}

static void free_host(void *value, void *arg)
{
    (void)arg;
    free(value);
}

struct hosts *hosts_free(struct hosts *hosts)
{
    if (!hosts)
        return NULL;
    if (hosts->pump_queued) { /* the queued call frees it */
        hosts->closing = true;
        return NULL;
    }
    loop_timer_free(hosts->timer);
    text_map_each(hosts->by_name, free_host, NULL);
    text_map_free(hosts->by_name);
    free(hosts->heap);
    free(hosts);
    return NULL;
}

static bool ends_with(const char *name, const char *end)
{
    size_t bytes = strlen(name), end_bytes = strlen(end);
    return bytes >= end_bytes && strcasecmp(name + bytes - end_bytes, end) == 0;
}

bool host_name_is_loopback(const char *name)
{
    bool is_ipv4 = name[strspn(name, "0123456789.")] == '\0';
    return (is_ipv4 && strncmp(name, "127.", 4) == 0) || strcmp(name, "[::1]") == 0 ||
           strcmp(name, "localhost") == 0 || ends_with(name, ".localhost");
}

static bool is_own(const struct hosts_config *config, const char *name)
{
    for (size_t i = 0; i < config->own_host_count; i++) {
        if (strcasecmp(config->own_hosts[i], name) == 0)
            return true;
    }
    return host_name_is_loopback(name);
}

struct host *hosts_get(struct hosts *hosts, const char *name, size_t bytes)
{
    struct host *host = text_map_get(hosts->by_name, name, bytes);
    if (host)
        return host;
    const struct hosts_config *config = &hosts->config;
    host = memory_new(sizeof *host);
    host->hosts = hosts;
    host->name = text_map_put(hosts->by_name, name, bytes, host);
    host->is_own = is_own(config, host->name);
    host->connections = host->is_own ? config->own_connections : config->connections;
    host->delay_ms = host->is_own ? 0 : config->delay_ms;
    host->heap_index = NOT_IN_HEAP;
    return host;
}

const char *host_name(const struct host *host)
{
    return host->name;
}

bool host_is_own(const struct host *host)
{
    return host->is_own;
}

void host_set_crawl_delay(struct host *host, int64_t delay_ms)
{
    if (delay_ms > host->hosts->config.max_crawl_delay_ms)
        delay_ms = host->hosts->config.max_crawl_delay_ms;
    if (delay_ms <= host->delay_ms)
        return;
    host->delay_ms = delay_ms;
    host->connections = 1;
    host_update(host);
}

void host_restore(struct host *host, int64_t next_at_ms, int64_t backoff_ms)
{
    host->backoff_ms = backoff_ms;
    host->backoff_until_ms = next_at_ms;
    if (next_at_ms > host->next_at_ms)
        host->next_at_ms = next_at_ms;
    host_update(host);
}

static void save_block(struct host *host)
{
    struct hosts *hosts = host->hosts;
    int64_t pause_ms = host->next_at_ms - loop_now_ms(hosts->loop);
    hosts->save(host->name, clock_epoch_ms() + pause_ms, host->backoff_ms, hosts->arg);
}

/* What the host asks for counts; where it only says "too much", a pause that doubles each time. */
static void back_off(struct host *host, int64_t retry_after_ms)
{
    const struct hosts_config *config = &host->hosts->config;
    int64_t now_ms = loop_now_ms(host->hosts->loop);
    if (now_ms >= host->backoff_until_ms)
        host->backoff_ms = host->backoff_ms ? host->backoff_ms * 2 : config->backoff_base_ms;
    if (host->backoff_ms > config->backoff_max_ms)
        host->backoff_ms = config->backoff_max_ms;
    int64_t until_ms = now_ms + (retry_after_ms > 0 ? retry_after_ms : host->backoff_ms);
    host->backoff_until_ms = until_ms;
    if (until_ms > host->next_at_ms) {
        host->next_at_ms = until_ms;
        save_block(host);
    }
}

void host_finished(struct host *host, const struct host_feedback *feedback)
{
    assert(host->active > 0);
    host->active--;
    if (host->delay_ms > 0) {
        int64_t next_ms = loop_now_ms(host->hosts->loop) + host->delay_ms;
        host->next_at_ms = next_ms > host->next_at_ms ? next_ms : host->next_at_ms;
    }
    if (feedback->overloaded)
        back_off(host, feedback->retry_after_ms);
    else if (loop_now_ms(host->hosts->loop) >= host->backoff_until_ms)
        host->backoff_ms = 0;
    host_update(host);
}

/* Groups and lanes */

void lane_group_init(struct lane_group *group, struct hosts *hosts, lane_start_fn start)
{
    *group = (struct lane_group){.hosts = hosts, .start = start};
}

void lane_group_done(struct lane_group *group)
{
    assert(!group->first && !group->listed);
    (void)group;
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
