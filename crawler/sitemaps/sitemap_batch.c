/* See sitemap_batch.h. */
#include "crawler/sitemaps/sitemap_batch.h"

#include <stdlib.h>
#include <string.h>

#include "crawler/base/clock.h"
#include "crawler/base/memory.h"
#include "crawler/extract/record.h"
#include "crawler/frontier/url_cleaning.h"
#include "crawler/workers/image_host.h"

enum { BATCH_URLS = 1000, BATCH_IMAGES = 4000, BATCH_US = 10000 };

static struct store_text of_record(struct record_text text)
{
    return (struct store_text){text.data, text.bytes};
}

static struct store_text of_string(const char *text)
{
    return (struct store_text){text && *text ? text : NULL, text ? strlen(text) : 0};
}

/* Images stand in the order of their entries. */
static void skip_images(struct sitemap_batch *batch)
{
    const struct sitemap_record *record = &batch->reading->record;
    while (batch->next_image < record->image_count &&
           record->images[batch->next_image].entry < batch->next_entry)
        batch->next_image++;
}

void sitemap_batch_init(struct sitemap_batch *batch, const struct sitemap_reading *reading,
                        struct discovery *discovery)
{
    uint32_t count = reading->record.entry_count;
    *batch = (struct sitemap_batch){.reading = reading, .discovery = discovery};
    batch->urls = memory_new(BATCH_URLS * sizeof *batch->urls);
    batch->next_entry = reading->source.taken < count ? (uint32_t)reading->source.taken : count;
    skip_images(batch);
}

static void forget_rows(struct sitemap_batch *batch)
{
    finds_done(&batch->finds);
    for (size_t i = 0; i < batch->text_count; i++)
        free(batch->texts[i]);
    batch->sitemap_count = batch->url_count = batch->image_count = batch->text_count = 0;
}

void sitemap_batch_done(struct sitemap_batch *batch)
{
    forget_rows(batch);
    free(batch->texts);
    free(batch->sitemaps);
    free(batch->urls);
    free(batch->images);
}

bool sitemap_batch_is_last(const struct sitemap_batch *batch)
{
    return batch->next_entry == batch->reading->record.entry_count;
}

/* Pages */

/* What the parse process says is checked: the URL must be in canonical form. */
static bool read_url(const struct record_text *loc, struct url *ret_url)
{
    if (url_parse(loc->data, loc->bytes, NULL, ret_url) != URL_OK)
        return false;
    url_canonicalise(ret_url);
    return ret_url->length == loc->bytes && memcmp(ret_url->href, loc->data, loc->bytes) == 0;
}

/* A text of the batch's own. */
static struct store_text keep_text(struct sitemap_batch *batch, const struct url *url)
{
    size_t count = ++batch->text_count;
    batch->texts = memory_resize(batch->texts, count * sizeof *batch->texts);
    batch->texts[count - 1] = memory_strndup(url->href, url->length);
    return (struct store_text){batch->texts[count - 1], url->length};
}

/* The page that an entry means, by id, or with id 0 by the text that the job knows it under. False
 * where the job does not know it afterwards either. */
static bool make_known(struct sitemap_batch *batch, const struct record_text *loc, int64_t *ret_id,
                       struct store_text *ret_text)
{
    struct discovery *discovery = batch->discovery;
    struct url url;
    *ret_id = 0;
    *ret_text = of_record(*loc);
    if (discovery_knows(discovery, loc->data, loc->bytes))
        return true;
    if (!read_url(loc, &url))
        return false;
    if (url_clean(discovery->settings, &url)) {
        *ret_text = keep_text(batch, &url);
        if (discovery_knows(discovery, url.href, url.length))
            return true;
    }
    if (!discovery_follow(
            discovery,
            &(struct lead){.url = &url, .text = *ret_text, .via = VIA_SITEMAP, .depth = 1},
            &batch->finds))
        return false;
    *ret_id = batch->finds.urls[batch->finds.count - 1].id;
    return true;
}

static void add_image(struct sitemap_batch *batch, const struct sitemap_image *image,
                      uint32_t position)
{
    if (batch->image_count == batch->image_capacity) {
        batch->image_capacity = batch->image_capacity ? batch->image_capacity * 2 : 64;
        batch->images = memory_resize(batch->images, batch->image_capacity * sizeof *batch->images);
    }
    batch->images[batch->image_count++] = (struct store_image){
        .url = of_record(image->loc),
        .host = image_host(image->loc),
        .raw = of_record(image->loc),
        .alt = of_record(image->caption),
        .title = of_record(image->title),
        .source = image_source_name(IMAGE_SOURCE_SITEMAP),
        .alt_state = alt_state_name(ALT_NOT_APPLICABLE),
        .position = position,
    };
}

static void add_images(struct sitemap_batch *batch, struct store_sitemap_url *row)
{
    const struct sitemap_record *record = &batch->reading->record;
    for (uint32_t i = batch->next_image;
         i < record->image_count && record->images[i].entry == batch->next_entry; i++)
        add_image(batch, &record->images[i], (uint32_t)++row->image_count);
}

static void add_entry(struct sitemap_batch *batch, const struct sitemap_entry *entry)
{
    int64_t id;
    struct store_text text;
    if (entry->flags & SITEMAP_ENTRY_NESTED || !make_known(batch, &entry->loc, &id, &text))
        return;
    struct store_sitemap_url *row = &batch->urls[batch->url_count++];
    *row = (struct store_sitemap_url){.sitemap_id = batch->reading->source.id,
                                      .url_id = id,
                                      .url = text,
                                      .lastmod = of_record(entry->lastmod),
                                      .changefreq = of_record(entry->changefreq),
                                      .priority = of_record(entry->priority)};
    add_images(batch, row);
}

static void add_entries(struct sitemap_batch *batch)
{
    const struct sitemap_record *record = &batch->reading->record;
    int64_t end_us = clock_running_us() + BATCH_US; /* others have the loop then */
    while (batch->next_entry < record->entry_count && batch->url_count < BATCH_URLS &&
           batch->image_count < BATCH_IMAGES && clock_running_us() < end_us) {
        add_entry(batch, &record->entries[batch->next_entry]);
        batch->next_entry++;
        skip_images(batch);
    }
}

/* Their memory may have moved while it grew. */
static void point_to_images(struct sitemap_batch *batch)
{
    size_t used = 0;
    for (size_t i = 0; i < batch->url_count; i++) {
        batch->urls[i].images = batch->images + used;
        used += batch->urls[i].image_count;
    }
}

/* Sitemaps */

static void put_self(struct sitemap_batch *batch)
{
    const struct sitemap_reading *reading = batch->reading;
    const struct sitemap_source *source = &reading->source;
    bool is_last = sitemap_batch_is_last(batch);
    batch->sitemaps[batch->sitemap_count++] = (struct store_sitemap){
        .id = source->id,
        .parent_id = source->parent_id,
        .url = of_string(source->url),
        .detail = of_string(reading->detail),
        .via = sitemap_via_name(source->via),
        .outcome = is_last ? outcome_name(reading->outcome) : NULL,
        .kind = reading->reply ? sitemap_kind_name(reading->record.kind) : NULL,
        .entries = batch->next_entry,
        .images = batch->next_image,
        .fetched_ms = reading->fetched_ms,
        .depth = source->depth,
        .status = (uint32_t)reading->status,
        .flags = reading->flags,
    };
}

/* They are to be read next, whatever happens to this process. */
static void put_nested(struct sitemap_batch *batch, uint32_t index)
{
    const struct sitemap_reading *reading = batch->reading;
    batch->sitemaps[batch->sitemap_count++] = (struct store_sitemap){
        .id = reading->first_nested_id + index,
        .parent_id = reading->source.id,
        .url = of_record(reading->record.entries[reading->nested[index]].loc),
        .via = sitemap_via_name(SITEMAP_VIA_INDEX),
        .depth = reading->source.depth + 1,
    };
}

static void add_sitemaps(struct sitemap_batch *batch)
{
    uint32_t nested = sitemap_batch_is_last(batch) ? batch->reading->nested_count : 0;
    free(batch->sitemaps);
    batch->sitemaps = memory_new((nested + 1) * sizeof *batch->sitemaps);
    put_self(batch);
    for (uint32_t i = 0; i < nested; i++)
        put_nested(batch, i);
}

void sitemap_batch_fill(struct sitemap_batch *batch, struct store_batch *ret_rows)
{
    forget_rows(batch);
    add_entries(batch);
    point_to_images(batch);
    add_sitemaps(batch);
    *ret_rows = (struct store_batch){.origins = batch->finds.origins,
                                     .origin_count = batch->finds.origin_count,
                                     .urls = batch->finds.urls,
                                     .url_count = batch->finds.count,
                                     .sitemaps = batch->sitemaps,
                                     .sitemap_count = batch->sitemap_count,
                                     .sitemap_urls = batch->urls,
                                     .sitemap_url_count = batch->url_count};
}
