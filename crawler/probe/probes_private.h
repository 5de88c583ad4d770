/* The inside of a job's probes, shared by the files that make it up: probes.c (the face, turns),
 * probe_queue.c (what waits, by origin), probe_load.c (from the file), probe_visit.c (one request),
 * probe_facts.c (what the parse processes say), probe_save.c (into the file). Nobody else includes
 * this. */
#ifndef IMGCRAWL_PROBES_PRIVATE_H
#define IMGCRAWL_PROBES_PRIVATE_H

#include <sys/queue.h>

#include "crawler/base/outcome.h"
#include "crawler/extract/record.h"
#include "crawler/hosts/host.h"
#include "crawler/probe/probe_shared.h"
#include "crawler/probe/probes.h"

struct body_slot;
struct fetch_result;
struct process_reply;
struct promise;
struct text_map;
struct url;

enum { PROBE_WINDOW = 16 };

/* How a visit ended. */
enum probe_end {
    PROBE_SETTLED,
    PROBE_AGAIN,     /* another try may help, from retry_at_ms on */
    PROBE_MOVED,     /* it is asked for at `url` now, or for more bytes: another turn */
    PROBE_CANCELLED, /* as if it had not begun */
};

/* What was learned, in memory of its own. */
struct probe_facts {
    enum outcome outcome;
    char *detail, *declared_type, *robots_tag, *etag;
    char type[48]; /* by its bytes; "" where not known */
    int64_t bytes, width, height, perceptual_hash, probed_ms;
    int is_animated, status;
    bool has_sha256, is_whole;
    bool is_unchanged; /* since the cache learned of it */
    unsigned char sha256[STORE_SHA256_BYTES];
    struct store_image *images; /* that a style sheet names; their texts are in the reply */
    size_t image_count;
    struct page_record record;   /* of the style sheet, … */
    struct process_reply *reply; /* … which it looks into */
};

/* An image or a style sheet that is due. */
struct probe {
    TAILQ_ENTRY(probe) link; /* in its origin's window or retries, or among those in flight */
    struct probes *probes;
    struct probe_origin *origin;    /* of `url` */
    int64_t key;                    /* images.id, or below 0: -style_sheets.id */
    char *own_url;                  /* canonical; the image's own */
    char *url;                      /* where it is asked for: after redirects another */
    char *etag;                     /* of what the cache knows; NULL: nothing that helps */
    size_t want_bytes;              /* the second time; 0: as many as usual */
    int64_t loaded_ms, retry_at_ms; /* loop time */
    unsigned attempts, hops;
    uint64_t fingerprint;
    struct probe_flight flight;
    struct probe_waiter waiter;

    struct body_slot *slot;
    struct host_request request;
    struct promise *cancellable;
    struct fetch_result *fetched;
    enum probe_end end;
    struct probe_facts facts;
    struct probe *next_save;
    bool was_lost; /* unchanged, but the cache has forgotten it */
};
TAILQ_HEAD(probe_list, probe);

/* Keys of those that are only in the file, in order of discovery. */
struct probe_keys {
    int64_t *items;
    size_t first, end, capacity;
};

struct probe_origin {
    struct lane lane; /* first: a lane is its origin */
    struct probes *probes;
    const char *name; /* "https://example.com" */
    struct probe_keys keys;
    struct probe_list window;
    struct probe_list retries; /* by time */
    struct loop_timer *timer;  /* for the first of them */
    unsigned window_count, retry_count;
    bool loading;
    bool blocked; /* robots.txt is awaited */
};

/* Discovery of one kind. */
struct probe_scan {
    bool is_wanted;   /* the settings ask for it */
    bool is_due;      /* there may be more in the file */
    int64_t after_id; /* all up to here were looked at */
    int64_t counted;  /* … and up to here counted, when the file was opened */
    int64_t total;    /* that was told of last */
};

struct probes {
    struct probes_config config;
    struct lane_group lanes;
    struct text_map *origins;
    struct probe_scan scans[STORE_ASSET_COUNT];
    struct asset_counts counts[STORE_ASSET_COUNT];
    struct probe_list visiting; /* requests */
    struct probe_list waiting;  /* for a request for the same one; counted as in flight */
    struct probe *to_save, **to_save_end;
    unsigned visit_count, calls, waits; /* calls: of the writer thread; waits: for robots.txt */
    bool scanning, saving, is_open;
    bool is_shared; /* what it learns may be told to other jobs, and the other way round */
};

static inline enum store_asset probe_kind(int64_t key)
{
    return key > 0 ? STORE_IMAGE : STORE_STYLE_SHEET;
}

/* probes.c */
void probes_changed(struct probes *probes);
/* Calls fn(arg) on the writer thread, then done, which ends with probes_call_ended(). */
void probes_call(struct probes *probes, int (*fn)(void *arg),
                 struct promise *(*done)(struct promise *settled, void *arg), void *arg);
void probes_call_ended(struct probes *probes, struct promise *settled);

/* probe_queue.c */
struct probe_origin *probe_origin_of(struct probes *probes, const struct url *url);
void probe_keys_push(struct probe_keys *keys, int64_t key);
void probe_keys_push_front(struct probe_keys *keys, int64_t key);
bool probe_keys_take(struct probe_keys *keys, int64_t *ret_key);
/* Says whether the origin has something to begin, and loads more where it runs low. */
void probe_origin_update(struct probe_origin *origin);
/* The next that is due, counted as in flight; NULL: none. */
struct probe *probe_take(struct probe_origin *origin);
/* It is in flight no more: back into its origin's window, to its end or in front, … */
void probe_return(struct probe *take_probe, bool in_front);
/* … or to be tried again at its retry_at_ms, … */
void probe_retry(struct probe *take_probe);
/* … or into the file's keep: what is known of it is read anew. */
void probe_forget(struct probe *take_probe);
/* A new one, into the window. */
void probe_append(struct probe_origin *origin, struct probe *take_probe);
void probe_free(struct probe *probe);
void probe_origin_free(struct probe_origin *origin);

/* probe_load.c */
void probes_scan(struct probes *probes);
void probe_origin_load(struct probe_origin *origin);

/* probe_visit.c */
/* A slot is free. */
struct host_request *probe_visit(struct probe *probe);
void probe_set_outcome(struct probe *probe, enum outcome outcome, const char *detail);

/* probe_facts.c */
struct promise *probe_parse(struct probe *probe);
/* Reads what was answered; PROBE_MOVED where more of it is needed. */
enum probe_end probe_read(struct probe *probe, struct process_reply *take_reply);
void probe_facts_done(struct probe_facts *facts);

/* probe_save.c */
/* Of one in flight. It is freed once it is in the file. */
void probe_save(struct probe *take_probe);

#endif
