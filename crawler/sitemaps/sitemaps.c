/* Which sitemaps a job knows, and which site's are read next. See sitemaps.h. */
#include "crawler/sitemaps/sitemaps.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/async/process_pool.h"
#include "crawler/async/promise.h"
#include "crawler/async/task.h"
#include "crawler/base/memory.h"
#include "crawler/base/services.h"
#include "crawler/base/text_map.h"
#include "crawler/sitemaps/sitemaps_private.h"

enum {
    SIDE_BY_SIDE = 4, /* sites: each may hold a whole sitemap in memory */
    MAX_NESTING = 8   /* indexes in indexes; the protocol allows none */
};

const char *sitemap_via_name(enum sitemap_via via)
{
    static const char *const names[] = {[SITEMAP_VIA_ROBOTS] = "robots",
                                        [SITEMAP_VIA_WELL_KNOWN] = "well_known",
                                        [SITEMAP_VIA_INDEX] = "index"};
    static_assert(sizeof names / sizeof names[0] == SITEMAP_VIA_COUNT, "all named");
    return names[via];
}

struct sitemap_reading *sitemap_reading_free(struct sitemap_reading *reading)
{
    if (!reading)
        return NULL;
    sitemap_record_close(&reading->record);
    free(reading->reply);
    free(reading->nested);
    free(reading->detail);
    free(reading->origin);
    free(reading->source.url);
    free(reading);
    return NULL;
}

/* The sites */

static struct sitemap_site *site_new(struct sitemaps *sitemaps, const char *origin, size_t bytes)
{
    struct sitemap_site *site = memory_new(sizeof *site);
    site->sitemaps = sitemaps;
    site->origin = origin ? memory_strndup(origin, bytes) : NULL;
    site->end = &site->first;
    *sitemaps->waiting_end = site;
    sitemaps->waiting_end = &site->next;
    return site;
}

static void site_free(struct sitemap_site *site)
{
    struct sitemap_source source;
    while (sitemaps_next(site, &source))
        free(source.url);
    promise_unref(site->task);
    free(site->origin);
    free(site);
}

static struct sitemap_site *take_waiting(struct sitemaps *sitemaps)
{
    struct sitemap_site *site = sitemaps->waiting;
    if (!site)
        return NULL;
    sitemaps->waiting = site->next;
    if (!site->next)
        sitemaps->waiting_end = &sitemaps->waiting;
    site->next = NULL;
    return site;
}

static void list_running(struct sitemaps *sitemaps, struct sitemap_site *site)
{
    site->next = sitemaps->running;
    if (site->next)
        site->next->prev = site;
    sitemaps->running = site;
    sitemaps->running_count++;
}

static void unlist_running(struct sitemaps *sitemaps, struct sitemap_site *site)
{
    if (site->next)
        site->next->prev = site->prev;
    if (site->prev)
        site->prev->next = site->next;
    else
        sitemaps->running = site->next;
    sitemaps->running_count--;
}

static void start_sites(struct sitemaps *sitemaps)
{
    while (sitemaps->waiting && sitemaps->running_count < SIDE_BY_SIDE) {
        struct sitemap_site *site = take_waiting(sitemaps);
        list_running(sitemaps, site);
        site->task = task_start(sitemaps->config.services->loop, sitemap_site_run, site);
    }
}

void sitemaps_site_ended(struct sitemap_site *take_site)
{
    struct sitemaps *sitemaps = take_site->sitemaps;
    unlist_running(sitemaps, take_site);
    site_free(take_site);
    start_sites(sitemaps);
    if (sitemaps_is_quiet(sitemaps))
        sitemaps->config.on_quiet(sitemaps->config.arg);
}

/* The queue of a site */

bool sitemaps_add_known(struct sitemaps *sitemaps, const char *url, size_t bytes)
{
    if (text_map_get(sitemaps->known, url, bytes))
        return false;
    text_map_put(sitemaps->known, url, bytes, sitemaps);
    return true;
}

static void append(struct sitemap_site *site, const struct sitemap_source *source)
{
    struct sitemap_item *item = memory_new(sizeof *item);
    item->source = *source;
    item->source.url = memory_strndup(source->url, strlen(source->url));
    *site->end = item;
    site->end = &item->next;
}

bool sitemaps_next(struct sitemap_site *site, struct sitemap_source *ret_source)
{
    struct sitemap_item *item = site->first;
    if (!item)
        return false;
    site->first = item->next;
    if (!site->first)
        site->end = &site->first;
    *ret_source = item->source;
    free(item);
    return true;
}

int64_t sitemaps_queue(struct sitemap_site *site, const char *url, size_t bytes,
                       enum sitemap_via via, const struct sitemap_source *parent)
{
    struct sitemaps *sitemaps = site->sitemaps;
    uint32_t depth = parent ? parent->depth + 1 : 0;
    if (text_map_get(sitemaps->known, url, bytes))
        return 0;
    if (sitemaps->count >= sitemaps->config.max_sitemaps || depth > MAX_NESTING) {
        sitemaps->left_out++;
        return 0;
    }
    sitemaps_add_known(sitemaps, url, bytes);
    sitemaps->count++;
    char *text = memory_strndup(url, bytes);
    append(site, &(struct sitemap_source){.id = ++sitemaps->last_id,
                                          .parent_id = parent ? parent->id : 0,
                                          .via = via,
                                          .depth = depth,
                                          .url = text});
    free(text);
    return sitemaps->last_id;
}

/* The face */

struct sitemaps *sitemaps_new(const struct sitemaps_config *config)
{
    struct sitemaps *sitemaps = memory_new(sizeof *sitemaps);
    sitemaps->config = *config;
    sitemaps->known = text_map_new();
    sitemaps->origins = text_map_new();
    sitemaps->waiting_end = &sitemaps->waiting;
    lane_group_init(&sitemaps->lanes, config->services->hosts, sitemap_site_start);
    sitemaps->lanes.is_free = sitemap_site_is_free;
    lane_group_set_delay(&sitemaps->lanes, config->delay_ms);
    return sitemaps;
}

struct sitemaps *sitemaps_free(struct sitemaps *sitemaps)
{
    if (!sitemaps)
        return NULL;
    assert(sitemaps_is_quiet(sitemaps));
    lane_group_done(&sitemaps->lanes);
    text_map_free(sitemaps->known);
    text_map_free(sitemaps->origins);
    free(sitemaps);
    return NULL;
}

void sitemaps_restore(struct sitemaps *sitemaps, const struct sitemap_source *source, bool is_read)
{
    if (source->id > sitemaps->last_id)
        sitemaps->last_id = source->id;
    if (!sitemaps_add_known(sitemaps, source->url, strlen(source->url)))
        return;
    sitemaps->count++;
    if (is_read)
        return;
    struct sitemap_site *site = sitemaps->waiting;
    append(site ? site : site_new(sitemaps, NULL, 0), source);
}

void sitemaps_add_origin(struct sitemaps *sitemaps, const struct url *url)
{
    struct url_slice origin = url_origin(url);
    if (sitemaps->cancelled || text_map_get(sitemaps->origins, origin.data, origin.bytes))
        return;
    text_map_put(sitemaps->origins, origin.data, origin.bytes, sitemaps);
    site_new(sitemaps, origin.data, origin.bytes);
    start_sites(sitemaps);
}

void sitemaps_cancel(struct sitemaps *sitemaps)
{
    struct sitemap_site *site;
    sitemaps->cancelled = true;
    while ((site = take_waiting(sitemaps)) != NULL)
        site_free(site);
    for (site = sitemaps->running; site; site = site->next)
        promise_cancel(site->task);
}

bool sitemaps_is_quiet(const struct sitemaps *sitemaps)
{
    return sitemaps->running_count == 0 && !sitemaps->waiting;
}
