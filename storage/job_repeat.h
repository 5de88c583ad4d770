/* What an ended job's file tells the crawl that repeats it: the URLs that it knew, the validators
 * of a page (ETag, Last-Modified), and, for a page that has not changed, all that was found on it.
 *
 * Blocking plain functions; one thread at a time for each struct job_repeat. The file is only read,
 * but that its indexes are made should they be missing.
 */
#ifndef IMGCRAWL_STORAGE_JOB_REPEAT_H
#define IMGCRAWL_STORAGE_JOB_REPEAT_H

#include <stddef.h>
#include <stdint.h>

#include "storage/job_store.h"

struct job_repeat;

/* As job_store_open(); -ENOENT where there is no such file. */
int job_repeat_open(const char *path, struct job_repeat **ret_repeat, const char **ret_reason);
struct job_repeat *job_repeat_free(struct job_repeat *repeat);

/* URLs with id > after_id, by id, `limit` at most; also those that were never fetched. */
int job_repeat_each_url(struct job_repeat *repeat, int64_t after_id, unsigned limit,
                        store_url_fn fn, void *arg);

/* A page that was fetched whole, and how a server knows its version. */
struct repeat_validators {
    int64_t page_id;
    char *etag, *last_modified; /* to be freed; NULL where none came */
};
/* -ENOENT: it was not fetched whole, or came without both. */
int job_repeat_find(struct job_repeat *repeat, const char *url,
                    struct repeat_validators *ret_validators);

/* A page with its images, as storage takes them; its own memory. What sitemaps said of its images
 * is not among them: they are read anew. */
struct repeat_page {
    struct store_page page;
    struct store_image *images;
    struct store_unfollowed *unfollowed;
    size_t image_capacity, unfollowed_capacity;
    char **texts;
    size_t text_count, text_capacity;
};
int job_repeat_load(struct job_repeat *repeat, int64_t page_id, struct repeat_page **ret_page);
struct repeat_page *repeat_page_free(struct repeat_page *page);

#endif
