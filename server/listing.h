/* Listing: {"items": […], "next": cursor or null}, written row by row into the text that goes out,
 * so that no more than one row is ever held twice.
 *
 *   listing_begin → listing_add for each row → listing_respond, or listing_drop after an error
 *
 * A reader is asked for one row more than the limit: when it comes, there is a next part.
 * One MHD thread.
 */
#ifndef IMGCRAWL_SERVER_LISTING_H
#define IMGCRAWL_SERVER_LISTING_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "server/cursor.h"
#include "server/request.h"

struct listing {
    struct request *request;
    struct cursor cursor; /* last_id: of the row added last */
    bool has_parts;       /* limit and cursor apply */
    unsigned limit, rows;
    bool has_more;
    const char *searched; /* "index" or "scan": how a search was answered; NULL: there was none */
    char *text;
    size_t bytes;
    FILE *out; /* writes text */
};

/* For a route that takes a cursor. 0 with *ret_after_id, where the part begins (0: at the start);
 * or the request is answered and -errno. */
int listing_begin_part(struct listing *listing, struct request *request, enum cursor_listing kind,
                       int64_t *ret_after_id);
/* For one without: all rows, and no "next". */
void listing_begin(struct listing *listing, struct request *request);
/* id: what a cursor would continue after. 0 always, so that it can end a row function. */
int listing_add(struct listing *listing, int64_t id, json_t *take_row);
void listing_respond(struct listing *listing);
void listing_drop(struct listing *listing);

#endif
