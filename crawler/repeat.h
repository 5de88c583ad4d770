/* Repeat: the job that a crawl repeats, asked on a thread of its own, seen from the loop as
 * promises. It tells which URLs were known, by which validators a page's version was known, and
 * what was found on a page that the server says is unchanged (304). Loop thread.
 *
 * A page that answers 304 is not parsed, so its links are not seen. That nothing is lost all the
 * same, the crawl begins with every URL that the earlier one knew (crawl_repeat.c): where nothing
 * has changed, the results are those of a full crawl, at the cost of one 304 for each page.
 */
#ifndef IMGCRAWL_REPEAT_H
#define IMGCRAWL_REPEAT_H

#include <stdint.h>

#include "storage/job_repeat.h"

struct loop;
struct promise;
struct repeat;

/* path: of the earlier job's file; copied. */
struct repeat *repeat_new(struct loop *loop, const char *path);
/* Waits for what the thread is doing: one look-up at most. What is queued is rejected. */
struct repeat *repeat_free(struct repeat *repeat);

/* First of all, once; resolves with NULL. Rejected, nothing else may be asked. */
struct promise *repeat_open(struct repeat *repeat);

/* Resolves with struct repeat_known: page_id is 0 where there is nothing to compare with. */
struct repeat_known {
    struct repeat *repeat;
    char *url;
    struct repeat_validators validators;
};
struct promise *repeat_find(struct repeat *repeat, const char *url);
void repeat_known_free(void *known);

/* Resolves with a struct repeat_load whose page is there. */
struct repeat_load {
    struct repeat *repeat;
    int64_t page_id;
    struct repeat_page *page;
};
struct promise *repeat_load(struct repeat *repeat, int64_t page_id);
void repeat_load_free(void *load);
/* Puts what was found then into a row of now; page points into `load` from here on. */
void repeat_fill(const struct repeat_load *load, struct store_page *page);

/* Some of the URLs that were known, in order of id; none: there are no more. */
enum { REPEAT_BATCH_URLS = 500 };
struct repeat_batch {
    struct repeat *repeat;
    int64_t after_id;
    size_t count;
    struct repeat_url {
        char *text;
        size_t bytes;
        int64_t id, parent_id;
        uint32_t depth, hops;
        char via[16];
    } urls[REPEAT_BATCH_URLS];
};
/* Resolves with a struct repeat_batch. */
struct promise *repeat_urls(struct repeat *repeat, int64_t after_id);
void repeat_batch_free(void *batch);

#endif
