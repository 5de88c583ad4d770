/* How a crawl begins: the job's file is opened on the writer thread, what it holds goes into
 * memory, and the seeds are stored, as far as they are not, before anything is fetched. See
 * crawl.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/async/loop.h"
#include "crawler/async/promise.h"
#include "crawler/base/clock.h"
#include "crawler/base/log.h"
#include "crawler/base/memory.h"
#include "crawler/crawl_private.h"
#include "crawler/crawl_probes.h"
#include "crawler/crawl_repeat.h"
#include "crawler/crawl_sitemaps.h"
#include "crawler/crawl_traps.h"
#include "crawler/frontier/frontier.h"
#include "crawler/frontier/scope.h"
#include "crawler/indexer.h"
#include "crawler/workers/store_writer.h"

static void refill_ended(int rc, void *arg)
{
    if (rc < 0)
        crawl_end_by_storage(arg, -rc);
    crawl_check_progress(arg);
}

static void restore(struct crawl *crawl)
{
    struct crawl_opening *opening = &crawl->opening;
    crawl->counts = opening->counts;
    crawl_count_totals(crawl, &opening->totals);
    crawl->visited = crawl->counts.by_class[OUTCOME_DONE] + crawl->counts.by_class[OUTCOME_FAILED] +
                     crawl->counts.by_outcome[OUTCOME_NOT_HTML];
    crawl->discovery.last_url_id = opening->totals.last_url_id;
    struct url url;
    for (size_t i = 0; i < opening->redirect_seed_count; i++) {
        const char *text = opening->redirect_seeds[i];
        if (url_parse(text, strlen(text), NULL, &url) == URL_OK)
            scope_add_seed(crawl->discovery.scope, &url);
    }
    for (size_t i = 0; i < opening->origin_count; i++) {
        const struct opened_origin *origin = &opening->origins[i];
        if (url_parse(origin->name, strlen(origin->name), NULL, &url) == URL_OK)
            frontier_restore_origin(crawl->frontier, origin->id, &url, origin->queued,
                                    opening->totals.last_url_id);
    }
}

static void run(struct crawl *crawl)
{
    const struct job_settings *settings = crawl->config.settings;
    if (crawl->outcome.state != JOB_RUNNING || *crawl->outcome.reason) {
        crawl_set_phase(crawl, PHASE_DRAINING); /* it was ended while it was being opened */
    } else {
        crawl_set_phase(crawl, PHASE_RUNNING);
        crawl_start_time_limit(crawl);
        if (crawl->visited >= settings->max_pages)
            frontier_open(crawl->frontier, true, true);
        crawl_begin_sitemaps(crawl);
        crawl_begin_probes(crawl);
    }
    crawl_check_progress(crawl);
}

/* The seeds on their way to disk, as many at once as a turn of the loop has time for. */
enum { SLICE_SEEDS = 2000, SLICE_US = 5000 };

struct seeding {
    struct crawl *crawl;
    size_t next; /* of the settings' seeds */
    struct finds finds;
    struct store_append append;
};

static void offer_slice(struct seeding *seeding);

static struct promise *seeds_stored(struct promise *settled, void *arg)
{
    struct seeding *seeding = arg;
    struct crawl *crawl = seeding->crawl;
    bool failed = promise_state_of(settled) == PROMISE_REJECTED;
    if (failed)
        crawl_end_by_storage(crawl, promise_error(settled)->code);
    else
        finds_announce(&seeding->finds, &crawl->counts);
    finds_done(&seeding->finds);
    crawl_changed(crawl);
    if (!failed && seeding->next < crawl->config.settings->seeds.count) {
        offer_slice(seeding);
        return NULL;
    }
    crawl->waits--;
    free(seeding);
    crawl_begin_repeat(crawl, run);
    return NULL;
}

/* What an earlier run stored before it was interrupted is known. */
static void offer_seed(struct seeding *seeding, const char *seed)
{
    struct discovery *discovery = &seeding->crawl->discovery;
    struct url url;
    size_t bytes = strlen(seed);
    if (!discovery_knows(discovery, seed, bytes) && url_parse(seed, bytes, NULL, &url) == URL_OK)
        discovery_follow(discovery,
                         &(struct lead){.url = &url, .text = {seed, bytes}, .via = VIA_SEED},
                         &seeding->finds);
}

static void offer_slice(struct seeding *seeding)
{
    struct crawl *crawl = seeding->crawl;
    const struct text_list *seeds = &crawl->config.settings->seeds;
    const struct finds *finds = &seeding->finds;
    int64_t end_us = clock_running_us() + SLICE_US;
    while (seeding->next < seeds->count && finds->count < SLICE_SEEDS &&
           clock_running_us() < end_us)
        offer_seed(seeding, seeds->items[seeding->next++]);
    seeding->append = (struct store_append){.store = crawl->store,
                                            .batch = {.origins = finds->origins,
                                                      .origin_count = finds->origin_count,
                                                      .urls = finds->urls,
                                                      .url_count = finds->count}};
    promise_unref(promise_finally(store_writer_append(crawl->services->writer, &seeding->append),
                                  seeds_stored, seeding));
}

static void offer_seeds(struct crawl *crawl)
{
    struct seeding *seeding = memory_new(sizeof *seeding);
    seeding->crawl = crawl;
    crawl->waits++;
    offer_slice(seeding);
}

static void open_memory(struct crawl *crawl)
{
    const struct services *services = crawl->services;
    crawl->store = crawl->opening.store;
    crawl->discovery.seen = crawl->opening.seen;
    crawl->opening.store = NULL;
    crawl->opening.seen = NULL;
    crawl->discovery.unfollowed = crawl->opening.unfollowed;
    crawl->opening.unfollowed = NULL;
    crawl_take_traps(crawl);
    crawl->discovery.max_urls = crawl->config.settings->max_urls;
    crawl->discovery.scope = scope_new(crawl->config.settings);
    crawl->frontier = frontier_new(&(struct frontier_config){.loop = services->loop,
                                                             .hosts = services->hosts,
                                                             .lanes = &crawl->lanes,
                                                             .writer = services->writer,
                                                             .store = crawl->store,
                                                             .on_loaded = refill_ended,
                                                             .arg = crawl});
    crawl->discovery.frontier = crawl->frontier;
    crawl->page_owner = (struct page_owner){.services = services,
                                            .policy = crawl->config.policy,
                                            .settings = crawl->config.settings,
                                            .session = crawl->session,
                                            .store = crawl->store,
                                            .discovery = &crawl->discovery,
                                            .on_finds = crawl_finds_stored,
                                            .on_end = crawl_page_ended,
                                            .arg = crawl};
}

static void opening_failed(struct crawl *crawl, const struct promise_error *error)
{
    struct crawl_outcome outcome = {.state = JOB_FAILED, .reason = "storage_error"};
    snprintf(outcome.detail, sizeof outcome.detail, "%s: %s (%s)", crawl->config.path,
             crawl->opening.reason, strerror(error->code));
    log_error("job %lld: %s", (long long)crawl->config.job_id, outcome.detail);
    crawl->outcome = outcome;
    crawl->phase = PHASE_CLOSED;
    crawl->config.on_closed(crawl, &outcome, crawl->config.arg);
}

static struct promise *opened(struct promise *settled, void *arg)
{
    struct crawl *crawl = arg;
    if (promise_state_of(settled) == PROMISE_REJECTED) {
        opening_failed(crawl, promise_error(settled));
        return NULL;
    }
    open_memory(crawl);
    restore(crawl);
    offer_seeds(crawl);
    return NULL;
}

void crawl_open(struct crawl *crawl)
{
    crawl->opening =
        (struct crawl_opening){.path = crawl->config.path,
                               .job_id = crawl->config.job_id,
                               .is_there = crawl->config.counts_before->known > 0,
                               .asks_images = crawl->config.settings->probe != PROBE_OFF,
                               .asks_style_sheets = crawl->config.settings->style_sheets};
    promise_unref(indexer_stop(crawl->services->indexer, crawl->config.job_id));
    promise_unref(promise_finally(
        store_writer_call(crawl->services->writer, crawl_file_open, &crawl->opening), opened,
        crawl));
}
