/* Query parameters, read by a table: a route lists what it takes, anything else is refused by name,
 * and a value that is not usable is refused with what would be. An empty value counts as not given.
 * Plain functions, any thread; the values stay borrowed from the request.
 */
#ifndef IMGCRAWL_SERVER_PARAMS_H
#define IMGCRAWL_SERVER_PARAMS_H

#include <stddef.h>
#include <stdint.h>

#include "server/problem.h"

enum {
    PARAM_LIMIT_DEFAULT = 100,
    PARAM_LIMIT_MAX = 1000,
    PARAM_TEXT_MAX_BYTES = 1000,
    PARAM_URL_MAX_BYTES = 8192
};

/* As decoded from the URL, in its order. */
struct param_pair {
    const char *name, *value; /* value NULL: "?name" */
    size_t name_bytes, value_bytes;
};

struct status_range {
    int min, max; /* 0, 0: any */
};

/* All parameters that any route takes. NULL and 0 where not given; limit has its default. */
struct params {
    const char *state, *outcome, *host, *page_host, *alt_state, *source, *consent, *text, *of,
        *cursor, *url, *pattern, *profile, *kind, *format;
    struct status_range status;
    const char *search, *rule, *severity, *template, *landmark, *link_only, *probe, *image_type;
    int64_t min_bytes, max_bytes, min_width, max_width, min_height, max_height;
    int64_t page_id, image_id, against, limit;
    uint64_t filters; /* fingerprint of all but cursor and limit */
};

/* The names that a choice may have, one after another; NULL after the last. */
typedef const char *(*param_choice_fn)(unsigned index);

enum param_kind {
    PARAM_TEXT,
    PARAM_URL,
    PARAM_CHOICE,
    PARAM_STATUS,
    PARAM_ID,
    PARAM_NUMBER,
    PARAM_LIMIT
};

struct param_spec {
    const char *name; /* NULL in the row that ends a table */
    enum param_kind kind;
    size_t offset; /* in struct params */
    param_choice_fn choices;
};

/* 0, or -EINVAL with *ret_problem saying all that is wrong. specs NULL: no parameter is taken. */
int params_read(const struct param_spec *specs, const struct param_pair *pairs, size_t count,
                struct params *ret_params, struct problem *ret_problem);

#endif
