/* Promises over several promises: all, any, race. Loop thread only.
 *
 * A group observes each of its sources until it can decide, then settles its result, lets go of the
 * sources (which cancels those that nobody else reads) and is gone. It belongs to its observers'
 * continuations and to the cancel hook of its result, of which exactly one ends it.
 */
#include <assert.h>
#include <errno.h>
#include <stdbool.h>

#include "crawler/async/must_alloc.h"
#include "crawler/async/promise_core.h"

enum group_rule { GROUP_ALL, GROUP_ANY, GROUP_RACE };

struct group {
    enum group_rule rule;
    struct promise *result;
    size_t count;
    size_t pending;
    struct promise *observers[];
};

static void group_end(struct group *group)
{
    for (size_t i = 0; i < group->count; i++) {
        promise_cancel(group->observers[i]);
        promise_unref(group->observers[i]);
    }
    promise_unref(group->result);
    free(group);
}

static void on_result_cancelled(void *arg)
{
    group_end(arg);
}

/* Whether the outcome of this source is the outcome of the group. */
static bool decides(const struct group *group, const struct promise *settled)
{
    switch (group->rule) {
    case GROUP_ALL:
        return promise_state_of(settled) == PROMISE_REJECTED;
    case GROUP_ANY:
        return promise_state_of(settled) == PROMISE_RESOLVED || group->pending == 0;
    case GROUP_RACE:
        return true;
    }
    return true;
}

static struct promise *on_source_settled(struct promise *settled, void *arg)
{
    struct group *group = arg;
    group->pending--;
    if (decides(group, settled))
        promise_follow(group->result, promise_ref(settled));
    else if (group->pending == 0)
        promise_resolve(group->result, NULL, NULL);
    else
        return NULL;
    group_end(group);
    return NULL;
}

static struct promise *group_new(struct loop *loop, enum group_rule rule,
                                 struct promise **take_promises, size_t count)
{
    assert(count > 0);
    struct group *group = must_calloc(1, sizeof(*group) + count * sizeof(struct promise *));
    group->rule = rule;
    group->count = count;
    group->pending = count;
    group->result = promise_new(loop);
    promise_on_cancel(group->result, on_result_cancelled, group);
    for (size_t i = 0; i < count; i++)
        group->observers[i] = promise_observe(take_promises[i], on_source_settled, group);
    return promise_ref(group->result);
}

struct promise *promise_all(struct loop *loop, struct promise **take_promises, size_t count)
{
    if (count == 0)
        return promise_resolved(loop, NULL, NULL);
    return group_new(loop, GROUP_ALL, take_promises, count);
}

struct promise *promise_any(struct loop *loop, struct promise **take_promises, size_t count)
{
    if (count == 0)
        return promise_rejected(loop, EINVAL, "promise", "any of no promises");
    return group_new(loop, GROUP_ANY, take_promises, count);
}

struct promise *promise_race(struct loop *loop, struct promise **take_promises, size_t count)
{
    if (count == 0)
        return promise_rejected(loop, EINVAL, "promise", "race of no promises");
    return group_new(loop, GROUP_RACE, take_promises, count);
}
