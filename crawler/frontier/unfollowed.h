/* Unfollowed: the links of a page that its own rules ask crawlers not to follow. Such a URL does
 * not become known by them; it is written down once a job, so that one can ask why it was not
 * visited. Where another page links it without that rule, it is followed. Loop thread.
 */
#ifndef IMGCRAWL_UNFOLLOWED_H
#define IMGCRAWL_UNFOLLOWED_H

#include <stddef.h>
#include <stdint.h>

#include "storage/job_store.h"

struct discovery;
struct record_link;

/* On their way to disk. */
struct unfollowed {
    struct store_unfollowed *links;
    size_t count, capacity;
};
void unfollowed_done(struct unfollowed *unfollowed);

/* What asks that a link be not followed: "rel_nofollow", "meta_nofollow", "robots_tag_nofollow";
 * NULL: nothing does. by_page, by_header: what the page and its answer say, as enum
 * robots_directive. */
const char *unfollowed_rule(const struct record_link *link, uint32_t by_page, uint32_t by_header);

/* Remembers the link's URL where that is new to the job, up to as many as it may know pages. The
 * URL's text is borrowed. */
void unfollowed_add(struct unfollowed *unfollowed, struct discovery *discovery,
                    const struct record_link *link, const char *rule);

#endif
