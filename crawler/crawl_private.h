/* A crawl's own structure and what its files call of each other: crawl.c (its life),
 * crawl_opening.c (how it begins), crawl_visits.c (its pages),
 * crawl_sitemaps.c (what sitemaps name), crawl_probes.c (its images). Nobody else includes this. */
#ifndef IMGCRAWL_CRAWL_PRIVATE_H
#define IMGCRAWL_CRAWL_PRIVATE_H

#include "crawler/base/rate.h"
#include "crawler/crawl.h"
#include "crawler/crawl_file.h"
#include "crawler/frontier/discovery.h"
#include "crawler/hosts/host.h"
#include "crawler/page.h"

struct crawl_release;
struct frontier;
struct loop_timer;
struct probes;
struct repeat;
struct sitemaps;

enum phase { PHASE_OPENING, PHASE_RUNNING, PHASE_DRAINING, PHASE_CLOSING, PHASE_CLOSED };

struct crawl {
    struct crawl_config config;
    const struct services *services;
    struct services own_services; /* the same, where the job asks for robots.txt apart */
    enum phase phase;
    struct promise *turn;         /* of those who wait until it runs or is closed; NULL: nobody */
    struct crawl_outcome outcome; /* where it is going, from DRAINING on */
    enum outcome limit;           /* the limit that ended it; OUTCOME_OK: none did */

    struct crawl_opening opening;
    struct crawl_closing closing;
    char closing_event[400];

    struct job_store *store;
    struct fetch_session *session;
    struct repeat *repeat; /* the earlier job that this one repeats; NULL: none */
    struct lane_group lanes;
    struct frontier *frontier;
    struct discovery discovery; /* owns seen, scope and limits */
    struct traps *traps;
    struct crawl_release *releases; /* of traps, in this run */
    struct sitemaps *sitemaps;      /* NULL: none are looked for */
    unsigned sitemap_intakes;       /* sitemaps on their way to disk */
    unsigned damaged_sitemaps;      /* that were read in part */
    struct probes *probes;          /* NULL: nothing but pages is asked for */
    struct page_owner page_owner;
    struct page *pages; /* in flight */
    unsigned page_count;
    unsigned waits; /* for robots.txt, and for the seeds to be stored */

    struct job_counts counts;
    int64_t visited; /* URLs visited at least once */
    int64_t opened_at_ms;
    struct rate rate;
    struct loop_timer *time_limit;
    struct loop_timer *clock; /* so that running time and rate are told while nothing happens */
    char first_failure[256];  /* why the first URL that failed did, for a crawl that gets no page */
    enum outcome first_failure_outcome;
    int64_t failures_logged;

    char waiting[256]; /* what for, while nothing is under way; "" else */
    bool report_queued, freed;
};

/* The one place where the phase changes. */
void crawl_set_phase(struct crawl *crawl, enum phase phase);
/* Numbers have changed; they are told on the next turn of the loop. */
void crawl_changed(struct crawl *crawl);
/* Whether there is still something to do; the only place that decides that it is over. */
void crawl_check_progress(struct crawl *crawl);
/* The crawl comes to its end by itself: a limit, or a store that fails (positive errno). */
void crawl_end_by_time(void *arg);
void crawl_end_by_storage(struct crawl *crawl, int error);

/* A lane_start_fn: the host ledger gives one of its origins a turn. */
struct host_request *crawl_start_lane(struct lane *lane);
/* A lane_free_fn: robots.txt cannot be had, so nothing is asked for. */
bool crawl_lane_is_free(const struct lane *lane);
/* For struct page_owner. */
void crawl_finds_stored(const struct finds *finds, const struct store_totals *totals, void *arg);
void crawl_page_ended(struct page *page, struct frontier_url *take_url,
                      const struct page_result *result, void *arg);
void crawl_count_totals(struct crawl *crawl, const struct store_totals *totals);

/* A group's on_pages(). */
void crawl_pages_changed(struct lane_group *group);
/* Lets no more pages begin than max_in_flight; called when their number has changed. */
void crawl_limit_in_flight(struct crawl *crawl);
/* From now on, by what is left of max_seconds. */
void crawl_start_time_limit(struct crawl *crawl);
/* A line for people in the job's history and among its notes: what they must know to judge the
 * result. code: a word for programs. */
void crawl_note(struct crawl *crawl, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Looks what is waited for; for crawl_waiting(). */
void crawl_describe_wait(struct crawl *crawl);

/* Ends the waiting for robots.txt; whoever else waits for the same one asks again. */
void crawl_cancel_robots(struct crawl *crawl);

/* Opens the job's file on the writer thread and goes on from there. */
void crawl_open(struct crawl *crawl);

#endif
