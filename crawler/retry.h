/* Retry: how long a URL waits before it is visited again. Pure but for the chance in it; any
 * thread. */
#ifndef IMGCRAWL_RETRY_H
#define IMGCRAWL_RETRY_H

#include <stdint.h>

struct engine_config;

/* As long as the host has asked for (retry_after_ms, where that is above 0); else longer from visit
 * to visit, and between half and one and a half of that, so that what failed together is not tried
 * together. attempts: visits so far, 1 and up. */
int64_t retry_pause_ms(const struct engine_config *config, unsigned attempts,
                       int64_t retry_after_ms);

#endif
