/* Catalog calls: the catalog's blocking functions as promises, run by the writer thread. Loop
 * thread. */
#ifndef IMGCRAWL_CATALOG_CALLS_H
#define IMGCRAWL_CATALOG_CALLS_H

#include <stdint.h>

#include "storage/catalog.h"

struct promise;
struct store_writer;

/* What the calls need; embedded in the engine. */
struct catalog_calls {
    struct store_writer *writer;
    struct catalog *catalog;
};

/* The row's texts are consumed. Resolves with an int64_t *: the new id. */
struct promise *catalog_calls_insert(const struct catalog_calls *calls, struct job_row *take_row);
struct promise *catalog_calls_update(const struct catalog_calls *calls, struct job_row *take_row);
/* Resolves with a struct job_row *; rejects with ENOENT. */
struct promise *catalog_calls_get(const struct catalog_calls *calls, int64_t id);
/* Removes the row and then the file; path is copied. */
struct promise *catalog_calls_delete(const struct catalog_calls *calls, int64_t id,
                                     const char *path);
/* Copied; nobody waits for these two. */
void catalog_calls_save_robots(const struct catalog_calls *calls, const struct robots_row *row);
void catalog_calls_save_host(const struct catalog_calls *calls, const struct host_row *row);

#endif
