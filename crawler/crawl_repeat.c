/* See crawl_repeat.h. Sequential logic that waits (a batch of URLs from the earlier file, then its
 * rows on disk, then the next), so it is written as a task. */
#include "crawler/crawl_repeat.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/async/promise.h"
#include "crawler/async/task.h"
#include "crawler/base/clock.h"
#include "crawler/base/log.h"
#include "crawler/base/memory.h"
#include "crawler/base/text_map.h"
#include "crawler/crawl_private.h"
#include "crawler/engine.h"
#include "crawler/frontier/scope.h"
#include "crawler/frontier/url_cleaning.h"
#include "crawler/repeat.h"
#include "crawler/workers/store_writer.h"

struct intake {
    struct crawl *crawl;
    void (*then)(struct crawl *crawl);
    struct text_map *seeds; /* URL → its id now, as intptr_t */
    int64_t *ids;           /* by id then: id now, 0 where it was not taken */
    size_t id_capacity;
    int64_t after_id;
    struct finds finds;
    struct store_append append;
};

/* Ids */

static void note_id(struct intake *intake, int64_t id_then, int64_t id_now)
{
    size_t index = (size_t)id_then;
    if (index >= intake->id_capacity) {
        size_t capacity = index * 2 + REPEAT_BATCH_URLS;
        intake->ids = memory_resize(intake->ids, capacity * sizeof *intake->ids);
        memset(intake->ids + intake->id_capacity, 0,
               (capacity - intake->id_capacity) * sizeof *intake->ids);
        intake->id_capacity = capacity;
    }
    intake->ids[index] = id_now;
}

static int64_t id_now(const struct intake *intake, int64_t id_then)
{
    return (size_t)id_then < intake->id_capacity ? intake->ids[id_then] : 0;
}

/* The seeds of a new job are its first URLs, in the order of the settings, each once. */
static struct text_map *map_seeds(const struct text_list *seeds)
{
    struct text_map *map = text_map_new();
    for (size_t i = 0; i < seeds->count; i++) {
        size_t bytes = strlen(seeds->items[i]);
        intptr_t id = (intptr_t)text_map_count(map) + 1;
        if (!text_map_get(map, seeds->items[i], bytes))
            text_map_put(map, seeds->items[i], bytes, (void *)id);
    }
    return map;
}

/* URLs */

static enum discovery_via via_of(const struct repeat_url *known)
{
    if (strcmp(known->via, "redirect") == 0)
        return VIA_REDIRECT;
    return strcmp(known->via, "sitemap") == 0 ? VIA_SITEMAP : VIA_LINK;
}

/* What is cleaned now and was not then. */
static void set_text(struct repeat_url *known, const struct url *url)
{
    free(known->text);
    known->text = memory_strndup(url->href, url->length);
    known->bytes = url->length;
}

static void offer(struct intake *intake, struct repeat_url *known)
{
    struct discovery *discovery = &intake->crawl->discovery;
    struct url url;
    intptr_t seed_id = (intptr_t)text_map_get(intake->seeds, known->text, known->bytes);
    if (seed_id) {
        note_id(intake, known->id, seed_id);
        return;
    }
    if (url_parse(known->text, known->bytes, NULL, &url) != URL_OK)
        return;
    if (url_clean(intake->crawl->config.settings, &url))
        set_text(known, &url);
    int64_t parent_id = id_now(intake, known->parent_id);
    if (known->depth == 0 && parent_id > 0) /* where a seed leads to is a seed */
        scope_add_seed(discovery->scope, &url);
    struct lead lead = {.url = &url,
                        .text = {known->text, known->bytes},
                        .via = via_of(known),
                        .parent_id = parent_id,
                        .depth = known->depth,
                        .hops = (uint16_t)known->hops};
    if (discovery_follow(discovery, &lead, &intake->finds))
        note_id(intake, known->id, discovery->last_url_id);
}

static int store(struct task *task, struct intake *intake)
{
    struct crawl *crawl = intake->crawl;
    const struct finds *finds = &intake->finds;
    intake->append = (struct store_append){.store = crawl->store,
                                           .batch = {.origins = finds->origins,
                                                     .origin_count = finds->origin_count,
                                                     .urls = finds->urls,
                                                     .url_count = finds->count}};
    struct promise *stored = store_writer_append(crawl->services->writer, &intake->append);
    int rc = task_await(task, stored);
    promise_unref(stored);
    if (rc == 0)
        finds_announce(finds, &crawl->counts);
    else
        crawl_end_by_storage(crawl, -rc);
    return rc;
}

/* 1: there may be more, 0: that was all, -errno. */
static int take_batch(struct task *task, struct intake *intake)
{
    struct promise *known = repeat_urls(intake->crawl->repeat, intake->after_id);
    int rc = task_await(task, known);
    struct repeat_batch *batch = rc == 0 ? promise_take_value(known) : NULL;
    promise_unref(known);
    for (size_t i = 0; rc == 0 && i < batch->count; i++)
        offer(intake, &batch->urls[i]);
    if (rc == 0 && intake->finds.count > 0)
        rc = store(task, intake);
    finds_done(&intake->finds);
    if (rc == 0 && batch->count > 0) {
        intake->after_id = batch->urls[batch->count - 1].id;
        rc = 1;
    }
    repeat_batch_free(batch);
    return rc;
}

/* The job goes on */

static void note_unavailable(struct crawl *crawl, int error)
{
    log_error("job %lld: job %lld, which it repeats, cannot be read (%s): all is fetched anew",
              (long long)crawl->config.job_id, (long long)crawl->config.settings->repeat_of,
              strerror(error));
    crawl->page_owner.repeat = NULL;
    crawl->repeat = repeat_free(crawl->repeat);
}

static bool is_ending(const struct crawl *crawl)
{
    return crawl->outcome.state != JOB_RUNNING || *crawl->outcome.reason;
}

static void end_intake(struct intake *intake)
{
    struct crawl *crawl = intake->crawl;
    void (*then)(struct crawl *) = intake->then;
    text_map_free(intake->seeds);
    free(intake->ids);
    free(intake);
    crawl->waits--;
    then(crawl);
}

static struct promise *take_all(struct task *task, void *arg)
{
    struct intake *intake = arg;
    struct crawl *crawl = intake->crawl;
    struct promise *opened = repeat_open(crawl->repeat);
    int rc = task_await(task, opened);
    promise_unref(opened);
    if (rc < 0)
        note_unavailable(crawl, -rc);
    else
        crawl->page_owner.repeat = crawl->repeat;
    for (bool more = rc == 0; more && !is_ending(crawl);) {
        rc = take_batch(task, intake);
        more = rc > 0;
        if (rc < 0 && !is_ending(crawl))
            note_unavailable(crawl, -rc);
    }
    end_intake(intake);
    return NULL;
}

void crawl_begin_repeat(struct crawl *crawl, void (*then)(struct crawl *crawl))
{
    const struct job_settings *settings = crawl->config.settings;
    if (settings->repeat_of == 0 || is_ending(crawl)) {
        then(crawl);
        return;
    }
    char *path = engine_job_path(crawl->services->config->data_dir, settings->repeat_of);
    crawl->repeat = repeat_new(crawl->services->loop, path);
    free(path);
    struct intake *intake = memory_new(sizeof *intake);
    intake->crawl = crawl;
    intake->then = then;
    intake->seeds = map_seeds(&settings->seeds);
    crawl->waits++;
    promise_unref(task_start(crawl->services->loop, take_all, intake));
}
