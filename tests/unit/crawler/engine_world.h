/* A real engine on a folder of its own, and a small site for it to crawl: page N of PAGES links to
 * 2N and 2N + 1 and shows two images. This binary is also the engine's parse process.
 */
#ifndef IMGCRAWL_TESTS_ENGINE_WORLD_H
#define IMGCRAWL_TESTS_ENGINE_WORLD_H

#include "tests/unit/crawler/crawler_test.h"

#include <errno.h>
#include <stdio.h>

#include "crawler/base/log.h"
#include "crawler/engine.h"
#include "crawler/workers/parse_process.h"
#include "tests/unit/crawler/site_server.h"
#include "tests/unit/storage/fault.h"

enum { PAGES = 60 };

struct world {
    struct loop *loop;
    struct engine *engine;
    struct engine_config config;
    struct address_network loopback;
    struct site_server *site;
    int64_t awaited_id; /* the loop stops when it is in awaited_state */
    enum job_state awaited_state;
    struct board_entry last; /* what was told of the last job */
    uint64_t finished;       /* a bit for each job that was told so */
    unsigned told;
};

/* The site. /gate... waits at the gate before it answers. */
static inline void site_page(struct site_server *server, int fd, const char *path)
{
    char body[1024];
    int n = atoi(path + 1);
    if (strcmp(path, "/robots.txt") == 0) {
        site_answer(fd, "404 None", "", "");
        return;
    }
    site_wait_at_gate(server);
    if (n < 1 || n > PAGES) {
        site_answer(fd, "404 None", "", "");
        return;
    }
    int used = snprintf(body, sizeof body,
                        "<title>%d</title><img src=/logo.png alt=logo><img src=/%d.png>", n, n);
    for (int to = 2 * n; to <= 2 * n + 1 && to <= PAGES; to++)
        used += snprintf(body + used, sizeof body - (size_t)used, "<a href=/%d>x</a>", to);
    site_answer(fd, "200 OK", "", body);
}

static inline void on_job(const struct board_entry *entry, void *arg)
{
    struct world *world = arg;
    const struct job_counts *counts = &entry->counts;
    assert_int_equal(counts->known,
                     counts->queued + counts->in_flight + counts->by_class[OUTCOME_DONE] +
                         counts->by_class[OUTCOME_FAILED] + counts->by_class[OUTCOME_SKIPPED]);
    world->told++;
    world->last = *entry;
    if (entry->state == JOB_FINISHED)
        world->finished |= UINT64_C(1) << entry->job_id;
    if (entry->job_id == world->awaited_id && entry->state == world->awaited_state)
        loop_stop(world->loop);
}

static inline void world_open_engine(struct world *world, bool resume)
{
    const char *reason = "";
    if (engine_new(world->loop, &world->config, resume, &world->engine, &reason) < 0)
        fail_msg("%s", reason);
    engine_on_job(world->engine, on_job, world);
}

static inline void world_shutdown(struct world *world, int64_t grace_ms)
{
    struct promise *stopped = engine_shutdown(world->engine, grace_ms);
    assert_int_equal(wait_for(stopped), PROMISE_RESOLVED);
    promise_unref(stopped);
    world->engine = engine_free(world->engine);
}

static inline void world_begin(struct world *world, site_fn fn)
{
    memset(world, 0, sizeof *world);
    log_set_level(LOG_LEVEL_ERROR);
    assert_int_equal(address_network_parse("127.0.0.0/8", &world->loopback), 0);
    world->loop = new_loop();
    world->site = site_server_start(fn);
    world->config = (struct engine_config){.data_dir = folder,
                                           .user_agent = "engine-test/1",
                                           .robots_agent = "engine-test",
                                           .parse_processes = 1,
                                           .pages_in_flight = 8,
                                           .max_running_jobs = 2,
                                           .max_queued_jobs = 3,
                                           .max_body_bytes = 1 << 20,
                                           .max_header_bytes = 1 << 15,
                                           .connect_timeout_ms = 60000,
                                           .first_byte_timeout_ms = 60000,
                                           .total_timeout_ms = 60000,
                                           .parse_timeout_ms = 60000,
                                           .parse_memory_bytes = (size_t)1 << 30,
                                           .max_redirects = 5,
                                           .max_attempts = 2,
                                           .retry_base_ms = 1,
                                           .retry_max_ms = 2,
                                           .robots_tries = 2,
                                           .robots_max_wait_ms = 60000,
                                           .host_delay_ms = 1,
                                           .host_connections = 1,
                                           .max_crawl_delay_ms = 1,
                                           .own_host_connections = 4,
                                           .allowed_networks = &world->loopback,
                                           .allowed_network_count = 1,
                                           .dns = {.servers = "127.0.0.1:9", /* nobody */
                                                   .timeout_ms = 60000,
                                                   .tries = 1,
                                                   .max_names = 100,
                                                   .max_lookups = 10}};
    world_open_engine(world, true);
}

static inline void world_end(struct world *world)
{
    set_fault(FAULT_NONE, 0, 0);
    if (world->engine)
        world_shutdown(world, 0);
    site_server_free(world->site);
    loop_free(world->loop);
}

/* Jobs */

static inline struct promise *begin_creation(struct world *world, const char *more)
{
    char text[300];
    snprintf(text, sizeof text, "{\"seeds\": [\"http://127.0.0.1:%u/1\"], \"sitemaps\": \"off\"%s}",
             world->site->port, more);
    struct job_settings *settings = settings_of(text);
    struct promise *created = engine_create_job(world->engine, settings);
    job_settings_free(settings);
    return created;
}

/* The code that it ended with, 0 for good; the promise is consumed. */
static inline int end_of(struct promise *take_promise)
{
    int code = wait_for(take_promise) == PROMISE_RESOLVED ? 0 : promise_error(take_promise)->code;
    promise_unref(take_promise);
    return code;
}

static inline int64_t create(struct world *world, const char *more)
{
    struct promise *created = begin_creation(world, more);
    assert_int_equal(wait_for(created), PROMISE_RESOLVED);
    int64_t id = *(const int64_t *)promise_value(created);
    promise_unref(created);
    return id;
}

static inline void wait_for_state(struct world *world, int64_t id, enum job_state state)
{
    if (world->last.job_id == id && world->last.state == state)
        return;
    world->awaited_id = id;
    world->awaited_state = state;
    loop_run(world->loop);
    world->awaited_id = 0;
}

static inline void wait_for_gate(struct world *world, unsigned waiting)
{
    while (world->site->waiting < waiting)
        run_loop_for(world->loop, 1);
}

static inline bool is_on_board(struct world *world, int64_t id)
{
    struct board_entry entry;
    return board_get(engine_board(world->engine), id, &entry);
}

static inline const char *job_file(int64_t id)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/jobs/%lld.sqlite", folder, (long long)id);
    return path;
}

/* Every page of the site exactly once, with its images. */
static inline void assert_whole_inventory(int64_t id)
{
    const char *path = job_file(id);
    assert_sound(path);
    assert_answer(path, "SELECT count(*) FROM pages WHERE state = 'done'", "60");
    assert_answer(path, "SELECT count(DISTINCT url) FROM urls", "60");
    assert_answer(path, "SELECT count(*) FROM urls", "60");
    assert_answer(path, "SELECT count(*) FROM occurrences", "120");
    assert_answer(path, "SELECT count(*) FROM images", "61");
}

static inline void assert_catalog(int64_t id, const char *column, const char *expected)
{
    char sql[100];
    snprintf(sql, sizeof sql, "SELECT %s FROM jobs WHERE id = %lld", column, (long long)id);
    assert_answer(in_folder("imgcrawl.db"), sql, expected);
}

#endif
