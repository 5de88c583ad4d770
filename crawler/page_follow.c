/* See page_follow.h. */
#include "crawler/page_follow.h"

#include <errno.h>
#include <string.h>

#include "crawler/async/promise.h"
#include "crawler/base/clock.h"
#include "crawler/base/services.h"
#include "crawler/extract/record.h"
#include "crawler/frontier/frontier.h"
#include "crawler/frontier/scope.h"
#include "crawler/job/job_settings.h"
#include "crawler/page.h"

/* Of one turn of the loop. */
enum { SLICE_FINDS = 500, SLICE_US = 5000 };

static const char *rule_against(const struct page_follow *follow, const struct record_link *link)
{
    if (!follow->owner->settings->respect_nofollow)
        return NULL;
    return unfollowed_rule(link, follow->record->directives, follow->header_directives);
}

/* One link of the record. What the parse process says is checked: its URL must be in canonical
 * form. */
static void follow_link(struct page_follow *follow, const struct record_link *link)
{
    struct discovery *discovery = follow->owner->discovery;
    if (discovery_knows(discovery, link->url.data, link->url.bytes))
        return;
    const char *rule = rule_against(follow, link);
    if (rule) {
        unfollowed_add(&follow->unfollowed, discovery, link, rule);
        return;
    }
    struct url url;
    if (url_parse(link->url.data, link->url.bytes, NULL, &url) != URL_OK)
        return;
    url_canonicalise(&url);
    if (url.length != link->url.bytes || memcmp(url.href, link->url.data, url.length) != 0)
        return;
    discovery_follow(discovery,
                     &(struct lead){.url = &url,
                                    .text = {link->url.data, link->url.bytes},
                                    .via = VIA_LINK,
                                    .parent_id = follow->url->id,
                                    .depth = follow->url->depth + 1,
                                    .from = &follow->trap_marks},
                     &follow->finds);
}

void page_follow_redirect(struct page_follow *follow, const char *target)
{
    struct discovery *discovery = follow->owner->discovery;
    const struct frontier_url *from = follow->url;
    struct url url;
    size_t bytes = strlen(target);
    if (url_parse(target, bytes, NULL, &url) != URL_OK)
        return;
    if (from->depth == 0) /* where a seed leads to is a seed */
        scope_add_seed(discovery->scope, &url);
    discovery_follow(discovery,
                     &(struct lead){.url = &url,
                                    .text = {target, bytes},
                                    .via = VIA_REDIRECT,
                                    .parent_id = from->id,
                                    .depth = from->depth,
                                    .hops = (uint16_t)(from->hops + 1)},
                     &follow->finds);
}

/* Slices */

static void follow_slice(struct page_follow *follow)
{
    int64_t end_us = clock_running_us() + SLICE_US;
    const struct page_record *record = follow->record;
    do {
        if (follow->next == record->link_count)
            return;
        follow_link(follow, &record->links[follow->next++]);
    } while (follow->finds.count < SLICE_FINDS && clock_running_us() < end_us);
}

static struct promise *slice_stored(struct promise *settled, void *arg)
{
    (void)settled;
    struct page_follow *follow = arg;
    const struct page_owner *owner = follow->owner;
    owner->on_finds(&follow->finds, &follow->append.totals, owner->arg);
    finds_done(&follow->finds);
    return page_follow_links(follow);
}

static struct promise *slice_was_empty(struct promise *settled, void *arg)
{
    (void)settled;
    return page_follow_links(arg);
}

/* Ids were given to the finds, so they go to the writer in the same turn: rows in order of id. */
static struct promise *store_slice(struct page_follow *follow)
{
    const struct services *services = follow->owner->services;
    const struct finds *finds = &follow->finds;
    if (finds->count == 0)
        return promise_then(promise_sleep(services->loop, 0), slice_was_empty, follow);
    follow->append = (struct store_append){.store = follow->owner->store,
                                           .batch = {.origins = finds->origins,
                                                     .origin_count = finds->origin_count,
                                                     .urls = finds->urls,
                                                     .url_count = finds->count}};
    return promise_then(store_writer_append(services->writer, &follow->append), slice_stored,
                        follow);
}

struct promise *page_follow_links(struct page_follow *follow)
{
    const struct page_owner *owner = follow->owner;
    if (follow->cancelled)
        return promise_rejected(owner->services->loop, ECANCELED, "page", "cancelled");
    if (owner->store_error)
        return promise_rejected(owner->services->loop, owner->store_error, "page",
                                "an earlier page could not be stored");
    follow_slice(follow);
    return follow->next == follow->record->link_count ? follow->finish(follow->arg)
                                                      : store_slice(follow);
}

void page_follow_done(struct page_follow *follow)
{
    finds_done(&follow->finds);
    unfollowed_done(&follow->unfollowed);
}
