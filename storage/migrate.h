/* Versions of a schema. A schema file is a list of sections, each opened by a line "-- version N",
 * N counting from 1: what brings a file from version N-1 to N. The first makes it from nothing.
 * A section that was released is never edited; a change is a new section.
 */
#ifndef IMGCRAWL_STORAGE_MIGRATE_H
#define IMGCRAWL_STORAGE_MIGRATE_H

#include <stdint.h>

#include <sqlite3.h>

/* The last version that the text knows. */
int64_t migrate_latest(const char *sql);
/* Brings the file to the last version in one transaction: as a whole or not at all. */
int migrate_run(sqlite3 *db, const char *sql, int32_t application_id);

#endif
