/* Retry: which answers are worth another try, and how long to wait for it; the same for pages and
 * sitemaps. Pure but for the chance in it; any thread. */
#ifndef IMGCRAWL_RETRY_H
#define IMGCRAWL_RETRY_H

#include <stdbool.h>
#include <stdint.h>

struct fetch_result;

struct retry_policy {
    unsigned max_attempts; /* of one URL, 1 and up */
    int64_t base_ms, max_ms;
};

/* attempts: so far, 1 and up. Of server errors, those count that say "not now" (RFC 9110 §15.6.3 to
 * §15.6.5). */
bool retry_is_worthwhile(const struct retry_policy *policy, unsigned attempts,
                         const struct fetch_result *result);
/* As long as the host has asked for (retry_after_ms, where that is above 0); else longer from visit
 * to visit, and between half and one and a half of that, so that what failed together is not tried
 * together. */
int64_t retry_pause_ms(const struct retry_policy *policy, unsigned attempts,
                       int64_t retry_after_ms);

#endif
