/* Share: which part of the slots each class of hosts may hold, so that slow hosts, however many,
 * take nothing from the others. Pure numbers. Loop thread.
 *
 * A host is
 *   QUICK  once it has answered two pages (one may be a bait), and as long as it is not slow;
 *   NEW    before that: nothing is known of it, and it may be a tarpit;
 *   SLOW   when its requests take slow_after_ms or longer, smoothed, when one that is under way has
 *          taken so long already (it is *overdue*), or when one was set aside. A single one makes
 *          it slow at once; it is quick again by degrees.
 * QUICK hosts may hold every slot, NEW ones a share of them (half by default).
 *
 * Beside the slots there is the *slow lane*, so many connections more. What is in it counts against
 * no share and no slot. A request comes there
 *   - from its beginning, where its host is SLOW: at most half of the lane;
 *   - later, while somebody waits for the slot that it holds: when it takes a few times as long as
 *     requests of this node usually do, and slow_after_ms at most. It is *set aside*.
 * So a host that nobody knows holds a slot of others for a moment, whatever it does then. Only when
 * the lane is full is something ended: what was set aside first, has taken slow_after_ms, and
 * brings next to nothing. It is tried again later, as a request to a SLOW host; such a one is never
 * ended.
 */
#ifndef IMGCRAWL_HOST_SHARE_H
#define IMGCRAWL_HOST_SHARE_H

#include <stdbool.h>
#include <stdint.h>

enum { HOST_PROOF_PAGES = 2 };
enum host_class { HOST_QUICK, HOST_NEW, HOST_SLOW, HOST_CLASS_COUNT };
const char *host_class_name(enum host_class class_);

struct host_share {
    unsigned held[HOST_CLASS_COUNT]; /* slots, by what the host was when its request began */
    unsigned aside;                  /* requests in the slow lane */
    unsigned aside_slow;             /* of them: there from their beginning */
    unsigned overdue;                /* requests that take slow_after_ms already */
    unsigned new_most, aside_most, aside_slow_most;
    uint64_t set_aside, cut_off; /* since the start */
    int64_t typical_ms;          /* of whole requests outside of the lane; 0: not known */
};

/* slots: 0, no limit and no lane. */
void host_share_init(struct host_share *share, unsigned slots, unsigned percent, unsigned lane);
bool host_share_has_room(const struct host_share *share, enum host_class class_);
/* Whether a request to such a host begins in the slow lane. */
bool host_share_is_aside(const struct host_share *share, enum host_class class_);
/* A request outside of the lane was answered after so long. */
void host_share_learn(struct host_share *share, int64_t elapsed_ms);
/* The age at which a request is set aside when others wait. */
int64_t host_share_patience_ms(const struct host_share *share, int64_t slow_after_ms);
/* What is known of a host, as its class. */
struct host_haste {
    bool proven;        /* it has answered HOST_PROOF_PAGES */
    bool overdue;       /* some request of it is, or was set aside */
    int64_t elapsed_ms; /* a whole request: host_haste_learn() */
};
enum host_class host_class_of(const struct host_haste *haste, int64_t slow_after_ms);
/* What is known of a whole request's time, after another one. 0: nothing is known. */
int64_t host_haste_learn(int64_t known_ms, int64_t elapsed_ms, int64_t slow_after_ms);

#endif
