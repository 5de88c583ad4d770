/* See probe_shared.h. */
#include "crawler/probe/probe_shared.h"

#include <assert.h>
#include <stdlib.h>
#include <xxhash.h>

#include "crawler/base/memory.h"

enum { RECENT = 4096 };

struct probe_shared {
    TAILQ_HEAD(, probe_flight) flights; /* as many as there are slots, at most */
    struct {
        uint64_t fingerprint;
        int64_t at_ms;
    } recent[RECENT]; /* each at its place; a later one of the same place takes it */
};

struct probe_shared *probe_shared_new(void)
{
    struct probe_shared *shared = memory_new(sizeof *shared);
    TAILQ_INIT(&shared->flights);
    return shared;
}

struct probe_shared *probe_shared_free(struct probe_shared *shared)
{
    assert(!shared || TAILQ_EMPTY(&shared->flights));
    free(shared);
    return NULL;
}

uint64_t probe_fingerprint(const char *url, size_t bytes, bool reaches_loopback)
{
    return XXH3_64bits_withSeed(url, bytes, reaches_loopback);
}

struct probe_flight *probe_shared_find(struct probe_shared *shared, uint64_t fingerprint)
{
    struct probe_flight *flight;
    TAILQ_FOREACH(flight, &shared->flights, link)
    {
        if (flight->fingerprint == fingerprint)
            return flight;
    }
    return NULL;
}

void probe_flight_begin(struct probe_shared *shared, struct probe_flight *flight,
                        uint64_t fingerprint)
{
    assert(!flight->shared);
    flight->shared = shared;
    flight->fingerprint = fingerprint;
    TAILQ_INIT(&flight->waiters);
    TAILQ_INSERT_TAIL(&shared->flights, flight, link);
}

static void note_recent(struct probe_shared *shared, uint64_t fingerprint, int64_t now_ms)
{
    shared->recent[fingerprint % RECENT].fingerprint = fingerprint;
    shared->recent[fingerprint % RECENT].at_ms = now_ms;
}

void probe_flight_end(struct probe_flight *flight, bool was_stored, int64_t now_ms)
{
    struct probe_shared *shared = flight->shared;
    struct probe_waiter *waiter;
    if (!shared)
        return;
    flight->shared = NULL;
    TAILQ_REMOVE(&shared->flights, flight, link);
    if (was_stored)
        note_recent(shared, flight->fingerprint, now_ms);
    while ((waiter = TAILQ_FIRST(&flight->waiters)) != NULL) {
        probe_leave(waiter);
        waiter->wake(waiter);
    }
}

void probe_wait(struct probe_flight *flight, struct probe_waiter *waiter)
{
    assert(!waiter->flight);
    waiter->flight = flight;
    TAILQ_INSERT_TAIL(&flight->waiters, waiter, link);
}

void probe_leave(struct probe_waiter *waiter)
{
    if (waiter->flight)
        TAILQ_REMOVE(&waiter->flight->waiters, waiter, link);
    waiter->flight = NULL;
}

bool probe_shared_is_newer(const struct probe_shared *shared, uint64_t fingerprint,
                           int64_t since_ms)
{
    return shared->recent[fingerprint % RECENT].fingerprint == fingerprint &&
           shared->recent[fingerprint % RECENT].at_ms >= since_ms;
}
