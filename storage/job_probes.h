/* Images and linked style sheets in a job's file as things to be asked for, and what came of it.
 * Writer thread; blocking plain functions; see job_store.h.
 *
 * An image is queued as long as it has no row in probes, so nothing has to be written when it is
 * found; a style sheet has its row from the page that first names it.
 */
#ifndef IMGCRAWL_STORAGE_JOB_PROBES_H
#define IMGCRAWL_STORAGE_JOB_PROBES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/job_store.h"

enum { STORE_SHA256_BYTES = 32 };

/* What an image is, or why that is not known. */
struct store_probe {
    int64_t image_id;
    const char *state, *outcome; /* "done", "failed" or "skipped", and why */
    const char *type;            /* by its bytes; NULL: not known */
    struct store_text detail, final_url, declared_type, robots_tag;
    const unsigned char *sha256; /* STORE_SHA256_BYTES; NULL: not known */
    int64_t bytes;               /* of the whole file; -1: not known */
    int64_t width, height;       /* 0: not known */
    int64_t perceptual_hash;     /* counts where sha256 is there and it is not 0 */
    int64_t probed_ms;           /* epoch; 0: it was not asked for */
    int is_animated;             /* -1: not known */
    int status;                  /* 0: no answer */
};

/* A style sheet that was asked for, with the images that it names: each becomes an occurrence on
 * the page that first named the sheet. */
struct store_style_sheet {
    int64_t id;
    const char *state, *outcome;
    struct store_text detail, final_url;
    int status;
    int64_t fetched_ms;
    const struct store_image *images;
    size_t image_count;
};

/* Both inside a transaction (job_store_begin()). -EEXIST, -ENOENT: it is settled already. */
int job_store_add_probe(struct job_store *store, const struct store_probe *probe);
int job_store_settle_style_sheet(struct job_store *store, const struct store_style_sheet *sheet);

enum store_asset { STORE_IMAGE, STORE_STYLE_SHEET, STORE_ASSET_COUNT };

/* Those that are queued, by http or https, id > after_id, by id. Callbacks as in job_store.h. */
typedef int (*store_asset_fn)(int64_t id, struct store_text url, void *arg);
int job_store_each_asset(struct job_store *store, enum store_asset kind, int64_t after_id,
                         unsigned limit, store_asset_fn fn, void *arg);
/* Calls fn for this one. -ENOENT. */
int job_store_asset(struct job_store *store, enum store_asset kind, int64_t id, store_asset_fn fn,
                    void *arg);
/* The last id that is in the file. */
int64_t job_store_last_asset(const struct job_store *store, enum store_asset kind);

struct store_asset_tally {
    int64_t done, failed, skipped; /* settled */
    int64_t queued, last_id;       /* by http or https; none above that id */
};
int job_store_asset_tally(struct job_store *store, enum store_asset kind,
                          struct store_asset_tally *ret_tally);
/* Settles those that are queued as skipped for `reason`, in a transaction of its own. */
int job_store_skip_assets(struct job_store *store, enum store_asset kind, const char *reason);

#endif
