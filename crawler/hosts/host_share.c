/* See host_share.h. */
#include "crawler/hosts/host_share.h"

#include <assert.h>
#include <limits.h>

enum { HASTE_SMOOTHING = 4 }; /* the last four requests or so tell whether a host is slow */

static const char *const class_names[] = {
    [HOST_QUICK] = "quick", [HOST_NEW] = "new", [HOST_SLOW] = "slow"};
static_assert(sizeof class_names / sizeof class_names[0] == HOST_CLASS_COUNT, "all named");

const char *host_class_name(enum host_class class_)
{
    return class_names[class_];
}

static unsigned at_least_one(unsigned count)
{
    return count > 0 ? count : 1;
}

void host_share_init(struct host_share *share, unsigned slots, unsigned percent)
{
    *share = (struct host_share){.unproven_most = UINT_MAX, .slow_most = UINT_MAX};
    if (slots == 0)
        return;
    share->unproven_most = at_least_one((unsigned)((uint64_t)slots * percent / 100));
    share->slow_most = at_least_one(share->unproven_most / 2);
}

bool host_share_has_room(const struct host_share *share, enum host_class class_)
{
    if (class_ == HOST_QUICK)
        return true;
    if (share->held[HOST_NEW] + share->held[HOST_SLOW] - share->turned >= share->unproven_most)
        return false;
    return class_ == HOST_NEW || share->held[HOST_SLOW] < share->slow_most;
}

bool host_share_is_exceeded(const struct host_share *share)
{
    return share->overdue > share->slow_most;
}

enum host_class host_class_of(const struct host_haste *haste, int64_t slow_after_ms)
{
    if (haste->elapsed_ms >= slow_after_ms || haste->overdue)
        return HOST_SLOW;
    return haste->proven ? HOST_QUICK : HOST_NEW;
}

int64_t host_haste_learn(int64_t known_ms, int64_t elapsed_ms, int64_t slow_after_ms)
{
    if (known_ms == 0 || (elapsed_ms >= slow_after_ms && elapsed_ms > known_ms))
        return elapsed_ms;
    return known_ms + (elapsed_ms - known_ms) / HASTE_SMOOTHING;
}
