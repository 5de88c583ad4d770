/* The states of a job and which may follow which. Constant data, any thread.
 *
 *   queued ──▶ running ──▶ finished          all was visited, or a limit of the job was met
 *     │  ▲      │  ▲  └──▶ failed            not one page could be had, or the store failed
 *     ▼  │      ▼  │
 *    paused ◀──────┘                         by a person; resume goes back to queued
 *   any of queued, running, paused ──▶ stopped (can be resumed), cancelled (cannot)
 */
#ifndef IMGCRAWL_JOB_STATE_H
#define IMGCRAWL_JOB_STATE_H

#include <stdbool.h>

enum job_state {
    JOB_QUEUED,
    JOB_RUNNING,
    JOB_PAUSED,
    JOB_FINISHED,
    JOB_STOPPED,
    JOB_CANCELLED,
    JOB_FAILED,
    JOB_STATE_COUNT
};

/* What a person can ask of a job. */
enum job_action { JOB_PAUSE, JOB_RESUME, JOB_STOP, JOB_CANCEL, JOB_ACTION_COUNT };

const char *job_state_name(enum job_state state);
int job_state_parse(const char *name, enum job_state *ret_state); /* 0 or -EINVAL */
bool job_state_is_final(enum job_state state);                    /* finished, cancelled, failed */
bool job_state_is_active(enum job_state state);                   /* queued, running */

const char *job_action_name(enum job_action action); /* "pause" "resume" "stop" "cancel" */
int job_action_parse(const char *name, enum job_action *ret_action);
/* Whether the action means something in this state. */
bool job_action_allowed(enum job_action action, enum job_state state);

#endif
