/* Seen-set: which URLs a crawl knows, as 64-bit fingerprints, at most 16 bytes of memory for each.
 *
 * The fingerprint is XXH3 with a seed of the job's own, so that no site can prepare collisions;
 * among a million URLs two share one with a chance of 3 in 10^8. Rebuilt by a scan of the job's
 * file on resume. One thread at a time.
 */
#ifndef IMGCRAWL_SEEN_H
#define IMGCRAWL_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct seen;

struct seen *seen_new(uint64_t seed);
struct seen *seen_free(struct seen *seen);
bool seen_has(const struct seen *seen, const char *url, size_t bytes);
/* True where it was not there before. */
bool seen_add(struct seen *seen, const char *url, size_t bytes);
size_t seen_count(const struct seen *seen);
size_t seen_memory_bytes(const struct seen *seen);

#endif
