/* Page follow: the links of a page on their way into the job, some at a time: a page may have tens
 * of thousands, and judging one may take milliseconds. What was found in one slice is on disk
 * before the next begins; a page that is interrupted there is visited again, and finds the rest.
 * Loop thread; the writer thread reads the finds between an append and its promise.
 */
#ifndef IMGCRAWL_PAGE_FOLLOW_H
#define IMGCRAWL_PAGE_FOLLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "crawler/frontier/discovery.h"
#include "crawler/frontier/trap_shape.h"
#include "crawler/frontier/unfollowed.h"
#include "crawler/page_rows.h"
#include "crawler/workers/store_writer.h"

struct frontier_url;
struct page_owner;
struct promise;

struct page_follow {
    const struct page_owner *owner;
    const struct frontier_url *url; /* the page's */
    const struct page_record *record;
    uint32_t header_directives;   /* enum robots_directive, of the answer's headers */
    struct trap_marks trap_marks; /* of the page's URL */
    struct finds finds;           /* of the last slice, once finish is called */
    struct unfollowed unfollowed;
    bool cancelled; /* no further slice begins */

    uint32_t next;              /* link of the record */
    struct store_append append; /* of a slice that is not the last */
    struct promise *(*finish)(void *arg);
    void *arg;
};

/* Follows the record's links. finish(arg) is called in the same turn as the last slice and stores
 * its finds; what it returns is the outcome. ECANCELED where it was cancelled between slices. */
struct promise *page_follow_links(struct page_follow *follow);
/* Follows a redirect. */
void page_follow_redirect(struct page_follow *follow, const char *target);
void page_follow_done(struct page_follow *follow);

#endif
