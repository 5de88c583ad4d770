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

static void add_origin(struct finds *finds, struct frontier_origin *origin)
{
    if (finds->origin_count == finds->origin_capacity) {
        finds->origin_capacity = finds->origin_capacity ? finds->origin_capacity * 2 : 4;
        finds->origins =
            memory_resize(finds->origins, finds->origin_capacity * sizeof *finds->origins);
    }
    const char *host = host_name(origin->lane.host);
    finds->origins[finds->origin_count++] = (struct store_origin){
        .id = origin->id,
        .origin = {origin->name, strlen(origin->name)},
        .host = {host, strlen(host)},
    };
    origin->stored = true;
}

bool discovery_knows(const struct discovery *discovery, const char *url, size_t bytes)
{
    return seen_has(discovery->seen, url, bytes);
}

bool discovery_follow(struct discovery *discovery, const struct lead *lead, struct finds *finds)
{
    if (!seen_add(discovery->seen, lead->text.data, lead->text.bytes))
        return false;
    struct frontier_origin *origin = frontier_origin_of(discovery->frontier, lead->url);
    if (!origin->stored)
        add_origin(finds, origin);
    enum outcome reason = OUTCOME_OK;
    bool allowed = scope_allows(discovery->scope, lead->url, lead->depth, &reason);
    size_t i = add_find(finds);
    finds->finds[i] = (struct find){.origin = origin, .skip_reason = reason};
    finds->urls[i] = (struct store_url){
        .id = ++discovery->last_url_id,
        .origin_id = origin->id,
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
