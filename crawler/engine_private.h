/* The engine's own structure, shared by engine.c (what it is made of), engine_jobs.c (what becomes
 * of jobs) and engine_hosts.c (what is remembered of hosts). Nobody else includes this. */
#ifndef IMGCRAWL_ENGINE_PRIVATE_H
#define IMGCRAWL_ENGINE_PRIVATE_H

#include <stdbool.h>

#include "crawler/base/services.h"
#include "crawler/engine.h"
#include "crawler/fetch/address_guard.h"
#include "crawler/fetch/retry.h"
#include "crawler/job.h"
#include "crawler/workers/catalog_calls.h"

struct engine {
    struct engine_config config;
    struct services services;
    struct retry_policy retry;
    struct catalog_calls catalog;
    struct robots_saver *robots_saver;
    struct address_policy policy;
    struct address_network *seed_networks; /* the allowed ones, and loopback */
    struct address_policy seed_policy;     /* for jobs with a seed on loopback */
    struct board *board;
    int lock_fd;
    struct job *jobs; /* those that can still change, by id */
    unsigned running;
    engine_job_fn on_job;
    void *on_job_arg;
    bool resume_jobs; /* unfinished jobs of earlier runs go on by themselves */
    bool stopping;
    struct promise *stopped; /* of engine_shutdown() */
    struct loop_timer *grace;
    unsigned saves;                    /* catalog rows on their way */
    unsigned creations;                /* new jobs on their way to the catalog */
    struct engine_estimate *estimates; /* under way */
    unsigned estimate_count;
    struct deletion *deletions; /* under way; engine_deletion.c */
    struct mailbox *wanted;     /* indexes that other threads ask for */
};

/* What builds the indexes of jobs, and what deletes a job's row and file once it does not work at
 * it; engine_index.c. */
int engine_open_indexer(struct engine *engine);
void engine_close_indexer(struct engine *engine);
struct promise *engine_delete_stored(struct engine *engine, int64_t job_id, const char *path);

/* The node's knowledge of images; engine_probes.c. */
void engine_open_probes(struct engine *engine);
void engine_close_probes(struct engine *engine);

/* The host ledger and robots.txt, with what the catalog remembers. */
void engine_make_hosts(struct engine *engine);
void engine_make_robots(struct engine *engine);
int engine_restore_hosts(struct engine *engine);

/* Takes up the jobs of the catalog that have not come to their end. 0 or -errno. */
int engine_load_jobs(struct engine *engine);
/* NULL where it is none of those that can still change. */
struct job *engine_find_job(const struct engine *engine, int64_t id);
/* Forgets one that does not run. */
void engine_drop_job(struct engine *engine, struct job *job);
/* Ends its crawl, which closes soon. */
void engine_end_crawl(struct job *job, enum job_state state, const char *reason);
/* Of a job that is being deleted, in the list or not; borrowed. NULL: it is not. */
struct promise *engine_deletion_of(const struct engine *engine, int64_t job_id);
/* Deletes what is stored of a job that does not run, and forgets it. */
struct promise *engine_delete_now(struct engine *engine, int64_t job_id, const char *path);
/* Takes up one that has come to its end, so that nobody else does; then it is either reopened
 * (resolves once the catalog has it) or left as it was. */
int engine_adopt_ended(struct engine *engine, const struct job_row *row, struct job **ret_job);
struct promise *engine_reopen_job(struct engine *engine, struct job *job);
/* Who adopted it, or found it adopted, lets go of it; the last of them. */
void engine_leave_ended(struct engine *engine, struct job *job);
/* Starts queued jobs while there is room. */
void engine_start_jobs(struct engine *engine);
/* Interrupts every crawl; its job goes on at the next start. */
void engine_interrupt_jobs(struct engine *engine);
void engine_cancel_visits(struct engine *engine);
bool engine_is_idle(const struct engine *engine);
/* Which special addresses a job with these settings may reach. */
const struct address_policy *engine_policy_of(const struct engine *engine,
                                              const struct job_settings *settings);
/* Ends the estimates that are under way. */
void engine_cancel_estimates(struct engine *engine);
/* Called when a crawl or a save has ended. */
void engine_check_stopped(struct engine *engine);

#endif
