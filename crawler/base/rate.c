/* See rate.h: a ring of one bucket for each second. */
#include "crawler/base/rate.h"

static void advance(struct rate *rate, int64_t second)
{
    if (second - rate->second >= RATE_SECONDS)
        rate->second = second - RATE_SECONDS;
    while (rate->second < second)
        rate->buckets[++rate->second % RATE_SECONDS] = 0;
}

void rate_count(struct rate *rate, int64_t now_ms)
{
    if (!rate->started_ms) {
        *rate = (struct rate){.started_ms = now_ms, .second = now_ms / 1000};
    }
    advance(rate, now_ms / 1000);
    rate->buckets[rate->second % RATE_SECONDS]++;
}

double rate_per_second(const struct rate *rate, int64_t now_ms)
{
    if (!rate->started_ms || now_ms - rate->started_ms < RATE_FIRST_MS)
        return 0;
    struct rate current = *rate;
    advance(&current, now_ms / 1000);
    uint64_t count = 0;
    for (int i = 0; i < RATE_SECONDS; i++)
        count += current.buckets[i];
    int64_t window_ms = (RATE_SECONDS - 1) * 1000 + now_ms % 1000;
    int64_t age_ms = now_ms - rate->started_ms;
    return (double)count * 1000 / (double)(age_ms < window_ms ? age_ms : window_ms);
}
