/* Pace: how long a host is left alone between two requests, and why. Pure rules over numbers; the
 * clock is the caller's. Loop thread.
 *
 * The delay of a host of others is the longest of
 *   - the configured one, or that of the operator's rule for the host;
 *   - Crawl-delay of its robots.txt, up to a limit;
 *   - where it is adaptive: factor × its smoothed time to the first byte, up to a ceiling
 * and, on top of it, the brake for a host that is getting slower:
 *   - when the smoothed time rises above three times the host's own baseline (and by 200 ms), the
 *     brake doubles with each answer (multiplicative up, from 500 ms to the ceiling);
 *   - once it is below twice the baseline, each answer takes a sixteenth of the ceiling off
 *     (additive down).
 * The baseline follows the smoothed time down quickly and up slowly, so a host that stays slower
 * than it was is at last taken as it is.
 *
 * 429 and 503 set a pause: what Retry-After says, else one that doubles each time. Answers that
 * come before its end belong to the same overload. One's own hosts have no delay but what a rule
 * says, and keep pauses like all.
 */
#ifndef IMGCRAWL_HOST_PACE_H
#define IMGCRAWL_HOST_PACE_H

#include <stdbool.h>
#include <stdint.h>

struct pace_config {
    int64_t delay_ms; /* 0: none, and nothing is adaptive */
    bool adaptive;
    int64_t factor;       /* of the time to the first byte */
    int64_t max_delay_ms; /* the most that adaptive delay and brake come to */
    int64_t max_crawl_delay_ms;
    int64_t backoff_base_ms, backoff_max_ms; /* the pause after 429 or 503 without Retry-After */
};

/* What the operator says of a host. */
struct pace_rule {
    int64_t delay_ms;     /* -1: not said */
    unsigned connections; /* 0: not said */
    int adaptive;         /* -1: not said */
};

enum pace_why {
    PACE_NONE,        /* no delay */
    PACE_FIXED,       /* as configured */
    PACE_RULE,        /* the operator's rule */
    PACE_CRAWL_DELAY, /* robots.txt */
    PACE_ADAPTIVE,    /* its time to answer */
    PACE_LATENCY,     /* it is getting slower */
    PACE_BACKOFF,     /* 429, 503 or Retry-After: it is paused */
    PACE_WHY_COUNT
};
const char *pace_why_name(enum pace_why why);

struct pace {
    bool is_own;
    const struct pace_rule *rule; /* NULL: none */
    int64_t crawl_delay_ms;       /* as asked for; 0: not */
    int64_t latency_ms;           /* smoothed time to the first byte; 0: not known yet */
    int64_t baseline_ms;          /* what it usually is */
    int64_t brake_ms;
    int64_t backoff_ms;       /* the last pause for 429 or 503, doubled by the next */
    int64_t backoff_until_ms; /* its end, on the caller's clock */
};

/* From the end of a request to the next one. ret_why may be NULL. */
int64_t pace_delay_ms(const struct pace *pace, const struct pace_config *config,
                      enum pace_why *ret_why);
/* An answer began to come after so many ms. */
void pace_answered(struct pace *pace, const struct pace_config *config, int64_t first_byte_ms);
/* 429 or 503; retry_after_ms: -1 where it did not say. Returns until when it is to be left alone.
 */
int64_t pace_overloaded(struct pace *pace, const struct pace_config *config, int64_t now_ms,
                        int64_t retry_after_ms);
/* Another answer than these: the next overload begins anew. */
void pace_recovered(struct pace *pace, int64_t now_ms);

#endif
