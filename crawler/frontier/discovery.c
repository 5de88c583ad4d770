/* See discovery.h. */
#include "crawler/frontier/discovery.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/base/clock.h"
#include "crawler/base/memory.h"
#include "crawler/frontier/frontier.h"
#include "crawler/frontier/limits.h"
#include "crawler/frontier/scope.h"
#include "crawler/frontier/seen.h"
#include "crawler/frontier/traps.h"
#include "crawler/frontier/url_cleaning.h"
#include "crawler/job/job_counts.h"

static const char *const via_names[] = {
    [VIA_SEED] = "seed",
    [VIA_LINK] = "link",
    [VIA_REDIRECT] = "redirect",
    [VIA_SITEMAP] = "sitemap",
};
static_assert(sizeof via_names / sizeof via_names[0] == VIA_COUNT, "all named");

void finds_done(struct finds *finds)
{
    free(finds->urls);
    free(finds->finds);
    free(finds->origins);
    for (size_t i = 0; i < finds->cleaned_count; i++)
        free(finds->cleaned[i]);
    free(finds->cleaned);
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

/* What becomes of a new URL, and the trap that holds it back. */
struct judgement {
    enum outcome outcome; /* OK: it is to be fetched */
    int64_t trap_id;
};

static void tell_cut_off(struct discovery *discovery, const struct scope_verdict *verdict,
                         const struct url *url)
{
    char detail[320];
    if (discovery->cut_off_told || !discovery->on_cut_off)
        return;
    discovery->cut_off_told = true;
    scope_explain(discovery->scope, verdict, url, detail, sizeof detail);
    discovery->on_cut_off(detail, url, discovery->arg);
}

/* Seeds were asked for by name: neither traps nor limits are for them. */
static struct judgement judge(struct discovery *discovery, const struct lead *lead)
{
    struct judgement judgement = {.outcome = OUTCOME_OK};
    struct scope_verdict verdict = scope_judge(discovery->scope, lead->url, lead->depth);
    if (verdict.outcome == OUTCOME_PATTERN_LIMIT)
        tell_cut_off(discovery, &verdict, lead->url);
    judgement.outcome = verdict.outcome;
    if (judgement.outcome != OUTCOME_OK || lead->via == VIA_SEED)
        return judgement;
    if (discovery->traps)
        judgement.trap_id = traps_judge_new(discovery->traps, lead->text.data, lead->text.bytes,
                                            lead->from, clock_epoch_ms());
    if (judgement.trap_id)
        judgement.outcome = OUTCOME_TRAP;
    else if (discovery->limits)
        judgement.outcome = limits_judge_new(discovery->limits, discovery->settings, lead->url);
    return judgement;
}

static bool follow_clean(struct discovery *discovery, const struct lead *lead, struct finds *finds)
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
    struct judgement judgement = judge(discovery, lead);
    bool allowed = judgement.outcome == OUTCOME_OK;
    size_t i = add_find(finds);
    finds->finds[i] =
        (struct find){.origin = allowed ? frontier_origin_of(discovery->frontier, lead->url) : NULL,
                      .skip_reason = judgement.outcome};
    finds->urls[i] = (struct store_url){
        .id = ++discovery->last_url_id,
        .origin_id = origin.id,
        .parent_id = lead->parent_id,
        .url = lead->text,
        .via = via_names[lead->via],
        .skipped = allowed ? NULL : outcome_name(judgement.outcome),
        .trap_id = judgement.trap_id,
        .depth = lead->depth,
        .hops = lead->hops,
    };
    return true;
}

/* Keeps the text of a cleaned URL as long as the finds. */
static struct store_text keep_text(struct finds *finds, const struct url *url)
{
    finds->cleaned =
        memory_resize(finds->cleaned, (finds->cleaned_count + 1) * sizeof *finds->cleaned);
    char *text = memory_strndup(url->href, url->length);
    finds->cleaned[finds->cleaned_count++] = text;
    return (struct store_text){text, url->length};
}

/* A redirect that adds nothing but what is taken out again must be followed as it is: the page is
 * behind it. */
bool discovery_follow(struct discovery *discovery, const struct lead *lead, struct finds *finds)
{
    if (!discovery->settings || !url_cleaning_is_on(discovery->settings))
        return follow_clean(discovery, lead, finds);
    struct url url = *lead->url;
    if (!url_clean(discovery->settings, &url))
        return follow_clean(discovery, lead, finds);
    bool known = discovery_knows(discovery, url.href, url.length);
    if (known && lead->via == VIA_REDIRECT)
        return follow_clean(discovery, lead, finds);
    if (known)
        return false;
    struct lead cleaned = *lead;
    cleaned.url = &url;
    cleaned.text = keep_text(finds, &url);
    return follow_clean(discovery, &cleaned, finds);
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
