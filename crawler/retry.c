/* See retry.h. */
#include "crawler/retry.h"

#include <sys/random.h>

#include "crawler/engine.h"

static int64_t with_jitter(int64_t pause_ms)
{
    uint32_t random = 0;
    if (getrandom(&random, sizeof random, GRND_NONBLOCK) < 0)
        return pause_ms;
    return pause_ms / 2 + (int64_t)((uint64_t)pause_ms * random >> 32);
}

int64_t retry_pause_ms(const struct engine_config *config, unsigned attempts,
                       int64_t retry_after_ms)
{
    if (retry_after_ms > 0)
        return retry_after_ms;
    int64_t pause_ms = config->retry_base_ms;
    for (unsigned i = 1; i < attempts && pause_ms < config->retry_max_ms; i++)
        pause_ms *= 2;
    return with_jitter(pause_ms < config->retry_max_ms ? pause_ms : config->retry_max_ms);
}
