/* The tables of job_state.h. */
#include "crawler/job/job_state.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

static const char *const state_names[] = {
    [JOB_QUEUED] = "queued",     [JOB_RUNNING] = "running", [JOB_PAUSED] = "paused",
    [JOB_FINISHED] = "finished", [JOB_STOPPED] = "stopped", [JOB_CANCELLED] = "cancelled",
    [JOB_FAILED] = "failed",
};
static_assert(sizeof state_names / sizeof state_names[0] == JOB_STATE_COUNT, "all named");

static const struct {
    const char *name;
    unsigned allowed_in; /* bits of enum job_state */
} actions[] = {
    [JOB_PAUSE] = {"pause", 1u << JOB_QUEUED | 1u << JOB_RUNNING},
    [JOB_RESUME] = {"resume", 1u << JOB_PAUSED | 1u << JOB_STOPPED},
    [JOB_STOP] = {"stop", 1u << JOB_QUEUED | 1u << JOB_RUNNING | 1u << JOB_PAUSED},
    [JOB_CANCEL] = {"cancel",
                    1u << JOB_QUEUED | 1u << JOB_RUNNING | 1u << JOB_PAUSED | 1u << JOB_STOPPED},
};
static_assert(sizeof actions / sizeof actions[0] == JOB_ACTION_COUNT, "all told");

const char *job_state_name(enum job_state state)
{
    return state_names[state];
}

int job_state_parse(const char *name, enum job_state *ret_state)
{
    for (int i = 0; i < JOB_STATE_COUNT; i++) {
        if (strcmp(state_names[i], name) == 0) {
            *ret_state = (enum job_state)i;
            return 0;
        }
    }
    return -EINVAL;
}

bool job_state_is_final(enum job_state state)
{
    return state == JOB_FINISHED || state == JOB_CANCELLED || state == JOB_FAILED;
}

bool job_state_is_active(enum job_state state)
{
    return state == JOB_QUEUED || state == JOB_RUNNING;
}

const char *job_action_name(enum job_action action)
{
    return actions[action].name;
}

int job_action_parse(const char *name, enum job_action *ret_action)
{
    for (int i = 0; i < JOB_ACTION_COUNT; i++) {
        if (strcmp(actions[i].name, name) == 0) {
            *ret_action = (enum job_action)i;
            return 0;
        }
    }
    return -EINVAL;
}

bool job_action_allowed(enum job_action action, enum job_state state)
{
    return actions[action].allowed_in & 1u << state;
}
