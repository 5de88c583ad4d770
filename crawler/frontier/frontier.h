/* Frontier: the URLs of one job that are still to be fetched, by origin.
 *
 * On disk are all of them (rows of the job's file that are not settled); in memory each origin has
 * a bounded window of those due next, in order of discovery, refilled by the writer thread when it
 * runs low. URLs that wait for another try stand beside it until their time. Each origin is a lane
 * of its host (host.h). Loop thread.
 */
#ifndef IMGCRAWL_FRONTIER_H
#define IMGCRAWL_FRONTIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crawler/extract/url.h"
#include "crawler/hosts/host.h"
#include "storage/job_store.h"

struct frontier;
struct store_writer;

/* A URL on its way: owned by the frontier until it is leased, then by who leased it. */
struct frontier_url {
    struct frontier_url *next; /* the frontier's */
    struct frontier_origin *origin;
    int64_t id;
    int64_t retry_at_ms; /* loop time; of one that waits for another try */
    uint32_t depth;
    uint16_t hops;     /* redirects in a row that led here */
    uint16_t attempts; /* visits so far */
    int64_t trap_id;   /* of who leased it: the trap that it is settled for */
    uint32_t bytes;
    char url[];
};

/* An origin (scheme, host, port) of the job and its queue. */
struct frontier_origin {
    struct lane lane; /* first: a lane is its origin */
    struct frontier *frontier;
    const char *name; /* "https://example.com:8443" */
    int64_t id;       /* in the job's file */
    struct frontier_url *window, **window_end;
    struct frontier_url *retries;   /* ordered by retry_at_ms */
    struct loop_timer *retry_timer; /* for the first of them; made when first needed */
    uint32_t window_count, retry_count;
    int64_t queued;    /* in window, retries and on disk */
    int64_t loaded_id; /* all queued up to here are in the window */
    int64_t added_id;  /* the last URL that frontier_add() told of */
    bool loading;
    bool blocked;     /* not to be leased from: its robots.txt is awaited */
    bool delay_known; /* the host obeys its robots.txt's Crawl-delay */
};

struct frontier_config {
    struct loop *loop;
    struct hosts *hosts;
    struct lane_group *lanes; /* the job's */
    struct store_writer *writer;
    struct job_store *store;
    void (*on_loaded)(int rc, void *arg); /* a refill has ended; rc: what storage said */
    void *arg;
};

struct frontier *frontier_new(const struct frontier_config *config);
/* Nothing may be leased or loading any more. */
struct frontier *frontier_free(struct frontier *frontier);
/* No refill is under way: the job's file may be closed. */
bool frontier_is_quiet(const struct frontier *frontier);

/* The id of a URL's origin, given when it is new. That is all that is kept of an origin from which
 * nothing is to be fetched. */
struct frontier_origin_id {
    int64_t id;
    const char *new_name; /* the frontier's own copy, where the origin was not known; else NULL */
};
struct frontier_origin_id frontier_origin_id(struct frontier *frontier, const struct url *url);
/* The origin of a URL and its queue, made when it is new. */
struct frontier_origin *frontier_origin_of(struct frontier *frontier, const struct url *url);
/* On resume: an origin as it stands in the file, with how many URLs are queued there, none of them
 * above last_url_id. */
int frontier_restore_origin(struct frontier *frontier, int64_t id, const struct url *url,
                            int64_t queued, int64_t last_url_id);

/* A URL that is now in the file; ids grow from call to call. Owns nothing of `url`. */
struct frontier_add {
    int64_t id;
    uint32_t depth;
    uint16_t hops;
    const char *url;
    size_t bytes;
};
void frontier_add(struct frontier_origin *origin, const struct frontier_add *add);
/* One that was skipped in the file and is not any more; its id may be any. What is read of the file
 * meanwhile must come in the order in which it was asked for: that is how the store writer does. */
void frontier_add_released(struct frontier_origin *origin, const struct frontier_add *add);

/* The next URL of an origin, or NULL. only_retries: none that was never tried. */
struct frontier_url *frontier_lease(struct frontier_origin *origin, bool only_retries);
/* Back into the queue: at once in front (retry_at_ms 0), or for another try at that time. */
void frontier_return(struct frontier_url *take_url, int64_t retry_at_ms);
/* It is settled. */
void frontier_settle(struct frontier_url *take_url);

/* Nothing can be leased from this origin until it is unblocked. */
void frontier_block(struct frontier_origin *origin, bool blocked);
/* All origins at once: the job pauses, or goes on; with only_retries set, no new URL is offered. */
void frontier_open(struct frontier *frontier, bool open, bool only_retries);

int64_t frontier_queued(const struct frontier *frontier);
int64_t frontier_waiting_retries(const struct frontier *frontier);
size_t frontier_origin_count(const struct frontier *frontier);
typedef void (*frontier_origin_fn)(struct frontier_origin *origin, void *arg);
void frontier_each_origin(struct frontier *frontier, frontier_origin_fn fn, void *arg);

#endif
