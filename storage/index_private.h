/* The inside of index building, shared by the files that make it up: job_index.c (the course of
 * it), index_facets.c (columns), index_texts.c (full text), index_sums.c (findings, images). */
#ifndef IMGCRAWL_STORAGE_INDEX_PRIVATE_H
#define IMGCRAWL_STORAGE_INDEX_PRIVATE_H

#include "storage/db.h"
#include "storage/facets.h"
#include "storage/image_ids.h"
#include "storage/job_index.h"

/* How meta 'index' begins; another number where what is built has another form. */
#define INDEX_FORMAT "1"
#define INDEX_READY  INDEX_FORMAT " ready"

/* The columns of FTS5's table, and how it is made; job_search.c makes one in memory alike. */
#define INDEX_SEARCH_COLUMNS "alt, title, caption, file"
#define INDEX_SEARCH_TABLE                                                                         \
    "CREATE VIRTUAL TABLE search USING fts5(" INDEX_SEARCH_COLUMNS                                 \
    ", content='', columnsize=0, tokenize='unicode61 remove_diacritics 2')"

/* --- columns --- */
struct facet_writer;
int facet_writer_new(sqlite3 *db, struct facet_writer **ret_writer);
struct facet_writer *facet_writer_free(struct facet_writer *writer);
void facet_writer_put(struct facet_writer *writer, enum facet facet, int64_t id, uint64_t value);
int facet_writer_put_name(struct facet_writer *writer, enum facet facet, int64_t id,
                          const char *name);
/* Writes what was put of this chunk. */
int facet_writer_flush(struct facet_writer *writer, int64_t chunk);

/* --- full text --- */
struct text_writer;
int text_writer_new(sqlite3 *db, struct text_writer **ret_writer);
struct text_writer *text_writer_free(struct text_writer *writer);
/* texts.id of what the image says; 0: nothing. */
int text_writer_add(struct text_writer *writer, const struct store_image *image, int64_t *ret_id);
/* The name of a URL's file, as it is searched: without escapes. Cut at capacity - 1. */
size_t index_file_name(struct store_text url, char *out, size_t capacity);

/* --- sums --- */
int index_write_sums(sqlite3 *db);

#endif
