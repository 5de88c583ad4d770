/* The rows of an export, one after another in order of id, from one snapshot of the job's file:
 * that of the opening. Owned by its export, any thread, one at a time. Private to storage/.
 */
#ifndef IMGCRAWL_STORAGE_EXPORT_ROWS_H
#define IMGCRAWL_STORAGE_EXPORT_ROWS_H

#include "storage/export_columns.h"

struct export_rows;
struct query_filter;

/* filter: NULL for all; its texts are borrowed until the rows are freed. 0 or -errno. */
int export_rows_open(const char *path, const struct export_table *table,
                     const struct query_filter *filter, struct export_rows **ret_rows);
struct export_rows *export_rows_free(struct export_rows *rows);
/* 1 with the values of the next row, borrowed until the next call; 0 no more; -errno. */
int export_rows_next(struct export_rows *rows, struct export_value *values);

#endif
