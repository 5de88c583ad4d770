/* The catalog, DATA/imgcrawl.db: which jobs there are, and what is known of hosts (robots rules,
 * politeness) across all jobs. Blocking plain functions; one connection belongs to one thread at a
 * time. The writer thread holds the one read-write connection; each API thread a read-only one.
 *
 * synchronous=FULL: what a function here has stored survives power loss when it returns 0.
 */
#ifndef IMGCRAWL_STORAGE_CATALOG_H
#define IMGCRAWL_STORAGE_CATALOG_H

#include <stddef.h>
#include <stdint.h>

#include "storage/mode.h"

struct catalog;

/* Opens DATA/imgcrawl.db; in read-write mode makes or migrates it, and makes DATA (when its parent
 * is there) and DATA/jobs. -errno: -ENOENT where a reader finds no catalog; -EILSEQ where the file
 * is no database of ours or of a newer version: *ret_reason (static text) then says so for people.
 */
int catalog_open(const char *data_dir, enum storage_mode mode, struct catalog **ret_catalog,
                 const char **ret_reason);
struct catalog *catalog_free(struct catalog *catalog);

/* Several writes with one flush to the disk: they survive once commit has returned 0. Without
 * these, each write is its own transaction. A commit that fails has rolled back. */
int catalog_begin(struct catalog *catalog);
int catalog_commit(struct catalog *catalog);
void catalog_rollback(struct catalog *catalog);

/* Times are milliseconds since the epoch, 0 where it has not happened. Texts may be NULL. */
struct job_row {
    int64_t id;
    int64_t created_ms, started_ms, finished_ms;
    int64_t active_ms; /* time spent running, over all its runs */
    char *state;       /* names are the crawler's: "queued", "running" … */
    char *reason;      /* why it is in this state */
    char *detail;      /* a sentence for people */
    char *settings;    /* JSON, effective settings */
    char *counts;      /* JSON, the last counts written */
};
void job_row_done(struct job_row *row); /* frees the texts */

/* Sets row->id. */
int catalog_insert_job(struct catalog *catalog, struct job_row *row);
/* All but id, created, settings. -ENOENT. */
int catalog_update_job(struct catalog *catalog, const struct job_row *row);
/* The settings alone. -ENOENT. */
int catalog_set_job_settings(struct catalog *catalog, int64_t id, const char *settings);
int catalog_delete_job(struct catalog *catalog, int64_t id);                       /* -ENOENT */
int catalog_get_job(struct catalog *catalog, int64_t id, struct job_row *ret_row); /* -ENOENT */

/* Calls fn for each job, newest first; row is borrowed. fn returns 0 to go on; any other value ends
 * the walk and is returned (so for all functions of this kind). */
typedef int (*job_row_fn)(const struct job_row *row, void *arg);
struct job_filter {
    int64_t before_id; /* 0: from the newest */
    const char *state; /* NULL: any */
    unsigned limit;    /* 0: no limit */
};
int catalog_list_jobs(struct catalog *catalog, const struct job_filter *filter, job_row_fn fn,
                      void *arg);

/* What is remembered of an origin's robots.txt and of a host's politeness. */
struct robots_row {
    const char *origin; /* "https://example.com" */
    int64_t fetched_ms, expires_ms;
    int status;          /* HTTP status, 0 where none came */
    const char *outcome; /* how the fetch went */
    const char *rules;   /* flat rules; "" where none */
};
int catalog_put_robots(struct catalog *catalog, const struct robots_row *row);
typedef int (*robots_row_fn)(const struct robots_row *row, void *arg);
/* -ENOENT where there is none; else what fn returns. */
int catalog_get_robots(struct catalog *catalog, const char *origin, robots_row_fn fn, void *arg);
int catalog_each_robots(struct catalog *catalog, int64_t not_expired_at_ms, robots_row_fn fn,
                        void *arg);

struct host_row {
    const char *host;
    int64_t next_at_ms;              /* no request before this */
    int64_t backoff_ms;              /* the pause that the last 429 or 503 set, 0 when none */
    int64_t latency_ms, baseline_ms; /* time to answer, now and usually; 0: not known */
    int64_t brake_ms;                /* delay added while it is slower than usual */
    int64_t saved_ms;
};
int catalog_put_host(struct catalog *catalog, const struct host_row *row);
typedef int (*host_row_fn)(const struct host_row *row, void *arg);
/* Those that may not be asked before that time, and those whose latency is known. */
int catalog_each_host(struct catalog *catalog, int64_t next_after_ms, host_row_fn fn, void *arg);

/* Politeness that the operator sets for hosts by pattern; rule: JSON. */
int catalog_put_host_rule(struct catalog *catalog, const char *pattern, const char *rule);
int catalog_delete_host_rule(struct catalog *catalog, const char *pattern); /* -ENOENT */
typedef int (*host_rule_fn)(const char *pattern, const char *rule, void *arg);
int catalog_each_host_rule(struct catalog *catalog, host_rule_fn fn, void *arg);

/* Forgets robots rules that expired, and hosts that could be asked again before this time and of
 * which nothing was learned in the month before it. */
int catalog_forget_before(struct catalog *catalog, int64_t at_ms);

#endif
