/* Deadlines: a thread of its own that calls a function when the time of an entry has come, and so
 * ends what neither the loop nor MHD would end: a call that a stuck loop does not answer, a client
 * that sends its request byte by byte.
 *
 * Any thread sets and clears; entries are the caller's memory. An entry's function runs on the
 * deadline thread under the lock (that is what lets deadlines_clear() promise that it does not run
 * afterwards), so it must be short and must not call back in here.
 */
#ifndef IMGCRAWL_SERVER_DEADLINES_H
#define IMGCRAWL_SERVER_DEADLINES_H

#include <stdint.h>

struct deadlines;

/* Zeroed but for fn at the start. */
struct deadline {
    void (*fn)(struct deadline *deadline);
    int64_t at_ms;
    struct deadline *next, *previous; /* NULL when not set */
};

int deadlines_new(struct deadlines **ret_deadlines);
/* No entry may be set any more. */
struct deadlines *deadlines_free(struct deadlines *deadlines);

/* Sets it, or moves it when it is set. It fires once. */
void deadlines_set(struct deadlines *deadlines, struct deadline *deadline, int64_t delay_ms);
/* On return its function is neither running nor going to. */
void deadlines_clear(struct deadlines *deadlines, struct deadline *deadline);
/* Fires all that is set now, on the calling thread. */
void deadlines_fire_all(struct deadlines *deadlines);

#endif
