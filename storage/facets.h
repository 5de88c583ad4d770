/* Facets: what filters ask of occurrences, as columns of numbers, so that any combination of
 * filters is one pass over a few bytes for each occurrence: a million are read in some hundredths
 * of a second, whatever is asked. Written once, when the job has ended (index_facets.c).
 *
 * A column is cut into chunks of FACET_CHUNK_ROWS occurrences by id, each a blob of little-endian
 * numbers in the table `facets`; a chunk of zeros is left out. Texts are numbered (facet_names),
 * from 1; 0 is "none". Private to storage/.
 */
#ifndef IMGCRAWL_STORAGE_FACETS_H
#define IMGCRAWL_STORAGE_FACETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/db.h"

enum facet { /* values are in files: a change makes INDEX_FORMAT another */
             FACET_ALT_STATE,
             FACET_SOURCE,
             FACET_LANDMARK,
             FACET_PROBE, /* outcome, or state where it has none yet */
             FACET_TYPE,  /* of the image, by its bytes */
             FACET_HOST,
             FACET_PAGE_HOST, /* the last that has names */
             FACET_PAGE,
             FACET_IMAGE,
             FACET_TEMPLATE,
             FACET_TEXT, /* texts.id */
             FACET_VERDICTS,
             FACET_FLAGS,
             FACET_STATUS,     /* of the page */
             FACET_DIRECTIVES, /* of the page */
             FACET_BYTES,      /* of the image, as are the next; cut at what 32 bits hold */
             FACET_WIDTH,
             FACET_HEIGHT,
             FACET_COUNT
};
enum { FACET_NAMED_COUNT = FACET_PAGE_HOST + 1, FACET_CHUNK_ROWS = 8192 };

/* Bytes of a number; the highest that it holds. */
size_t facet_width(enum facet facet);
uint64_t facet_max(enum facet facet);
/* facets.id; the first occurrence of a chunk. */
static inline int64_t facet_row_id(enum facet facet, int64_t chunk)
{
    return (int64_t)facet << 40 | chunk;
}
static inline int64_t facet_first_id(int64_t chunk)
{
    return chunk * FACET_CHUNK_ROWS + 1;
}
static inline int64_t facet_chunk_of(int64_t id)
{
    return (id - 1) / FACET_CHUNK_ROWS;
}

/* A set of small numbers. */
struct facet_set {
    uint64_t *words;
    uint64_t limit; /* of the numbers it has room for */
};
int facet_set_add(struct facet_set *set, uint64_t number); /* -ENOMEM */
bool facet_set_has(const struct facet_set *set, uint64_t number);
void facet_set_done(struct facet_set *set);

enum facet_test_kind {
    FACET_EQUAL,
    FACET_ANY_BIT, /* of value */
    FACET_NO_BIT,
    FACET_RANGE, /* value to max */
    FACET_IN_SET
};
struct facet_test {
    enum facet facet;
    enum facet_test_kind kind;
    uint64_t value, max;
    const struct facet_set *set;
    /* Of FACET_IN_SET: called before numbers up to `last` are looked for; the set may be filled bit
     * by bit. May be NULL. */
    int (*reach)(void *arg, uint64_t last);
    void *arg;
};

/* One pass. */
struct facet_scan {
    sqlite3_stmt *statement;
    int64_t chunk;                  /* the present one */
    uint8_t keep[FACET_CHUNK_ROWS]; /* whether each of its occurrences fits */
    union {                         /* a column, decoded as it lies */
        uint8_t bytes[FACET_CHUNK_ROWS * sizeof(uint64_t)];
        uint64_t align;
    } column;
    int64_t chunks;
};
int facet_scan_begin(struct facet_scan *scan, sqlite3 *db);
void facet_scan_end(struct facet_scan *scan);
/* Decides scan->keep for one chunk; whether any is left in *ret_any. */
int facet_scan_chunk(struct facet_scan *scan, int64_t chunk, const struct facet_test *tests,
                     size_t count, bool *ret_any);
/* Reads a column of the present chunk; facet_scan_value() then gives its numbers. */
int facet_scan_load(struct facet_scan *scan, enum facet facet);
uint64_t facet_scan_value(const struct facet_scan *scan, enum facet facet, size_t row);

#endif
