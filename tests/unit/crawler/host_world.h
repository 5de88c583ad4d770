/* A host ledger on a real loop, for its tests: lanes that a test makes want so many requests, and a
 * test says when one ends. Where time is measured, it is only ever too early that is wrong. */
#ifndef IMGCRAWL_TESTS_HOST_WORLD_H
#define IMGCRAWL_TESTS_HOST_WORLD_H

#include <stdio.h>

#include "crawler/base/clock.h"
#include "crawler/hosts/host.h"
#include "tests/unit/crawler/crawler_test.h"

enum { MAX_STARTS = 200, MAX_LANES = 12, DELAY_MS = 40, MAX_REQUESTS = 16 };

struct job_lane {
    struct lane lane; /* first */
    struct ledger *ledger;
    char name;
    int left; /* requests that it wants to make */
    bool refuses;
    struct host_request requests[MAX_REQUESTS]; /* under way where host is set */
};

struct ledger {
    struct loop *loop;
    struct hosts *hosts;
    struct lane_group groups[4];
    struct job_lane lanes[MAX_LANES];
    int lane_count;
    int room; /* slots free */
    char started[MAX_STARTS + 1];
    int64_t started_at[MAX_STARTS];
    int start_count;
    int stop_after; /* stops the loop at that many starts */
    int saves;
    int64_t saved_backoff_ms;
    int waits_saved; /* hosts, not because of a pause */
    int64_t saved_next_at_ms;
    int turns; /* of the loop's queue */
};

static inline bool has_room(unsigned aside, void *arg)
{
    const struct ledger *ledger = arg;
    return ledger->room + (int)aside > 0;
}

static inline void save(const struct host_memory *rows, size_t count, bool is_pause, void *arg)
{
    struct ledger *ledger = arg;
    if (!is_pause) {
        ledger->waits_saved += (int)count;
        ledger->saved_next_at_ms = rows->next_at_ms;
        loop_stop(ledger->loop);
        return;
    }
    assert_int_equal(count, 1);
    assert_true(rows->next_at_ms > 0);
    ledger->saves++;
    ledger->saved_backoff_ms = rows->backoff_ms;
}

/* The one of the lane that is under way for longest; NULL: none. */
static inline struct host_request *oldest_request(struct job_lane *lane)
{
    struct host_request *oldest = NULL;
    for (int i = 0; i < MAX_REQUESTS; i++) {
        struct host_request *request = &lane->requests[i];
        if (request->host && (!oldest || request->begun_ms < oldest->begun_ms))
            oldest = request;
    }
    return oldest;
}

static inline struct host_request *unused_request(struct job_lane *lane)
{
    for (int i = 0; i < MAX_REQUESTS; i++) {
        if (!lane->requests[i].host)
            return &lane->requests[i];
    }
    fail_msg("too many requests of one lane");
    return NULL;
}

static inline struct host_request *start(struct lane *lane)
{
    struct job_lane *job_lane = (struct job_lane *)lane;
    struct ledger *ledger = job_lane->ledger;
    assert_true(job_lane->left > 0);
    assert_true(ledger->start_count < MAX_STARTS);
    if (--job_lane->left == 0)
        lane_want(lane, false);
    ledger->started[ledger->start_count] = job_lane->name;
    ledger->started_at[ledger->start_count++] = loop_now_ms(ledger->loop);
    if (ledger->start_count == ledger->stop_after)
        loop_stop(ledger->loop);
    if (job_lane->refuses)
        return NULL;
    ledger->room--;
    return unused_request(job_lane);
}

static inline int open_ledger_with(void **state, void (*change)(struct hosts_config *config))
{
    static const char *const own[] = {"own.example"};
    static struct ledger ledger;
    ledger = (struct ledger){.loop = new_loop(), .room = 1000};
    struct hosts_config config = {.pace = {.delay_ms = DELAY_MS,
                                           .max_crawl_delay_ms = 3 * DELAY_MS,
                                           .backoff_base_ms = 20,
                                           .backoff_max_ms = 100},
                                  .connections = 1,
                                  .own_connections = 4,
                                  .own_hosts = own,
                                  .own_host_count = 1,
                                  .room = has_room,
                                  .save = save,
                                  .arg = &ledger};
    if (change)
        change(&config);
    ledger.hosts = hosts_new(ledger.loop, &config);
    for (int i = 0; i < 4; i++)
        lane_group_init(&ledger.groups[i], ledger.hosts, start);
    *state = &ledger;
    return 0;
}

static inline int open_ledger(void **state)
{
    return open_ledger_with(state, NULL);
}

static inline int close_ledger(void **state)
{
    struct ledger *ledger = *state;
    for (int i = 0; i < ledger->lane_count; i++)
        lane_done(&ledger->lanes[i].lane);
    for (int i = 0; i < 4; i++)
        lane_group_done(&ledger->groups[i]);
    hosts_free(ledger->hosts);
    loop_free(ledger->loop);
    return 0;
}

static inline struct host *host_of(struct ledger *ledger, const char *name)
{
    return hosts_get(ledger->hosts, name, strlen(name));
}

/* A lane of a group (a job) for a host that wants to make so many requests. */
static inline struct job_lane *add_lane(struct ledger *ledger, int group, const char *host,
                                        int requests)
{
    assert_true(ledger->lane_count < MAX_LANES);
    struct job_lane *lane = &ledger->lanes[ledger->lane_count];
    *lane = (struct job_lane){.ledger = ledger, .name = (char)('a' + ledger->lane_count)};
    ledger->lane_count++;
    lane_init(&lane->lane, host_of(ledger, host), &ledger->groups[group]);
    lane->left = requests;
    lane_want(&lane->lane, requests > 0);
    return lane;
}

static inline void run_until(struct ledger *ledger, int starts)
{
    ledger->stop_after = starts;
    if (ledger->start_count < starts)
        loop_run(ledger->loop);
    ledger->stop_after = 0;
}

static inline void finish(struct ledger *ledger, struct host *host, bool overloaded,
                          int64_t retry_after)
{
    struct job_lane *lane = ledger->lanes;
    while (lane->lane.host != host || !oldest_request(lane))
        lane++;
    ledger->room++;
    lane_finished(oldest_request(lane),
                  &(struct host_feedback){.overloaded = overloaded, .retry_after_ms = retry_after});
    hosts_pump(ledger->hosts);
}

static inline void restore(struct ledger *ledger, const char *name, int64_t in_ms,
                           int64_t backoff_ms)
{
    hosts_restore(ledger->hosts, &(struct host_memory){.name = name,
                                                       .next_at_ms = clock_epoch_ms() + in_ms,
                                                       .backoff_ms = backoff_ms});
}

static inline void put_rule(struct ledger *ledger, struct host_rule rule)
{
    if (rule.pace.adaptive == 0)
        rule.pace.adaptive = -1;
    hosts_put_rule(ledger->hosts, &rule);
}

static inline void assert_not_before(const struct ledger *ledger, int start_index, int64_t at_ms)
{
    if (ledger->started_at[start_index] < at_ms)
        fail_msg("start %d came %d ms too early", start_index,
                 (int)(at_ms - ledger->started_at[start_index]));
}

#endif
