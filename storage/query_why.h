/* What one job's file says about one URL: the questions behind "why?". Any thread, as with
 * job_query.h, whose readers these take.
 */
#ifndef IMGCRAWL_STORAGE_QUERY_WHY_H
#define IMGCRAWL_STORAGE_QUERY_WHY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct job_reader;

/* The id of a known URL by its canonical text. -ENOENT. Quick in a job that has ended; in one that
 * still runs it looks at every URL. */
int query_url_id(struct job_reader *reader, const char *url, int64_t *ret_id);

enum { QUERY_WAY_MOST = 256 };
/* The ids of the URLs that led to this one, from the nearest back to the seed, without itself; at
 * most QUERY_WAY_MOST. */
int query_way(struct job_reader *reader, int64_t id, int64_t ret_ids[QUERY_WAY_MOST],
              size_t *ret_count);

/* Texts are borrowed until fn returns. Callbacks return 0 to go on; any other value ends the walk
 * and is returned. */
struct unfollowed_result {
    int64_t page_id;
    const char *page_url, *rule;
};
typedef int (*unfollowed_fn)(const struct unfollowed_result *row, void *arg);
/* Pages whose links to that URL were not followed by a rule of theirs; at most limit. */
int query_unfollowed(struct job_reader *reader, const char *url, unsigned limit, unfollowed_fn fn,
                     void *arg);

struct held_result {
    int64_t trap_id;
    const char *kind, *pattern, *detail, *state;
};
typedef int (*held_fn)(const struct held_result *row, void *arg);
/* The trap that holds or held a URL back; none: fn is not called. */
int query_trap_of_url(struct job_reader *reader, int64_t url_id, held_fn fn, void *arg);

struct listed_result {
    const char *sitemap_url, *lastmod;
};
typedef int (*listed_fn)(const struct listed_result *row, void *arg);
/* Sitemaps that list a URL; at most limit. */
int query_sitemaps_listing(struct job_reader *reader, const char *url, unsigned limit, listed_fn fn,
                           void *arg);

/* How many pages of a host were visited, and how many URLs are known, and not skipped where they
 * were found, that begin with path and a '?'; counted up to most. */
int query_host_visits(struct job_reader *reader, const char *host, int64_t most,
                      int64_t *ret_count);
int query_variants(struct job_reader *reader, const char *path, int64_t most, int64_t *ret_count);

typedef int (*detail_fn)(const char *detail, void *arg); /* NULL: none was stored */
/* Why the robots.txt of an origin could not be had, as a page that was left for that says; none:
 * fn is not called. */
int query_robots_failure(struct job_reader *reader, const char *origin, detail_fn fn, void *arg);

typedef int (*url_fn)(const char *url, void *arg);
/* URLs that begin so, in no order, at most `limit`. */
int query_urls_like(struct job_reader *reader, const char *prefix, unsigned limit, url_fn fn,
                    void *arg);
/* Where seeds redirected to: such URLs widened the scope. */
int query_redirected_seeds(struct job_reader *reader, url_fn fn, void *arg);

#endif
