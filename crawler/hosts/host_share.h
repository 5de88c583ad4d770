/* Share: which part of the slots each class of hosts may hold, so that slow hosts, however many,
 * take nothing from the others. Pure numbers. Loop thread.
 *
 * A host is
 *   QUICK  once it has answered two pages (one may be a bait), and as long as it is not slow;
 *   NEW    before that: nothing is known of it, and it may be a tarpit;
 *   SLOW   when its requests take slow_after_ms or longer, smoothed, or when one that is under way
 *          has taken so long already (it is *overdue*). A single one makes it slow at once; it is
 *          quick again by degrees.
 * QUICK hosts may hold every slot. NEW and SLOW ones together get at most a share of all slots
 * (half by default), SLOW ones alone at most half of that, so that there is always room to find
 * out about new hosts.
 *
 * A host that turns slow keeps the slots that it holds, and they count as slow from then on. What
 * it got while it was QUICK is not charged to the share of NEW hosts, who would else pay for it. It
 * is taken back: while a host whose class has room waits for a slot and none is free, the overdue
 * requests above the slow share are ended, the one first that is under way for longest. So after
 * slow_after_ms no more than the slow share is held against those who wait, whatever the hosts did
 * before. What is ended is tried again later, when its host has a turn in that share; a request
 * that was begun in such a turn is never taken back, for there are no more of them than the share.
 */
#ifndef IMGCRAWL_HOST_SHARE_H
#define IMGCRAWL_HOST_SHARE_H

#include <stdbool.h>
#include <stdint.h>

enum { HOST_PROOF_PAGES = 2 };
enum host_class { HOST_QUICK, HOST_NEW, HOST_SLOW, HOST_CLASS_COUNT };
const char *host_class_name(enum host_class class_);

struct host_share {
    unsigned held[HOST_CLASS_COUNT];
    unsigned turned;        /* of those of SLOW hosts: got while they were QUICK */
    unsigned overdue;       /* of them: requests that take slow_after_ms already */
    unsigned unproven_most; /* NEW and SLOW together */
    unsigned slow_most;
};

/* slots: 0, no limit. */
void host_share_init(struct host_share *share, unsigned slots, unsigned percent);
bool host_share_has_room(const struct host_share *share, enum host_class class_);
/* More is overdue than slow hosts may hold. */
bool host_share_is_exceeded(const struct host_share *share);
/* What is known of a host, as its class. */
struct host_haste {
    bool proven;        /* it has answered HOST_PROOF_PAGES */
    bool overdue;       /* some request of it is */
    int64_t elapsed_ms; /* a whole request: host_haste_learn() */
};
enum host_class host_class_of(const struct host_haste *haste, int64_t slow_after_ms);
/* What is known of a whole request's time, after another one. 0: nothing is known. */
int64_t host_haste_learn(int64_t known_ms, int64_t elapsed_ms, int64_t slow_after_ms);

#endif
