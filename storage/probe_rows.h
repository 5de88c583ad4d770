/* The columns that tell what an image is, the same in a job's file and in the node's cache. Private
 * to storage/. */
#ifndef IMGCRAWL_STORAGE_PROBE_ROWS_H
#define IMGCRAWL_STORAGE_PROBE_ROWS_H

#include "storage/db.h"
#include "storage/job_probes.h"

#define PROBE_COLUMNS                                                                              \
    "state, outcome, detail, status, final_url, declared_type, type, bytes, width, height,"        \
    " is_animated, sha256, perceptual_hash, robots_tag, probed_ms"
#define PROBE_PARAMETERS "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?"

/* The next parameters, in the order of PROBE_COLUMNS. */
void probe_put(struct db_values *values, const struct store_probe *probe);
/* Reads them, from column `first` on; valid until the next step. */
void probe_columns(sqlite3_stmt *row, int first, struct store_probe *ret_probe);

#endif
