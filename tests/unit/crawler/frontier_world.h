/* A crawl without a network: the real frontier, discovery, host ledger, writer and file. Visits are
 * made up: page N of a site links where the test says, and ends when the test says.
 */
#ifndef IMGCRAWL_TESTS_FRONTIER_WORLD_H
#define IMGCRAWL_TESTS_FRONTIER_WORLD_H

#include "tests/unit/crawler/crawler_test.h"

#include <inttypes.h>
#include <stdio.h>

#include "crawler/crawl_file.h"
#include "crawler/frontier/discovery.h"
#include "crawler/frontier/frontier.h"
#include "crawler/frontier/scope.h"
#include "crawler/frontier/seen.h"
#include "crawler/workers/store_writer.h"
#include "tests/unit/storage/fault.h"

enum { WORLD_MAX_IDS = 20000, WORLD_MAX_LINKS = 4000, WORLD_LINK_BYTES = 64 };

enum fate { FATE_UNKNOWN, FATE_LEASED, FATE_SETTLED };

struct world {
    struct loop *loop;
    struct store_writer *writer;
    struct hosts *hosts;
    struct lane_group lanes;
    struct job_settings *settings;
    struct job_store *store;
    struct frontier *frontier;
    struct discovery discovery;
    struct job_counts counts;
    char path[96];
    int room;
    bool only_retries;
    bool closing;                                /* stop when nothing is under way any more */
    unsigned visits;                             /* under way */
    unsigned char fates[WORLD_MAX_IDS];          /* by id; survives a restart */
    struct host_request requests[WORLD_MAX_IDS]; /* by id */
    int64_t settled, leases, empty_leases, refills;
    int load_rc;
    /* Called for a URL that was leased; ends it by world_settle() or world_return(). */
    void (*visit)(struct world *world, struct frontier_url *url);
};

/* A settled page on its way to disk. */
struct world_visit {
    struct world *world;
    struct frontier_url *url;
    char (*texts)[WORLD_LINK_BYTES];
    struct finds finds;
    struct store_page page;
    struct store_append append;
};

static inline bool world_has_room(unsigned aside, void *arg)
{
    (void)aside;
    const struct world *world = arg;
    return world->room > 0;
}

static inline void world_save_hosts(const struct host_memory *rows, size_t count, bool is_pause,
                                    void *arg)
{
    (void)rows, (void)count, (void)is_pause, (void)arg;
}

static inline struct world *world_of_lane(struct lane *lane)
{
    return (struct world *)(void *)((char *)lane->group - offsetof(struct world, lanes));
}

/* A visit does not end before start() has returned. */
struct world_begin {
    struct world *world;
    struct frontier_url *url;
};

static inline void world_visit_begin(void *arg)
{
    struct world_begin *visit = arg;
    visit->world->visit(visit->world, visit->url);
    free(visit);
}

static inline struct host_request *world_start_lane(struct lane *lane)
{
    struct world *world = world_of_lane(lane);
    struct frontier_url *url =
        frontier_lease((struct frontier_origin *)(void *)lane, world->only_retries);
    if (!url) {
        world->empty_leases++;
        return NULL;
    }
    assert_true(url->id > 0 && url->id < WORLD_MAX_IDS);
    assert_int_equal(world->fates[url->id], FATE_UNKNOWN); /* never twice */
    world->fates[url->id] = FATE_LEASED;
    job_counts_lease(&world->counts);
    world->leases++;
    world->room--;
    world->visits++;
    url->attempts++;
    struct world_begin *visit = malloc(sizeof *visit);
    assert_non_null(visit);
    *visit = (struct world_begin){world, url};
    loop_call_soon(world->loop, world_visit_begin, visit);
    return &world->requests[url->id];
}

static inline void world_loaded(int rc, void *arg)
{
    struct world *world = arg;
    world->refills++;
    if (rc < 0) {
        world->load_rc = rc;
        loop_stop(world->loop);
    }
}

static inline void world_end_request(struct world *world, int64_t url_id)
{
    world->room++;
    world->visits--;
    lane_finished(&world->requests[url_id], &(struct host_feedback){.retry_after_ms = -1});
    hosts_pump(world->hosts);
    if (world->visits == 0 && (world->closing || frontier_queued(world->frontier) == 0))
        loop_stop(world->loop);
}

static inline void world_return(struct frontier_url *url, int64_t retry_at_ms)
{
    struct world *world = world_of_lane(&url->origin->lane);
    int64_t id = url->id;
    world->fates[id] = FATE_UNKNOWN;
    job_counts_unlease(&world->counts);
    frontier_return(url, retry_at_ms);
    world_end_request(world, id);
}

static inline struct promise *world_settled(struct promise *settled, void *arg)
{
    struct world_visit *visit = arg;
    struct world *world = visit->world;
    int64_t id = visit->url->id;
    assert_int_equal(promise_state_of(settled), PROMISE_RESOLVED);
    world->fates[id] = FATE_SETTLED;
    world->settled++;
    job_counts_settle(&world->counts, OUTCOME_OK);
    finds_announce(&visit->finds, &world->counts);
    assert_int_equal(frontier_queued(world->frontier), world->counts.queued);
    frontier_settle(visit->url);
    finds_done(&visit->finds);
    free(visit->texts);
    free(visit);
    world_end_request(world, id);
    return NULL;
}

/* The URL's visit is done and led to `count` URLs, which link(i, url, text) writes. */
static inline void world_settle(struct frontier_url *url, int count,
                                void (*link)(int i, const struct frontier_url *url, char *text))
{
    struct world *world = world_of_lane(&url->origin->lane);
    struct world_visit *visit = calloc(1, sizeof *visit);
    visit->world = world;
    visit->url = url;
    visit->texts = calloc((size_t)count + 1, WORLD_LINK_BYTES);
    for (int i = 0; i < count; i++) {
        link(i, url, visit->texts[i]);
        struct url target = url_of(visit->texts[i]);
        discovery_follow(&world->discovery,
                         &(struct lead){.url = &target,
                                        .text = {visit->texts[i], strlen(visit->texts[i])},
                                        .via = VIA_LINK,
                                        .parent_id = url->id,
                                        .depth = url->depth + 1},
                         &visit->finds);
    }
    visit->page = (struct store_page){
        .id = url->id, .state = "done", .outcome = "ok", .attempts = url->attempts};
    visit->append = (struct store_append){.store = world->store,
                                          .batch = {.origins = visit->finds.origins,
                                                    .origin_count = visit->finds.origin_count,
                                                    .urls = visit->finds.urls,
                                                    .url_count = visit->finds.count,
                                                    .page = &visit->page}};
    promise_unref(
        promise_finally(store_writer_append(world->writer, &visit->append), world_settled, visit));
}

/* Life */

static inline void world_init(struct world *world, const char *settings)
{
    memset(world, 0, sizeof *world);
    snprintf(world->path, sizeof world->path, "%s/1.sqlite", folder);
    world->loop = new_loop();
    world->settings = settings_of(settings);
    world->room = 16;
    assert_int_equal(store_writer_new(world->loop, &world->writer), 0);
    const struct hosts_config hosts = {
        .pace = {.delay_ms = 1, .max_crawl_delay_ms = 1, .backoff_base_ms = 1, .backoff_max_ms = 1},
        .connections = 1,
        .own_connections = 64,
        .room = world_has_room,
        .save = world_save_hosts,
        .arg = world};
    world->hosts = hosts_new(world->loop, &hosts);
}

static inline void world_offer_seeds(struct world *world)
{
    struct finds finds = {0};
    for (size_t i = 0; i < world->settings->seeds.count; i++) {
        const char *seed = world->settings->seeds.items[i];
        struct url url = url_of(seed);
        assert_true(discovery_follow(
            &world->discovery,
            &(struct lead){.url = &url, .text = {seed, strlen(seed)}, .via = VIA_SEED}, &finds));
    }
    struct store_append append = {.store = world->store,
                                  .batch = {.origins = finds.origins,
                                            .origin_count = finds.origin_count,
                                            .urls = finds.urls,
                                            .url_count = finds.count}};
    struct promise *stored = store_writer_append(world->writer, &append);
    assert_int_equal(wait_for(stored), PROMISE_RESOLVED);
    promise_unref(stored);
    finds_announce(&finds, &world->counts);
    finds_done(&finds);
}

/* Opens the file as a crawl does, fresh or where it stands. */
static inline void world_open(struct world *world)
{
    struct crawl_opening opening = {.path = world->path, .job_id = 1};
    assert_int_equal(crawl_file_open(&opening), 0);
    world->store = opening.store;
    lane_group_init(&world->lanes, world->hosts, world_start_lane);
    world->discovery = (struct discovery){.max_urls = INT64_MAX,
                                          .seen = opening.seen,
                                          .scope = scope_new(world->settings),
                                          .last_url_id = opening.totals.last_url_id};
    world->frontier = frontier_new(&(struct frontier_config){.loop = world->loop,
                                                             .hosts = world->hosts,
                                                             .lanes = &world->lanes,
                                                             .writer = world->writer,
                                                             .store = world->store,
                                                             .on_loaded = world_loaded,
                                                             .arg = world});
    world->discovery.frontier = world->frontier;
    world->counts = opening.counts;
    for (size_t i = 0; i < opening.origin_count; i++) {
        struct url url = url_of(opening.origins[i].name);
        assert_int_equal(frontier_restore_origin(world->frontier, opening.origins[i].id, &url,
                                                 opening.origins[i].queued,
                                                 opening.totals.last_url_id),
                         0);
    }
    opening.store = NULL;
    opening.seen = NULL;
    crawl_opening_done(&opening);
    assert_int_equal(frontier_queued(world->frontier), world->counts.queued);
    if (world->discovery.last_url_id == 0)
        world_offer_seeds(world);
}

static inline void world_run(struct world *world)
{
    frontier_open(world->frontier, true, world->only_retries);
    loop_run(world->loop);
}

/* Nothing may be under way but refills. */
static inline void world_close(struct world *world)
{
    frontier_open(world->frontier, false, false);
    while (!frontier_is_quiet(world->frontier))
        run_loop_for(world->loop, 1);
    assert_int_equal(world->visits, 0);
    world->frontier = frontier_free(world->frontier);
    scope_free(world->discovery.scope);
    seen_free(world->discovery.seen);
    lane_group_done(&world->lanes);
    world->store = job_store_free(world->store);
}

static inline void world_done(struct world *world)
{
    hosts_free(world->hosts);
    store_writer_free(world->writer);
    loop_free(world->loop);
    job_settings_free(world->settings);
}

#endif
