/* Repeats: which alt texts stand for different images of a job, found by reading it once. For each
 * text 16 bytes: its fingerprint, and that of the first image that has it. Index thread.
 *
 * Variants of one image are no different images: they are compared by the name of their file
 * without size, density and extension ("photo-300x200.jpg", "photo@2x.webp" and "photo.jpg?w=80"
 * are one).
 */
#ifndef IMGCRAWL_AUDIT_REPEATS_H
#define IMGCRAWL_AUDIT_REPEATS_H

#include <stdbool.h>

#include "storage/job_store.h"

struct audit_repeats;

struct audit_repeats *audit_repeats_new(void);
struct audit_repeats *audit_repeats_free(struct audit_repeats *repeats);
/* 0, or -ENOMEM. */
int audit_repeats_add(struct audit_repeats *repeats, struct store_text alt, struct store_text url);
bool audit_repeats_has(const struct audit_repeats *repeats, struct store_text alt);

#endif
