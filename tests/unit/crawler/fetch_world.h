/* What a test of the fetcher needs around it: a loop, one slot, a policy that allows loopback, and
 * fetching as a call that returns. */
#ifndef IMGCRAWL_TESTS_FETCH_WORLD_H
#define IMGCRAWL_TESTS_FETCH_WORLD_H

#include <stdlib.h>

#include "crawler/async/loop.h"
#include "crawler/async/promise.h"
#include "crawler/fetch/fetch.h"
#include "crawler/fetch/resolver.h"

enum { WORLD_SLOT_BYTES = 1024 * 1024 };

struct world {
    struct loop *loop;
    struct body_slots *slots;
    struct body_slot *slot;
    struct fetcher *fetcher;   /* made by world_open() */
    struct resolver *resolver; /* likewise */
    struct resolver_config dns;
    struct fetch_config config;
    struct address_network loopback;
    struct address_policy policy;
};

/* Names that the tests of a program know without a server. */
static const char *world_hosts_file = "/dev/null";

/* Long timeouts: a test that wants one to pass shortens it before world_open(). */
static inline void world_init(struct world *world)
{
    *world = (struct world){.config = {.user_agent = "fetch-test/1",
                                       .max_connections = 8,
                                       .max_host_connections = 8,
                                       .connect_timeout_ms = 60000,
                                       .first_byte_timeout_ms = 60000,
                                       .total_timeout_ms = 60000,
                                       .max_header_bytes = 32 * 1024},
                            .dns = {.servers = "127.0.0.1:9", /* nobody */
                                    .hosts_file = world_hosts_file,
                                    .timeout_ms = 60000,
                                    .tries = 1,
                                    .max_ttl_ms = 60000,
                                    .max_names = 100,
                                    .max_lookups = 10}};
    if (loop_new(LOOP_BACKEND_AUTO, &world->loop) < 0 ||
        body_slots_new(1, WORLD_SLOT_BYTES, &world->slots) < 0 ||
        address_network_parse("127.0.0.0/8", &world->loopback) < 0)
        abort();
    world->slot = body_slots_take(world->slots);
    world->policy = (struct address_policy){&world->loopback, 1};
}

static inline void world_open(struct world *world)
{
    if (resolver_new(world->loop, &world->dns, &world->resolver) < 0)
        abort();
    world->config.resolver = world->resolver;
    if (fetcher_new(world->loop, &world->config, &world->fetcher) < 0)
        abort();
}

static inline void world_close_fetcher(struct world *world)
{
    world->fetcher = fetcher_free(world->fetcher);
    world->resolver = resolver_free(world->resolver);
}

static inline void world_done(struct world *world)
{
    world_close_fetcher(world);
    body_slots_free(world->slots);
    loop_free(world->loop);
}

static inline struct fetch_request world_request(struct world *world, const char *url)
{
    return (struct fetch_request){.url = url,
                                  .slot = world->slot,
                                  .max_body_bytes = WORLD_SLOT_BYTES,
                                  .policy = &world->policy};
}

static inline struct promise *world_stop(struct promise *settled, void *arg)
{
    (void)settled;
    loop_stop(arg);
    return NULL;
}

/* Runs the loop until it settles. */
static inline void world_wait(struct world *world, struct promise *promise)
{
    struct promise *stopped = promise_finally(promise_ref(promise), world_stop, world->loop);
    loop_run(world->loop);
    promise_unref(stopped);
}

/* The result is the caller's to free(). */
static inline struct fetch_result *world_fetch_request(struct world *world,
                                                       const struct fetch_request *request)
{
    struct promise *promise = fetch_start(world->fetcher, request);
    world_wait(world, promise);
    if (promise_state_of(promise) != PROMISE_RESOLVED)
        abort();
    struct fetch_result *result = promise_take_value(promise);
    promise_unref(promise);
    return result;
}

static inline struct fetch_result *world_fetch(struct world *world, const char *url)
{
    struct fetch_request request = world_request(world, url);
    return world_fetch_request(world, &request);
}

#endif
