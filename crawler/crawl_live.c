/* What of a crawl can be changed while it runs, and what it tells of itself besides its numbers.
 * See crawl.h. Loop thread; notes are written by the writer thread. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "crawler/async/loop.h"
#include "crawler/async/promise.h"
#include "crawler/base/clock.h"
#include "crawler/base/log.h"
#include "crawler/base/memory.h"
#include "crawler/crawl_private.h"
#include "crawler/crawl_probes.h"
#include "crawler/frontier/frontier.h"
#include "crawler/hosts/robots.h"
#include "crawler/probe/probes.h"
#include "crawler/workers/store_writer.h"

/* Settings */

/* Pages that take long do not count, for they may take for ever. As soon as hosts have answered,
 * half of the limit is theirs alone. */
static enum lane_hold hold_of(const struct crawl *crawl)
{
    int64_t most = crawl->config.settings->max_in_flight;
    const struct group_pages *pages = &crawl->lanes.pages;
    int64_t counted = (int64_t)crawl->page_count + crawl_probes_in_flight(crawl) - pages->overdue;
    if (most == 0)
        return HOLD_NONE;
    if (counted >= most)
        return HOLD_ALL;
    return pages->has_quick && pages->unproven >= (most + 1) / 2 ? HOLD_UNPROVEN : HOLD_NONE;
}

void crawl_limit_in_flight(struct crawl *crawl)
{
    enum lane_hold hold = hold_of(crawl);
    lane_group_hold(&crawl->lanes, hold);
    if (crawl->probes)
        probes_hold(crawl->probes, hold == HOLD_ALL);
}

void crawl_start_time_limit(struct crawl *crawl)
{
    int64_t left_ms = crawl->config.settings->max_seconds * 1000 - crawl->config.active_ms_before -
                      crawl_running_ms(crawl);
    loop_timer_start_in(crawl->time_limit, left_ms > 0 ? left_ms : 0);
}

void crawl_settings_changed(struct crawl *crawl)
{
    const struct job_settings *settings = crawl->config.settings;
    if (crawl->lanes.delay_ms != settings->delay_ms)
        lane_group_set_delay(&crawl->lanes, settings->delay_ms);
    if (crawl->probes)
        probes_set_delay(crawl->probes, settings->delay_ms);
    crawl_limit_in_flight(crawl);
    if (crawl->phase != PHASE_RUNNING)
        return;
    crawl_start_time_limit(crawl);
    frontier_open(crawl->frontier, true, crawl->visited >= settings->max_pages);
    crawl_check_progress(crawl);
}

/* Notes */

struct note {
    struct crawl *crawl;
    struct job_store *store;
    int64_t at_ms;
    char text[512];
};

/* Writer thread. */
static int write_note(void *arg)
{
    struct note *note = arg;
    return job_store_add_event(note->store, note->at_ms, "note", note->text);
}

static struct promise *note_written(struct promise *settled, void *arg)
{
    struct note *note = arg;
    struct crawl *crawl = note->crawl;
    if (promise_state_of(settled) == PROMISE_REJECTED)
        log_warning("job %lld: a note could not be stored: %s", (long long)crawl->config.job_id,
                    note->text);
    free(note);
    crawl->waits--;
    crawl_check_progress(crawl);
    return NULL;
}

void crawl_note(struct crawl *crawl, const char *code, const char *format, ...)
{
    struct note *note = memory_new(sizeof *note);
    va_list arguments;
    *note =
        (struct note){.crawl = crawl, .store = crawl->page_owner.store, .at_ms = clock_epoch_ms()};
    int bytes = snprintf(note->text, sizeof note->text, "%s: ", code);
    va_start(arguments, format);
    vsnprintf(note->text + bytes, sizeof note->text - (size_t)bytes, format, arguments);
    va_end(arguments);
    log_info("job %lld: %s", (long long)crawl->config.job_id, note->text);
    crawl->waits++; /* the file stays open until then */
    promise_unref(promise_finally(store_writer_call(crawl->services->writer, write_note, note),
                                  note_written, note));
}

/* Waiting */

struct longest {
    const struct crawl *crawl;
    struct host_view view; /* of the host that is asked next */
    bool found, for_robots;
    int64_t in_ms;
};

static void look_at_origin(struct frontier_origin *origin, void *arg)
{
    struct longest *soonest = arg;
    struct host_view view;
    if (origin->queued == 0)
        return;
    const struct services *services = soonest->crawl->services;
    const struct robots_entry *robots =
        robots_of(services->robots, origin->name, soonest->crawl->config.policy);
    host_look(origin->lane.host, &view);
    int64_t pause_ms = robots->failures > 0 ? robots->retry_at_ms - loop_now_ms(services->loop) : 0;
    int64_t in_ms = pause_ms > view.next_in_ms ? pause_ms : view.next_in_ms;
    if (soonest->found && in_ms >= soonest->in_ms)
        return;
    *soonest = (struct longest){.crawl = soonest->crawl,
                                .view = view,
                                .found = true,
                                .for_robots = pause_ms > view.next_in_ms,
                                .in_ms = in_ms};
}

static const char *reason_of(const struct longest *soonest)
{
    if (soonest->for_robots)
        return "its robots.txt cannot be had, and is asked for again";
    switch (soonest->view.why) {
    case PACE_BACKOFF:
        return "it asked for a pause (429, 503 or Retry-After)";
    case PACE_CRAWL_DELAY:
        return "Crawl-delay of its robots.txt";
    default:
        return "its delay between two requests";
    }
}

enum { TOLD_FROM_MS = 5000 }; /* shorter waits are a crawl's daily bread */

void crawl_describe_wait(struct crawl *crawl)
{
    struct longest soonest = {.crawl = crawl};
    *crawl->waiting = '\0';
    if (crawl->phase != PHASE_RUNNING || crawl->page_count > 0 ||
        crawl_probes_in_flight(crawl) > 0 || !crawl->frontier)
        return;
    frontier_each_origin(crawl->frontier, look_at_origin, &soonest);
    if (!soonest.found || soonest.in_ms < TOLD_FROM_MS)
        return;
    snprintf(crawl->waiting, sizeof crawl->waiting,
             "nothing is under way: waiting %lld s for host %s, the next that may be asked: %s",
             (long long)(soonest.in_ms + 999) / 1000, soonest.view.name, reason_of(&soonest));
}

const char *crawl_waiting(const struct crawl *crawl)
{
    return crawl->page_count + crawl_probes_in_flight(crawl) > 0 ? "" : crawl->waiting;
}
