/* One request for an image or a style sheet, in its turn: fetch, parse, and what follows from that.
 * Read probe_visit() first. See probes_private.h. Loop thread.
 *
 * Where it leads on (a redirect, more bytes) the same probe goes back into a queue, perhaps of
 * another origin, so that each request has a turn of its own, with that host's delay and that
 * origin's robots.txt. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/async/loop.h"
#include "crawler/async/process_pool.h"
#include "crawler/async/promise.h"
#include "crawler/base/clock.h"
#include "crawler/base/memory.h"
#include "crawler/base/text_printable.h"
#include "crawler/extract/url.h"
#include "crawler/fetch/fetch.h"
#include "crawler/fetch/retry.h"
#include "crawler/probe/probes_private.h"
#include "crawler/workers/body_slots.h"
#include "crawler/workers/parse.h"

enum { MOST_SHEET_BYTES = 4 * 1024 * 1024 };

static const struct services *services_of(const struct probe *probe)
{
    return probe->probes->config.services;
}

void probe_set_outcome(struct probe *probe, enum outcome outcome, const char *detail)
{
    probe->facts.outcome = outcome;
    free(probe->facts.detail);
    probe->facts.detail = text_printable(detail);
}

/* Fetch */

static size_t smaller(size_t one, size_t other)
{
    return one < other ? one : other;
}

/* How much of it is read at most, and in *ret_range how much is asked for, 0: all. */
static size_t most_bytes(const struct probe *probe, size_t *ret_range)
{
    const struct job_settings *settings = probe->probes->config.settings;
    size_t most = smaller(probe->probes->config.max_body_bytes, probe->slot->capacity);
    *ret_range = 0;
    if (probe->key < 0)
        return smaller(most, MOST_SHEET_BYTES);
    if (settings->probe == PROBE_WHOLE)
        return settings->probe_max_bytes > 0 ? smaller(most, (size_t)settings->probe_max_bytes)
                                             : most;
    size_t wanted = probe->want_bytes ? probe->want_bytes : (size_t)settings->probe_first_bytes;
    *ret_range = smaller(most, wanted);
    return *ret_range;
}

static struct promise *fetch(struct probe *probe)
{
    size_t range = 0, most = most_bytes(probe, &range);
    probe->facts.probed_ms = clock_epoch_ms();
    return fetch_start(services_of(probe)->fetcher,
                       &(struct fetch_request){.url = probe->url,
                                               .slot = probe->slot,
                                               .max_body_bytes = most,
                                               .cut_body = true,
                                               .accept = FETCH_ACCEPT_ANY,
                                               .policy = probe->probes->config.policy,
                                               .session = probe->probes->config.session,
                                               .impersonal = probe->probes->is_shared,
                                               .host = probe->origin->lane.host,
                                               .if_none_match = probe->etag,
                                               .first_bytes = range});
}

static void tell_host(struct probe *probe, const struct host_feedback *feedback)
{
    if (probe->request.host)
        lane_finished(&probe->request, feedback);
}

static void keep_text(char **field, const char *text)
{
    free(*field);
    *field = text && *text ? text_printable(text) : NULL;
}

static void keep_answer(struct probe *probe)
{
    struct probe_facts *facts = &probe->facts;
    const struct fetch_result *fetched = probe->fetched;
    facts->status = fetched->status;
    keep_text(&facts->declared_type, fetched->content_type);
    keep_text(&facts->robots_tag, fetched->robots_tag);
    keep_text(&facts->etag, fetched->etag);
    facts->bytes = fetched->total_bytes;
    if (!fetched->body_is_cut && fetched->outcome == OUTCOME_OK)
        facts->bytes = (int64_t)fetched->body_bytes;
    probe_set_outcome(probe, fetched->outcome, fetched->detail);
}

static void follow(struct probe *probe)
{
    const struct fetch_result *fetched = probe->fetched;
    struct url base, target;
    if (!*fetched->location || url_parse(probe->url, strlen(probe->url), NULL, &base) != URL_OK ||
        url_parse(fetched->location, strlen(fetched->location), &base, &target) != URL_OK) {
        probe_set_outcome(probe, OUTCOME_REDIRECT_INVALID, fetched->location);
        return;
    }
    url_canonicalise(&target);
    if (strcmp(target.href, probe->url) == 0) {
        probe_set_outcome(probe, OUTCOME_REDIRECT_LOOP, "it redirects to itself");
    } else if (probe->hops >= probe->probes->config.max_redirects) {
        probe_set_outcome(probe, OUTCOME_TOO_MANY_REDIRECTS, target.href);
    } else {
        free(probe->url);
        probe->url = memory_strndup(target.href, target.length);
        free(probe->etag); /* it was the first place's */
        probe->etag = NULL;
        probe->hops++;
        probe->attempts = 0;
        probe->origin = probe_origin_of(probe->probes, &target);
        probe->end = PROBE_MOVED;
    }
}

/* Parse */

static struct promise *parse_failed(struct promise *settled, void *arg)
{
    struct probe *probe = arg;
    const struct promise_error *error = promise_error(settled);
    if (error->code == ECANCELED)
        return NULL;
    probe_set_outcome(probe, parse_outcome(error), error->message);
    return promise_resolved(services_of(probe)->loop, NULL, NULL);
}

static struct promise *set_cancellable(struct probe *probe, struct promise *promise)
{
    promise_unref(probe->cancellable);
    probe->cancellable = promise_ref(promise);
    return promise;
}

static struct promise *parse(struct promise *settled, void *arg)
{
    struct probe *probe = arg;
    const struct services *services = services_of(probe);
    struct fetch_result *fetched = probe->fetched = promise_take_value(settled);
    tell_host(probe, &(struct host_feedback){
                         .overloaded = fetched->status == 429 || fetched->status == 503,
                         .retry_after_ms = fetched->retry_after_ms,
                         .is_page = true, /* a host of images alone proves itself by them */
                         .answered = fetched->status != 0,
                         .first_byte_ms = fetched->first_byte_ms,
                         .elapsed_ms = fetched->elapsed_ms});
    keep_answer(probe);
    probe->end = PROBE_SETTLED;
    if (retry_is_worthwhile(services->retry, probe->attempts, fetched)) {
        probe->end = PROBE_AGAIN;
        probe->retry_at_ms =
            loop_now_ms(services->loop) +
            retry_pause_ms(services->retry, probe->attempts, fetched->retry_after_ms);
    } else if (fetched->outcome == OUTCOME_REDIRECTED) {
        follow(probe);
    } else if (fetched->outcome == OUTCOME_NOT_MODIFIED) {
        probe->facts.is_unchanged = true;
    } else if (fetched->outcome == OUTCOME_OK && fetched->body_bytes > 0) {
        return promise_catch(set_cancellable(probe, probe_parse(probe)), parse_failed, probe);
    }
    return promise_resolved(services->loop, NULL, NULL);
}

/* End */

static void leave(struct probe *probe)
{
    struct probes *probes = probe->probes;
    tell_host(probe, &(struct host_feedback){.retry_after_ms = -1});
    body_slots_give(services_of(probe)->slots, probe->slot);
    probe->slot = NULL;
    probe->cancellable = promise_unref(probe->cancellable);
    free(probe->fetched);
    probe->fetched = NULL;
    TAILQ_REMOVE(&probes->visiting, probe, link);
    probes->visit_count--;
}

static void end_flight(struct probe *probe)
{
    probe_flight_end(&probe->flight, false, loop_now_ms(services_of(probe)->loop));
}

static void go_on(struct probe *probe)
{
    switch (probe->end) {
    case PROBE_SETTLED:
        probe_save(probe);
        return;
    case PROBE_AGAIN:
        end_flight(probe);
        probe_retry(probe);
        return;
    case PROBE_MOVED: /* whoever wants the same one goes on waiting */
        probe_return(probe, true);
        return;
    case PROBE_CANCELLED:
        end_flight(probe);
        probe_return(probe, true);
        return;
    }
}

static struct promise *end_visit(struct promise *settled, void *arg)
{
    struct probe *probe = arg;
    struct probes *probes = probe->probes;
    struct process_reply *reply = NULL;
    if (promise_state_of(settled) == PROMISE_REJECTED)
        probe->end = PROBE_CANCELLED;
    else
        reply = promise_take_value(settled);
    if (reply)
        probe->end = probe_read(probe, reply);
    leave(probe);
    go_on(probe);
    hosts_pump(probes->config.services->hosts); /* its slot is free again */
    probes_changed(probes);
    return NULL;
}

struct host_request *probe_visit(struct probe *probe)
{
    struct probes *probes = probe->probes;
    probe->attempts++;
    probe->slot = body_slots_take(services_of(probe)->slots);
    if (probes->is_shared && probe->key > 0 && !probe->flight.shared)
        probe_flight_begin(services_of(probe)->probe_shared, &probe->flight, probe->fingerprint);
    TAILQ_INSERT_TAIL(&probes->visiting, probe, link);
    probes->visit_count++;
    struct promise *fetched = set_cancellable(probe, fetch(probe));
    struct promise *parsed = promise_then(fetched, parse, probe);
    promise_unref(promise_finally(parsed, end_visit, probe));
    probes_changed(probes);
    return &probe->request;
}
