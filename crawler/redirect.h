/* Redirect: where a 3xx leads. Taken hop by hop: the target is a URL of its own, which meets scope,
 * robots and politeness like any other. Loop thread.
 */
#ifndef IMGCRAWL_REDIRECT_H
#define IMGCRAWL_REDIRECT_H

#include <stdbool.h>
#include <stdint.h>

#include "crawler/base/outcome.h"

struct frontier_url;
struct job_store;
struct promise;
struct store_writer;

/* REDIRECTED, or what is wrong with it: REDIRECT_INVALID, REDIRECT_LOOP (to itself),
 * TOO_MANY_REDIRECTS. *ret_target: the canonical target, to be freed; NULL where there is none. */
enum outcome redirect_judge(const struct frontier_url *from, const char *location,
                            unsigned max_redirects, char **ret_target);

/* Whether the target has led here, over several hops: only the job's file knows the chain. */
struct redirect_check {
    struct job_store *store;
    int64_t url_id;
    char *target;
    bool is_loop; /* the answer */
};
/* Resolves with a struct redirect_check *. target is copied. */
struct promise *redirect_find_loop(struct store_writer *writer, struct job_store *store,
                                   int64_t url_id, const char *target);

#endif
