/* Resolver: who asks, who waits, and what is known; see resolver.h. Loop thread.
 *
 * A name is looked for in the cache (resolver_cache.c), then among those that need no question
 * (resolver_local.c), and at last a look-up for it is queued; so many at a time are with the
 * servers (resolver_ares.c). A look-up owns its waiters, one for each promise given out; it goes on
 * when they all have gone, once it is under way, because the next page will want its answer.
 */
#include "crawler/fetch/resolver.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "crawler/async/loop.h"
#include "crawler/async/promise.h"
#include "crawler/base/memory.h"
#include "crawler/fetch/resolver_ares.h"
#include "crawler/fetch/resolver_cache.h"
#include "crawler/fetch/resolver_local.h"
#include "crawler/fetch/resolver_names.h"

enum { MOST_NAME_BYTES = 253 }; /* RFC 1035 §2.3.4, as text */

struct waiter {
    TAILQ_ENTRY(waiter) link;
    struct lookup *lookup;
    struct promise *promise; /* a reference */
};

TAILQ_HEAD(waiter_list, waiter);

struct lookup {
    struct name_node node; /* first: a node is its look-up */
    TAILQ_ENTRY(lookup) link;
    struct resolver *resolver;
    bool asked; /* the servers are; else it is in the queue */
    struct waiter_list waiters;
    char name[]; /* NUL-ended */
};

TAILQ_HEAD(lookup_list, lookup);

struct resolver {
    struct loop *loop;
    struct resolver_config config; /* without its texts */
    struct resolver_local *local;
    struct resolver_cache *cache;
    struct resolver_ares *ares;
    struct name_table lookups; /* queued or under way */
    struct lookup_list queue;
    unsigned under_way;
    bool asking; /* ask_next() is at work */
    struct resolver_stats stats;
};

/* ---- what is known ---- */

struct name {
    const char *text;
    size_t bytes;
};

/* "example.com." is the same name, said in full. */
static struct name name_of(const char *text, size_t bytes)
{
    if (bytes > 1 && text[bytes - 1] == '.')
        bytes--;
    return (struct name){text, bytes};
}

static const struct resolved *look_in_cache(struct resolver *resolver, struct name name)
{
    const struct resolved *kept = resolver_cache_get(resolver->cache, name.text, name.bytes);
    return kept && loop_now_ms(resolver->loop) < kept->expires_ms ? kept : NULL;
}

/* What no server needs to be asked about, kept like an answer of theirs. */
static const struct resolved *answer_at_once(struct resolver *resolver, struct name name)
{
    struct resolved resolved;
    int64_t now_ms = loop_now_ms(resolver->loop);
    if (name.bytes == 0 || name.bytes > MOST_NAME_BYTES)
        resolved = (struct resolved){.error = -ENOENT,
                                     .detail = "there can be no such name",
                                     .expires_ms = now_ms + resolver->config.negative_ttl_ms};
    else if (!resolver_local_find(resolver->local, name.text, name.bytes, now_ms, &resolved))
        return NULL;
    return resolver_cache_put(resolver->cache, name.text, name.bytes, &resolved);
}

const struct resolved *resolver_known(struct resolver *resolver, const char *name, size_t bytes)
{
    struct name known = name_of(name, bytes);
    const struct resolved *resolved = look_in_cache(resolver, known);
    if (!resolved)
        resolved = answer_at_once(resolver, known);
    if (resolved)
        resolver->stats.hits++;
    return resolved;
}

static struct resolved *resolved_dup(const struct resolved *resolved)
{
    struct resolved *copy = memory_new(sizeof *copy);
    *copy = *resolved;
    return copy;
}

/* ---- look-ups and those who wait for them ---- */

static struct lookup *lookup_new(struct resolver *resolver, struct name name)
{
    struct lookup *lookup = memory_new(sizeof *lookup + name.bytes + 1);
    lookup->resolver = resolver;
    memcpy(lookup->name, name.text, name.bytes);
    TAILQ_INIT(&lookup->waiters);
    name_table_insert(&resolver->lookups, &lookup->node, lookup->name, name.bytes);
    TAILQ_INSERT_TAIL(&resolver->queue, lookup, link);
    return lookup;
}

/* Of one that nobody waits for. */
static void lookup_free(struct lookup *lookup)
{
    struct resolver *resolver = lookup->resolver;
    name_table_remove(&resolver->lookups, &lookup->node);
    if (!lookup->asked)
        TAILQ_REMOVE(&resolver->queue, lookup, link);
    free(lookup);
}

static void waiter_free(struct waiter *waiter)
{
    TAILQ_REMOVE(&waiter->lookup->waiters, waiter, link);
    promise_unref(waiter->promise);
    free(waiter);
}

static void on_cancel(void *arg)
{
    struct waiter *waiter = arg;
    struct lookup *lookup = waiter->lookup;
    waiter_free(waiter);
    if (TAILQ_EMPTY(&lookup->waiters) && !lookup->asked)
        lookup_free(lookup);
}

static struct promise *wait_for(struct lookup *lookup)
{
    struct waiter *waiter = memory_new(sizeof *waiter);
    struct promise *promise = promise_new(lookup->resolver->loop);
    waiter->lookup = lookup;
    waiter->promise = promise_ref(promise);
    promise_on_cancel(promise, on_cancel, waiter);
    TAILQ_INSERT_TAIL(&lookup->waiters, waiter, link);
    return promise;
}

static void ask_next(struct resolver *resolver)
{
    if (resolver->asking)
        return;
    resolver->asking = true;
    struct lookup *lookup;
    while (resolver->under_way < resolver->config.max_lookups &&
           (lookup = TAILQ_FIRST(&resolver->queue))) {
        TAILQ_REMOVE(&resolver->queue, lookup, link);
        lookup->asked = true;
        resolver->under_way++;
        resolver->stats.lookups++;
        resolver_ares_ask(resolver->ares, lookup->name, lookup);
    }
    resolver->asking = false;
}

struct promise *resolver_lookup(struct resolver *resolver, const char *name, size_t bytes)
{
    const struct resolved *known = resolver_known(resolver, name, bytes);
    if (known)
        return promise_resolved(resolver->loop, resolved_dup(known), free);
    struct name wanted = name_of(name, bytes);
    struct lookup *lookup =
        (struct lookup *)name_table_find(&resolver->lookups, wanted.text, wanted.bytes);
    if (!lookup)
        lookup = lookup_new(resolver, wanted);
    struct promise *promise = wait_for(lookup);
    ask_next(resolver);
    return promise;
}

/* ---- answers ---- */

static int64_t bounded_ttl_ms(const struct resolver_config *config, int64_t ttl_ms)
{
    if (ttl_ms < config->min_ttl_ms)
        return config->min_ttl_ms;
    return ttl_ms > config->max_ttl_ms ? config->max_ttl_ms : ttl_ms;
}

static int64_t keep_ms(const struct resolver_config *config, int error, int64_t ttl_ms)
{
    switch (error) {
    case 0:
        return bounded_ttl_ms(config, ttl_ms);
    case -ENOENT:
        return config->negative_ttl_ms;
    default:
        return config->failure_ttl_ms;
    }
}

static void tell_waiters(struct lookup *lookup, const struct resolved *resolved)
{
    struct waiter *waiter;
    while ((waiter = TAILQ_FIRST(&lookup->waiters))) {
        promise_resolve(waiter->promise, resolved_dup(resolved), free);
        waiter_free(waiter);
    }
}

static void reject_waiters(struct lookup *lookup)
{
    struct waiter *waiter;
    while ((waiter = TAILQ_FIRST(&lookup->waiters))) {
        promise_reject(waiter->promise, ECANCELED, "resolver", "the resolver was closed");
        waiter_free(waiter);
    }
}

static void on_answer(const struct resolved *answer, int64_t ttl_ms, void *arg)
{
    struct lookup *lookup = arg;
    struct resolver *resolver = lookup->resolver;
    resolver->under_way--;
    if (answer->error == -ECANCELED) {
        reject_waiters(lookup);
        lookup_free(lookup);
        return;
    }
    struct resolved resolved = *answer;
    resolved.expires_ms =
        loop_now_ms(resolver->loop) + keep_ms(&resolver->config, resolved.error, ttl_ms);
    resolver->stats.failures += resolved.error != 0;
    resolver_cache_put(resolver->cache, lookup->node.name, lookup->node.bytes, &resolved);
    tell_waiters(lookup, &resolved);
    lookup_free(lookup);
    ask_next(resolver);
}

/* ---- the resolver ---- */

int resolver_new(struct loop *loop, const struct resolver_config *config,
                 struct resolver **ret_resolver)
{
    struct resolver *resolver = memory_new(sizeof *resolver);
    resolver->loop = loop;
    resolver->config = *config;
    resolver->config.servers = resolver->config.hosts_file = NULL;
    TAILQ_INIT(&resolver->queue);
    int rc = resolver_ares_new(loop, config, on_answer, &resolver->ares);
    if (rc < 0) {
        free(resolver);
        return rc;
    }
    name_table_init(&resolver->lookups, 1024);
    resolver->cache = resolver_cache_new(config->max_names);
    resolver->local = resolver_local_new(config->hosts_file ? config->hosts_file : "/etc/hosts");
    *ret_resolver = resolver;
    return 0;
}

struct resolver *resolver_free(struct resolver *resolver)
{
    if (!resolver)
        return NULL;
    struct lookup *lookup;
    while ((lookup = TAILQ_FIRST(&resolver->queue))) {
        reject_waiters(lookup);
        lookup_free(lookup);
    }
    resolver_ares_free(resolver->ares);
    name_table_done(&resolver->lookups);
    resolver_cache_free(resolver->cache);
    resolver_local_free(resolver->local);
    free(resolver);
    return NULL;
}

void resolver_stats(const struct resolver *resolver, struct resolver_stats *ret_stats)
{
    *ret_stats = resolver->stats;
    ret_stats->names = resolver_cache_count(resolver->cache);
}
