/* See frontier.h.
 *
 * For each origin: queued = window_count + retry_count + (what is on disk only), and every queued
 * URL on disk only has an id above loaded_id. A refill reads ids in (loaded_id, added_id], so rows
 * that are committed but not yet told by frontier_add() are left for later and never counted twice.
 * That leans on new URLs being told in order of their ids.
 */
#include "crawler/frontier/frontier.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/async/loop.h"
#include "crawler/async/promise.h"
#include "crawler/base/memory.h"
#include "crawler/base/text_map.h"
#include "crawler/workers/store_writer.h"

enum { WINDOW = 256, WINDOW_LOW = 64 };

struct frontier {
    struct frontier_config config;
    struct text_map *ids;     /* of all origins, by name; the id stands for the pointer */
    struct text_map *origins; /* those with a queue, by name */
    int64_t last_origin_id;
    int64_t queued, retries;
    unsigned loads; /* under way */
    bool open, only_retries;
};

struct frontier *frontier_new(const struct frontier_config *config)
{
    struct frontier *frontier = memory_new(sizeof *frontier);
    frontier->config = *config;
    frontier->ids = text_map_new();
    frontier->origins = text_map_new();
    return frontier;
}

static void free_urls(struct frontier_url *url)
{
    for (struct frontier_url *next; url; url = next) {
        next = url->next;
        free(url);
    }
}

static void free_origin(void *value, void *arg)
{
    (void)arg;
    struct frontier_origin *origin = value;
    lane_done(&origin->lane);
    loop_timer_free(origin->retry_timer);
    free_urls(origin->window);
    free_urls(origin->retries);
    free(origin);
}

struct frontier *frontier_free(struct frontier *frontier)
{
    if (!frontier)
        return NULL;
    assert(frontier_is_quiet(frontier));
    text_map_each(frontier->origins, free_origin, NULL);
    text_map_free(frontier->origins);
    text_map_free(frontier->ids);
    free(frontier);
    return NULL;
}

bool frontier_is_quiet(const struct frontier *frontier)
{
    return frontier->loads == 0;
}

int64_t frontier_queued(const struct frontier *frontier)
{
    return frontier->queued;
}

int64_t frontier_waiting_retries(const struct frontier *frontier)
{
    return frontier->retries;
}

size_t frontier_origin_count(const struct frontier *frontier)
{
    return text_map_count(frontier->origins);
}

/* Origins */

static struct frontier_origin *origin_new(struct frontier *frontier, int64_t id,
                                          const struct url *url)
{
    struct url_slice name = url_origin(url), host = url_host(url);
    struct frontier_origin *origin = memory_new(sizeof *origin);
    lane_init(&origin->lane, hosts_get(frontier->config.hosts, host.data, host.bytes),
              frontier->config.lanes);
    origin->frontier = frontier;
    origin->name = text_map_put(frontier->origins, name.data, name.bytes, origin);
    origin->id = id;
    origin->window_end = &origin->window;
    return origin;
}

struct frontier_origin_id frontier_origin_id(struct frontier *frontier, const struct url *url)
{
    struct url_slice name = url_origin(url);
    void *known = text_map_get(frontier->ids, name.data, name.bytes);
    if (known)
        return (struct frontier_origin_id){.id = (intptr_t)known};
    int64_t id = ++frontier->last_origin_id;
    return (struct frontier_origin_id){
        .id = id,
        .new_name = text_map_put(frontier->ids, name.data, name.bytes, (void *)(intptr_t)id)};
}

struct frontier_origin *frontier_origin_of(struct frontier *frontier, const struct url *url)
{
    struct url_slice name = url_origin(url);
    struct frontier_origin *origin = text_map_get(frontier->origins, name.data, name.bytes);
    return origin ? origin : origin_new(frontier, frontier_origin_id(frontier, url).id, url);
}

struct each {
    frontier_origin_fn fn;
    void *arg;
};

static void call_each(void *value, void *arg)
{
    const struct each *each = arg;
    each->fn(value, each->arg);
}

void frontier_each_origin(struct frontier *frontier, frontier_origin_fn fn, void *arg)
{
    text_map_each(frontier->origins, call_each, &(struct each){fn, arg});
}

/* The window and its refill */

static int64_t on_disk(const struct frontier_origin *origin)
{
    return origin->queued - origin->window_count - origin->retry_count;
}

static bool retry_is_due(const struct frontier_origin *origin)
{
    return origin->retries &&
           origin->retries->retry_at_ms <= loop_now_ms(origin->frontier->config.loop);
}

/* The lane wants a turn when something can be leased now. */
static void update_lane(struct frontier_origin *origin)
{
    const struct frontier *frontier = origin->frontier;
    bool fresh = origin->window && !frontier->only_retries;
    lane_want(&origin->lane, frontier->open && !origin->blocked && (fresh || retry_is_due(origin)));
}

static struct frontier_url *url_new(struct frontier_origin *origin, const struct frontier_add *add)
{
    struct frontier_url *url = memory_new(sizeof *url + add->bytes + 1);
    url->origin = origin;
    url->id = add->id;
    url->depth = add->depth;
    url->hops = add->hops;
    url->bytes = (uint32_t)add->bytes;
    memcpy(url->url, add->url, add->bytes);
    return url;
}

static void window_append(struct frontier_origin *origin, const struct frontier_add *add)
{
    struct frontier_url *url = url_new(origin, add);
    *origin->window_end = url;
    origin->window_end = &url->next;
    origin->window_count++;
    origin->loaded_id = add->id;
}

/* A refill on its way to the writer thread and back. */
struct load {
    struct frontier_origin *origin;
    int64_t after_id, until_id; /* loaded_id and added_id when it was asked for */
    unsigned limit;
    unsigned count;
    struct loaded {
        struct frontier_add add;
        char *text;
    } rows[WINDOW];
};

static int load_row(const struct store_url *row, void *arg)
{
    struct load *load = arg;
    if (row->id > load->until_id)
        return 1;
    struct loaded *loaded = &load->rows[load->count++];
    loaded->text = memory_strndup(row->url.data, row->url.bytes);
    loaded->add = (struct frontier_add){.id = row->id,
                                        .depth = row->depth,
                                        .hops = (uint16_t)row->hops,
                                        .url = loaded->text,
                                        .bytes = row->url.bytes};
    return 0;
}

/* Writer thread. */
static int load_on_thread(void *arg)
{
    struct load *load = arg;
    struct frontier_origin *origin = load->origin;
    int rc = job_store_each_queued(origin->frontier->config.store, origin->id, load->after_id,
                                   load->limit, load_row, load);
    return rc < 0 ? rc : 0;
}

static struct promise *load_done(struct promise *settled, void *arg)
{
    struct load *load = arg;
    struct frontier_origin *origin = load->origin;
    struct frontier *frontier = origin->frontier;
    frontier->loads--;
    origin->loading = false;
    for (unsigned i = 0; i < load->count; i++) {
        window_append(origin, &load->rows[i].add);
        free(load->rows[i].text);
    }
    free(load);
    update_lane(origin);
    int rc = 0;
    if (promise_state_of(settled) == PROMISE_REJECTED)
        rc = -promise_error(settled)->code;
    frontier->config.on_loaded(rc, frontier->config.arg);
    return NULL;
}

static void refill(struct frontier_origin *origin)
{
    struct frontier *frontier = origin->frontier;
    if (origin->loading || !frontier->open || frontier->only_retries ||
        origin->window_count > WINDOW_LOW || on_disk(origin) <= 0)
        return;
    struct load *load = memory_new(sizeof *load);
    load->origin = origin;
    load->after_id = origin->loaded_id;
    load->until_id = origin->added_id;
    load->limit = WINDOW - origin->window_count;
    origin->loading = true;
    frontier->loads++;
    promise_unref(promise_finally(store_writer_call(frontier->config.writer, load_on_thread, load),
                                  load_done, load));
}

int frontier_restore_origin(struct frontier *frontier, int64_t id, const struct url *url,
                            int64_t queued, int64_t last_url_id)
{
    struct url_slice name = url_origin(url);
    if (text_map_get(frontier->ids, name.data, name.bytes))
        return -EEXIST;
    text_map_put(frontier->ids, name.data, name.bytes, (void *)(intptr_t)id);
    if (id > frontier->last_origin_id)
        frontier->last_origin_id = id;
    if (queued == 0)
        return 0;
    struct frontier_origin *origin = origin_new(frontier, id, url);
    origin->queued = queued;
    origin->added_id = last_url_id;
    frontier->queued += queued;
    return 0;
}

void frontier_add(struct frontier_origin *origin, const struct frontier_add *add)
{
    assert(add->id > origin->added_id);
    bool window_is_all = on_disk(origin) == 0 && !origin->loading;
    origin->queued++;
    origin->frontier->queued++;
    origin->added_id = add->id;
    if (window_is_all && origin->window_count < WINDOW)
        window_append(origin, add);
    refill(origin);
    update_lane(origin);
}

/* What refills have passed by already goes into the window; the rest they will find. */
void frontier_add_released(struct frontier_origin *origin, const struct frontier_add *add)
{
    origin->queued++;
    origin->frontier->queued++;
    if (add->id > origin->added_id)
        origin->added_id = add->id;
    if (add->id <= origin->loaded_id) {
        int64_t loaded_id = origin->loaded_id;
        window_append(origin, add);
        origin->loaded_id = loaded_id;
    }
    refill(origin);
    update_lane(origin);
}

/* Retries */

static void on_retry_time(void *arg)
{
    update_lane(arg);
}

static void set_retry_timer(struct frontier_origin *origin)
{
    struct loop *loop = origin->frontier->config.loop;
    if (!origin->retry_timer)
        origin->retry_timer = loop_timer_new(loop, on_retry_time, origin);
    if (origin->retries)
        loop_timer_start_at(origin->retry_timer, origin->retries->retry_at_ms);
    else
        loop_timer_stop(origin->retry_timer);
}

static void add_retry(struct frontier_origin *origin, struct frontier_url *url)
{
    struct frontier_url **place = &origin->retries;
    while (*place && (*place)->retry_at_ms <= url->retry_at_ms)
        place = &(*place)->next;
    url->next = *place;
    *place = url;
    origin->retry_count++;
    origin->frontier->retries++;
    set_retry_timer(origin);
}

static struct frontier_url *take_retry(struct frontier_origin *origin)
{
    struct frontier_url *url = origin->retries;
    origin->retries = url->next;
    origin->retry_count--;
    origin->frontier->retries--;
    set_retry_timer(origin);
    return url;
}

static struct frontier_url *take_first(struct frontier_origin *origin)
{
    struct frontier_url *url = origin->window;
    origin->window = url->next;
    if (!origin->window)
        origin->window_end = &origin->window;
    origin->window_count--;
    return url;
}

/* Leases */

struct frontier_url *frontier_lease(struct frontier_origin *origin, bool only_retries)
{
    struct frontier_url *url = NULL;
    if (retry_is_due(origin))
        url = take_retry(origin);
    else if (origin->window && !only_retries)
        url = take_first(origin);
    if (url) {
        url->next = NULL;
        origin->queued--;
        origin->frontier->queued--;
        refill(origin);
    }
    update_lane(origin);
    return url;
}

void frontier_return(struct frontier_url *take_url, int64_t retry_at_ms)
{
    struct frontier_origin *origin = take_url->origin;
    origin->queued++;
    origin->frontier->queued++;
    take_url->retry_at_ms = retry_at_ms;
    add_retry(origin, take_url);
    update_lane(origin);
}

void frontier_settle(struct frontier_url *take_url)
{
    free(take_url);
}

void frontier_block(struct frontier_origin *origin, bool blocked)
{
    origin->blocked = blocked;
    update_lane(origin);
}

static void reopen_origin(void *value, void *arg)
{
    (void)arg;
    struct frontier_origin *origin = value;
    refill(origin);
    update_lane(origin);
}

void frontier_open(struct frontier *frontier, bool open, bool only_retries)
{
    frontier->open = open;
    frontier->only_retries = only_retries;
    text_map_each(frontier->origins, reopen_origin, NULL);
}
