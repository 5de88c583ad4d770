/* Engine: all that crawls, on one loop: fetcher, parse pool, writer thread, host ledger, and the
 * jobs. `imgcrawl serve` and `imgcrawl crawl` are two faces of it. Loop thread, but for
 * engine_board().
 *
 * The engine owns the data directory: imgcrawl.db, jobs/ID.sqlite, and a lock file that keeps a
 * second process out.
 */
#ifndef IMGCRAWL_ENGINE_H
#define IMGCRAWL_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crawler/fetch/address_guard.h"
#include "crawler/fetch/resolver.h"
#include "crawler/job/board.h"
#include "crawler/job/job_settings.h"
#include "crawler/job/job_state.h"

struct engine;
struct host_rule;
struct hosts;
struct loop;
struct promise;

/* All borrowed for the life of the engine. */
struct engine_config {
    const char *data_dir;
    const char *user_agent;    /* the User-Agent header */
    const char *robots_agent;  /* product token looked for in robots.txt */
    unsigned parse_processes;  /* 0: one for each core */
    unsigned pages_in_flight;  /* body slots */
    unsigned max_running_jobs; /* others wait as queued */
    unsigned max_queued_jobs;  /* beyond: engine_create_job rejects with EAGAIN */
    size_t max_body_bytes, max_header_bytes;
    int64_t connect_timeout_ms, first_byte_timeout_ms, total_timeout_ms, low_speed_ms;
    size_t low_speed_bytes;
    int64_t parse_timeout_ms;
    size_t parse_memory_bytes;
    unsigned max_redirects;
    unsigned max_attempts;               /* visits of one URL, 1 and up */
    int64_t retry_base_ms, retry_max_ms; /* backoff between them */
    int64_t host_delay_ms;               /* between two requests to a host */
    unsigned host_connections;           /* at once to a host */
    int64_t max_crawl_delay_ms;          /* a Crawl-delay above this is taken as this */
    bool adaptive_delay;                 /* longer delays for hosts that answer slowly */
    int64_t adaptive_factor;             /* of the time to answer */
    int64_t adaptive_max_delay_ms;
    unsigned address_connections;  /* at once to one address; 0: no limit */
    unsigned unproven_percent;     /* of pages_in_flight, for hosts that are new */
    unsigned slow_lane;            /* requests to slow hosts, beside pages_in_flight */
    int64_t slow_after_ms;         /* a host whose requests take so long is slow */
    unsigned robots_tries;         /* for a robots.txt that is answered 5xx or 429, or breaks off */
    int64_t robots_max_wait_ms;    /* from the first of them to the last */
    int64_t robots_patience_ms;    /* for the first try; each later one doubles it */
    unsigned own_host_connections; /* at once to a loopback or own host, without delay */
    const struct text_list *own_hosts;              /* host names crawled as fast as they answer */
    const struct address_network *allowed_networks; /* special networks that jobs may reach */
    size_t allowed_network_count;
    bool loopback_for_seeds; /* a job with a seed on loopback may reach loopback */
    const char *ca_file;     /* NULL: the system's */
    const char *proxy;       /* of jobs that name none; NULL or "": none */
    struct resolver_config dns;
};

/* Opens the data directory, takes up unfinished jobs (all of them, or none when resume_jobs is
 * false). -errno with *ret_reason a sentence for people (static or kept by the engine module). */
int engine_new(struct loop *loop, const struct engine_config *config, bool resume_jobs,
               struct engine **ret_engine, const char **ret_reason);
/* Saves what is in flight within grace_ms (unfinished pages go back to the frontier), closes all
 * files; the promise resolves with NULL. Then engine_free(). */
struct promise *engine_shutdown(struct engine *engine, int64_t grace_ms);
struct engine *engine_free(struct engine *engine);

/* Resolves with an int64_t * (the job's id) once the job is on disk. Rejects with EAGAIN when too
 * many jobs are queued, else with what storage said. */
struct promise *engine_create_job(struct engine *engine, const struct job_settings *settings);
/* Resolves with NULL once the new state is on disk. ENOENT: no such job, or not for long; EBUSY:
 * not in this state (the message says which states allow it). */
struct promise *engine_act(struct engine *engine, int64_t job_id, enum job_action action);
/* Cancels it if need be, removes its row and its file. ENOENT. */
struct promise *engine_delete_job(struct engine *engine, int64_t job_id);

/* What a crawl with these settings would come to; no page is fetched. Resolves within a minute with
 * a struct estimate * (estimate.h). Rejects with EAGAIN when several are being made. */
struct promise *engine_estimate(struct engine *engine, struct job_settings *take_settings);

/* Changes live settings of a job (job_settings_patch()). Resolves with NULL once they are on disk
 * and in effect. EINVAL, at once, with *ret_error filled; EBUSY: it has ended; ENOENT. */
struct promise *engine_patch_job(struct engine *engine, int64_t job_id, const json_t *object,
                                 struct settings_error *ret_error);

/* Puts what a trap holds back into the frontier, bit by bit as the job gets on, and lets the like
 * through from now on; a job that rests does so when it goes on, one that has finished by itself
 * goes on for it. Resolves once that is on disk. ENOENT: no such job or trap; EALREADY; EBUSY: it
 * was cancelled, failed or ended by a limit, or its file is being opened or closed. */
struct promise *engine_release_trap(struct engine *engine, int64_t job_id, int64_t trap_id);

/* The index of a job that does not run (storage/job_index.h): resolves with NULL once it is there.
 * EBUSY: the job runs. ENOENT: it has no file. */
struct promise *engine_index_job(struct engine *engine, int64_t job_id);
/* The same, for who does not wait. Any thread. */
void engine_want_index(struct engine *engine, int64_t job_id);
/* Whether it is being built, and how far it is, 0 to 1. Any thread. */
bool engine_index_progress(struct engine *engine, int64_t job_id, double *ret_done);

/* The host ledger, for looking at. Loop thread. */
const struct hosts *engine_hosts(const struct engine *engine);
/* Resolve with NULL once the rule is on disk; hosts obey at once. ENOENT: there is no such rule. */
struct promise *engine_put_host_rule(struct engine *engine, const struct host_rule *rule);
struct promise *engine_remove_host_rule(struct engine *engine, const char *pattern);

/* Called on the loop after each change of a job's state. One listener. */
typedef void (*engine_job_fn)(const struct board_entry *entry, void *arg);
void engine_on_job(struct engine *engine, engine_job_fn fn, void *arg);

/* Any thread. */
struct board *engine_board(struct engine *engine);
/* DATA/jobs/ID.sqlite; to be freed. Any thread. */
char *engine_job_path(const char *data_dir, int64_t job_id);

struct engine_stats {
    unsigned active_fetches, slots_in_use, slots;
    unsigned slots_of_new_hosts;          /* held by requests to them */
    unsigned slow_lane_in_use, slow_lane; /* beside the slots */
    uint64_t set_aside, cut_off;          /* into the slow lane, and out of it, since the start */
    unsigned parse_workers;
    uint64_t parse_respawns;
    int64_t loop_lag_us;
    const char *backend;
    int64_t parse_cpu_us, loop_cpu_us, writer_cpu_us;
    int64_t fetch_cpu_us; /* of loop_cpu_us */
};
void engine_stats(struct engine *engine, struct engine_stats *ret_stats);

#endif
