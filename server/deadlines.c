/* See deadlines.h. A plain list: there are a few hundred entries, and it is walked only when the
 * thread wakes.
 */
#include "server/deadlines.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

struct deadlines {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct deadline list; /* circular; the head is no entry */
    int64_t wake_at_ms;   /* what the thread sleeps towards; INT64_MAX: nothing */
    bool ending;
};

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void link_entry(struct deadlines *deadlines, struct deadline *deadline)
{
    deadline->next = &deadlines->list;
    deadline->previous = deadlines->list.previous;
    deadline->previous->next = deadline;
    deadlines->list.previous = deadline;
}

static void unlink_entry(struct deadline *deadline)
{
    if (!deadline->next)
        return;
    deadline->next->previous = deadline->previous;
    deadline->previous->next = deadline->next;
    deadline->next = deadline->previous = NULL;
}

/* Unlinked before it fires: its function may hand its memory to a thread that frees it. */
static void fire_until(struct deadlines *deadlines, int64_t at_ms)
{
    struct deadline *deadline = deadlines->list.next, *next;

    for (; deadline != &deadlines->list; deadline = next) {
        next = deadline->next;
        if (deadline->at_ms <= at_ms) {
            unlink_entry(deadline);
            deadline->fn(deadline);
        }
    }
}

static int64_t earliest(const struct deadlines *deadlines)
{
    int64_t at_ms = INT64_MAX;

    for (const struct deadline *d = deadlines->list.next; d != &deadlines->list; d = d->next)
        if (d->at_ms < at_ms)
            at_ms = d->at_ms;
    return at_ms;
}

static void sleep_until(struct deadlines *deadlines, int64_t at_ms)
{
    struct timespec until = {.tv_sec = (time_t)(at_ms / 1000),
                             .tv_nsec = (long)(at_ms % 1000) * 1000000};

    deadlines->wake_at_ms = at_ms;
    if (at_ms == INT64_MAX)
        pthread_cond_wait(&deadlines->changed, &deadlines->lock);
    else
        pthread_cond_clockwait(&deadlines->changed, &deadlines->lock, CLOCK_MONOTONIC, &until);
}

static void *run(void *arg)
{
    struct deadlines *deadlines = arg;

    pthread_mutex_lock(&deadlines->lock);
    while (!deadlines->ending) {
        fire_until(deadlines, now_ms());
        sleep_until(deadlines, earliest(deadlines));
    }
    pthread_mutex_unlock(&deadlines->lock);
    return NULL;
}

int deadlines_new(struct deadlines **ret_deadlines)
{
    struct deadlines *deadlines = calloc(1, sizeof *deadlines);
    int rc;

    if (!deadlines)
        return -ENOMEM;
    pthread_mutex_init(&deadlines->lock, NULL);
    pthread_cond_init(&deadlines->changed, NULL);
    deadlines->list.next = deadlines->list.previous = &deadlines->list;
    deadlines->wake_at_ms = INT64_MAX;
    rc = pthread_create(&deadlines->thread, NULL, run, deadlines);
    if (rc != 0) {
        free(deadlines);
        return -rc;
    }
    *ret_deadlines = deadlines;
    return 0;
}

struct deadlines *deadlines_free(struct deadlines *deadlines)
{
    if (!deadlines)
        return NULL;
    pthread_mutex_lock(&deadlines->lock);
    assert(deadlines->list.next == &deadlines->list);
    deadlines->ending = true;
    pthread_cond_signal(&deadlines->changed);
    pthread_mutex_unlock(&deadlines->lock);
    pthread_join(deadlines->thread, NULL);
    pthread_cond_destroy(&deadlines->changed);
    pthread_mutex_destroy(&deadlines->lock);
    free(deadlines);
    return NULL;
}

void deadlines_set(struct deadlines *deadlines, struct deadline *deadline, int64_t delay_ms)
{
    pthread_mutex_lock(&deadlines->lock);
    deadline->at_ms = now_ms() + delay_ms;
    if (!deadline->next)
        link_entry(deadlines, deadline);
    if (deadline->at_ms < deadlines->wake_at_ms)
        pthread_cond_signal(&deadlines->changed);
    pthread_mutex_unlock(&deadlines->lock);
}

void deadlines_clear(struct deadlines *deadlines, struct deadline *deadline)
{
    pthread_mutex_lock(&deadlines->lock);
    unlink_entry(deadline);
    pthread_mutex_unlock(&deadlines->lock);
}

void deadlines_fire_all(struct deadlines *deadlines)
{
    pthread_mutex_lock(&deadlines->lock);
    fire_until(deadlines, INT64_MAX);
    pthread_mutex_unlock(&deadlines->lock);
}
