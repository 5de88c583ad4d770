/* See repeat.h. The functions named on_thread run on the repeat's thread, one at a time, and are
 * all that touches the file. */
#include "crawler/repeat.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/async/promise.h"
#include "crawler/async/thread_executor.h"
#include "crawler/base/memory.h"

struct repeat {
    struct thread_executor *thread;
    char *path;
    struct job_repeat *file; /* the thread's */
};

struct repeat *repeat_new(struct loop *loop, const char *path)
{
    struct repeat *repeat = memory_new(sizeof *repeat);
    repeat->path = memory_strndup(path, strlen(path));
    if (thread_executor_new(loop, "repeat", 1, &repeat->thread) < 0)
        abort();
    return repeat;
}

struct repeat *repeat_free(struct repeat *repeat)
{
    if (!repeat)
        return NULL;
    thread_executor_free(repeat->thread, false);
    job_repeat_free(repeat->file);
    free(repeat->path);
    free(repeat);
    return NULL;
}

static int open_on_thread(void *arg)
{
    struct repeat *repeat = arg;
    const char *reason = NULL;
    return job_repeat_open(repeat->path, &repeat->file, &reason);
}

struct promise *repeat_open(struct repeat *repeat)
{
    return thread_executor_submit(repeat->thread, open_on_thread, repeat);
}

/* Validators */

static int find_on_thread(void *arg)
{
    struct repeat_known *known = arg;
    int rc = job_repeat_find(known->repeat->file, known->url, &known->validators);
    return rc == -ENOENT ? 0 : rc;
}

void repeat_known_free(void *arg)
{
    struct repeat_known *known = arg;
    if (!known)
        return;
    free(known->validators.etag);
    free(known->validators.last_modified);
    free(known->url);
    free(known);
}

struct promise *repeat_find(struct repeat *repeat, const char *url)
{
    struct repeat_known *known = memory_new(sizeof *known);
    known->repeat = repeat;
    known->url = memory_strndup(url, strlen(url));
    return thread_executor_submit_owned(repeat->thread, find_on_thread, known, repeat_known_free);
}

/* Pages */

static int load_on_thread(void *arg)
{
    struct repeat_load *load = arg;
    return job_repeat_load(load->repeat->file, load->page_id, &load->page);
}

void repeat_load_free(void *arg)
{
    struct repeat_load *load = arg;
    if (!load)
        return;
    repeat_page_free(load->page);
    free(load);
}

struct promise *repeat_load(struct repeat *repeat, int64_t page_id)
{
    struct repeat_load *load = memory_new(sizeof *load);
    load->repeat = repeat;
    load->page_id = page_id;
    return thread_executor_submit_owned(repeat->thread, load_on_thread, load, repeat_load_free);
}

/* What a 304 says of itself counts more than what was said then (RFC 9111 §4.3.4). */
static void take_unless_told(struct store_text *now, struct store_text then)
{
    if (!now->data)
        *now = then;
}

void repeat_fill(const struct repeat_load *load, struct store_page *page)
{
    const struct store_page *then = &load->page->page;
    take_unless_told(&page->content_type, then->content_type);
    page->charset = then->charset;
    page->title = then->title;
    page->base = then->base;
    page->canonical = then->canonical;
    page->meta_robots = then->meta_robots;
    take_unless_told(&page->robots_tag, then->robots_tag);
    take_unless_told(&page->tdm_policy, then->tdm_policy);
    take_unless_told(&page->etag, then->etag);
    take_unless_told(&page->last_modified, then->last_modified);
    page->directives |= then->directives;
    page->body_bytes = then->body_bytes;
    page->flags = then->flags;
    page->link_elements = then->link_elements;
    page->image_elements = then->image_elements;
    page->images = then->images;
    page->image_count = then->image_count;
    page->unfollowed = then->unfollowed;
    page->unfollowed_count = then->unfollowed_count;
}

/* URLs */

static int keep_url(const struct store_url *url, void *arg)
{
    struct repeat_batch *batch = arg;
    struct repeat_url *kept = &batch->urls[batch->count++];
    *kept = (struct repeat_url){
        .text = memory_strndup(url->url.data, url->url.bytes),
        .bytes = url->url.bytes,
        .id = url->id,
        .parent_id = url->parent_id,
        .depth = url->depth,
        .hops = url->hops,
    };
    snprintf(kept->via, sizeof kept->via, "%s", url->via ? url->via : "");
    return 0;
}

static int urls_on_thread(void *arg)
{
    struct repeat_batch *batch = arg;
    return job_repeat_each_url(batch->repeat->file, batch->after_id, REPEAT_BATCH_URLS, keep_url,
                               batch);
}

void repeat_batch_free(void *arg)
{
    struct repeat_batch *batch = arg;
    if (!batch)
        return;
    for (size_t i = 0; i < batch->count; i++)
        free(batch->urls[i].text);
    free(batch);
}

struct promise *repeat_urls(struct repeat *repeat, int64_t after_id)
{
    struct repeat_batch *batch = memory_new(sizeof *batch);
    batch->repeat = repeat;
    batch->after_id = after_id;
    return thread_executor_submit_owned(repeat->thread, urls_on_thread, batch, repeat_batch_free);
}
