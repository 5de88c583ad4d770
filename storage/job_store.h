/* The writing side of one job's file, DATA/jobs/ID.sqlite: append-only rows of known URLs, settled
 * pages, images and their occurrences. Used by the writer thread only; blocking plain functions.
 *
 * Nothing is searched while appending: URL ids are given by the crawler, image ids come from
 * fingerprints kept in memory here (rebuilt by a scan on open), secondary indexes are built when
 * the job has ended (job_index.h). WAL, synchronous=NORMAL: after power loss the last transactions
 * may be gone, each as a whole, and those pages are fetched again.
 */
#ifndef IMGCRAWL_STORAGE_JOB_STORE_H
#define IMGCRAWL_STORAGE_JOB_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct job_store;

enum { STORE_VERDICTS = 64 };

/* A borrowed string; data == NULL is stored as NULL. Not NUL-ended necessarily. */
struct store_text {
    const char *data;
    size_t bytes;
};

struct store_origin {
    int64_t id;
    struct store_text origin; /* "https://example.com:8443" */
    struct store_text host;   /* "example.com" */
};

/* A known URL, in order of discovery. Ids are given by the caller, 1 and up, without gaps. */
struct store_url {
    int64_t id;
    int64_t origin_id;
    int64_t parent_id; /* the page that led here; 0: a seed */
    struct store_text url;
    const char *via; /* "seed", "link", "redirect", "sitemap" */
    const char
        *skipped; /* reason for which it will never be fetched; NULL: it is in the frontier */
    uint32_t depth, hops;
    int64_t trap_id; /* of what skips it; 0: none */
};

/* One occurrence of an image on a page. */
struct store_image {
    struct store_text url;  /* absent where the reference has no usable URL */
    struct store_text host; /* of url */
    struct store_text raw, descriptor, alt, title, width, height, loading, sizes, media, type,
        aria_label, role, name, link, caption, heading, dom_path;
    struct store_text place; /* what its template key is made of; absent: it has none */
    const char *source;      /* "img", "srcset" … */
    const char *alt_state;   /* "missing", "empty", "whitespace", "text", "not_applicable" */
    const char *landmark;    /* "header" …, or NULL */
    const char *name_source; /* "alt" …, or NULL */
    uint64_t data_bytes;
    uint64_t verdicts; /* a bit for each rule that applies; see job_store_put_rules() */
    uint32_t position;
    uint32_t flags; /* as job.sql tells */
};

/* A link that a rule of its page asked not to follow. */
struct store_unfollowed {
    struct store_text url;
    const char *rule; /* "rel_nofollow", "meta_nofollow", "robots_tag_nofollow" */
};

/* A settled URL with all that came of it. State "done", "failed" or "skipped". */
struct store_page {
    int64_t id;      /* of its URL */
    int64_t trap_id; /* that holds it back; 0: none */
    const char *state, *outcome;
    struct store_text detail, redirect_to, content_type, charset, title, base, canonical,
        meta_robots, robots_tag, tdm_policy, etag, last_modified;
    const char *sniffed_type; /* what the body is, where that is not HTML */
    uint32_t directives;      /* as job.sql tells */
    int64_t fetched_ms;       /* epoch */
    int64_t fetch_ms;         /* duration */
    uint64_t body_bytes;
    uint32_t status, attempts, flags, link_elements, image_elements;
    const struct store_image *images;
    size_t image_count;
    const struct store_unfollowed *unfollowed;
    size_t unfollowed_count;
    const struct store_text *style_sheets; /* URLs that are to be asked for, once in a job */
    size_t style_sheet_count;
};

/* A sitemap, as far as it has been read. Put again when there is more to say of it. */
struct store_sitemap {
    int64_t id;        /* 1 and up, the caller's */
    int64_t parent_id; /* the index that names it; 0: none */
    struct store_text url, detail;
    const char *via;     /* "robots", "well_known", "index" */
    const char *outcome; /* NULL: not read to its end yet */
    const char *kind;    /* "urlset" …; NULL: not known */
    int64_t entries, images, fetched_ms;
    uint32_t depth, status, flags;
};

/* What a sitemap says of a page. */
struct store_sitemap_url {
    int64_t sitemap_id;
    int64_t url_id; /* 0: known, but by its text only; see job_store_settle_sitemaps() */
    struct store_text url, lastmod, changefreq, priority;
    const struct store_image *images; /* each becomes an occurrence on the page */
    size_t image_count;
};

/* A set of URLs that looks endless. */
struct store_trap {
    int64_t id; /* 1 and up, the caller's */
    const char *kind;
    struct store_text host, pattern, detail;
    struct store_text examples; /* a JSON array of URLs */
    int64_t found_ms;
    int64_t released_ms; /* 0: it is suspended */
};

/* Everything that one settled page adds, in one transaction together with others. */
struct store_batch {
    const struct store_origin *origins;
    size_t origin_count;
    const struct store_url *urls;
    size_t url_count;
    const struct store_page *page; /* NULL: only URLs (the seeds), or a part of a sitemap */
    const struct store_sitemap *sitemaps;
    size_t sitemap_count;
    const struct store_sitemap_url *sitemap_urls;
    size_t sitemap_url_count;
};

/* Opens or makes the file (migrated if of an older version). -EILSEQ and *ret_reason (static text)
 * as with catalog_open(). The time it takes grows with the images that are there. */
int job_store_open(const char *path, struct job_store **ret_store, const char **ret_reason);
/* The same of a file that is there; -ENOENT where there is none, and none is made. */
int job_store_reopen(const char *path, struct job_store **ret_store, const char **ret_reason);
struct job_store *job_store_free(struct job_store *store);

/* All of a transaction is kept or none. Where an append or a commit fails, everything since begin
 * is rolled back at once, what is kept in memory with it; later appends and the commit give the
 * same error, and the store can be used again from the next begin on (-ENOSPC: when there is room).
 * -EEXIST: an id is there already. */
int job_store_begin(struct job_store *store);
int job_store_append(struct job_store *store, const struct store_batch *batch);
int job_store_commit(struct job_store *store);
void job_store_rollback(struct job_store *store);

/* What verdicts are about: written anew each time. Severity "error", "warning", "notice", "good".
 */
struct store_rule {
    int bit;
    const char *name, *severity, *title, *cites, *remedy;
};
int job_store_put_rules(struct job_store *store, const struct store_rule *rules, size_t count);

/* Small facts of the job in the file itself ("settings", "job_id"). "fingerprint_seed", a
 * number as strtoull() with base 0 reads it, is there from the start. */
int job_store_put_meta(struct job_store *store, const char *key, const char *value);
/* *ret_value to be freed; -ENOENT. */
int job_store_get_meta(struct job_store *store, const char *key, char **ret_value);
/* A line of the job's history: kind "state", "warning" …, text for people. */
int job_store_add_event(struct job_store *store, int64_t at_ms, const char *kind, const char *text);

/* Frontier: URLs of an origin that are neither skipped nor settled, id > after_id, by id. */
/* Callbacks return 0 to go on; any other value ends the walk and is returned. They must not append.
 */
typedef int (*store_url_fn)(const struct store_url *url, void *arg);
int job_store_each_queued(struct job_store *store, int64_t origin_id, int64_t after_id,
                          unsigned limit, store_url_fn fn, void *arg);
/* Whether a text is the URL `id` or one of those whose redirects led to it. */
int job_store_is_redirect_source(struct job_store *store, int64_t id, const char *url,
                                 bool *ret_is_source);
/* Resume: every origin; every known URL. */
typedef int (*store_origin_fn)(const struct store_origin *origin, void *arg);
int job_store_each_origin(struct job_store *store, store_origin_fn fn, void *arg);
int job_store_each_url(struct job_store *store, store_url_fn fn, void *arg);
/* Resume: every URL that was not followed. */
typedef int (*store_unfollowed_fn)(const struct store_unfollowed *link, void *arg);
int job_store_each_unfollowed(struct job_store *store, store_unfollowed_fn fn, void *arg);
/* Resume: how many URLs are in each (state, reason): state "queued" per origin, "skipped", "done"
 * and "failed" per outcome. */
struct store_tally {
    const char *state;
    const char *reason; /* outcome or reason; NULL for queued */
    int64_t origin_id;  /* of queued ones; 0 otherwise */
    int64_t count;
};
typedef int (*store_tally_fn)(const struct store_tally *tally, void *arg);
int job_store_each_tally(struct job_store *store, store_tally_fn fn, void *arg);
struct store_totals {
    int64_t images, occurrences;                              /* distinct, all */
    int64_t alt_missing, alt_empty, alt_whitespace, alt_text; /* occurrences by state */
    int64_t alt_not_applicable;
    int64_t body_bytes, last_url_id;
    int64_t style_sheets;             /* distinct */
    int64_t verdicts[STORE_VERDICTS]; /* occurrences by bit */
};
int job_store_totals(struct job_store *store, struct store_totals *ret_totals);
/* The same, cheaply, kept up to date by append (distinct images are known only here). */
void job_store_live_totals(const struct job_store *store, struct store_totals *ret_totals);

/* Settles what is left in the frontier as skipped for `reason`, in its own transaction; tells how
 * many. */
int job_store_skip_queued(struct job_store *store, const char *reason, int64_t at_ms,
                          int64_t *ret_count);
/* Traps: a new one, with a line for the job's history. */
int job_store_add_trap(struct job_store *store, const struct store_trap *trap);
/* Says that it is released; its URLs stay skipped until job_store_release_urls(). -ENOENT, or
 * -EALREADY. */
int job_store_release_trap(struct job_store *store, int64_t trap_id, int64_t at_ms);
/* The next URLs, at most `limit`, that a released trap still holds become queued: how many, told by
 * id to fn (may be NULL), which must forget them should this fail. In a
 * transaction of its own. */
int job_store_release_urls(struct job_store *store, int64_t trap_id, unsigned limit,
                           store_url_fn fn, void *arg);
/* Resume: every trap, by id. */
typedef int (*store_trap_fn)(const struct store_trap *trap, void *arg);
int job_store_each_trap(struct job_store *store, store_trap_fn fn, void *arg);
/* Resume: for each host, how many of its URLs were visited. */
typedef int (*store_host_visits_fn)(struct store_text host, int64_t visits, void *arg);
int job_store_each_host_visits(struct job_store *store, store_host_visits_fn fn, void *arg);
/* Resume: every sitemap, by id. */
typedef int (*store_sitemap_fn)(const struct store_sitemap *sitemap, void *arg);
int job_store_each_sitemap(struct job_store *store, store_sitemap_fn fn, void *arg);
/* Finds the ids of the pages that sitemaps named by their text only, in its own transaction: one
 * scan of the known URLs, and of the occurrences. */
int job_store_settle_sitemaps(struct job_store *store);
/* Checkpoints the WAL: the job has ended. Appending still works afterwards. What makes reading fast
 * is built by job_index_build(). */
int job_store_finish(struct job_store *store);

/* Removes a job's file with what SQLite keeps beside it. 0 too where there is none. */
int job_store_remove(const char *path);

#endif
