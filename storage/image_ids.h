/* Image URL → id, in memory: a map of 64-bit fingerprints (XXH3, seeded for each job), so that the
 * writer need not search its file. Used by the owner of a job store, one thread.
 *
 * Two URLs of one fingerprint would be taken for one image: with ten million images the chance that
 * this happens to any of them is one in 370,000. A secret seed keeps a site from arranging it.
 */
#ifndef IMGCRAWL_STORAGE_IMAGE_IDS_H
#define IMGCRAWL_STORAGE_IMAGE_IDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct image_ids;

struct image_ids *image_ids_new(uint64_t seed);
struct image_ids *image_ids_free(struct image_ids *ids);

/* The id of a URL; the next free one where it is new. -ENOMEM, -EOVERFLOW (four thousand million).
 */
int image_ids_intern(struct image_ids *ids, const char *url, size_t bytes, int64_t *ret_id,
                     bool *ret_is_new);
/* Takes over a pair that the file holds. */
int image_ids_load(struct image_ids *ids, const char *url, size_t bytes, int64_t id);
/* Forgets every id above this one: the transaction that brought them was rolled back. */
void image_ids_forget_above(struct image_ids *ids, int64_t id);

int64_t image_ids_last(const struct image_ids *ids);
size_t image_ids_count(const struct image_ids *ids);
size_t image_ids_bytes(const struct image_ids *ids);

#endif
