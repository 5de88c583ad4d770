/* See host_share.h. */
#include "crawler/hosts/host_share.h"

#include <assert.h>
#include <limits.h>

enum {
    HASTE_SMOOTHING = 4, /* the last four requests or so tell whether a host is slow */
    TYPICAL_SMOOTHING = 16,
    PATIENCE_LEAST_MS = 50,
    PATIENCE_FACTOR = 4 /* of the typical time */
};

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

void host_share_init(struct host_share *share, unsigned slots, unsigned percent, unsigned lane)
{
    *share = (struct host_share){.new_most = UINT_MAX};
    if (slots == 0)
        return;
    share->new_most = at_least_one((unsigned)((uint64_t)slots * percent / 100));
    share->aside_most = at_least_one(lane);
    share->aside_slow_most = at_least_one(lane / 2);
}

bool host_share_has_room(const struct host_share *share, enum host_class class_)
{
    if (class_ == HOST_NEW)
        return share->held[HOST_NEW] < share->new_most;
    if (!host_share_is_aside(share, class_))
        return true;
    return share->aside < share->aside_most && share->aside_slow < share->aside_slow_most;
}

bool host_share_is_aside(const struct host_share *share, enum host_class class_)
{
    return class_ == HOST_SLOW && share->aside_most > 0;
}

void host_share_learn(struct host_share *share, int64_t elapsed_ms)
{
    int64_t known_ms = share->typical_ms;
    share->typical_ms =
        known_ms == 0 ? elapsed_ms : known_ms + (elapsed_ms - known_ms) / TYPICAL_SMOOTHING;
}

int64_t host_share_patience_ms(const struct host_share *share, int64_t slow_after_ms)
{
    int64_t patience_ms = PATIENCE_FACTOR * share->typical_ms;
    if (patience_ms < PATIENCE_LEAST_MS)
        patience_ms = PATIENCE_LEAST_MS;
    return patience_ms < slow_after_ms ? patience_ms : slow_after_ms;
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
