/* The host ledger: one politeness for each host, across all jobs of the node, and the choice of
 * what is fetched next.
 *
 * A *lane* is one job's queue for one origin. It belongs to a host, which says when a request may
 * be made, and to a group, the job, which shares the fetch slots with the other jobs by turns. Its
 * path:
 *
 *     IDLE ──wants──▶ PARKED ──host has room──▶ READY ──its turn, a slot is free──▶ start()
 *
 * A host lets as many lanes become READY as it has room for, so that whoever is READY may go. A
 * host that must wait for its delay or backoff stands in a heap ordered by time, with one loop
 * timer for the earliest. No lane is ever polled. Loop thread.
 */
#ifndef IMGCRAWL_HOST_H
#define IMGCRAWL_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct host;
struct hosts;
struct lane;
struct lane_group;
struct loop;

struct hosts_config {
    int64_t delay_ms;         /* from the end of a request to the next one */
    unsigned connections;     /* requests at once to a host */
    unsigned own_connections; /* the same for one's own hosts, which have no delay */
    const char *const *own_hosts;
    size_t own_host_count;
    int64_t max_crawl_delay_ms;
    int64_t backoff_base_ms, backoff_max_ms; /* the pause after 429 or 503 without Retry-After */
};

/* Whether another request can be started at all (a slot is free). */
typedef bool (*hosts_room_fn)(void *arg);
/* A host is to be remembered: it asked for quiet until that time (epoch ms). */
typedef void (*hosts_save_fn)(const char *host, int64_t next_at_epoch_ms, int64_t backoff_ms,
                              void *arg);

struct hosts *hosts_new(struct loop *loop, const struct hosts_config *config, hosts_room_fn room,
                        hosts_save_fn save, void *arg);
struct hosts *hosts_free(struct hosts *hosts);
/* A slot came free: looks for the next to start, on the loop's next turn. */
void hosts_pump(struct hosts *hosts);

/* The host of that name, made when it is new. Never freed before hosts_free(). */
struct host *hosts_get(struct hosts *hosts, const char *name, size_t bytes);
const char *host_name(const struct host *host);
/* 127.0.0.0/8, [::1], localhost and what is below it, by the name alone. */
bool host_name_is_loopback(const char *name);
/* Loopback, localhost or listed as one's own: crawled as fast as it answers. */
bool host_is_own(const struct host *host);
/* Crawl-delay of its robots.txt; the longest of several origins counts. */
void host_set_crawl_delay(struct host *host, int64_t delay_ms);
/* What was saved of it: no request before then (loop time), and the pause that was set last. */
void host_restore(struct host *host, int64_t next_at_ms, int64_t backoff_ms);

/* What an answer says about the host's load. */
struct host_feedback {
    bool overloaded;        /* 429 or 503 */
    int64_t retry_after_ms; /* -1: none */
};
/* A request to the host that start() began has ended. */
void host_finished(struct host *host, const struct host_feedback *feedback);

enum lane_state { LANE_IDLE, LANE_PARKED, LANE_READY };

/* Begins one request and returns true: the host counts it until host_finished(). False where there
 * was nothing to begin after all. May call lane_want(). */
typedef bool (*lane_start_fn)(struct lane *lane);

/* Embedded in its owner. The links are the ledger's. */
struct lane {
    struct host *host;
    struct lane_group *group;
    enum lane_state state;
    bool wants;
    struct lane *next, *prev;
};

/* One job's READY lanes; embedded in its owner. */
struct lane_group {
    struct hosts *hosts;
    lane_start_fn start;
    struct lane *first, *last;
    struct lane_group *next, *prev; /* the groups that have a READY lane, in turn */
    bool listed;
};

void lane_group_init(struct lane_group *group, struct hosts *hosts, lane_start_fn start);
/* All its lanes must be done. */
void lane_group_done(struct lane_group *group);
void lane_init(struct lane *lane, struct host *host, struct lane_group *group);
void lane_done(struct lane *lane);
/* Says whether there is something to start in this lane. */
void lane_want(struct lane *lane, bool wants);

#endif
