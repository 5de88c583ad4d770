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

enum { QUERY_SQL_BYTES = 8192, QUERY_TEXT_BYTES = 1000 };

struct query {
    char sql[QUERY_SQL_BYTES];
    size_t bytes;
};

/* LIKE with our escape: "%" and "_" in what a person typed mean themselves. */
#define QUERY_LIKE " LIKE :text ESCAPE '\\'"

void query_add(struct query *query, const char *sql);
/* Adds the piece where the condition holds. */
void query_add_if(struct query *query, bool condition, const char *sql);

/* Prepares, binds every parameter of the filter that the SQL names, calls fn for each row. */
int query_run(struct job_reader *reader, const struct query *query,
              const struct query_filter *filter, db_row_fn fn, void *arg);

#endif
