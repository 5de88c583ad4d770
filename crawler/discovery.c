/* See discovery.h. */
#include "crawler/discovery.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/frontier.h"
#include "crawler/job_counts.h"
#include "crawler/memory.h"
#include "crawler/scope.h"
#include "crawler/seen.h"

static const char *const via_names[] = {
    [VIA_SEED] = "seed", [VIA_LINK] = "link", [VIA_REDIRECT] = "redirect"};
static_assert(sizeof via_names / sizeof via_names[0] == VIA_COUNT, "all named");

void finds_done(struct finds *finds)
{
    free(finds->urls);
    free(finds->finds);
    free(finds->origins);
    *finds = (struct finds){0};
}

static size_t add_find(struct finds *finds)
{
    if (finds->count == finds->capacity) {
        finds->capacity = finds->capacity ? finds->capacity * 2 : 16;
        finds->urls = memory_resize(finds->urls, finds->capacity * sizeof *finds->urls);
        finds->finds = memory_resize(finds->finds, finds->capacity * sizeof *finds->finds);
    }
    return finds->count++;
}

/* The host stands in the origin's name as it does in the URL: canonical URLs have no credentials.
 */
static void add_origin(struct finds *finds, struct frontier_origin_id id, const struct url *url)
{
    if (finds->origin_count == finds->origin_capacity) {
        finds->origin_capacity = finds->origin_capacity ? finds->origin_capacity * 2 : 4;
        finds->origins =
            memory_resize(finds->origins, finds->origin_capacity * sizeof *finds->origins);
    }
    finds->origins[finds->origin_count++] = (struct store_origin){
        .id = id.id,
        .origin = {id.new_name, strlen(id.new_name)},
        .host = {id.new_name + url->host_start, (size_t)(url->host_end - url->host_start)},
    };
}

bool discovery_knows(const struct discovery *discovery, const char *url, size_t bytes)
{
    return seen_has(discovery->seen, url, bytes);
}

bool discovery_follow(struct discovery *discovery, const struct lead *lead, struct finds *finds)
{
    if (discovery->last_url_id >= discovery->max_urls) {
        discovery->is_full = true;
        return false;
    }
    if (!seen_add(discovery->seen, lead->text.data, lead->text.bytes))
        return false;
    struct frontier_origin_id origin = frontier_origin_id(discovery->frontier, lead->url);
    if (origin.new_name)
        add_origin(finds, origin, lead->url);
    enum outcome reason = OUTCOME_OK;
    bool allowed = scope_allows(discovery->scope, lead->url, lead->depth, &reason);
    size_t i = add_find(finds);
    finds->finds[i] =
        (struct find){.origin = allowed ? frontier_origin_of(discovery->frontier, lead->url) : NULL,
                      .skip_reason = reason};
    finds->urls[i] = (struct store_url){
        .id = ++discovery->last_url_id,
        .origin_id = origin.id,
        .parent_id = lead->parent_id,
        .url = lead->text,
        .via = via_names[lead->via],
        .skipped = allowed ? NULL : outcome_name(reason),
        .depth = lead->depth,
        .hops = lead->hops,
    };
    return true;
}

void finds_announce(const struct finds *finds, struct job_counts *counts)
{
    for (size_t i = 0; i < finds->count; i++) {
        const struct store_url *url = &finds->urls[i];
        if (url->skipped) {
            job_counts_add_settled(counts, finds->finds[i].skip_reason, 1);
            continue;
        }
        job_counts_add_queued(counts, 1);
        frontier_add(finds->finds[i].origin, &(struct frontier_add){.id = url->id,
                                                                    .depth = url->depth,
                                                                    .hops = (uint16_t)url->hops,
                                                                    .url = url->url.data,
                                                                    .bytes = url->url.bytes});
    }
}
