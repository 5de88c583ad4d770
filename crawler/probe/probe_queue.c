/* What waits to be asked for, by origin. An origin's queue is its retries, its window, and the keys
 * of all that is still only in the file. See probes_private.h. Loop thread. */
#include <stdlib.h>
#include <string.h>

#include "crawler/async/loop.h"
#include "crawler/async/promise.h"
#include "crawler/base/memory.h"
#include "crawler/base/text_map.h"
#include "crawler/extract/url.h"
#include "crawler/probe/probes_private.h"

enum { WINDOW_LOW = 4, MOST_RETRIES = 64 /* beside which more are loaded */ };

/* Keys */

static void make_room(struct probe_keys *keys)
{
    if (keys->end < keys->capacity)
        return;
    if (keys->first > keys->capacity / 2) {
        memmove(keys->items, keys->items + keys->first,
                (keys->end - keys->first) * sizeof *keys->items);
        keys->end -= keys->first;
        keys->first = 0;
        return;
    }
    keys->capacity = keys->capacity ? keys->capacity * 2 : 8;
    keys->items = memory_resize(keys->items, keys->capacity * sizeof *keys->items);
}

void probe_keys_push(struct probe_keys *keys, int64_t key)
{
    make_room(keys);
    keys->items[keys->end++] = key;
}

void probe_keys_push_front(struct probe_keys *keys, int64_t key)
{
    if (keys->first == 0) {
        make_room(keys);
        memmove(keys->items + 1, keys->items, keys->end * sizeof *keys->items);
        keys->first = 1;
        keys->end++;
    }
    keys->items[--keys->first] = key;
}

bool probe_keys_take(struct probe_keys *keys, int64_t *ret_key)
{
    if (keys->first == keys->end)
        return false;
    *ret_key = keys->items[keys->first++];
    if (keys->first == keys->end) {
        free(keys->items);
        *keys = (struct probe_keys){0};
    }
    return true;
}

/* Origins */

static void on_retry_time(void *arg)
{
    probe_origin_update(arg);
}

struct probe_origin *probe_origin_of(struct probes *probes, const struct url *url)
{
    struct url_slice name = url_origin(url), host = url_host(url);
    struct probe_origin *origin = text_map_get(probes->origins, name.data, name.bytes);
    if (origin)
        return origin;
    origin = memory_new(sizeof *origin);
    origin->probes = probes;
    origin->name = text_map_put(probes->origins, name.data, name.bytes, origin);
    TAILQ_INIT(&origin->window);
    TAILQ_INIT(&origin->retries);
    lane_init(&origin->lane, hosts_get(probes->config.services->hosts, host.data, host.bytes),
              &probes->lanes);
    return origin;
}

static void free_all(struct probe_list *list)
{
    struct probe *probe;
    while ((probe = TAILQ_FIRST(list)) != NULL) {
        TAILQ_REMOVE(list, probe, link);
        probe_free(probe);
    }
}

void probe_origin_free(struct probe_origin *origin)
{
    lane_done(&origin->lane);
    loop_timer_free(origin->timer);
    free_all(&origin->window);
    free_all(&origin->retries);
    free(origin->keys.items);
    free(origin);
}

static bool retry_is_due(const struct probe_origin *origin)
{
    const struct probe *first = TAILQ_FIRST(&origin->retries);
    return first && first->retry_at_ms <= loop_now_ms(origin->probes->config.services->loop);
}

static void set_timer(struct probe_origin *origin)
{
    const struct probe *first = TAILQ_FIRST(&origin->retries);
    struct loop *loop = origin->probes->config.services->loop;
    if (!first || !origin->probes->is_open || retry_is_due(origin)) {
        if (origin->timer)
            loop_timer_stop(origin->timer);
        return;
    }
    if (!origin->timer)
        origin->timer = loop_timer_new(loop, on_retry_time, origin);
    loop_timer_start_at(origin->timer, first->retry_at_ms);
}

void probe_origin_update(struct probe_origin *origin)
{
    const struct probes *probes = origin->probes;
    set_timer(origin);
    if (probes->is_open && !origin->loading && origin->window_count <= WINDOW_LOW &&
        origin->retry_count < MOST_RETRIES && origin->keys.first < origin->keys.end)
        probe_origin_load(origin);
    lane_want(&origin->lane, probes->is_open && !origin->blocked &&
                                 (origin->window_count > 0 || retry_is_due(origin)));
}

/* Probes */

static void count_leased(struct probe *probe, int change)
{
    struct asset_counts *counts = &probe->probes->counts[probe_kind(probe->key)];
    counts->in_flight += change;
    counts->queued -= change;
}

struct probe *probe_take(struct probe_origin *origin)
{
    struct probe *probe;
    if (retry_is_due(origin)) {
        probe = TAILQ_FIRST(&origin->retries);
        TAILQ_REMOVE(&origin->retries, probe, link);
        origin->retry_count--;
    } else {
        probe = TAILQ_FIRST(&origin->window);
        if (!probe)
            return NULL;
        TAILQ_REMOVE(&origin->window, probe, link);
        origin->window_count--;
    }
    count_leased(probe, 1);
    return probe;
}

void probe_append(struct probe_origin *origin, struct probe *take_probe)
{
    take_probe->origin = origin;
    TAILQ_INSERT_TAIL(&origin->window, take_probe, link);
    origin->window_count++;
}

void probe_return(struct probe *take_probe, bool in_front)
{
    struct probe_origin *origin = take_probe->origin;
    count_leased(take_probe, -1);
    if (in_front)
        TAILQ_INSERT_HEAD(&origin->window, take_probe, link);
    else
        TAILQ_INSERT_TAIL(&origin->window, take_probe, link);
    origin->window_count++;
    probe_origin_update(origin);
}

void probe_retry(struct probe *take_probe)
{
    struct probe_origin *origin = take_probe->origin;
    struct probe *before = TAILQ_LAST(&origin->retries, probe_list);
    count_leased(take_probe, -1);
    origin->retry_count++;
    while (before && before->retry_at_ms > take_probe->retry_at_ms)
        before = TAILQ_PREV(before, probe_list, link);
    if (before)
        TAILQ_INSERT_AFTER(&origin->retries, before, take_probe, link);
    else
        TAILQ_INSERT_HEAD(&origin->retries, take_probe, link);
    probe_origin_update(origin);
}

void probe_forget(struct probe *take_probe)
{
    struct probes *probes = take_probe->probes;
    struct url url;
    struct probe_origin *origin = take_probe->origin;
    count_leased(take_probe, -1);
    if (!origin) {
        probe_free(take_probe);
        return;
    }
    if (url_parse(take_probe->own_url, strlen(take_probe->own_url), NULL, &url) == URL_OK)
        origin = probe_origin_of(probes, &url);
    probe_keys_push_front(&origin->keys, take_probe->key);
    probe_free(take_probe);
    probe_origin_update(origin);
}
