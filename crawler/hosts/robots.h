/* Robots: the robots.txt of each origin (RFC 9309), fetched once for all jobs, kept for as long as
 * Cache-Control says within ten minutes and a day, also in the catalog. What they ask for between
 * requests (Crawl-delay) the host ledger is told here, each time that one is read. Loop thread.
 *
 * An entry is unknown ──a try──▶ known, or ──the try failed, another may help──▶ pausing ──▶
 * unknown. Each try is a request that somebody has got a turn at the host for; while an entry
 * pauses, with growing pauses, nothing is held but memory. When tries or patience are at their end
 * it is known to be unreachable, until the pause that it asked for and a minute are over. A pause
 * that would end after max_wait_ms is not begun.
 *
 * The rules of all origins have so much memory; those that were not asked for longest leave it, and
 * are loaded from the catalog when they are asked for, which needs no turn at the host.
 */
#ifndef IMGCRAWL_ROBOTS_H
#define IMGCRAWL_ROBOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "crawler/base/outcome.h"
#include "crawler/extract/robots_txt.h"
#include "crawler/hosts/host.h"

struct address_policy;
struct body_slots;
struct fetch_session;
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
    const char *agent;     /* product token */
    struct hosts *hosts;   /* whose turn redirects to other hosts take; NULL: none */
    unsigned max_attempts; /* tries while the origin itself cannot be reached */
    unsigned max_tries;    /* … while it answers 5xx or 429, or breaks off */
    int64_t max_wait_ms;   /* from the first of them to the last */
    int64_t retry_base_ms; /* the first pause; each later one doubles it */
    int64_t patience_ms;   /* for a whole try; each later one doubles it; 0: the fetcher's */
    struct fetch_session *session; /* whose proxy is the way there; NULL: the operator's, or none */
    /* A fetched robots.txt is to be kept; NULL: it is not. */
    void (*save)(const struct robots_row *row, void *arg);
    /* What was saved, as a struct robots_row *; rejected where it is not there. NULL: what leaves
     * memory is fetched anew. */
    struct promise *(*load)(const char *origin, void *arg);
    size_t max_rules_bytes; /* of all origins in memory, but of one at least; 0: no limit */
    void *arg;
};

struct robots *robots_new(const struct robots_config *config);
/* For one job that has a proxy of its own: by the same rules, but shared with no other job and kept
 * nowhere. What a job's proxy answers must not count for others. session: borrowed. */
struct robots *robots_new_apart(const struct robots *robots, struct fetch_session *session);
/* Nothing may be under way any more (robots_is_quiet). */
struct robots *robots_free(struct robots *robots);
bool robots_is_quiet(const struct robots *robots);
/* From the catalog, at start. */
void robots_restore(struct robots *robots, const struct robots_row *row);

/* What is known of an origin's robots.txt. */
struct robots_entry {
    struct robots *robots;
    TAILQ_ENTRY(robots_entry) link; /* while it has rules */
    const char *origin;
    struct host *host; /* that was told its Crawl-delay; NULL: none was */
    bool known;        /* false: not fetched yet, or too long ago, or not in memory */
    bool is_stored;    /* it left memory, and can be loaded */
    enum outcome
        outcome;  /* OK: rules count. ROBOTS_UNREACHABLE: nothing is allowed. Another failure:
                     the origin itself cannot be reached, and every page of it would fail so */
    char *rules;  /* flat rules (extract/robots_txt.h), "" where all is allowed */
    char *detail; /* why it could not be had, for people */
    int status;   /* of the last answer, 0 where none came */
    int64_t fetched_ms, expires_ms;      /* epoch */
    const struct address_policy *policy; /* that it was fetched under */
    struct host_feedback feedback;       /* what the last try says about the origin's host */
    struct promise *fetching;            /* NULL: nothing under way */
    struct promise *pause;               /* until another try; NULL: none was made */
    int64_t retry_at_ms;                 /* loop time; its end */
    int64_t first_failure_ms;            /* loop time; of the tries in a row that failed */
    unsigned failures;                   /* their number */
};

/* Never NULL; ask ->known. That its address was blocked is known only for the same policy. */
const struct robots_entry *robots_of(struct robots *robots, const char *origin,
                                     const struct address_policy *policy);

/* Begins a try, or joins one under way, or the pause before the next; nothing where it is known.
 * Resolves with NULL: ask ->known again. At most five redirects are followed, also to other hosts
 * (§2.3.1.2); 4xx: all is allowed (§2.3.1.3); 5xx, 429 and unreachable: nothing is (§2.3.1.4).
 * policy must live until then.
 */
struct promise *robots_fetch(struct robots *robots, const char *origin,
                             const struct address_policy *policy);
/* Ends a try or a pause under way, for all who wait for it; the entry stays unknown. */
void robots_cancel(struct robots *robots, const char *origin);
/* Whether robots_fetch would join instead of making a request of its own. */
bool robots_is_fetching(struct robots *robots, const struct robots_entry *entry);

#endif
