/* Rows of a job's file as the plain structs of job_store.h, for all files that read or write them.
 * Private to storage/. */
#ifndef IMGCRAWL_STORAGE_JOB_ROWS_H
#define IMGCRAWL_STORAGE_JOB_ROWS_H

#include "storage/db.h"
#include "storage/job_store.h"

/* The next parameter; not copied, as with db_put_bytes(). */
void job_put_text(struct db_values *values, struct store_text text);
/* Column `index` of the present row; valid until the next step. */
struct store_text job_column_text(sqlite3_stmt *row, int index);

/* The columns of urls that job_each_url() reads, in its order. */
#define JOB_URL_COLUMNS "id, origin_id, parent_id, url, via, skipped, depth, hops"
/* As db_each(), each row as a URL. */
int job_each_url(sqlite3_stmt *statement, store_url_fn fn, void *arg);

#endif
