/* Probes: what the images of a job are, and which images its style sheets name. Each is asked for
 * once in a job, and an image once in all jobs of the node as long as what was learned is fresh:
 *
 *     the job's file ──scan──▶ keys by origin ──load──▶ window ──its turn──▶ fetch ──▶ parse ──▶
 * save │                 │ ▲ (another try, another └▶ in the cache   └─┘  place, more bytes)
 *
 * An origin is a lane of its host, like one of pages (host.h): the same delay, the same
 * connections, the same robots.txt. Every request has a turn of its own, also one that a redirect
 * leads to. In memory are 8 bytes of each that is queued, and a window of those due next; in the
 * file is all, so that whatever ends the program, the rest is asked for when the job goes on.
 * Loop thread; what is blocking is done by the writer thread.
 */
#ifndef IMGCRAWL_PROBES_H
#define IMGCRAWL_PROBES_H

#include <stdbool.h>
#include <stdint.h>

#include "crawler/base/services.h"
#include "crawler/job/job_counts.h"
#include "crawler/job/job_settings.h"
#include "storage/job_probes.h"

struct address_policy;
struct fetch_session;
struct lane_group;
struct probes;

struct probes_config {
    const struct services *services;
    const struct job_settings *settings; /* borrowed */
    const struct address_policy *policy; /* borrowed */
    bool reaches_loopback;               /* the policy lets it, where others may not */
    size_t max_body_bytes;
    unsigned max_redirects;
    struct fetch_session *session; /* the job's; borrowed */
    struct job_store *store;
    const struct lane_group *pages; /* the job's, whose delay is the probes' as well; or NULL */
    /* Settled before, by kind. */
    struct store_asset_tally before[STORE_ASSET_COUNT];
    /* Numbers have changed. Told last, so that it may be freed here. */
    void (*on_change)(void *arg);
    /* Images that style sheets name are in the file. */
    void (*on_totals)(const struct store_totals *totals, void *arg);
    /* The store fails: a positive errno. */
    void (*on_error)(int error, void *arg);
    void *arg;
};

/* Which kinds are asked for the settings tell. */
struct probes *probes_new(const struct probes_config *config);
/* Only when it is quiet. What is queued stays so in the file. */
struct probes *probes_free(struct probes *probes);

/* Pages were stored: there may be more images and style sheets. */
void probes_look(struct probes *probes, const struct store_totals *totals);
/* Nothing more begins; what is in flight is finished. */
void probes_close(struct probes *probes);
/* Ends what is in flight; it goes back. */
void probes_cancel(struct probes *probes);
/* While it is held nothing begins: the job has as many requests in flight as it wants. */
void probes_hold(struct probes *probes, bool is_held);
void probes_set_delay(struct probes *probes, int64_t delay_ms);

unsigned probes_in_flight(const struct probes *probes); /* requests */
/* Nothing is under way: it may be freed. */
bool probes_is_quiet(const struct probes *probes);
/* … and all that is known is settled. */
bool probes_is_done(const struct probes *probes);
const struct asset_counts *probes_counts(const struct probes *probes, enum store_asset kind);

#endif
