/* See host_pace.h. */
#include "crawler/hosts/host_pace.h"

#include <assert.h>

enum {
    SMOOTHING = 8,       /* the last eight answers or so */
    BASELINE_DOWN = 4,   /* answers until a lower time is the usual one */
    BASELINE_UP = 64,    /* … until a higher one is */
    RISEN_TIMES = 3,     /* its baseline: the host is getting slower */
    RISEN_MS = 200,      /* … and by so much, for a few ms are noise */
    RECOVERED_TIMES = 2, /* its baseline: it has recovered */
    BRAKE_FIRST_MS = 500,
    BRAKE_STEPS = 16, /* from the ceiling down to nothing */
};

static const char *const why_names[] = {
    [PACE_NONE] = "none",         [PACE_FIXED] = "fixed",
    [PACE_RULE] = "rule",         [PACE_CRAWL_DELAY] = "crawl_delay",
    [PACE_ADAPTIVE] = "adaptive", [PACE_LATENCY] = "latency",
    [PACE_BACKOFF] = "backoff",
};
static_assert(sizeof why_names / sizeof why_names[0] == PACE_WHY_COUNT, "all named");

const char *pace_why_name(enum pace_why why)
{
    return why_names[why];
}

static int64_t lesser(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

struct choice {
    int64_t delay_ms;
    enum pace_why why;
};

static void at_least(struct choice *choice, int64_t delay_ms, enum pace_why why)
{
    if (delay_ms > choice->delay_ms)
        *choice = (struct choice){delay_ms, why};
}

static bool is_adaptive(const struct pace *pace, const struct pace_config *config)
{
    if (pace->rule && pace->rule->adaptive >= 0)
        return pace->rule->adaptive;
    return config->adaptive && config->delay_ms > 0;
}

int64_t pace_delay_ms(const struct pace *pace, const struct pace_config *config,
                      enum pace_why *ret_why)
{
    struct choice choice = {0, PACE_NONE};
    if (pace->rule && pace->rule->delay_ms >= 0)
        at_least(&choice, pace->rule->delay_ms, PACE_RULE);
    else if (!pace->is_own)
        at_least(&choice, config->delay_ms, PACE_FIXED);
    if (!pace->is_own) {
        at_least(&choice, lesser(pace->crawl_delay_ms, config->max_crawl_delay_ms),
                 PACE_CRAWL_DELAY);
        if (is_adaptive(pace, config))
            at_least(&choice, lesser(config->factor * pace->latency_ms, config->max_delay_ms),
                     PACE_ADAPTIVE);
        if (pace->brake_ms > 0)
            choice = (struct choice){choice.delay_ms + pace->brake_ms, PACE_LATENCY};
    }
    if (ret_why)
        *ret_why = choice.why;
    return choice.delay_ms;
}

/* A step of 1/n towards a value, of at least 1 so that it arrives. */
static int64_t towards(int64_t from, int64_t to, int n)
{
    int64_t step = (to - from) / n;
    if (step == 0)
        step = (to > from) - (to < from);
    return from + step;
}

static void set_brake(struct pace *pace, const struct pace_config *config)
{
    bool risen = pace->latency_ms > pace->baseline_ms * RISEN_TIMES &&
                 pace->latency_ms > pace->baseline_ms + RISEN_MS;
    if (risen)
        pace->brake_ms =
            lesser(pace->brake_ms ? pace->brake_ms * 2 : BRAKE_FIRST_MS, config->max_delay_ms);
    else if (pace->latency_ms <= pace->baseline_ms * RECOVERED_TIMES + RISEN_MS)
        pace->brake_ms -= lesser(pace->brake_ms, config->max_delay_ms / BRAKE_STEPS + 1);
}

void pace_answered(struct pace *pace, const struct pace_config *config, int64_t first_byte_ms)
{
    if (first_byte_ms < 1)
        first_byte_ms = 1; /* 0 is "not known" */
    if (pace->latency_ms == 0) {
        pace->latency_ms = pace->baseline_ms = first_byte_ms;
        return;
    }
    pace->latency_ms = towards(pace->latency_ms, first_byte_ms, SMOOTHING);
    set_brake(pace, config);
    pace->baseline_ms = towards(pace->baseline_ms, pace->latency_ms,
                                pace->latency_ms < pace->baseline_ms ? BASELINE_DOWN : BASELINE_UP);
}

int64_t pace_overloaded(struct pace *pace, const struct pace_config *config, int64_t now_ms,
                        int64_t retry_after_ms)
{
    if (now_ms >= pace->backoff_until_ms)
        pace->backoff_ms = pace->backoff_ms ? pace->backoff_ms * 2 : config->backoff_base_ms;
    pace->backoff_ms = lesser(pace->backoff_ms, config->backoff_max_ms);
    int64_t until_ms = now_ms + (retry_after_ms > 0 ? retry_after_ms : pace->backoff_ms);
    if (until_ms > pace->backoff_until_ms)
        pace->backoff_until_ms = until_ms;
    return until_ms;
}

void pace_recovered(struct pace *pace, int64_t now_ms)
{
    if (now_ms >= pace->backoff_until_ms)
        pace->backoff_ms = 0;
}
