/* Job: one row of the catalog in memory, for as long as it can still change. Its state is set in
 * one place, job_set_state(); what the rest of the world sees of it (board, catalog) follows from
 * there. Loop thread.
 */
#ifndef IMGCRAWL_JOB_H
#define IMGCRAWL_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "crawler/job/board.h"
#include "crawler/job/job_counts.h"
#include "crawler/job/job_settings.h"
#include "crawler/job/job_state.h"

struct crawl;
struct job_row;
struct promise;

struct job {
    struct job *next; /* the engine's list, by id */
    int64_t id;
    struct job_settings *settings;
    char *path; /* of its file */
    enum job_state state;
    char reason[40];
    char detail[256];
    int64_t created_ms, started_ms, finished_ms; /* epoch */
    int64_t active_ms;                           /* of runs that have ended */
    struct job_counts counts;     /* of the last run; while it runs, the crawl's are newer */
    struct crawl *crawl;          /* NULL: it does not run */
    struct promise *deletion;     /* the file goes when the crawl is closed; NULL: nobody asked */
    struct promise *cancellation; /* it is cancelled when the crawl is closed; NULL: nobody asked */
    unsigned reopenings;          /* releases on their way to the file of a job that has ended */
};

/* From a catalog row; -EINVAL where its settings or state are not what this version knows. */
int job_from_row(const struct job_row *row, const char *data_dir, struct job **ret_job);
struct job *job_free(struct job *job);

void job_set_state(struct job *job, enum job_state state, const char *reason, const char *detail,
                   int64_t now_ms);
/* What the board shows; all numbers of one instant. */
void job_show(const struct job *job, struct board_entry *ret_entry);
/* A row for the catalog; texts owned by it (job_row_done). */
void job_to_row(const struct job *job, struct job_row *ret_row);

#endif
