/* Robots: the robots.txt of each origin (RFC 9309), fetched once for all jobs, kept for a day, also
 * in the catalog. Loop thread.
 */
#ifndef IMGCRAWL_ROBOTS_H
#define IMGCRAWL_ROBOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crawler/extract/robots_txt.h"
#include "crawler/outcome.h"

struct address_policy;
struct body_slots;
struct fetcher;
struct loop;
struct parser;
struct promise;
struct robots;
struct robots_row;

struct robots_config {
    struct loop *loop;
    struct fetcher *fetcher;
    struct body_slots *slots;
    struct parser *parser;
    const char *agent; /* product token */
    unsigned max_attempts;
    int64_t retry_base_ms;
    /* A fetched robots.txt is to be kept. */
    void (*save)(const struct robots_row *row, void *arg);
    void *arg;
};

struct robots *robots_new(const struct robots_config *config);
/* Nothing may be under way any more (robots_is_quiet). */
struct robots *robots_free(struct robots *robots);
bool robots_is_quiet(const struct robots *robots);
/* From the catalog, at start. */
void robots_restore(struct robots *robots, const struct robots_row *row);

/* What is known of an origin's robots.txt. */
struct robots_entry {
    const char *origin;
    bool known; /* false: not fetched yet, or too long ago */
    enum outcome
        outcome;  /* OK: rules count. ROBOTS_UNREACHABLE: nothing is allowed. Another failure:
                     the origin itself cannot be reached, and every page of it would fail so */
    char *rules;  /* flat rules (extract/robots_txt.h), "" where all is allowed */
    char *detail; /* why it could not be had, for people */
    int status;   /* of the last answer, 0 where none came */
    int64_t retry_after_ms;              /* it asked for, -1: did not */
    int64_t fetched_ms, expires_ms;      /* epoch */
    const struct address_policy *policy; /* that it was fetched under */
    struct promise *fetching;            /* NULL: nothing under way */
};

/* Never NULL; ask ->known. That its address was blocked is known only for the same policy. */
const struct robots_entry *robots_of(struct robots *robots, const char *origin,
                                     const struct address_policy *policy);

/* Begins to fetch it, or joins a fetch under way; resolves with NULL when the entry is known. At
 * most five redirects are followed, also to other hosts (§2.3.1.2); 4xx: all is allowed (§2.3.1.3);
 * 5xx, 429 and unreachable: nothing is (§2.3.1.4). policy must live until then. */
struct promise *robots_fetch(struct robots *robots, const char *origin,
                             const struct address_policy *policy);
/* Ends a fetch under way, for all who wait for it; the entry stays unknown. */
void robots_cancel(struct robots *robots, const char *origin);
/* Whether the last answer was 429 or 503. */
bool robots_is_overloaded(const struct robots_entry *entry);
/* Whether robots_fetch would join instead of making a request of its own. */
bool robots_is_fetching(const struct robots_entry *entry);

#endif
