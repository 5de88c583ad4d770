/* Routes: the one table of what the API answers to. Constant data, any thread. */
#ifndef IMGCRAWL_SERVER_ROUTES_H
#define IMGCRAWL_SERVER_ROUTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/params.h"

struct request;

struct route {
    const char *method;  /* "GET" takes HEAD too */
    const char *pattern; /* "/v1/jobs/{id}": each {name} is a number of request->ids */
    void (*handler)(struct request *request);
    const struct param_spec *params; /* NULL: it takes none */
    int arg;                         /* the handler's: an action, a format, a listing */
    bool needs_body;                 /* JSON */
};

enum route_result {
    ROUTE_FOUND,
    ROUTE_NO_PATH,
    ROUTE_NO_METHOD, /* the path is known, with other methods */
    ROUTE_BAD_ID     /* it would be known if a part of it were a number */
};

struct route_match {
    const struct route *route; /* of ROUTE_FOUND */
    int64_t ids[2];
    const char *bad_id; /* of ROUTE_BAD_ID: "{id}" as in the pattern */
    char allow[32];     /* of ROUTE_NO_METHOD: "GET, HEAD, POST" */
};

enum route_result route_find(const char *method, const char *path, struct route_match *ret_match);
const struct route *routes_table(size_t *ret_count);

#endif
