/* Crawl: one job while it runs. It opens the job's file, offers URLs to the host ledger, sends
 * pages on their journey, keeps the counts, and knows when it has ended. Loop thread.
 *
 *     OPENING ──▶ RUNNING ──▶ DRAINING ──▶ CLOSING ──▶ (on_closed)
 *
 * Draining: nothing new begins, what is in flight is finished (or cancelled, if so asked). Closing:
 * the writer thread finishes the file. The job's state among its users is the engine's matter.
 */
#ifndef IMGCRAWL_CRAWL_H
#define IMGCRAWL_CRAWL_H

#include <stdbool.h>
#include <stdint.h>

#include "crawler/base/services.h"
#include "crawler/fetch/address_guard.h"
#include "crawler/job/board.h"
#include "crawler/job/job_settings.h"
#include "crawler/job/job_state.h"

struct crawl;
struct promise;

/* What a job's crawl came to. JOB_RUNNING: it was only interrupted, and goes on at the next start.
 */
struct crawl_outcome {
    enum job_state state;
    char reason[40];  /* "complete", "max_pages", "user", "storage_error", an outcome's name … */
    char detail[256]; /* a sentence for people, or "" */
};

struct crawl_config {
    const struct services *services;
    const struct job_settings *settings; /* borrowed */
    const struct address_policy *policy; /* borrowed */
    const char *path;                    /* of the job's file; borrowed */
    int64_t job_id;
    int64_t active_ms_before; /* running time of earlier runs, counted by max_seconds */
    const struct job_counts *counts_before; /* told until the file is open; copied */
    /* Numbers have changed; at most once in a turn of the loop. */
    void (*on_change)(struct crawl *crawl, void *arg);
    /* It has ended, by itself or as it was told, and its file is closed; crawl_free() may follow at
     * once. */
    void (*on_closed)(struct crawl *crawl, const struct crawl_outcome *outcome, void *arg);
    void *arg;
};

struct crawl *crawl_new(const struct crawl_config *config);
/* Only after on_closed. */
struct crawl *crawl_free(struct crawl *crawl);

/* Ends it: drains, then closes. Called again while it drains, the later outcome counts. */
void crawl_end(struct crawl *crawl, const struct crawl_outcome *outcome);
/* NULL while it runs; else settles when it runs or has closed: then one can look again. */
struct promise *crawl_await_turn(struct crawl *crawl);
/* Cancels what is in flight; the pages go back to the frontier. What is being stored is finished.
 */
void crawl_cancel_visits(struct crawl *crawl);

/* Live members of its settings have changed: they count at once. */
void crawl_settings_changed(struct crawl *crawl);

/* What is waited for where nothing is under way, a sentence for people; "" else. */
const char *crawl_waiting(const struct crawl *crawl);
const struct job_counts *crawl_counts(const struct crawl *crawl);
double crawl_pages_per_second(const struct crawl *crawl);
int64_t crawl_remaining_ms(const struct crawl *crawl); /* -1: cannot be told */
int64_t crawl_running_ms(const struct crawl *crawl);   /* since it was opened */

#endif
