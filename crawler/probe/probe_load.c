/* From the job's file into the queue: which images and style sheets there are (scan), and what is
 * due next in an origin (load), unless the node's cache knows what it is. See probes_private.h.
 * The functions named _on_thread run on the writer thread, between two transactions of others. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/async/loop.h"
#include "crawler/async/promise.h"
#include "crawler/base/clock.h"
#include "crawler/base/memory.h"
#include "crawler/extract/url.h"
#include "crawler/probe/probes_private.h"
#include "storage/probe_cache.h"

/* Scan */

enum { SCANNED_AT_ONCE = 500 };

struct scan {
    struct probes *probes;
    enum store_asset kind;
    int64_t after_id;
    bool is_at_end;
    unsigned count;
    struct {
        int64_t id;
        char *url;
    } rows[SCANNED_AT_ONCE];
};

static int scan_row(int64_t id, struct store_text url, void *arg)
{
    struct scan *scan = arg;
    scan->rows[scan->count].id = id;
    scan->rows[scan->count++].url = memory_strndup(url.data, url.bytes);
    return 0;
}

static int scan_on_thread(void *arg)
{
    struct scan *scan = arg;
    struct job_store *store = scan->probes->config.store;
    int rc =
        job_store_each_asset(store, scan->kind, scan->after_id, SCANNED_AT_ONCE, scan_row, scan);
    scan->is_at_end = scan->count < SCANNED_AT_ONCE;
    if (scan->is_at_end)
        scan->after_id = job_store_last_asset(store, scan->kind);
    else
        scan->after_id = scan->rows[scan->count - 1].id;
    return rc;
}

static void settle_unreadable(struct probes *probes, int64_t key, const char *text)
{
    struct probe *probe = memory_new(sizeof *probe);
    probe->probes = probes;
    probe->key = key;
    probe->facts.is_animated = -1;
    probe->own_url = memory_strndup(text, strlen(text));
    probe->url = memory_strndup(text, strlen(text));
    probes->counts[probe_kind(key)].queued--;
    probes->counts[probe_kind(key)].in_flight++;
    probe_set_outcome(probe, OUTCOME_URL_INVALID, "");
    probe_save(probe);
}

static void take_row(struct probes *probes, enum store_asset kind, int64_t id, const char *text)
{
    int64_t key = kind == STORE_IMAGE ? id : -id;
    struct url url;
    if (id > probes->scans[kind].counted) {
        probes->counts[kind].known++;
        probes->counts[kind].queued++;
    }
    if (url_parse(text, strlen(text), NULL, &url) != URL_OK) {
        settle_unreadable(probes, key, text);
        return;
    }
    struct probe_origin *origin = probe_origin_of(probes, &url);
    probe_keys_push(&origin->keys, key);
    probe_origin_update(origin);
}

static struct promise *scan_done(struct promise *settled, void *arg)
{
    struct scan *scan = arg;
    struct probes *probes = scan->probes;
    probes->scanning = false;
    for (unsigned i = 0; i < scan->count; i++) {
        if (promise_state_of(settled) == PROMISE_RESOLVED)
            take_row(probes, scan->kind, scan->rows[i].id, scan->rows[i].url);
        free(scan->rows[i].url);
    }
    if (promise_state_of(settled) == PROMISE_RESOLVED) {
        probes->scans[scan->kind].after_id = scan->after_id;
        probes->scans[scan->kind].is_due |= !scan->is_at_end;
    }
    free(scan);
    probes_scan(probes);
    probes_call_ended(probes, settled);
    return NULL;
}

void probes_scan(struct probes *probes)
{
    for (int kind = 0; kind < STORE_ASSET_COUNT; kind++) {
        if (!probes->is_open || probes->scanning || !probes->scans[kind].is_due)
            continue;
        struct scan *scan = memory_new(sizeof *scan);
        scan->probes = probes;
        scan->kind = (enum store_asset)kind;
        scan->after_id = probes->scans[kind].after_id;
        probes->scanning = true;
        probes->scans[kind].is_due = false;
        probes_call(probes, scan_on_thread, scan_done, scan);
    }
}

/* Load */

enum known { UNKNOWN, KNOWN_DONE, KNOWN_FAILED };

struct load {
    struct probe_origin *origin;
    bool wants_whole;
    int64_t fresh_from_ms; /* epoch */
    int64_t asked_ms;      /* loop time: what went into the cache later may have been missed */
    unsigned count;
    struct loaded {
        int64_t key;
        char *url; /* canonical; NULL: it cannot be read */
        char *etag;
        enum known known; /* it is in the file now */
    } rows[PROBE_WINDOW];
};

static int read_url(int64_t id, struct store_text text, void *arg)
{
    (void)id;
    struct loaded *row = arg;
    struct url url;
    if (url_parse(text.data, text.bytes, NULL, &url) != URL_OK)
        return 0;
    url_canonicalise(&url);
    row->url = memory_strndup(url.href, url.length);
    return 0;
}

struct look_up {
    struct load *load;
    struct loaded *row;
};

/* Fresh: it is copied. Else it is asked whether it has changed, where that can be asked. */
static int look_at_cached(const struct cached_probe *cached, void *arg)
{
    const struct look_up *look_up = arg;
    struct load *load = look_up->load;
    struct loaded *row = look_up->row;
    if (load->wants_whole && !cached->is_whole)
        return 0;
    if (cached->probe.probed_ms < load->fresh_from_ms) {
        if (cached->etag.data)
            row->etag = memory_strndup(cached->etag.data, cached->etag.bytes);
        return 0;
    }
    struct store_probe probe = cached->probe;
    probe.image_id = row->key;
    row->known = strcmp(probe.state, "done") == 0 ? KNOWN_DONE : KNOWN_FAILED;
    return job_store_add_probe(load->origin->probes->config.store, &probe);
}

static int load_row(struct load *load, struct loaded *row)
{
    const struct probes *probes = load->origin->probes;
    int64_t id = row->key > 0 ? row->key : -row->key;
    int rc = job_store_asset(probes->config.store, probe_kind(row->key), id, read_url, row);
    if (rc < 0 || !row->url || row->key < 0 || !probes->is_shared)
        return rc;
    struct probe_key key = {.url = {row->url, strlen(row->url)},
                            .reaches_loopback = probes->config.reaches_loopback};
    rc = probe_cache_get(probes->config.services->probe_cache, &key, look_at_cached,
                         &(struct look_up){load, row});
    return rc == -ENOENT ? 0 : rc;
}

static int load_on_thread(void *arg)
{
    struct load *load = arg;
    struct job_store *store = load->origin->probes->config.store;
    int rc = job_store_begin(store);
    for (unsigned i = 0; i < load->count && rc == 0; i++)
        rc = load_row(load, &load->rows[i]);
    if (rc == 0)
        rc = job_store_commit(store);
    if (rc < 0)
        job_store_rollback(store);
    return rc;
}

static void wake(struct probe_waiter *waiter);

static struct probe *probe_new(const struct load *load, struct loaded *row)
{
    struct probe_origin *origin = load->origin;
    struct probe *probe = memory_new(sizeof *probe);
    probe->probes = origin->probes;
    probe->key = row->key;
    probe->own_url = row->url;
    probe->url = memory_strndup(row->url, strlen(row->url));
    probe->etag = row->etag;
    probe->facts.is_animated = -1;
    probe->facts.bytes = -1;
    probe->loaded_ms = load->asked_ms;
    probe->fingerprint =
        probe_fingerprint(row->url, strlen(row->url), origin->probes->config.reaches_loopback);
    probe->waiter.wake = wake;
    return probe;
}

static struct probe *probe_of(struct probe_waiter *waiter)
{
    return (struct probe *)(void *)((char *)waiter - offsetof(struct probe, waiter));
}

/* Whoever asked for the same one has ended: what came of it may be in the cache. */
static void wake(struct probe_waiter *waiter)
{
    struct probe *probe = probe_of(waiter);
    struct probes *probes = probe->probes;
    TAILQ_REMOVE(&probes->waiting, probe, link);
    probe_forget(probe);
    probes_changed(probes);
}

static void take_loaded(struct load *load, struct loaded *row)
{
    struct asset_counts *counts = &load->origin->probes->counts[probe_kind(row->key)];
    if (row->known == UNKNOWN && row->url) {
        probe_append(load->origin, probe_new(load, row));
        return;
    }
    counts->queued--;
    if (row->known == KNOWN_DONE)
        counts->done++;
    else
        counts->failed++;
    free(row->url);
    free(row->etag);
}

/* It stays queued, in the file alone: the crawl ends. */
static void drop_loaded(struct load *load, struct loaded *row)
{
    probe_keys_push_front(&load->origin->keys, row->key);
    free(row->url);
    free(row->etag);
}

static struct promise *load_done(struct promise *settled, void *arg)
{
    struct load *load = arg;
    struct probe_origin *origin = load->origin;
    struct probes *probes = origin->probes;
    bool is_good = promise_state_of(settled) == PROMISE_RESOLVED;
    origin->loading = false;
    for (unsigned i = 0; i < load->count; i++) {
        if (is_good)
            take_loaded(load, &load->rows[i]);
        else
            drop_loaded(load, &load->rows[i]);
    }
    free(load);
    if (!is_good)
        probes->is_open = false; /* told below */
    probe_origin_update(origin);
    probes_call_ended(probes, settled);
    return NULL;
}

void probe_origin_load(struct probe_origin *origin)
{
    const struct job_settings *settings = origin->probes->config.settings;
    struct load *load = memory_new(sizeof *load);
    load->origin = origin;
    load->wants_whole = settings->probe == PROBE_WHOLE;
    load->asked_ms = loop_now_ms(origin->probes->config.services->loop);
    load->fresh_from_ms = clock_epoch_ms() - settings->probe_freshness_s * 1000;
    while (load->count < PROBE_WINDOW &&
           probe_keys_take(&origin->keys, &load->rows[load->count].key))
        load->count++;
    origin->loading = true;
    probes_call(origin->probes, load_on_thread, load_done, load);
}
