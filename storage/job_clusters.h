/* Clusters: images of a job that are the same picture, once it has been looked what they are. The
 * same bytes; nearly the same to the eye; one in several sizes by its URL (size_variant.h).
 * images.cluster_id is the first image of a cluster, also of that one itself; NULL where an image
 * stands alone. Private to storage/; blocking, by whoever builds the index of a job that has ended.
 */
#ifndef IMGCRAWL_STORAGE_JOB_CLUSTERS_H
#define IMGCRAWL_STORAGE_JOB_CLUSTERS_H

#include <stdatomic.h>

#include "storage/db.h"

/* Inside a transaction. -ECANCELED soon after `stop` (may be NULL) is set. */
int job_cluster(sqlite3 *db, const atomic_bool *stop);

#endif
