/* The host ledger: one politeness for each host, across all jobs of the node, and the choice of
 * what is fetched next.
 *
 * A *lane* is one job's queue for one origin. It belongs to a host, which says when a request may
 * be made, and to a group, the job, which shares the fetch slots with the other jobs by turns. Its
 * path:
 *
 *     IDLE ──wants──▶ PARKED ──host has room──▶ READY ──its turn, a slot is free──▶ start()
 *                        └──its group is held──▶ HELD ──▶ PARKED
 *
 * A host lets as many lanes become READY as it has room for, so that whoever is READY may go. It
 * has room when its own requests leave some, when those of all hosts at its address do, when its
 * delay or pause is over (host_pace.h), and when the job's own delay is. A host that must wait for
 * time stands in a heap ordered by time, one that waits for its address in that address's list. No
 * lane is ever polled. A lane in which no request will be made waits for its turn only. READY lanes
 * stand in one queue for each class of hosts, and each class has its share of the slots
 * (host_share.h); slow ones have a lane of their own beside them. Loop thread.
 */
#ifndef IMGCRAWL_HOST_H
#define IMGCRAWL_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "crawler/hosts/host_pace.h"
#include "crawler/hosts/host_rules.h"
#include "crawler/hosts/host_share.h"

struct host;
struct hosts;
struct lane;
struct lane_group;
struct loop;

/* What is remembered of a host over restarts. */
struct host_memory {
    const char *name;
    int64_t next_at_ms; /* epoch: no request before */
    int64_t backoff_ms, latency_ms, baseline_ms, brake_ms;
};

struct hosts_config {
    struct pace_config pace;
    unsigned connections;     /* requests at once to a host */
    unsigned own_connections; /* the same for one's own hosts, which have no delay */
    const char *const *own_hosts;
    size_t own_host_count;
    unsigned address_connections; /* requests at once to one address, whatever its hosts; 0: any */
    unsigned slots;               /* that pages can have, for the shares; 0: no shares */
    unsigned unproven_percent;    /* of them for hosts that are new */
    unsigned slow_lane;           /* requests to slow hosts, beside the slots */
    int64_t slow_after_ms;        /* a request that takes so long is slow */

    /* Whether another request can be started at all, where so many are in the slow lane and take
     * nobody's slot. */
    bool (*room)(unsigned aside, void *arg);
    /* Hosts are to be remembered. is_pause: one host, which asked for quiet. */
    void (*save)(const struct host_memory *rows, size_t count, bool is_pause, void *arg);
    /* Asks for the host's address, which host_located() tells, never inline. NULL: addresses are
     * not looked at. Not asked for one's own hosts. */
    void (*locate)(struct host *host, void *arg);
    /* Ends a request to the host that began at that loop time or before, as one that is too slow;
     * its end is told later. False where none can be. NULL: none ever. */
    bool (*end_slow)(const struct host *host, int64_t begun_ms, void *arg);
    void *arg;
};

struct hosts *hosts_new(struct loop *loop, const struct hosts_config *config);
struct hosts *hosts_free(struct hosts *hosts);
/* A slot came free: looks for the next to start, on the loop's next turn. */
void hosts_pump(struct hosts *hosts);
/* Saves what was learned since the last time; done by itself once in a while. */
void hosts_save(struct hosts *hosts);
const struct host_share *hosts_share(const struct hosts *hosts);

/* The host of that name, made when it is new. Never freed before hosts_free(). */
struct host *hosts_get(struct hosts *hosts, const char *name, size_t bytes);
const char *host_name(const struct host *host);
/* 127.0.0.0/8, [::1], localhost and what is below it, by the name alone. */
bool host_name_is_loopback(const char *name);
/* Loopback, localhost or listed as one's own: crawled as fast as it answers. */
bool host_is_own(const struct host *host);
/* Crawl-delay of a robots.txt, 0: none; robots: whose, and only a key. The last of each counts, and
 * of several the longest. Of one's own hosts, and up to a limit, it is obeyed no further. */
void host_set_crawl_delay(struct host *host, const void *robots, int64_t delay_ms);
/* Whether the host asked for more than is obeyed; then what is, in *ret_obeyed_ms. */
bool host_crawl_delay_is_capped(const struct host *host, int64_t asked_ms, int64_t *ret_obeyed_ms);
void hosts_restore(struct hosts *hosts, const struct host_memory *memory);
/* address: as text, NULL where it is not known or does not count: the host is let go without. */
void host_located(struct host *host, const char *address, int64_t expires_ms);

/* The operator's rules; known hosts obey at once. */
const struct host_rules *hosts_rules(const struct hosts *hosts);
void hosts_put_rule(struct hosts *hosts, const struct host_rule *rule);
int hosts_remove_rule(struct hosts *hosts, const char *pattern); /* -ENOENT */

/* What an answer says about the host. */
struct host_feedback {
    bool overloaded;        /* 429 or 503 */
    int64_t retry_after_ms; /* -1: none */
    bool is_page;           /* it was a page, and its answer proves what the host is like */
    bool answered;          /* a status came */
    int64_t first_byte_ms, elapsed_ms;
};
/* A request to a host that is under way, embedded in whoever made it. All of it is the ledger's,
 * from start() until lane_finished(). */
struct host_request {
    struct host *host; /* NULL: it is not under way */
    struct lane_group *group;
    bool is_page;                       /* its maker's word: group_pages count it */
    TAILQ_ENTRY(host_request) by_age;   /* as long as it is not overdue */
    TAILQ_ENTRY(host_request) by_place; /* unless it was in the slow lane from its beginning */
    int64_t begun_ms;                   /* loop time */
    bool overdue;
    enum request_place { PLACE_SLOT, PLACE_SET_ASIDE, PLACE_LANE } place;
    enum host_class class; /* of its host, when it began */
};
/* A request to the host that start() began has ended. */
void lane_finished(struct host_request *request, const struct host_feedback *feedback);
/* The same for one that was made for no lane: host_reserve() first. */
void host_observe(struct host *host, const struct host_feedback *feedback);
/* A request outside of all lanes (where a robots.txt redirects to): takes the host's next time and
 * says how long to wait for it, ms. */
int64_t host_reserve(struct host *host);

/* For people. */
struct host_view {
    const char *name;
    const char *address; /* NULL: not known */
    enum host_class class;
    int64_t delay_ms;
    enum pace_why why;
    int64_t next_in_ms; /* 0: now */
    int64_t latency_ms, baseline_ms, backoff_ms;
    unsigned connections, active;
    bool is_own, is_wanted; /* a lane waits for it */
};
void host_look(const struct host *host, struct host_view *ret_view);
typedef void (*host_view_fn)(const struct host_view *view, void *arg);
void hosts_each(const struct hosts *hosts, host_view_fn fn, void *arg);

/* Whether start() would make no request in this lane now, so that it need not wait for the host:
 * what is to be done is to be settled without asking. */
typedef bool (*lane_free_fn)(const struct lane *lane);

enum lane_state { LANE_IDLE, LANE_PARKED, LANE_HELD, LANE_READY };

/* Begins one request and returns it: the host counts it until lane_finished(). NULL where there was
 * nothing to begin after all. May call lane_want(). */
typedef struct host_request *(*lane_start_fn)(struct lane *lane);

/* Embedded in its owner. The links are the ledger's. */
struct lane {
    struct host *host;
    struct lane_group *group;
    enum lane_state state;
    enum host_class class; /* the queue that it is READY in */
    bool wants;
    bool is_free; /* start() was called without a turn, and must make no request */
    struct lane *next, *prev;
};

struct lane_list {
    struct lane *first, *last;
};

/* A group's READY lanes of one class, in the ring of those that have some. */
struct lane_queue {
    struct lane_list lanes;
    struct lane_queue *next, *prev;
    struct lane_group *group;
    bool listed;
};

/* A group's pages under way, for the limit of its own that a job may have. What takes
 * slow_after_ms is counted apart, so that tarpits do not use that limit up. */
struct group_pages {
    unsigned overdue;
    unsigned unproven; /* of hosts that were not QUICK when they began; not overdue */
    bool has_quick;    /* one of a QUICK host has begun */
};

enum lane_hold {
    HOLD_NONE,
    HOLD_ALL,
    HOLD_UNPROVEN /* lanes of hosts that are not QUICK */
};

/* One job's lanes; embedded in its owner. */
struct lane_group {
    struct hosts *hosts;
    lane_start_fn start;
    lane_free_fn is_free; /* NULL: all lanes wait for their hosts */
    struct lane_queue ready[HOST_CLASS_COUNT];
    void (*on_pages)(struct lane_group *group); /* they have changed; NULL: nobody asks */
    struct group_pages pages;
    struct lane_list held;
    enum lane_hold hold;
    int64_t delay_ms; /* between two requests of this job to a host, at least; 0: the host's */
    const struct lane_group *delay_of; /* of the same job, that it shares the delay with; NULL: its
                                          own. All of its lanes are done first */
};

void lane_group_init(struct lane_group *group, struct hosts *hosts, lane_start_fn start);
/* All its lanes must be done. */
void lane_group_done(struct lane_group *group);
/* What is held does not start: the job has as many pages in flight as it wants. */
void lane_group_hold(struct lane_group *group, enum lane_hold hold);
void lane_group_set_delay(struct lane_group *group, int64_t delay_ms);
void lane_init(struct lane *lane, struct host *host, struct lane_group *group);
void lane_done(struct lane *lane);
/* Says whether there is something to start in this lane. */
void lane_want(struct lane *lane, bool wants);

#endif
