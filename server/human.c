/* See human.h. */
#include "server/human.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct human_text human_count(int64_t count)
{
    struct human_text result = {0};
    char digits[24];
    int bytes = snprintf(digits, sizeof digits, "%" PRId64, count);
    char *out = result.text;
    for (int i = 0; i < bytes; i++) {
        if (i > 0 && (bytes - i) % 3 == 0 && digits[i - 1] != '-')
            *out++ = ',';
        *out++ = digits[i];
    }
    return result;
}

struct human_text human_duration(int64_t duration_ms)
{
    struct human_text result = {0};
    long long seconds = duration_ms / 1000;
    if (duration_ms < 10000)
        snprintf(result.text, sizeof result.text, "%.1f s", (double)duration_ms / 1000);
    else if (seconds < 60)
        snprintf(result.text, sizeof result.text, "%lld s", seconds);
    else if (seconds < 3600)
        snprintf(result.text, sizeof result.text, "%lld min %lld s", seconds / 60, seconds % 60);
    else
        snprintf(result.text, sizeof result.text, "%lld h %lld min", seconds / 3600,
                 seconds / 60 % 60);
    return result;
}
