/* The inside of a job store, shared by the files that make it up: job_store.c (open, transactions),
 * job_append.c (what one page adds), job_sitemaps.c (what sitemaps add), job_resume.c (what a
 * restart reads back), job_finish.c (the end).
 */
#ifndef IMGCRAWL_STORAGE_JOB_STORE_PRIVATE_H
#define IMGCRAWL_STORAGE_JOB_STORE_PRIVATE_H

#include "storage/db.h"
#include "storage/image_ids.h"
#include "storage/job_rows.h"
#include "storage/job_store.h"

/* Statements kept for the life of the store. */
enum job_statement {
    JOB_BEGIN,
    JOB_COMMIT,
    JOB_INSERT_ORIGIN,
    JOB_INSERT_URL,
    JOB_INSERT_PAGE,
    JOB_INSERT_IMAGE,
    JOB_INSERT_OCCURRENCE,
    JOB_INSERT_TEMPLATE,
    JOB_INSERT_UNFOLLOWED,
    JOB_INSERT_EVENT,
    JOB_PUT_SITEMAP,
    JOB_INSERT_SITEMAP_URL,
    JOB_SELECT_QUEUED,
    JOB_INSERT_TRAP,
    JOB_HOLD_URL,
    JOB_INSERT_STYLE_SHEET,
    JOB_SETTLE_STYLE_SHEET,
    JOB_SELECT_SHEET_PAGE,
    JOB_SELECT_QUEUED_SHEETS,
    JOB_SELECT_SHEET,
    JOB_INSERT_PROBE,
    JOB_SELECT_UNPROBED,
    JOB_SELECT_IMAGE,
    JOB_STATEMENT_COUNT
};

struct job_store {
    sqlite3 *db;
    sqlite3_stmt *statements[JOB_STATEMENT_COUNT];
    struct image_ids *images;
    struct image_ids *templates; /* by their place */
    struct image_ids *style_sheets;
    struct store_totals totals;    /* with what the open transaction has added */
    struct store_totals committed; /* as the file has them */
    int64_t committed_image_id;    /* the last one in the file */
    int64_t committed_template_id; /* likewise */
    int64_t committed_style_sheet_id;
    int failure; /* of the open transaction, which is rolled back already; 0: none */
};

/* The rows of one batch, inside the open transaction; the caller rolls back should it fail. */
int job_append_batch(struct job_store *store, const struct store_batch *batch);
/* An image on a page, by the page's id. */
int job_append_occurrence(struct job_store *store, int64_t page_id,
                          const struct store_image *image);
int job_append_sitemaps(struct job_store *store, const struct store_batch *batch);
/* The counter of totals for an alt state; NULL for a name that is none. */
int64_t *job_store_alt_counter(struct store_totals *totals, const char *alt_state);
/* Adds occurrences that have these verdicts. */
void job_store_count_verdicts(struct store_totals *totals, uint64_t verdicts, int64_t occurrences);

#endif
