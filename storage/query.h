/* How the queries of job_query.h are put together: fixed pieces of SQL for the filters that are
 * set, with their values bound by name. No value ever becomes SQL text. Private to storage/.
 */
#ifndef IMGCRAWL_STORAGE_QUERY_H
#define IMGCRAWL_STORAGE_QUERY_H

#include "storage/db.h"
#include "storage/job_query.h"

struct job_reader {
    sqlite3 *db;
};

enum {
    QUERY_SQL_BYTES = 16384,
    QUERY_TEXT_BYTES = 1000,
    QUERY_PART_IDS = 20000 /* that a search without index looks at, from after_id on */
};

struct query {
    char sql[QUERY_SQL_BYTES];
    size_t bytes;
};

/* LIKE with our escape: "%" and "_" in what a person typed mean themselves. */
#define QUERY_LIKE " LIKE :text ESCAPE '\\'"

void query_add(struct query *query, const char *sql);
/* Adds the piece where the condition holds. */
void query_add_if(struct query *query, bool condition, const char *sql);

/* The conditions that a filter of occurrences makes, beginning with " AND": for rows of occurrences
 * o, images i, pages p, probes x, templates t, and origins (of the page). Not `search`. */
void query_add_occurrence_filters(struct query *query, const struct query_filter *filter);
/* Those of them that need only images i and probes x. */
void query_add_image_filters(struct query *query, const struct query_filter *filter);
#define QUERY_OCCURRENCE_TABLES " FROM occurrences o" QUERY_OCCURRENCE_JOINS
/* CROSS JOIN fixes the order of the loops: from the occurrence to its page, never the other way. */
#define QUERY_OCCURRENCE_JOINS                                                                     \
    " CROSS JOIN urls page ON page.id = o.page_id"                                                 \
    " CROSS JOIN origins ON origins.id = page.origin_id LEFT JOIN pages p ON p.id = o.page_id"     \
    " LEFT JOIN images i ON i.id = o.image_id LEFT JOIN templates t ON t.id = o.template_id"       \
    " LEFT JOIN probes x ON x.image_id = o.image_id"

/* All that is read between the two is of one moment: this one, or that of a transaction which the
 * caller of the caller has begun. */
int query_begin(struct job_reader *reader, bool *ret_is_ours);
void query_end(struct job_reader *reader, bool is_ours);

/* Ids as a JSON array, for `json_each(:ids)`: the parameter :ids of query_run_ids(). */
struct query_ids {
    char *text; /* "[1,2]"; NULL: none */
    size_t bytes, capacity, count;
};
void query_ids_add(struct query_ids *ids, int64_t id);
void query_ids_done(struct query_ids *ids);
int query_run_ids(struct job_reader *reader, const struct query *query,
                  const struct query_filter *filter, const struct query_ids *ids, db_row_fn fn,
                  void *arg);

/* Which rows a filter finds: ids of occurrences, or of images. By facets, where the index is there
 * and the filter asks something that they know. -EOPNOTSUPP: it does not; a query of SQL must do.
 */
enum query_of { QUERY_OCCURRENCES, QUERY_IMAGES };
int query_find_by_facets(struct job_reader *reader, const struct query_filter *filter,
                         enum query_of of, struct query_ids *ret_ids);
/* The same for a search without the index: a bounded part of the rows. */
int query_find_by_scan(struct job_reader *reader, const struct query_filter *filter,
                       enum query_of of, struct query_ids *ret_ids);
/* By whichever of the two; -EOPNOTSUPP as above. */
int query_find(struct job_reader *reader, const struct query_filter *filter, enum query_of of,
               struct query_ids *ret_ids);
/* What a person typed as an expression of FTS5, in which nothing but phrases, prefixes and "all of
 * them" can stand. -E2BIG. */
enum { QUERY_SEARCH_BYTES = 4096 };
int query_search_expression(const char *text, char ret_expression[QUERY_SEARCH_BYTES]);

/* Prepares, binds every parameter of the filter that the SQL names, calls fn for each row. */
int query_run(struct job_reader *reader, const struct query *query,
              const struct query_filter *filter, db_row_fn fn, void *arg);

#endif
