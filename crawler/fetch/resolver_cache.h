/* What names resolved to, for a bounded number of names: beyond it the one that was used longest
 * ago is forgotten. Knows nothing of time: who reads looks at expires_ms. Loop thread.
 */
#ifndef IMGCRAWL_RESOLVER_CACHE_H
#define IMGCRAWL_RESOLVER_CACHE_H

#include "crawler/fetch/resolver.h"

struct resolver_cache;

struct resolver_cache *resolver_cache_new(size_t max_names);
struct resolver_cache *resolver_cache_free(struct resolver_cache *cache);
/* NULL where the name is not there; else the cache's own, valid until the next put. */
const struct resolved *resolver_cache_get(struct resolver_cache *cache, const char *name,
                                          size_t bytes);
/* Copied; returns the cache's own. */
const struct resolved *resolver_cache_put(struct resolver_cache *cache, const char *name,
                                          size_t bytes, const struct resolved *resolved);
size_t resolver_cache_count(const struct resolver_cache *cache);

#endif
