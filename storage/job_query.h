/* The reading side of one job's file: pages, images, occurrences, by filter, in order of id, from a
 * cursor on. Read-only connections, any thread, one thread at a time for each reader.
 */
#ifndef IMGCRAWL_STORAGE_JOB_QUERY_H
#define IMGCRAWL_STORAGE_JOB_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct job_reader;

enum { QUERY_VERDICTS = 64 };

/* -ENOENT; -EILSEQ: not a job's file, or one of a newer version. Each query is one snapshot. */
int job_reader_open(const char *path, struct job_reader **ret_reader);
struct job_reader *job_reader_free(struct job_reader *reader);

/* How a full-text search was answered. */
struct query_told {
    bool by_scan;    /* there is no index yet: a part of the rows was looked through */
    int64_t last_id; /* of that part, to be passed as after_id; 0: all were looked at */
};

/* NULL and 0 mean "any". Rows have id > after_id, at most limit. For images, what is asked of
 * occurrences (alt_state, source, page_id, text in alt or title) must hold for one of its
 * occurrences; the counts are still over all of them. */
struct query_filter {
    int64_t after_id;
    unsigned limit;
    const char *host;      /* pages: of the page; images, occurrences: of the image */
    const char *page_host; /* occurrences: of the page */
    const char *alt_state; /* images, occurrences */
    const char *source;    /* images, occurrences */
    const char *state;     /* pages: "queued" "done" "skipped" "failed" */
    const char *outcome;   /* pages */
    const char *text;      /* substring of URL, alt or title, ASCII case-insensitively; -E2BIG above
                            * 1,000 bytes */
    int64_t page_id, image_id;  /* images, occurrences */
    int status_min, status_max; /* HTTP status of the page */
    const char *consent;        /* occurrences: "reserved": the page has one of noindex,
                                 * noimageindex, noai, noimageai, tdm_reserved; "open": none */
    /* images (one of whose occurrences must have it), occurrences: */
    const char *search; /* words, "phrases", beginnings*: all must be in alt, title, caption or name
                         * of the file; case and accents do not count. -E2BIG: too many */
    uint64_t rules;     /* one of these verdicts */
    const char *template;   /* templates.key */
    const char *landmark;   /* "none": in none */
    const char *link_only;  /* "true" "false" */
    const char *probe;      /* outcome, or state where it has none; "none": not asked for */
    const char *image_type; /* "image/png" … */
    int64_t min_bytes, max_bytes, min_width, max_width, min_height, max_height; /* of the image */
    struct query_told *told; /* filled where there is a search; may be NULL */
};

/* Texts are borrowed until fn returns, NULL where the row has none. Callbacks return 0 to go on;
 * any other value ends the walk and is returned. */
struct page_result {
    int64_t id, parent_id, fetched_ms, fetch_ms, body_bytes;
    const char *url, *host, *via, *state, *outcome, *detail, *redirect_to, *content_type, *charset,
        *title, *base, *canonical, *meta_robots, *parent_url, *sniffed_type, *robots_tag,
        *tdm_policy, *etag, *last_modified;
    int status, depth, hops, attempts, flags, link_elements, image_elements;
    int directives;     /* as job.sql tells */
    int64_t unfollowed; /* links held back by nofollow, each URL once a job; of query_page() only */
};
/* What an image was found to be; state NULL: it was not asked for, or not yet. */
struct image_probe_result {
    const char *state, *outcome, *detail, *final_url, *declared_type, *type;
    const char *sha256, *perceptual_hash; /* hexadecimal */
    int64_t bytes, probed_ms;             /* bytes -1: not known */
    int status, width, height;            /* 0: not known */
    bool is_animated;
};
struct image_result {
    int64_t id, occurrences, pages, alt_missing, alt_empty, alt_whitespace, alt_text,
        alt_not_applicable;
    int64_t cluster_id; /* the first image that is the same or nearly; 0: not known */
    const char *url, *host, *first_page_url;
    const char *alt; /* of its first occurrence that has text */
    struct image_probe_result probe;
};
struct occurrence_result {
    int64_t id, page_id, image_id, data_bytes;
    const char *page_url, *url, *raw, *source, *descriptor, *alt, *alt_state, *title, *width,
        *height, *loading, *tdm_policy, *sizes, *media, *type, *aria_label, *role, *name,
        *name_source, *link, *caption, *heading, *landmark, *dom_path, *template;
    uint64_t verdicts; /* as job.sql tells, as are the flags */
    int position, page_status, flags;
    int directives; /* of the page */
};
typedef int (*page_result_fn)(const struct page_result *row, void *arg);
typedef int (*image_result_fn)(const struct image_result *row, void *arg);
typedef int (*occurrence_result_fn)(const struct occurrence_result *row, void *arg);

int query_pages(struct job_reader *reader, const struct query_filter *filter, page_result_fn fn,
                void *arg);
int query_images(struct job_reader *reader, const struct query_filter *filter, image_result_fn fn,
                 void *arg);
int query_occurrences(struct job_reader *reader, const struct query_filter *filter,
                      occurrence_result_fn fn, void *arg);
/* One page by id. -ENOENT. */
int query_page(struct job_reader *reader, int64_t id, page_result_fn fn, void *arg);
/* The URLs whose redirects led to it, oldest first; without itself. */
int query_redirect_chain(struct job_reader *reader, int64_t id, page_result_fn fn, void *arg);

/* The job's sitemaps; of the filter only outcome counts. */
struct sitemap_result {
    int64_t id, parent_id, entries, images, fetched_ms;
    const char *url, *via, *outcome, *detail, *kind, *parent_url;
    int status, flags;
};
typedef int (*sitemap_result_fn)(const struct sitemap_result *row, void *arg);
int query_sitemaps(struct job_reader *reader, const struct query_filter *filter,
                   sitemap_result_fn fn, void *arg);
/* What sitemaps say of a page. Of one that was known before a sitemap named it, that is to be had
 * once the job does not run. */
struct sitemap_mention {
    int64_t sitemap_id;
    const char *sitemap_url, *lastmod, *changefreq, *priority;
};
typedef int (*sitemap_mention_fn)(const struct sitemap_mention *row, void *arg);
int query_sitemap_mentions(struct job_reader *reader, int64_t page_id, unsigned limit,
                           sitemap_mention_fn fn, void *arg);

/* Whether the index is there (job_index.h): while it is not, filters scan. */
bool query_is_indexed(struct job_reader *reader);

/* Findings: a rule that is broken at one place of a template, the worst and most frequent first. Of
 * the filter count after_id, limit, rules and template. While there is no index they are counted
 * anew for each call, and ids are places in this order, which change. */
struct finding_result {
    int64_t id, occurrences, pages, images, first_id;
    int rule;                                          /* its bit */
    const char *template, *place;                      /* NULL: nowhere in particular */
    const char *page_url, *image_url, *alt, *dom_path; /* of the first occurrence */
};
typedef int (*finding_result_fn)(const struct finding_result *row, void *arg);
int query_finding_groups(struct job_reader *reader, const struct query_filter *filter,
                         finding_result_fn fn, void *arg);
/* How many occurrences have each verdict; of one page, or with page_id 0 of the job. */
int query_verdict_counts(struct job_reader *reader, int64_t page_id,
                         int64_t ret_counts[QUERY_VERDICTS]);
/* The same, only where it is at hand without counting; -EAGAIN. */
int query_verdict_sums(struct job_reader *reader, int64_t ret_counts[QUERY_VERDICTS]);

/* The hosts of images ("images") or of known URLs ("pages") with their counts, most first, at most
 * limit. */
struct host_count {
    const char *host;
    int64_t count;
};
typedef int (*host_count_fn)(const struct host_count *row, void *arg);
int query_hosts(struct job_reader *reader, const char *of, unsigned limit, host_count_fn fn,
                void *arg);
/* Traps, by id, with how many URLs each holds back now, and how many it gave back. */
struct trap_result {
    int64_t id;
    const char *kind, *host, *pattern, *detail, *examples, *state;
    int64_t found_ms, released_ms, held_urls, released_urls;
};
typedef int (*trap_fn)(const struct trap_result *trap, void *arg);
int query_traps(struct job_reader *reader, int64_t after_id, unsigned limit, trap_fn fn, void *arg);
/* The job's history, newest last; the last `limit` lines. */
typedef int (*event_fn)(int64_t at_ms, const char *kind, const char *text, void *arg);
int query_events(struct job_reader *reader, unsigned limit, event_fn fn, void *arg);

#endif
