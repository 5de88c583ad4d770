/* Numbers and durations as people read them. Plain functions, any thread. */
#ifndef IMGCRAWL_HUMAN_H
#define IMGCRAWL_HUMAN_H

#include <stdint.h>

struct human_text {
    char text[32];
};

struct human_text human_count(int64_t count); /* "1,024" */
struct human_text human_duration(
    int64_t duration_ms); /* "0.4 s", "34 s", "3 min 5 s", "2 h 10 min" */

#endif
