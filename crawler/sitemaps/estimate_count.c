/* What the sitemaps of an estimate name, counted: some entries in each turn of the loop, so that a
 * big sitemap holds up nothing else. See estimate.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/async/loop.h"
#include "crawler/async/promise.h"
#include "crawler/base/memory.h"
#include "crawler/base/services.h"
#include "crawler/base/text_map.h"
#include "crawler/frontier/scope.h"
#include "crawler/frontier/seen.h"
#include "crawler/frontier/url_cleaning.h"
#include "crawler/hosts/robots.h"
#include "crawler/sitemaps/estimate_private.h"
#include "crawler/sitemaps/sitemaps.h"

enum { ENTRIES_A_TURN = 1000 };

struct counting {
    struct estimating *estimating;
    struct estimate_site *site; /* that led here; NULL: none */
    struct sitemap_reading *reading;
    uint32_t next;
    struct promise *done;
};

static struct estimate_host *host_of(struct estimating *estimating, const struct url *url)
{
    struct url_slice name = url_host(url);
    intptr_t index = (intptr_t)text_map_get(estimating->host_of, name.data, name.bytes);
    if (index > 0)
        return &estimating->hosts[index - 1];
    if (estimating->host_count == ESTIMATE_HOSTS)
        return NULL;
    size_t count = ++estimating->host_count;
    estimating->hosts = memory_resize(estimating->hosts, count * sizeof *estimating->hosts);
    estimating->hosts[count - 1] =
        (struct estimate_host){.name = memory_strndup(name.data, name.bytes)};
    text_map_put(estimating->host_of, name.data, name.bytes, (void *)(intptr_t)count);
    return &estimating->hosts[count - 1];
}

bool estimate_add_page(struct estimating *estimating, const struct url *url)
{
    struct estimate *result = estimating->result;
    if (seen_count(estimating->seen) >= ESTIMATE_PAGES) {
        result->is_at_least = true;
        return false;
    }
    if (!seen_add(estimating->seen, url->href, url->length))
        return false;
    struct estimate_host *host = host_of(estimating, url);
    if (host)
        host->pages++;
    result->pages++;
    return true;
}

static bool robots_allow(const struct estimating *estimating, const struct url *url)
{
    struct url_slice slice = url_origin(url), path = url_path_and_query(url);
    char *origin = memory_strndup(slice.data, slice.bytes);
    const struct robots_entry *robots =
        robots_of(estimating->services->robots, origin, estimating->policy);
    free(origin);
    struct robots_decision decision;
    if (!robots->known)
        return true; /* nobody asked yet */
    robots_rules_match(robots->rules, path.data, path.bytes, &decision);
    return robots->outcome == OUTCOME_OK && decision.allowed;
}

static void count_page(struct counting *counting, const struct url *url)
{
    struct estimating *estimating = counting->estimating;
    struct estimate *result = estimating->result;
    struct estimate_site none = {0}, *site = counting->site ? counting->site : &none;
    enum outcome reason;
    if (!scope_allows(estimating->scope, url, 1, &reason)) {
        result->out_of_scope++;
        site->out_of_scope++;
        if (!*estimating->example)
            snprintf(estimating->example, sizeof estimating->example, "%.200s", url->href);
    } else if (!robots_allow(estimating, url)) {
        result->disallowed++;
        site->disallowed++;
    } else if (estimate_add_page(estimating, url)) {
        site->pages++;
    }
}

/* W3C dates, in the order of their texts: years come first. */
static void note_lastmod(struct estimate_site *site, struct record_text text)
{
    size_t bytes =
        text.bytes < ESTIMATE_LASTMOD_BYTES - 1 ? text.bytes : ESTIMATE_LASTMOD_BYTES - 1;
    char lastmod[ESTIMATE_LASTMOD_BYTES];
    if (!text.data || bytes < 4 || strspn(text.data, "0123456789") < 4)
        return;
    snprintf(lastmod, sizeof lastmod, "%.*s", (int)bytes, text.data);
    if (strcmp(lastmod, site->newest_lastmod) > 0)
        memcpy(site->newest_lastmod, lastmod, sizeof lastmod);
}

static void count_entry(struct counting *counting, const struct sitemap_entry *entry)
{
    struct url url;
    if (entry->flags & SITEMAP_ENTRY_NESTED ||
        url_parse(entry->loc.data, entry->loc.bytes, NULL, &url) != URL_OK)
        return;
    url_canonicalise(&url);
    url_clean(counting->estimating->settings, &url);
    count_page(counting, &url);
    if (counting->site)
        note_lastmod(counting->site, entry->lastmod);
}

static void end_counting(struct counting *counting)
{
    struct estimating *estimating = counting->estimating;
    promise_resolve(counting->done, NULL, NULL);
    promise_unref(counting->done);
    sitemap_reading_free(counting->reading);
    free(counting);
    estimating->countings--;
    estimate_check_end(estimating);
}

static void count_some(void *arg)
{
    struct counting *counting = arg;
    const struct sitemap_record *record = &counting->reading->record;
    for (int i = 0; i < ENTRIES_A_TURN && counting->next < record->entry_count; i++)
        count_entry(counting, &record->entries[counting->next++]);
    if (counting->next < record->entry_count && !counting->estimating->timed_out)
        loop_call_soon(counting->estimating->services->loop, count_some, counting);
    else
        end_counting(counting);
}

static void list_sitemap(struct estimate *result, const struct sitemap_reading *reading)
{
    const struct sitemap_record *record = &reading->record;
    result->sitemaps_read++;
    if (result->sitemap_count == ESTIMATE_LISTED)
        return;
    if (!result->sitemaps)
        result->sitemaps = memory_new(ESTIMATE_LISTED * sizeof *result->sitemaps);
    result->sitemaps[result->sitemap_count++] = (struct estimate_sitemap){
        .url = memory_strndup(reading->source.url, strlen(reading->source.url)),
        .detail = memory_strndup(reading->detail, strlen(reading->detail)),
        .via = sitemap_via_name(reading->source.via),
        .kind = reading->reply ? sitemap_kind_name(record->kind) : NULL,
        .outcome = reading->outcome,
        .status = reading->status,
        .flags = reading->flags,
        .entries = record->entry_count,
        .images = record->image_count,
    };
}

struct promise *estimate_count(struct sitemap_reading *take_reading, void *arg)
{
    struct estimating *estimating = arg;
    struct counting *counting = memory_new(sizeof *counting);
    const char *origin = take_reading->origin;
    counting->estimating = estimating;
    counting->reading = take_reading;
    counting->site = estimate_site_of(estimating, origin, strlen(origin));
    counting->done = promise_new(estimating->services->loop);
    struct promise *done = promise_ref(counting->done);
    list_sitemap(estimating->result, take_reading);
    estimating->result->images += take_reading->record.image_count;
    if (counting->site) {
        counting->site->sitemaps++;
        counting->site->images += take_reading->record.image_count;
    }
    estimating->countings++;
    loop_call_soon(estimating->services->loop, count_some, counting);
    return done;
}
