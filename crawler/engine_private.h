/* The engine's own structure, shared by engine.c (what it is made of) and engine_jobs.c (what
 * becomes of jobs). Nobody else includes this. */
#ifndef IMGCRAWL_ENGINE_PRIVATE_H
#define IMGCRAWL_ENGINE_PRIVATE_H

#include <stdbool.h>

#include "crawler/address_guard.h"
#include "crawler/catalog_calls.h"
#include "crawler/engine.h"
#include "crawler/job.h"
#include "crawler/services.h"

struct engine {
    struct engine_config config;
    struct services services;
    struct catalog_calls catalog;
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
    unsigned saves;     /* catalog rows on their way */
    unsigned creations; /* new jobs on their way to the catalog */
};

/* Takes up the jobs of the catalog that have not come to their end. 0 or -errno. */
int engine_load_jobs(struct engine *engine);
/* Starts queued jobs while there is room. */
void engine_start_jobs(struct engine *engine);
/* Interrupts every crawl; its job goes on at the next start. */
void engine_interrupt_jobs(struct engine *engine);
void engine_cancel_visits(struct engine *engine);
bool engine_is_idle(const struct engine *engine);
/* Called when a crawl or a save has ended. */
void engine_check_stopped(struct engine *engine);

#endif
