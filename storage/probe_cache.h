/* Probe cache, DATA/probes.sqlite: what images are, across all jobs of the node, by URL and by
 * which addresses the asking job could reach (what is inside a private network is told only to jobs
 * that may look there themselves). Bounded in rows. Writer thread; blocking plain functions.
 */
#ifndef IMGCRAWL_STORAGE_PROBE_CACHE_H
#define IMGCRAWL_STORAGE_PROBE_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "storage/job_probes.h"

struct probe_cache;

/* As catalog_open(). max_rows: 1 and up. */
int probe_cache_open(const char *path, int64_t max_rows, struct probe_cache **ret_cache,
                     const char **ret_reason);
struct probe_cache *probe_cache_free(struct probe_cache *cache);

struct probe_key {
    struct store_text url;
    bool reaches_loopback;
};
/* What is known of an image; texts are borrowed for the call. image_id is 0. */
struct cached_probe {
    struct store_probe probe;
    bool is_whole; /* there is no more to learn */
    struct store_text etag;
};
typedef int (*cached_probe_fn)(const struct cached_probe *cached, void *arg);
/* -ENOENT, or what fn returns. */
int probe_cache_get(struct probe_cache *cache, const struct probe_key *key, cached_probe_fn fn,
                    void *arg);

/* Several with one flush. Each put replaces what was known. */
int probe_cache_begin(struct probe_cache *cache);
int probe_cache_put(struct probe_cache *cache, const struct probe_key *key,
                    const struct cached_probe *cached);
/* It was looked at again at that time and is unchanged. */
int probe_cache_touch(struct probe_cache *cache, const struct probe_key *key, int64_t probed_ms);
int probe_cache_commit(struct probe_cache *cache);
void probe_cache_rollback(struct probe_cache *cache);

int probe_cache_count(struct probe_cache *cache, int64_t *ret_count);

#endif
