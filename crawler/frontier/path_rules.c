/* See path_rules.h. Whatever a path looks like, its cost is that of sorting its segments. */
#include "crawler/frontier/path_rules.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_SORTED = 1024 }; /* what comes behind them is not looked at */

bool path_next_segment(struct url_slice path, size_t *at, struct url_slice *ret_segment)
{
    if (*at + 1 >= path.bytes) /* at the end, or before the last slash */
        return false;
    const char *start = path.data + *at + 1; /* behind the slash */
    size_t left = path.bytes - *at - 1;
    const char *slash = memchr(start, '/', left);
    *ret_segment = (struct url_slice){start, slash ? (size_t)(slash - start) : left};
    *at += 1 + ret_segment->bytes;
    return true;
}

size_t path_segments(struct url_slice path)
{
    size_t count = 0, at = 0;
    struct url_slice segment;
    while (path_next_segment(path, &at, &segment))
        count++;
    return count;
}

static int compare(const void *a, const void *b)
{
    const struct url_slice *left = a, *right = b;
    size_t bytes = left->bytes < right->bytes ? left->bytes : right->bytes;
    int order = memcmp(left->data, right->data, bytes);
    return order ? order : (left->bytes > right->bytes) - (left->bytes < right->bytes);
}

size_t path_repeats(struct url_slice path, struct url_slice *ret_segment)
{
    struct url_slice segments[MAX_SORTED], segment;
    size_t count = 0, most = 0, run = 0, at = 0;
    while (count < MAX_SORTED && path_next_segment(path, &at, &segment))
        segments[count++] = segment;
    /* cppcheck-suppress uninitvar */
    qsort(segments, count, sizeof *segments, compare);
    for (size_t i = 1; i < count; i++) {
        run = compare(&segments[i - 1], &segments[i]) == 0 ? run + 1 : 0;
        if (run > most && ret_segment)
            *ret_segment = segments[i];
        most = run > most ? run : most;
    }
    return most;
}
