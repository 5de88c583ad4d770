/* See crawl_file.h. Writer thread. */
#include "crawler/crawl_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "crawler/audit/audit_rules.h"
#include "crawler/base/clock.h"
#include "crawler/base/memory.h"
#include "crawler/base/outcome.h"
#include "crawler/crawl_traps.h"
#include "crawler/frontier/limits.h"
#include "crawler/frontier/seen.h"
#include "crawler/frontier/traps.h"
#include "storage/job_index.h"

static const char seed_key[] = "seen_seed";

/* The seed of the job's fingerprints, made with the file. */
static int read_seed(struct job_store *store, uint64_t *ret_seed)
{
    char *text = NULL;
    int rc = job_store_get_meta(store, seed_key, &text);
    if (rc == 0) {
        *ret_seed = strtoull(text, NULL, 16);
        free(text);
        return 0;
    }
    if (rc != -ENOENT)
        return rc;
    uint64_t seed;
    if (getrandom(&seed, sizeof seed, 0) != sizeof seed)
        return -EIO;
    char hex[17];
    snprintf(hex, sizeof hex, "%016" PRIx64, seed);
    rc = job_store_put_meta(store, seed_key, hex);
    if (rc == 0)
        *ret_seed = seed;
    return rc;
}

static int restore_origin(const struct store_origin *origin, void *arg)
{
    struct crawl_opening *opening = arg;
    size_t bytes = (opening->origin_count + 1) * sizeof *opening->origins;
    opening->origins = memory_resize(opening->origins, bytes);
    opening->origins[opening->origin_count++] = (struct opened_origin){
        .name = memory_strndup(origin->origin.data, origin->origin.bytes), .id = origin->id};
    return 0;
}

static int restore_url(const struct store_url *url, void *arg)
{
    struct crawl_opening *opening = arg;
    seen_add(opening->seen, url->url.data, url->url.bytes);
    if (!url->skipped || strcmp(url->skipped, outcome_name(OUTCOME_TRAP)) == 0)
        traps_restore_url(opening->traps, url->url.data, url->url.bytes, clock_epoch_ms());
    if (!url->skipped)
        limits_restore_url(opening->limits, url->url.data, url->url.bytes);
    if (url->depth == 0 && url->hops > 0) {
        size_t bytes = (opening->redirect_seed_count + 1) * sizeof(char *);
        opening->redirect_seeds = memory_resize(opening->redirect_seeds, bytes);
        opening->redirect_seeds[opening->redirect_seed_count++] =
            memory_strndup(url->url.data, url->url.bytes);
    }
    return 0;
}

static int compare_origins(const void *a, const void *b)
{
    const struct opened_origin *left = a, *right = b;
    return (left->id > right->id) - (left->id < right->id);
}

/* Origins come by id, before the tallies. */
static void restore_queued(struct crawl_opening *opening, const struct store_tally *tally)
{
    struct opened_origin key = {.id = tally->origin_id};
    struct opened_origin *origin = bsearch(&key, opening->origins, opening->origin_count,
                                           sizeof *opening->origins, compare_origins);
    job_counts_add_queued(&opening->counts, tally->count);
    if (origin)
        origin->queued = tally->count;
}

static int restore_tally(const struct store_tally *tally, void *arg)
{
    struct crawl_opening *opening = arg;
    enum outcome outcome;
    if (strcmp(tally->state, "queued") == 0)
        restore_queued(opening, tally);
    else if (outcome_parse(tally->reason, &outcome) == 0)
        job_counts_add_settled(&opening->counts, outcome, tally->count);
    else
        return -EBADMSG; /* of a newer version */
    return 0;
}

static enum sitemap_via via_of(const char *name)
{
    enum sitemap_via via = 0;
    while (via < SITEMAP_VIA_COUNT - 1 && strcmp(sitemap_via_name(via), name) != 0)
        via++;
    return via;
}

static int restore_sitemap(const struct store_sitemap *sitemap, void *arg)
{
    struct crawl_opening *opening = arg;
    size_t bytes = (opening->sitemap_count + 1) * sizeof *opening->sitemaps;
    opening->sitemaps = memory_resize(opening->sitemaps, bytes);
    opening->sitemaps[opening->sitemap_count++] = (struct opened_sitemap){
        .source = {.id = sitemap->id,
                   .parent_id = sitemap->parent_id,
                   .via = via_of(sitemap->via),
                   .depth = sitemap->depth,
                   .taken = sitemap->entries,
                   .url = memory_strndup(sitemap->url.data, sitemap->url.bytes)},
        .is_read = sitemap->outcome != NULL};
    return 0;
}

static int restore_unfollowed(const struct store_unfollowed *link, void *arg)
{
    struct crawl_opening *opening = arg;
    seen_add(opening->unfollowed, link->url.data, link->url.bytes);
    return 0;
}

static struct asset_counts counts_of(const struct store_asset_tally *tally)
{
    return (struct asset_counts){.known =
                                     tally->done + tally->failed + tally->skipped + tally->queued,
                                 .queued = tally->queued,
                                 .done = tally->done,
                                 .failed = tally->failed,
                                 .skipped = tally->skipped};
}

static int read_assets(struct crawl_opening *opening)
{
    int rc = 0;
    for (int kind = 0; kind < STORE_ASSET_COUNT && rc == 0; kind++)
        rc = job_store_asset_tally(opening->store, (enum store_asset)kind, &opening->assets[kind]);
    if (rc == 0 && opening->asks_images)
        opening->counts.probes = counts_of(&opening->assets[STORE_IMAGE]);
    if (rc == 0 && opening->asks_style_sheets)
        opening->counts.style_sheets = counts_of(&opening->assets[STORE_STYLE_SHEET]);
    return rc;
}

static int read_all(struct crawl_opening *opening)
{
    uint64_t seed = 0;
    int rc = read_seed(opening->store, &seed);
    if (rc < 0)
        return rc;
    opening->seed = seed;
    opening->seen = seen_new(seed);
    opening->unfollowed = seen_new(seed);
    rc = crawl_restore_traps(opening);
    if (rc == 0)
        rc = job_store_each_origin(opening->store, restore_origin, opening);
    if (rc == 0)
        rc = job_store_each_url(opening->store, restore_url, opening);
    if (rc == 0)
        rc = job_store_each_unfollowed(opening->store, restore_unfollowed, opening);
    if (rc == 0)
        rc = job_store_each_tally(opening->store, restore_tally, opening);
    if (rc == 0)
        rc = job_store_each_sitemap(opening->store, restore_sitemap, opening);
    if (rc == 0)
        rc = job_store_totals(opening->store, &opening->totals);
    if (rc == 0)
        rc = read_assets(opening);
    return rc;
}

/* What the verdicts in this file mean, to whoever reads it. */
static int put_rules(struct job_store *store)
{
    struct store_rule rows[AUDIT_RULE_COUNT];
    for (int i = 0; i < AUDIT_RULE_COUNT; i++) {
        const struct audit_rule *rule = audit_rule((enum audit_rule_id)i);
        rows[i] = (struct store_rule){.bit = i,
                                      .name = rule->name,
                                      .severity = audit_severity_name(rule->severity),
                                      .title = rule->title,
                                      .cites = rule->cites,
                                      .remedy = rule->remedy};
    }
    return job_store_put_rules(store, rows, AUDIT_RULE_COUNT);
}

int crawl_file_open(void *arg)
{
    struct crawl_opening *opening = arg;
    const char *why = NULL;
    int rc = opening->is_there ? job_store_reopen(opening->path, &opening->store, &why)
                               : job_store_open(opening->path, &opening->store, &why);
    opening->reason = why ? why : "the job's file cannot be opened";
    if (rc == 0)
        rc = job_store_forget_index(opening->store);
    if (rc == 0)
        rc = put_rules(opening->store);
    if (rc == 0)
        rc = read_all(opening);
    if (rc == 0)
        rc = job_store_add_event(opening->store, clock_epoch_ms(), "state",
                                 opening->totals.last_url_id ? "running again" : "running");
    return rc;
}

void crawl_opening_done(struct crawl_opening *opening)
{
    for (size_t i = 0; i < opening->origin_count; i++)
        free(opening->origins[i].name);
    for (size_t i = 0; i < opening->redirect_seed_count; i++)
        free(opening->redirect_seeds[i]);
    free(opening->origins);
    for (size_t i = 0; i < opening->sitemap_count; i++)
        free(opening->sitemaps[i].source.url);
    free(opening->sitemaps);
    free(opening->redirect_seeds);
    seen_free(opening->seen);
    limits_free(opening->limits);
    traps_free(opening->traps);
    seen_free(opening->unfollowed);
    job_store_free(opening->store);
}

/* What a released trap still holds was not fed back before the end: the end is why it is skipped.
 */
static int skip_leftovers(struct crawl_closing *closing)
{
    int rc = crawl_release_rest(closing->store, &closing->released);
    if (rc < 0)
        return rc;
    rc = job_store_skip_queued(closing->store, closing->skip_reason, closing->at_ms,
                               &closing->skipped);
    if (rc == 0 && closing->asks_images)
        rc = job_store_skip_assets(closing->store, STORE_IMAGE, closing->skip_reason);
    if (rc == 0 && closing->asks_style_sheets)
        rc = job_store_skip_assets(closing->store, STORE_STYLE_SHEET, closing->skip_reason);
    return rc;
}

int crawl_file_close(void *arg)
{
    struct crawl_closing *closing = arg;
    int rc = 0;
    if (closing->skip_reason)
        rc = skip_leftovers(closing);
    if (rc == 0)
        rc = job_store_settle_sitemaps(closing->store);
    if (rc == 0)
        rc = job_store_add_event(closing->store, closing->at_ms, "state", closing->event);
    if (rc == 0 && closing->is_final)
        rc = job_store_finish(closing->store);
    closing->store = job_store_free(closing->store);
    return rc;
}
