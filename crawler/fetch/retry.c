/* See retry.h. */
#include "crawler/fetch/retry.h"

#include <sys/random.h>

#include "crawler/fetch/fetch.h"

bool retry_is_worthwhile(const struct retry_policy *policy, unsigned attempts,
                         const struct fetch_result *result)
{
    if (attempts >= policy->max_attempts)
        return false;
    if (result->outcome == OUTCOME_HTTP_5XX)
        return result->status >= 502 && result->status <= 504;
    return outcome_is_transient(result->outcome);
}

static int64_t with_jitter(int64_t pause_ms)
{
    uint32_t random = 0;
    if (getrandom(&random, sizeof random, GRND_NONBLOCK) < 0)
        return pause_ms;
    return pause_ms / 2 + (int64_t)((uint64_t)pause_ms * random >> 32);
}

int64_t retry_pause_ms(const struct retry_policy *policy, unsigned attempts, int64_t retry_after_ms)
{
    if (retry_after_ms > 0)
        return retry_after_ms;
    int64_t pause_ms = policy->base_ms;
    for (unsigned i = 1; i < attempts && pause_ms < policy->max_ms; i++)
        pause_ms *= 2;
    return with_jitter(pause_ms < policy->max_ms ? pause_ms : policy->max_ms);
}
