/* Rate: events a second over the last ten seconds. One thread; the caller gives the time. */
#ifndef IMGCRAWL_RATE_H
#define IMGCRAWL_RATE_H

#include <stdint.h>

enum { RATE_SECONDS = 10, RATE_FIRST_MS = 2000 };

struct rate {
    int64_t started_ms; /* 0: nothing counted yet */
    int64_t second;     /* the newest bucket's */
    uint32_t buckets[RATE_SECONDS];
};

void rate_count(struct rate *rate, int64_t now_ms);
/* 0 until RATE_FIRST_MS after the first event: a few events in no time are no rate. */
double rate_per_second(const struct rate *rate, int64_t now_ms);

#endif
