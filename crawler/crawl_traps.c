/* See crawl_traps.h. */
#include "crawler/crawl_traps.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/async/promise.h"
#include "crawler/base/clock.h"
#include "crawler/base/log.h"
#include "crawler/base/memory.h"
#include "crawler/crawl_private.h"
#include "crawler/frontier/frontier.h"
#include "crawler/frontier/limits.h"
#include "crawler/frontier/traps.h"
#include "crawler/workers/store_writer.h"

enum { CHUNK = 256, FILE_CHUNK = 5000 };

/* A trap that was released in this run. */
struct crawl_release {
    struct crawl_release *next;
    int64_t trap_id;
    struct frontier_origin *origin; /* of the last URL that came out */
    bool is_read;                   /* the last chunk was not full; only what is late may come */
    bool is_reading;
    bool is_over;
};

/* Opening */

/* All that a released trap still holds goes back among what is queued. */
static int release_rest(struct job_store *store, const struct store_trap *trap, int64_t *ret_count)
{
    int count = FILE_CHUNK;
    while (trap->released_ms && count == FILE_CHUNK) {
        count = job_store_release_urls(store, trap->id, FILE_CHUNK, NULL, NULL);
        if (count < 0)
            return count;
        *ret_count += count;
    }
    return 0;
}

static int restore_trap(const struct store_trap *trap, void *arg)
{
    struct crawl_opening *opening = arg;
    int64_t count = 0;
    traps_restore(opening->traps, trap);
    return release_rest(opening->store, trap, &count);
}

static int restore_visits(struct store_text host, int64_t visits, void *arg)
{
    struct crawl_opening *opening = arg;
    limits_restore_visits(opening->limits, host.data, host.bytes, visits);
    return 0;
}

int crawl_restore_traps(struct crawl_opening *opening)
{
    opening->traps = traps_new(opening->seed);
    opening->limits = limits_new(opening->seed);
    int rc = job_store_each_trap(opening->store, restore_trap, opening);
    return rc < 0 ? rc : job_store_each_host_visits(opening->store, restore_visits, opening);
}

/* Closing */

struct rest {
    struct job_store *store;
    int64_t count;
};

static int release_rest_of(const struct store_trap *trap, void *arg)
{
    struct rest *rest = arg;
    return release_rest(rest->store, trap, &rest->count);
}

int crawl_release_rest(struct job_store *store, int64_t *ret_count)
{
    struct rest rest = {.store = store};
    int rc = job_store_each_trap(store, release_rest_of, &rest);
    *ret_count = rest.count;
    return rc;
}

/* A new trap on its way to the file: the row and its texts. */
struct finding {
    struct crawl *crawl;
    struct store_trap trap;
    char *texts[4];
};

static int store_on_thread(void *arg)
{
    const struct finding *finding = arg;
    return job_store_add_trap(finding->crawl->store, &finding->trap);
}

static struct promise *trap_stored(struct promise *settled, void *arg)
{
    struct finding *finding = arg;
    struct crawl *crawl = finding->crawl;
    for (int i = 0; i < 4; i++)
        free(finding->texts[i]);
    free(finding);
    crawl->waits--;
    if (promise_state_of(settled) == PROMISE_REJECTED)
        crawl_end_by_storage(crawl, promise_error(settled)->code);
    crawl_check_progress(crawl);
    return NULL;
}

static void keep(struct finding *finding, int index, struct store_text *text)
{
    finding->texts[index] = memory_strndup(text->data, text->bytes);
    text->data = finding->texts[index];
}

static void trap_found(const struct store_trap *trap, void *arg)
{
    struct crawl *crawl = arg;
    struct finding *finding = memory_new(sizeof *finding);
    *finding = (struct finding){.crawl = crawl, .trap = *trap};
    keep(finding, 0, &finding->trap.host);
    keep(finding, 1, &finding->trap.pattern);
    keep(finding, 2, &finding->trap.detail);
    keep(finding, 3, &finding->trap.examples);
    log_info("job %lld host %s: trap %lld (%s) held back: %s: %s", (long long)crawl->config.job_id,
             finding->texts[0], (long long)trap->id, trap->kind, finding->texts[1],
             finding->texts[2]);
    crawl->waits++;
    promise_unref(
        promise_finally(store_writer_call(crawl->services->writer, store_on_thread, finding),
                        trap_stored, finding));
}

static void pattern_cut_off(const char *detail, const struct url *url, void *arg)
{
    crawl_note(arg, "pattern_cut_off", "%s (URL: %.200s)", detail, url->href);
}

static void evidence_dropped(void *arg)
{
    crawl_note(arg, "trap_evidence_dropped",
               "too many sets of URLs look alike; those of which least is known are forgotten");
}

void crawl_take_traps(struct crawl *crawl)
{
    struct discovery *discovery = &crawl->discovery;
    discovery->settings = crawl->config.settings;
    discovery->limits = crawl->opening.limits;
    crawl->opening.limits = NULL;
    crawl->traps = crawl->opening.traps;
    crawl->opening.traps = NULL;
    if (discovery->settings->detect_traps)
        discovery->traps = crawl->traps;
    discovery->on_cut_off = pattern_cut_off;
    discovery->arg = crawl;
    traps_on_found(crawl->traps, trap_found, crawl);
    traps_on_dropped(crawl->traps, evidence_dropped);
}

void crawl_free_traps(struct crawl *crawl)
{
    for (struct crawl_release *release = crawl->releases, *next; release; release = next) {
        next = release->next;
        free(release);
    }
    crawl->releases = NULL;
    crawl->traps = traps_free(crawl->traps);
    crawl->discovery.traps = NULL;
    crawl->discovery.limits = limits_free(crawl->discovery.limits);
}

/* A URL's turn */

enum outcome crawl_judge_turn(struct crawl *crawl, struct frontier_url *url, char *detail,
                              size_t detail_bytes)
{
    const struct discovery *discovery = &crawl->discovery;
    bool is_seed = url->depth == 0 && url->hops == 0;
    if (url->attempts > 0)
        return OUTCOME_OK;
    if (discovery->traps && !is_seed)
        url->trap_id = traps_judge_queued(discovery->traps, url->url, url->bytes, clock_epoch_ms());
    if (url->trap_id) {
        snprintf(detail, detail_bytes, "trap %lld", (long long)url->trap_id);
        return OUTCOME_TRAP;
    }
    enum outcome outcome = limits_judge_visit(discovery->limits, discovery->settings,
                                              host_name(url->origin->lane.host));
    if (outcome != OUTCOME_OK)
        limits_explain(discovery->settings, outcome, detail, detail_bytes);
    return outcome;
}

/* Releasing */

/* URLs on their way out of a trap. */
struct chunk {
    struct crawl *crawl;
    struct crawl_release *release;
    size_t count;
    struct chunk_url {
        int64_t id;
        uint32_t depth, hops;
        char *text;
        size_t bytes;
    } urls[CHUNK];
};

static int take_row(const struct store_url *row, void *arg)
{
    struct chunk *chunk = arg;
    chunk->urls[chunk->count++] =
        (struct chunk_url){.id = row->id,
                           .depth = row->depth,
                           .hops = row->hops,
                           .text = memory_strndup(row->url.data, row->url.bytes),
                           .bytes = row->url.bytes};
    return 0;
}

static int read_on_thread(void *arg)
{
    struct chunk *chunk = arg;
    int rc = job_store_release_urls(chunk->crawl->store, chunk->release->trap_id, CHUNK, take_row,
                                    chunk);
    return rc < 0 ? rc : 0;
}

static void queue_released(struct crawl *crawl, struct crawl_release *release,
                           const struct chunk_url *row)
{
    struct url url;
    job_counts_release(&crawl->counts, OUTCOME_TRAP);
    if (url_parse(row->text, row->bytes, NULL, &url) != URL_OK)
        return; /* cannot be: it was written by us */
    release->origin = frontier_origin_of(crawl->frontier, &url);
    frontier_add_released(release->origin, &(struct frontier_add){.id = row->id,
                                                                  .depth = row->depth,
                                                                  .hops = (uint16_t)row->hops,
                                                                  .url = row->text,
                                                                  .bytes = row->bytes});
}

static struct promise *chunk_read(struct promise *settled, void *arg)
{
    struct chunk *chunk = arg;
    struct crawl *crawl = chunk->crawl;
    struct crawl_release *release = chunk->release;
    bool failed = promise_state_of(settled) == PROMISE_REJECTED;
    for (size_t i = 0; i < chunk->count; i++) {
        if (!failed)
            queue_released(crawl, release, &chunk->urls[i]);
        free(chunk->urls[i].text);
    }
    release->is_reading = false;
    release->is_over = release->is_read && chunk->count == 0;
    release->is_read = chunk->count < CHUNK;
    free(chunk);
    crawl->waits--;
    if (failed)
        crawl_end_by_storage(crawl, promise_error(settled)->code);
    crawl_check_progress(crawl);
    return NULL;
}

static void read_chunk(struct crawl *crawl, struct crawl_release *release)
{
    struct chunk *chunk = memory_new(sizeof *chunk);
    chunk->crawl = crawl;
    chunk->release = release;
    release->is_reading = true;
    crawl->waits++;
    promise_unref(promise_finally(store_writer_call(crawl->services->writer, read_on_thread, chunk),
                                  chunk_read, chunk));
}

/* What was on its way to the file while the trap was released comes last: when nothing is under way
 * any more, one look finds nothing. */
bool crawl_pull_released(struct crawl *crawl, bool is_idle)
{
    bool reading = false;
    if (crawl->phase != PHASE_RUNNING)
        return false;
    for (struct crawl_release *release = crawl->releases; release; release = release->next) {
        bool is_due =
            release->is_read ? is_idle : !release->origin || release->origin->window_count < CHUNK;
        if (!release->is_reading && !release->is_over && is_due)
            read_chunk(crawl, release);
        reading = reading || release->is_reading;
    }
    return reading;
}

struct release_call {
    struct crawl *crawl;
    int64_t trap_id;
};

static int release_on_thread(void *arg)
{
    const struct release_call *call = arg;
    return job_store_release_trap(call->crawl->store, call->trap_id, clock_epoch_ms());
}

/* What is found from now on is let through; what is on its way as held back comes out with the
 * rest.
 */
static void begin_release(struct crawl *crawl, int64_t trap_id)
{
    struct crawl_release *release = memory_new(sizeof *release);
    *release = (struct crawl_release){.next = crawl->releases, .trap_id = trap_id};
    crawl->releases = release;
    traps_release(crawl->traps, trap_id);
    log_info("job %lld: trap %lld released", (long long)crawl->config.job_id, (long long)trap_id);
    crawl_pull_released(crawl, false);
}

static struct promise *released(struct promise *settled, void *arg)
{
    struct release_call *call = arg;
    struct crawl *crawl = call->crawl;
    crawl->waits--;
    if (promise_state_of(settled) == PROMISE_RESOLVED)
        begin_release(crawl, call->trap_id);
    else if (promise_error(settled)->code != ENOENT && promise_error(settled)->code != EALREADY)
        log_error(
            "job %lld: the release of trap %lld could not be stored, so it stays as it was: %s",
            (long long)crawl->config.job_id, (long long)call->trap_id,
            strerror(promise_error(settled)->code));
    free(call);
    crawl_check_progress(crawl);
    return NULL;
}

struct promise *crawl_release_trap(struct crawl *crawl, int64_t trap_id)
{
    struct loop *loop = crawl->services->loop;
    if (crawl->phase != PHASE_RUNNING)
        return promise_rejected(loop, EBUSY, "crawl", "the job is being opened or closed");
    struct release_call *call = memory_new(sizeof *call);
    *call = (struct release_call){.crawl = crawl, .trap_id = trap_id};
    crawl->waits++;
    return promise_finally(store_writer_call(crawl->services->writer, release_on_thread, call),
                           released, call);
}
