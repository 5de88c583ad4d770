/* Page: one URL's journey. Read visit() first: it is the program.
 *
 * Everything that a page needs on its way (slot, answer, parsed record, rows) is in struct page and
 * is freed by end_visit(), the last link of the chain, whatever happened before. Loop thread; the
 * rows are read by the writer thread between append_page() and its promise.
 */
#include "crawler/page.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/async/loop.h"
#include "crawler/async/process_pool.h"
#include "crawler/async/promise.h"
#include "crawler/base/clock.h"
#include "crawler/base/memory.h"
#include "crawler/base/services.h"
#include "crawler/base/text_printable.h"
#include "crawler/engine.h"
#include "crawler/fetch/fetch.h"
#include "crawler/fetch/retry.h"
#include "crawler/frontier/discovery.h"
#include "crawler/frontier/frontier.h"
#include "crawler/frontier/traps.h"
#include "crawler/job/job_settings.h"
#include "crawler/page_follow.h"
#include "crawler/page_judge.h"
#include "crawler/page_rows.h"
#include "crawler/redirect.h"
#include "crawler/repeat.h"
#include "crawler/workers/body_slots.h"
#include "crawler/workers/parse.h"
#include "crawler/workers/store_writer.h"

struct page {
    struct page_links links;
    const struct page_owner *owner;
    struct frontier_url *url;
    struct body_slot *slot;
    struct host_request request;   /* until the host has been told of its end */
    struct promise *cancellable;   /* the fetch or the parse under way */
    struct repeat_known *known;    /* of an earlier visit; NULL: nothing */
    struct repeat_load *unchanged; /* what was found then and stands */
    struct fetch_result *fetched;  /* NULL: it was never visited */
    struct process_reply *parsed;  /* NULL: nothing was parsed */
    enum outcome outcome;
    char *detail;
    char *redirect_to; /* canonical */
    int64_t retry_at_ms;
    int64_t fetched_at_ms; /* epoch */
    struct page_rows rows;
    struct page_follow follow; /* what it leads to */
    struct store_append append;
};

static struct promise *fetch_page(struct page *page);
static struct promise *parse_page(struct promise *settled, void *arg);
static struct promise *store_page(struct promise *settled, void *arg);
static struct promise *append_page(void *arg);
static struct promise *end_visit(struct promise *settled, void *arg);

static void visit(struct page *page)
{
    struct promise *fetched = fetch_page(page);
    struct promise *parsed = promise_then(fetched, parse_page, page);
    struct promise *stored = promise_then(parsed, store_page, page);
    promise_unref(promise_finally(stored, end_visit, page));
}

static struct page *page_new(const struct page_owner *owner, struct frontier_url *take_url)
{
    struct page *page = memory_new(sizeof *page);
    page->owner = owner;
    page->url = take_url;
    page->request.is_page = true;
    page->follow = (struct page_follow){.owner = owner,
                                        .url = take_url,
                                        .record = &page->rows.record,
                                        .finish = append_page,
                                        .arg = page};
    return page;
}

struct page *page_visit(const struct page_owner *owner, struct frontier_url *take_url)
{
    struct page *page = page_new(owner, take_url);
    take_url->attempts++;
    page->slot = body_slots_take(owner->services->slots);
    visit(page);
    return page;
}

struct page *page_settle_unvisited(const struct page_owner *owner, struct frontier_url *take_url,
                                   enum outcome outcome, const char *detail)
{
    struct page *page = page_new(owner, take_url);
    page->outcome = outcome;
    page->detail = text_printable(detail);
    struct promise *nothing = promise_resolved(owner->services->loop, NULL, NULL);
    struct promise *stored = promise_then(nothing, store_page, page);
    promise_unref(promise_finally(stored, end_visit, page));
    return page;
}

struct page_links *page_links(struct page *page)
{
    return &page->links;
}

struct host_request *page_request(struct page *page)
{
    return &page->request;
}

void page_cancel(struct page *page)
{
    page->follow.cancelled = true;
    if (page->cancellable)
        promise_cancel(page->cancellable);
}

/* The promise that a cancellation would have to end, in place of the one before. */
static struct promise *set_cancellable(struct page *page, struct promise *promise)
{
    promise_unref(page->cancellable);
    page->cancellable = promise ? promise_ref(promise) : NULL;
    return promise;
}

/* Fetch */

static struct promise *request_page(struct page *page)
{
    const struct services *services = page->owner->services;
    const struct repeat_known *known = page->known;
    struct fetch_request request = {
        .url = page->url->url,
        .slot = page->slot,
        .max_body_bytes = services->config->max_body_bytes,
        .accept = FETCH_ACCEPT_HTML,
        .policy = page->owner->policy,
        .session = page->owner->session,
        .host = page->url->origin->lane.host,
        .if_none_match = known ? known->validators.etag : NULL,
        .if_modified_since = known ? known->validators.last_modified : NULL,
    };
    page->fetched_at_ms = clock_epoch_ms();
    return fetch_start(services->fetcher, &request);
}

/* What is not known is fetched whole. */
static struct promise *nothing_known(struct promise *settled, void *arg)
{
    struct page *page = arg;
    if (promise_error(settled)->code == ECANCELED)
        return NULL;
    return promise_resolved(page->owner->services->loop, NULL, NULL);
}

static struct promise *request_if_changed(struct promise *settled, void *arg)
{
    struct page *page = arg;
    page->known = promise_take_value(settled);
    return request_page(page);
}

static struct promise *fetch_page(struct page *page)
{
    struct repeat *repeat = page->owner->repeat;
    if (!repeat)
        return set_cancellable(page, request_page(page));
    struct promise *known = promise_catch(repeat_find(repeat, page->url->url), nothing_known, page);
    return set_cancellable(page, promise_then(known, request_if_changed, page));
}

static void tell_host(struct page *page, const struct host_feedback *feedback)
{
    if (page->request.host)
        lane_finished(&page->request, feedback);
}

static void set_outcome(struct page *page, enum outcome outcome, const char *detail)
{
    page->outcome = outcome;
    free(page->detail);
    page->detail = text_printable(detail);
}

static struct promise *retry_later(struct page *page)
{
    struct loop *loop = page->owner->services->loop;
    page->retry_at_ms =
        loop_now_ms(loop) + retry_pause_ms(page->owner->services->retry, page->url->attempts,
                                           page->fetched->retry_after_ms);
    return promise_rejected(loop, EAGAIN, "page", "another try may help");
}

/* Unchanged */

static struct promise *unchanged_loaded(struct promise *settled, void *arg)
{
    struct page *page = arg;
    page->unchanged = promise_take_value(settled);
    if (!page->unchanged)
        set_outcome(page, OUTCOME_INTERNAL_ERROR, "what was found on it before cannot be read");
    return promise_resolved(page->owner->services->loop, NULL, NULL);
}

static struct promise *load_unchanged(struct page *page)
{
    struct promise *loaded = repeat_load(page->owner->repeat, page->known->validators.page_id);
    return promise_then(promise_catch(loaded, nothing_known, page), unchanged_loaded, page);
}

/* Redirect */

static struct promise *loop_checked(struct promise *settled, void *arg)
{
    struct page *page = arg;
    const struct redirect_check *check = promise_value(settled);
    if (check->is_loop)
        set_outcome(page, OUTCOME_REDIRECT_LOOP, "it redirects to a page that led here");
    return promise_resolved(page->owner->services->loop, NULL, NULL);
}

static const char *redirect_detail(const struct page *page, enum outcome outcome)
{
    switch (outcome) {
    case OUTCOME_REDIRECT_LOOP:
        return "it redirects to itself";
    case OUTCOME_REDIRECT_INVALID:
        return *page->fetched->location ? page->fetched->location : "no Location header";
    case OUTCOME_TOO_MANY_REDIRECTS:
        return page->redirect_to;
    default:
        return "";
    }
}

static struct promise *judge_redirect(struct page *page)
{
    const struct page_owner *owner = page->owner;
    const struct services *services = owner->services;
    enum outcome outcome = redirect_judge(page->url, page->fetched->location,
                                          services->config->max_redirects, &page->redirect_to);
    set_outcome(page, outcome, redirect_detail(page, outcome));
    if (outcome == OUTCOME_REDIRECTED && page->url->hops > 0 &&
        discovery_knows(owner->discovery, page->redirect_to, strlen(page->redirect_to)))
        return promise_then(
            redirect_find_loop(services->writer, owner->store, page->url->id, page->redirect_to),
            loop_checked, page);
    return promise_resolved(services->loop, NULL, NULL);
}

/* Parse */

static struct promise *parse_failed(struct promise *settled, void *arg)
{
    struct page *page = arg;
    const struct promise_error *error = promise_error(settled);
    if (error->code == ECANCELED)
        return NULL;
    set_outcome(page, parse_outcome(error), error->message);
    return promise_resolved(page->owner->services->loop, NULL, NULL);
}

static struct promise *parse_page(struct promise *settled, void *arg)
{
    struct page *page = arg;
    const struct services *services = page->owner->services;
    struct fetch_result *fetched = page->fetched = promise_take_value(settled);
    tell_host(page, &(struct host_feedback){.overloaded =
                                                fetched->status == 429 || fetched->status == 503,
                                            .retry_after_ms = fetched->retry_after_ms,
                                            .is_page = true,
                                            .answered = fetched->status != 0,
                                            .first_byte_ms = fetched->first_byte_ms,
                                            .elapsed_ms = fetched->elapsed_ms});
    set_outcome(page, fetched->outcome, fetched->detail);
    page->follow.header_directives = page_judge_headers(fetched, services->config->robots_agent);
    if (retry_is_worthwhile(page->owner->services->retry, page->url->attempts, page->fetched))
        return retry_later(page);
    if (fetched->outcome == OUTCOME_REDIRECTED)
        return judge_redirect(page);
    if (fetched->outcome == OUTCOME_NOT_MODIFIED)
        return load_unchanged(page);
    if (fetched->outcome != OUTCOME_OK)
        return promise_resolved(services->loop, NULL, NULL);
    struct promise *parsed =
        parser_submit(services->parser, PARSE_HTML, page->slot, page->url->url,
                      fetched->content_type, page->owner->settings->default_charset);
    return promise_catch(set_cancellable(page, parsed), parse_failed, page);
}

/* Store */

/* What the page gives is evidence, where its URL belongs to a set that may be endless. */
static void note_traps(struct page *page)
{
    struct traps *traps = page->owner->discovery->traps;
    const struct frontier_url *url = page->url;
    int64_t now_ms = clock_epoch_ms();
    if (!traps || page->outcome != OUTCOME_OK)
        return;
    traps_marks(traps, url->url, url->bytes, now_ms, &page->follow.trap_marks);
    struct trap_yield yield = {0};
    bool wanted = traps_wants_yield(traps, &page->follow.trap_marks);
    if (wanted)
        yield = trap_yield_of(traps, &page->follow.trap_marks, &page->rows.record,
                              page->fetched ? page->fetched->body_bytes : 0);
    traps_note_page(traps, &page->follow.trap_marks, url->url, url->bytes, wanted ? &yield : NULL,
                    now_ms);
}

/* Whether what was parsed is a page at all. */
static void judge_record(struct page *page)
{
    char *detail = NULL;
    enum outcome outcome =
        page_judge(&page->rows.record, page->fetched, page->owner->settings, &detail);
    if (outcome == OUTCOME_OK)
        return;
    free(page->detail);
    page->outcome = outcome;
    page->detail = detail;
}

static void read_record(struct page *page)
{
    if (!page->parsed)
        return;
    if (page_rows_open(&page->rows, page->parsed->data, page->parsed->bytes) < 0)
        set_outcome(page, OUTCOME_PARSE_FAILED, "the parse process gave no valid record");
    else
        judge_record(page);
}

static void fill_append(struct page *page)
{
    page_rows_fill(&page->rows, &(struct page_facts_of_visit){
                                    .id = page->url->id,
                                    .outcome = page->outcome,
                                    .detail = page->detail,
                                    .redirect_to = page->redirect_to,
                                    .fetched = page->fetched,
                                    .fetched_at_ms = page->fetched_at_ms,
                                    .is_https = strncmp(page->url->url, "https:", 6) == 0,
                                    .attempts = page->url->attempts,
                                    .trap_id = page->url->trap_id,
                                    .directives = page->follow.header_directives,
                                    .unfollowed = page->follow.unfollowed.links,
                                    .unfollowed_count = page->follow.unfollowed.count,
                                    .wants_style_sheets = page->owner->settings->style_sheets});
    if (page->unchanged)
        repeat_fill(page->unchanged, &page->rows.page);
    const struct finds *finds = &page->follow.finds;
    page->append = (struct store_append){
        .store = page->owner->store,
        .batch = {.origins = finds->origins,
                  .origin_count = finds->origin_count,
                  .urls = finds->urls,
                  .url_count = finds->count,
                  .page = &page->rows.page},
    };
}

static struct promise *page_appended(struct promise *settled, void *arg)
{
    (void)settled;
    struct page *page = arg;
    const struct page_owner *owner = page->owner;
    owner->on_finds(&page->follow.finds, &page->append.totals, owner->arg);
    return NULL;
}

/* With what was found last. Finds are told by what follows the append itself, as those of slices
 * are: promises further down the chain would tell them after younger ones of other pages. */
static struct promise *append_page(void *arg)
{
    struct page *page = arg;
    fill_append(page);
    return promise_then(store_writer_append(page->owner->services->writer, &page->append),
                        page_appended, page);
}

static struct promise *store_page(struct promise *settled, void *arg)
{
    struct page *page = arg;
    const struct page_owner *owner = page->owner;
    if (owner->store_error)
        return promise_rejected(owner->services->loop, owner->store_error, "page",
                                "an earlier page could not be stored");
    set_cancellable(page, NULL); /* the writer thread reads its memory from here on */
    page->parsed = promise_take_value(settled);
    read_record(page);
    note_traps(page);
    if (page->outcome == OUTCOME_OK)
        return page_follow_links(&page->follow);
    if (page->outcome == OUTCOME_REDIRECTED)
        page_follow_redirect(&page->follow, page->redirect_to);
    return append_page(page);
}

/* Settle */

static enum page_end end_of(const struct promise *settled)
{
    if (promise_state_of(settled) == PROMISE_RESOLVED)
        return PAGE_STORED;
    const struct promise_error *error = promise_error(settled);
    if (error->code == EAGAIN)
        return PAGE_RETRY;
    return error->code == ECANCELED ? PAGE_CANCELLED : PAGE_NOT_STORED;
}

static void page_free(struct page *page)
{
    promise_unref(page->cancellable);
    page_rows_done(&page->rows);
    repeat_known_free(page->known);
    repeat_load_free(page->unchanged);
    page_follow_done(&page->follow);
    free(page->parsed);
    free(page->fetched);
    free(page->detail);
    free(page->redirect_to);
    free(page);
}

static struct promise *end_visit(struct promise *settled, void *arg)
{
    struct page *page = arg;
    const struct page_owner *owner = page->owner;
    tell_host(page, &(struct host_feedback){.retry_after_ms = -1});
    if (page->slot)
        body_slots_give(owner->services->slots, page->slot);
    struct page_result result = {.end = end_of(settled),
                                 .outcome = page->outcome,
                                 .retry_at_ms = page->retry_at_ms,
                                 .detail = page->detail};
    if (result.end == PAGE_NOT_STORED)
        result.error = promise_error(settled)->code;
    owner->on_end(page, page->url, &result, owner->arg);
    page_free(page);
    return NULL;
}
