/* Deadlines of exchanges: look-up, first byte, low speed, total. Loop thread.
 *
 * All exchanges share one period for each kind, so a queue in order of starting is in order of
 * expiry: starting and stopping are list operations, and one loop timer serves all. It is armed for
 * the earliest deadline known and left alone when that one goes away; a fetch that goes well thus
 * seldom touches it.
 */
#include <stdint.h>

#include <curl/curl.h>

#include "crawler/async/loop.h"
#include "crawler/fetch/fetch_exchange.h"

static void arm(struct fetcher *fetcher, int64_t at_ms)
{
    struct deadlines *deadlines = &fetcher->deadlines;
    if (at_ms >= deadlines->armed_ms)
        return;
    deadlines->armed_ms = at_ms;
    loop_timer_start_at(deadlines->timer, at_ms);
}

void deadline_start(struct deadline *deadline, enum fetch_wait wait)
{
    struct fetcher *fetcher = deadline->exchange->fetcher;
    struct deadlines *deadlines = &fetcher->deadlines;
    deadline_stop(deadline);
    if (deadlines->period_ms[wait] <= 0)
        return;
    deadline->running = true;
    deadline->wait = wait;
    deadline->at_ms = loop_now_ms(fetcher->loop) + deadlines->period_ms[wait];
    TAILQ_INSERT_TAIL(&deadlines->queues[wait], deadline, link);
    arm(fetcher, deadline->at_ms);
}

void deadline_stop(struct deadline *deadline)
{
    if (!deadline->running)
        return;
    deadline->running = false;
    TAILQ_REMOVE(&deadline->exchange->fetcher->deadlines.queues[deadline->wait], deadline, link);
}

static void give_up(struct exchange *exchange, enum outcome outcome)
{
    exchange_decide(exchange, outcome);
    exchange_finish(exchange, CURLE_OPERATION_TIMEDOUT);
}

/* A window of low_speed_ms is over: the next one, if enough came in it. */
static void check_speed(struct exchange *exchange)
{
    const struct fetch_config *config = &exchange->fetcher->config;
    size_t wire_bytes = fetch_wire_bytes(exchange);
    uint64_t wanted_bytes = (uint64_t)config->low_speed_bytes * (uint64_t)config->low_speed_ms;
    if ((uint64_t)(wire_bytes - exchange->window_bytes) * 1000 < wanted_bytes) {
        give_up(exchange, OUTCOME_TOO_SLOW);
        return;
    }
    exchange->window_bytes = wire_bytes;
    deadline_start(&exchange->progress, FETCH_WAIT_SPEED);
}

static void expire(struct deadline *deadline)
{
    switch (deadline->wait) {
    case FETCH_WAIT_RESOLVE:
        fetch_resolve_expired(deadline->exchange);
        return;
    case FETCH_WAIT_FIRST_BYTE:
        give_up(deadline->exchange, OUTCOME_TIMEOUT_FIRST_BYTE);
        return;
    case FETCH_WAIT_SPEED:
        check_speed(deadline->exchange);
        return;
    case FETCH_WAIT_TOTAL:
    case FETCH_WAIT_COUNT:
        give_up(deadline->exchange, OUTCOME_TIMEOUT_TOTAL);
        return;
    }
}

static void on_timer(void *arg)
{
    struct fetcher *fetcher = arg;
    struct deadlines *deadlines = &fetcher->deadlines;
    int64_t now_ms = loop_now_ms(fetcher->loop);
    deadlines->armed_ms = INT64_MAX;
    for (int wait = 0; wait < FETCH_WAIT_COUNT; wait++) {
        struct deadline *first;
        while ((first = TAILQ_FIRST(&deadlines->queues[wait])) && first->at_ms <= now_ms)
            expire(first);
        if (first)
            arm(fetcher, first->at_ms);
    }
}

void deadlines_init(struct fetcher *fetcher)
{
    struct deadlines *deadlines = &fetcher->deadlines;
    for (int wait = 0; wait < FETCH_WAIT_COUNT; wait++)
        TAILQ_INIT(&deadlines->queues[wait]);
    deadlines->period_ms[FETCH_WAIT_RESOLVE] = fetcher->config.connect_timeout_ms;
    deadlines->period_ms[FETCH_WAIT_FIRST_BYTE] = fetcher->config.first_byte_timeout_ms;
    deadlines->period_ms[FETCH_WAIT_SPEED] = fetcher->config.low_speed_ms;
    deadlines->period_ms[FETCH_WAIT_TOTAL] = fetcher->config.total_timeout_ms;
    deadlines->armed_ms = INT64_MAX;
    deadlines->timer = loop_timer_new(fetcher->loop, on_timer, fetcher);
}

void deadlines_done(struct fetcher *fetcher)
{
    loop_timer_free(fetcher->deadlines.timer);
}
