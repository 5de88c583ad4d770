/* Share: which part of the slots each class of hosts may hold, so that slow hosts, however many,
 * take nothing from the others. Pure numbers. Loop thread.
 *
 * A host is
 *   QUICK  once it has answered a page, and as long as it is not slow;
 *   NEW    before that: nothing is known of it, and it may be a tarpit;
 *   SLOW   when its requests take slow_after_ms or longer, smoothed, or when requests are under way
 *          and none has ended for so long.
 * QUICK hosts may hold every slot. NEW and SLOW ones together hold at most a share of all slots
 * (half by default), SLOW ones alone at most half of that, so that there is always room to find
 * out about new hosts. A host that turns slow keeps the slots it holds; they count as slow from
 * then on, and no NEW or SLOW host gets one while the sum is at its limit.
 */
#ifndef IMGCRAWL_HOST_SHARE_H
#define IMGCRAWL_HOST_SHARE_H

#include <stdbool.h>
#include <stdint.h>

enum host_class { HOST_QUICK, HOST_NEW, HOST_SLOW, HOST_CLASS_COUNT };
const char *host_class_name(enum host_class class_);

struct host_share {
    unsigned held[HOST_CLASS_COUNT];
    unsigned unproven_most; /* NEW and SLOW together */
    unsigned slow_most;
};

/* slots: 0, no limit. */
void host_share_init(struct host_share *share, unsigned slots, unsigned percent);
bool host_share_has_room(const struct host_share *share, enum host_class class_);
/* What is known of a host, as its class. */
struct host_haste {
    bool proven;          /* it has answered a page */
    int64_t elapsed_ms;   /* a whole request, smoothed */
    bool busy;            /* requests are under way … */
    int64_t quiet_for_ms; /* … and none has ended for so long */
};
enum host_class host_class_of(const struct host_haste *haste, int64_t slow_after_ms);

#endif
