/* What was learned goes into the job's file, and of an image into the node's cache: all that waits
 * in one transaction of each. See probes_private.h. The functions named _on_thread run on the
 * writer thread. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/async/loop.h"
#include "crawler/async/promise.h"
#include "crawler/base/log.h"
#include "crawler/base/memory.h"
#include "crawler/probe/probes_private.h"
#include "storage/probe_cache.h"

struct save {
    struct probes *probes;
    struct probe *first;
    struct store_totals totals;
    int cache_error; /* a cache that fails costs nobody anything but requests */
};

static struct store_text of_string(const char *text)
{
    return (struct store_text){text && *text ? text : NULL, text ? strlen(text) : 0};
}

static const char *state_of(const struct probe *probe)
{
    return outcome_class_name(outcome_class_of(probe->facts.outcome));
}

static struct store_text final_url(const struct probe *probe)
{
    return of_string(strcmp(probe->url, probe->own_url) == 0 ? NULL : probe->url);
}

/* What an error answer brings is not the image. */
static int64_t bytes_of(const struct probe *probe)
{
    bool is_image =
        probe->facts.status > 0 && outcome_class_of(probe->facts.outcome) == OUTCOME_DONE;
    return is_image ? probe->facts.bytes : -1;
}

static struct store_probe row_of(const struct probe *probe)
{
    const struct probe_facts *facts = &probe->facts;
    return (struct store_probe){.image_id = probe->key,
                                .state = state_of(probe),
                                .outcome = outcome_name(facts->outcome),
                                .type = *facts->type ? facts->type : NULL,
                                .detail = of_string(facts->detail),
                                .final_url = final_url(probe),
                                .declared_type = of_string(facts->declared_type),
                                .robots_tag = of_string(facts->robots_tag),
                                .sha256 = facts->has_sha256 ? facts->sha256 : NULL,
                                .bytes = bytes_of(probe),
                                .width = facts->width,
                                .height = facts->height,
                                .perceptual_hash = facts->perceptual_hash,
                                .probed_ms = facts->probed_ms,
                                .is_animated = facts->is_animated,
                                .status = facts->status};
}

/* Into the job's file */

static int copy_unchanged(const struct cached_probe *cached, void *arg)
{
    struct probe *probe = arg;
    struct store_probe row = cached->probe;
    row.image_id = probe->key;
    row.probed_ms = probe->facts.probed_ms;
    if (outcome_parse(row.outcome, &probe->facts.outcome) < 0)
        return -ENOENT;
    return job_store_add_probe(probe->probes->config.store, &row);
}

static struct probe_key key_of(const struct probe *probe)
{
    return (struct probe_key){.url = of_string(probe->own_url),
                              .reaches_loopback = probe->probes->config.reaches_loopback};
}

static int add_unchanged(struct probe *probe)
{
    struct probe_key key = key_of(probe);
    int rc =
        probe_cache_get(probe->probes->config.services->probe_cache, &key, copy_unchanged, probe);
    if (rc != -ENOENT)
        return rc;
    probe->was_lost = true;
    return 0;
}

static int add_sheet(struct probe *probe)
{
    const struct probe_facts *facts = &probe->facts;
    const struct store_style_sheet sheet = {.id = -probe->key,
                                            .state = state_of(probe),
                                            .outcome = outcome_name(facts->outcome),
                                            .detail = of_string(facts->detail),
                                            .final_url = final_url(probe),
                                            .status = facts->status,
                                            .fetched_ms = facts->probed_ms,
                                            .images = facts->images,
                                            .image_count = facts->image_count};
    return job_store_settle_style_sheet(probe->probes->config.store, &sheet);
}

static int add(struct probe *probe)
{
    if (probe->key < 0)
        return add_sheet(probe);
    if (probe->facts.is_unchanged)
        return add_unchanged(probe);
    struct store_probe row = row_of(probe);
    return job_store_add_probe(probe->probes->config.store, &row);
}

static int save_in_file(const struct save *save)
{
    struct job_store *store = save->probes->config.store;
    int rc = job_store_begin(store);
    for (struct probe *probe = save->first; probe && rc == 0; probe = probe->next_save)
        rc = add(probe);
    if (rc == 0)
        rc = job_store_commit(store);
    if (rc < 0)
        job_store_rollback(store);
    return rc;
}

/* Into the cache */

/* What is sure to be so for other jobs, too: an answer of that server, and no bad moment of it. */
static bool is_worth_keeping(const struct probe *probe)
{
    enum outcome outcome = probe->facts.outcome;
    return probe->key > 0 && probe->probes->is_shared && !probe->was_lost &&
           (outcome == OUTCOME_OK || outcome == OUTCOME_HTTP_4XX);
}

static int keep(struct probe_cache *cache, const struct probe *probe)
{
    struct probe_key key = key_of(probe);
    if (probe->facts.is_unchanged)
        return probe_cache_touch(cache, &key, probe->facts.probed_ms);
    struct cached_probe cached = {.probe = row_of(probe),
                                  .is_whole =
                                      probe->facts.is_whole || probe->facts.outcome != OUTCOME_OK,
                                  .etag = of_string(probe->hops == 0 ? probe->facts.etag : NULL)};
    return probe_cache_put(cache, &key, &cached);
}

static int save_in_cache(const struct save *save)
{
    struct probe_cache *cache = save->probes->config.services->probe_cache;
    if (!save->probes->is_shared)
        return 0;
    int rc = probe_cache_begin(cache);
    for (struct probe *probe = save->first; probe && rc == 0; probe = probe->next_save) {
        if (is_worth_keeping(probe))
            rc = keep(cache, probe);
    }
    if (rc == 0)
        rc = probe_cache_commit(cache);
    if (rc < 0)
        probe_cache_rollback(cache);
    return rc;
}

static int save_on_thread(void *arg)
{
    struct save *save = arg;
    int rc = save_in_file(save);
    if (rc < 0)
        return rc;
    job_store_live_totals(save->probes->config.store, &save->totals);
    save->cache_error = save_in_cache(save);
    return 0;
}

/* Back on the loop */

static void count(struct probe *probe)
{
    struct asset_counts *counts = &probe->probes->counts[probe_kind(probe->key)];
    counts->in_flight--;
    switch (outcome_class_of(probe->facts.outcome)) {
    case OUTCOME_DONE:
        counts->done++;
        return;
    case OUTCOME_FAILED:
        counts->failed++;
        return;
    default:
        counts->skipped++;
        return;
    }
}

static void end(struct probe *probe, bool is_saved, bool is_cached)
{
    int64_t now_ms = loop_now_ms(probe->probes->config.services->loop);
    bool was_kept = is_saved && is_cached && is_worth_keeping(probe);
    probe_flight_end(&probe->flight, was_kept, now_ms);
    if (is_saved && !probe->was_lost) {
        count(probe);
        probe_free(probe);
    } else {
        probe_forget(probe);
    }
}

static void save_all(struct probes *probes);

static struct promise *saved(struct promise *settled, void *arg)
{
    struct save *save = arg;
    struct probes *probes = save->probes;
    bool is_saved = promise_state_of(settled) == PROMISE_RESOLVED;
    bool has_sheet = false;
    probes->saving = false;
    if (!is_saved)
        probes->is_open = false; /* told below */
    for (struct probe *probe = save->first, *next; probe; probe = next) {
        next = probe->next_save;
        has_sheet |= probe->key < 0;
        end(probe, is_saved, save->cache_error == 0);
    }
    if (save->cache_error)
        log_warning("what was learned of images is not kept for other jobs: %s",
                    strerror(-save->cache_error));
    if (is_saved && has_sheet)
        probes->config.on_totals(&save->totals, probes->config.arg);
    free(save);
    if (is_saved)
        save_all(probes);
    probes_call_ended(probes, settled);
    return NULL;
}

static void save_all(struct probes *probes)
{
    if (probes->saving || !probes->to_save)
        return;
    struct save *save = memory_new(sizeof *save);
    save->probes = probes;
    save->first = probes->to_save;
    probes->to_save = NULL;
    probes->to_save_end = &probes->to_save;
    probes->saving = true;
    probes_call(probes, save_on_thread, saved, save);
}

void probe_save(struct probe *take_probe)
{
    struct probes *probes = take_probe->probes;
    take_probe->next_save = NULL;
    *probes->to_save_end = take_probe;
    probes->to_save_end = &take_probe->next_save;
    save_all(probes);
}
