/* What the probes of all jobs know of each other: which images are being asked for at this moment,
 * so that no second job asks for the same one, and which were lately, so that one whose turn comes
 * looks into the cache again. Loop thread; owned by the engine.
 */
#ifndef IMGCRAWL_PROBE_SHARED_H
#define IMGCRAWL_PROBE_SHARED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

struct probe_shared;
struct probe_waiter;

TAILQ_HEAD(probe_waiters, probe_waiter);

/* An image that is being asked for; embedded in who does. */
struct probe_flight {
    TAILQ_ENTRY(probe_flight) link;
    struct probe_shared *shared; /* NULL: it is not under way */
    uint64_t fingerprint;
    struct probe_waiters waiters;
};

/* Somebody who wants the same one; embedded. */
struct probe_waiter {
    TAILQ_ENTRY(probe_waiter) link;
    struct probe_flight *flight;               /* NULL: it does not wait */
    void (*wake)(struct probe_waiter *waiter); /* the flight has ended; whatever came of it */
};

struct probe_shared *probe_shared_new(void);
/* Nothing may be under way any more. */
struct probe_shared *probe_shared_free(struct probe_shared *shared);

/* By the image's URL, and by who may see the result (probe_cache.h). */
uint64_t probe_fingerprint(const char *url, size_t bytes, bool reaches_loopback);
/* NULL: nobody is asking for it. */
struct probe_flight *probe_shared_find(struct probe_shared *shared, uint64_t fingerprint);
void probe_flight_begin(struct probe_shared *shared, struct probe_flight *flight,
                        uint64_t fingerprint);
/* was_stored: the cache knows it from that loop time on. */
void probe_flight_end(struct probe_flight *flight, bool was_stored, int64_t now_ms);
void probe_wait(struct probe_flight *flight, struct probe_waiter *waiter);
void probe_leave(struct probe_waiter *waiter);
/* Whether it went into the cache at that loop time or later. Of very many it may forget one. */
bool probe_shared_is_newer(const struct probe_shared *shared, uint64_t fingerprint,
                           int64_t since_ms);

#endif
