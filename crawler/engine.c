/* What the engine is made of, and in which order its parts begin and end. See engine.h.
 *
 * Made: lock, catalog, body slots, parse processes (so they share the slots), resolver, fetcher,
 * writer thread, host ledger, robots. Freed the other way round, once nothing is in flight.
 */
#include "crawler/engine.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "crawler/async/loop.h"
#include "crawler/async/process_pool.h"
#include "crawler/async/promise.h"
#include "crawler/base/clock.h"
#include "crawler/base/log.h"
#include "crawler/base/memory.h"
#include "crawler/data_dir.h"
#include "crawler/engine_private.h"
#include "crawler/extract/url.h"
#include "crawler/fetch/fetch.h"
#include "crawler/fetch/resolver.h"
#include "crawler/hosts/host.h"
#include "crawler/hosts/robots.h"
#include "crawler/hosts/robots_saver.h"
#include "crawler/indexer.h"
#include "crawler/workers/body_slots.h"
#include "crawler/workers/parse.h"
#include "crawler/workers/store_writer.h"
#include "storage/catalog.h"

enum { OTHER_DESCRIPTORS = 256 }; /* files of jobs, pipes, clients, name servers */

static char reason_text[512]; /* of the last engine_new() that failed */

/* Making */

/* Each request in the slow lane takes a descriptor, and the rest of the program has its own. */
static void fit_slow_lane(struct engine_config *config)
{
    struct rlimit limit;
    rlim_t others = (rlim_t)config->pages_in_flight * 2 + OTHER_DESCRIPTORS;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= others + config->slow_lane)
        return;
    config->slow_lane = limit.rlim_cur > others ? (unsigned)(limit.rlim_cur - others) : 1;
    log_warning("slow_lane is %u: no more than %llu files may be open", config->slow_lane,
                (unsigned long long)limit.rlim_cur);
}

static int make_slots_and_parser(struct engine *engine)
{
    const struct engine_config *config = &engine->config;
    struct services *services = &engine->services;
    unsigned count = config->pages_in_flight + config->slow_lane;
    int rc = body_slots_new(count, config->max_body_bytes, &services->slots);
    if (rc < 0) {
        snprintf(reason_text, sizeof reason_text,
                 "cannot reserve %u body slots: %s; lower pages_in_flight, slow_lane or "
                 "max_body_bytes",
                 count, strerror(-rc));
        return rc;
    }
    body_slots_limit(services->slots, config->pages_in_flight);
    rc = parser_new(services->loop,
                    &(struct parser_config){.slots = services->slots,
                                            .processes = config->parse_processes,
                                            .timeout_ms = config->parse_timeout_ms,
                                            .memory_bytes = config->parse_memory_bytes},
                    &services->parser);
    if (rc < 0)
        snprintf(reason_text, sizeof reason_text, "cannot start the parse processes: %s",
                 strerror(-rc));
    return rc;
}

/* A failure is forgotten before the first retry, whose pause is half of its base at least. */
static int make_resolver(struct engine *engine)
{
    struct resolver_config dns = engine->config.dns;
    int64_t soonest_ms = engine->config.retry_base_ms / 2;
    if (dns.failure_ttl_ms > soonest_ms)
        dns.failure_ttl_ms = soonest_ms;
    int rc = resolver_new(engine->services.loop, &dns, &engine->services.resolver);
    if (rc < 0)
        snprintf(reason_text, sizeof reason_text, "cannot ask the name servers \"%s\": %s",
                 dns.servers ? dns.servers : "", strerror(-rc));
    return rc;
}

static int make_fetcher(struct engine *engine)
{
    const struct engine_config *config = &engine->config;
    struct fetch_config fetch = {
        .resolver = engine->services.resolver,
        .user_agent = config->user_agent,
        .max_connections = config->pages_in_flight + config->slow_lane,
        .max_host_connections = config->own_host_connections > config->host_connections
                                    ? config->own_host_connections
                                    : config->host_connections,
        .connect_timeout_ms = config->connect_timeout_ms,
        .first_byte_timeout_ms = config->first_byte_timeout_ms,
        .total_timeout_ms = config->total_timeout_ms,
        .low_speed_ms = config->low_speed_ms,
        .low_speed_bytes = config->low_speed_bytes,
        .max_header_bytes = config->max_header_bytes,
        .ca_file = config->ca_file,
        .proxy = config->proxy,
    };
    int rc = fetcher_new(engine->services.loop, &fetch, &engine->services.fetcher);
    if (rc < 0)
        snprintf(reason_text, sizeof reason_text, "cannot start the fetcher: %s", strerror(-rc));
    return rc;
}

static int open_data(struct engine *engine)
{
    const char *why = NULL;
    int rc =
        data_dir_lock(engine->config.data_dir, &engine->lock_fd, reason_text, sizeof reason_text);
    if (rc < 0)
        return rc;
    rc = catalog_open(engine->config.data_dir, STORAGE_READ_WRITE, &engine->catalog.catalog, &why);
    if (rc < 0)
        snprintf(reason_text, sizeof reason_text, "cannot open %s/imgcrawl.db: %s",
                 engine->config.data_dir, why ? why : strerror(-rc));
    return rc;
}

static int restore_all(struct engine *engine)
{
    int rc = engine_restore_hosts(engine);
    if (rc == 0)
        rc = engine_load_jobs(engine);
    if (rc < 0)
        snprintf(reason_text, sizeof reason_text, "cannot read %s/imgcrawl.db: %s",
                 engine->config.data_dir, strerror(-rc));
    return rc;
}

static int make_parts(struct engine *engine)
{
    int rc = open_data(engine);
    if (rc == 0)
        rc = make_slots_and_parser(engine);
    if (rc == 0)
        rc = make_resolver(engine);
    if (rc == 0)
        rc = make_fetcher(engine);
    if (rc == 0)
        rc = store_writer_new(engine->services.loop, &engine->services.writer);
    if (rc == 0)
        rc = engine_open_indexer(engine);
    if (rc < 0)
        return rc;
    engine->catalog.writer = engine->services.writer;
    engine_open_probes(engine);
    engine_make_hosts(engine);
    engine_make_robots(engine);
    return restore_all(engine);
}

/* Somebody who names a loopback address as a seed means it; a public site that links or resolves to
 * one does not count. */
static void make_seed_policy(struct engine *engine)
{
    const struct engine_config *config = &engine->config;
    size_t count = config->allowed_network_count;
    engine->seed_policy = engine->policy;
    if (!config->loopback_for_seeds)
        return;
    engine->seed_networks = memory_new((count + 2) * sizeof *engine->seed_networks);
    if (count > 0)
        memcpy(engine->seed_networks, config->allowed_networks,
               count * sizeof *engine->seed_networks);
    address_network_parse("127.0.0.0/8", &engine->seed_networks[count]);
    address_network_parse("::1", &engine->seed_networks[count + 1]);
    engine->seed_policy =
        (struct address_policy){.allowed = engine->seed_networks, .allowed_count = count + 2};
}

int engine_new(struct loop *loop, const struct engine_config *config, bool resume_jobs,
               struct engine **ret_engine, const char **ret_reason)
{
    struct engine *engine = memory_new(sizeof *engine);
    engine->config = *config;
    fit_slow_lane(&engine->config);
    engine->lock_fd = -1;
    engine->resume_jobs = resume_jobs;
    engine->services.loop = loop;
    engine->services.config = &engine->config;
    engine->retry = (struct retry_policy){.max_attempts = config->max_attempts,
                                          .base_ms = config->retry_base_ms,
                                          .max_ms = config->retry_max_ms};
    engine->services.retry = &engine->retry;
    engine->policy = (struct address_policy){.allowed = config->allowed_networks,
                                             .allowed_count = config->allowed_network_count};
    make_seed_policy(engine);
    engine->board = board_new();
    reason_text[0] = '\0';
    int rc = make_parts(engine);
    if (rc < 0) {
        *ret_reason = *reason_text ? reason_text : strerror(-rc);
        engine_free(engine);
        return rc;
    }
    if (resume_jobs)
        engine_start_jobs(engine);
    *ret_engine = engine;
    return 0;
}

/* Ending */

void engine_check_stopped(struct engine *engine)
{
    if (!engine->stopped || !engine_is_idle(engine) || !robots_is_quiet(engine->services.robots) ||
        !indexer_is_idle(engine->services.indexer))
        return;
    struct promise *stopped = engine->stopped;
    engine->stopped = NULL;
    hosts_save(engine->services.hosts); /* the writer thread ends only after it */
    loop_timer_stop(engine->grace);
    promise_resolve(stopped, NULL, NULL);
    promise_unref(stopped);
}

static void end_grace(void *arg)
{
    struct engine *engine = arg;
    log_warning("what is in flight did not end in time; it is dropped and will be fetched again");
    engine_cancel_visits(engine);
}

struct promise *engine_shutdown(struct engine *engine, int64_t grace_ms)
{
    assert(!engine->stopping);
    engine->stopping = true;
    engine->stopped = promise_new(engine->services.loop);
    struct promise *stopped = promise_ref(engine->stopped);
    engine->grace = loop_timer_new(engine->services.loop, end_grace, engine);
    loop_timer_start_in(engine->grace, grace_ms);
    indexer_close(engine->services.indexer);
    engine_interrupt_jobs(engine);
    engine_cancel_estimates(engine);
    engine_check_stopped(engine);
    return stopped;
}

struct engine *engine_free(struct engine *engine)
{
    if (!engine)
        return NULL;
    struct services *services = &engine->services;
    loop_timer_free(engine->grace);
    while (engine->jobs) {
        struct job *next = engine->jobs->next;
        job_free(engine->jobs);
        engine->jobs = next;
    }
    robots_free(services->robots);
    robots_saver_free(engine->robots_saver);
    hosts_free(services->hosts);
    engine_close_indexer(engine);
    store_writer_free(services->writer);
    engine_close_probes(engine);
    fetcher_free(services->fetcher);
    resolver_free(services->resolver);
    parser_free(services->parser);
    body_slots_free(services->slots);
    catalog_free(engine->catalog.catalog);
    board_free(engine->board);
    free(engine->seed_networks);
    if (engine->lock_fd >= 0)
        close(engine->lock_fd);
    free(engine);
    return NULL;
}

/* Looking */

void engine_on_job(struct engine *engine, engine_job_fn fn, void *arg)
{
    engine->on_job = fn;
    engine->on_job_arg = arg;
}

struct board *engine_board(struct engine *engine)
{
    return engine->board;
}

char *engine_job_path(const char *data_dir, int64_t job_id)
{
    return data_dir_job_path(data_dir, job_id);
}

void engine_stats(struct engine *engine, struct engine_stats *ret_stats)
{
    const struct services *services = &engine->services;
    struct process_pool_stats pool;
    const struct host_share *share = hosts_share(services->hosts);
    unsigned in_use = body_slots_in_use(services->slots);
    struct timespec cpu;
    parser_stats(services->parser, &pool);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu);
    *ret_stats = (struct engine_stats){
        .active_fetches = fetcher_active(services->fetcher),
        .slots_in_use = in_use > share->aside ? in_use - share->aside : 0,
        .slots_of_new_hosts = share->held[HOST_NEW],
        .slow_lane_in_use = share->aside,
        .slow_lane = engine->config.slow_lane,
        .set_aside = share->set_aside,
        .cut_off = share->cut_off,
        .slots = engine->config.pages_in_flight,
        .parse_workers = pool.workers,
        .parse_respawns = pool.crashed + pool.deadlines + pool.out_of_memory,
        .loop_lag_us = loop_lag_us(services->loop),
        .backend = loop_backend_name(loop_backend_of(services->loop)),
        .parse_cpu_us = pool.cpu_us,
        .loop_cpu_us = cpu.tv_sec * 1000000 + cpu.tv_nsec / 1000,
        .fetch_cpu_us = fetcher_cpu_us(services->fetcher),
        .writer_cpu_us = store_writer_cpu_us(services->writer),
    };
}
