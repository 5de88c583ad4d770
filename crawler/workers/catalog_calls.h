/* Catalog calls: the catalog's blocking functions as promises, run by the writer thread. Loop
 * thread. */
#ifndef IMGCRAWL_CATALOG_CALLS_H
#define IMGCRAWL_CATALOG_CALLS_H

#include <stddef.h>
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
struct promise *catalog_calls_set_settings(const struct catalog_calls *calls, int64_t id,
                                           const char *settings);
/* Texts are copied. rule NULL: removes it; ENOENT where there is none. */
struct promise *catalog_calls_put_host_rule(const struct catalog_calls *calls, const char *pattern,
                                            const char *rule);
/* A row that owns its texts. */
struct robots_copy {
    struct robots_row row;
    char *origin, *outcome, *rules; /* what the row points to */
};
void robots_copy_init(struct robots_copy *copy, const struct robots_row *row);
void robots_copy_done(struct robots_copy *copy);

/* Resolves with a struct robots_row *; rejects with ENOENT. */
struct promise *catalog_calls_get_robots(const struct catalog_calls *calls, const char *origin);
/* Nobody waits for these two; each is one transaction. The first consumes its rows (malloc()ed),
 * the second copies them. */
void catalog_calls_save_robots(const struct catalog_calls *calls, struct robots_copy *take_rows,
                               size_t count);
void catalog_calls_save_hosts(const struct catalog_calls *calls, const struct host_row *rows,
                              size_t count);

#endif
