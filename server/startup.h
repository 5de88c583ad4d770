/* What both faces of the program do first: limits, signals, the loop, the engine, and clear words
 * where one of them will not. Main thread. */
#ifndef IMGCRAWL_STARTUP_H
#define IMGCRAWL_STARTUP_H

#include <stdbool.h>

#include "server/config.h"
#include "server/engine_setup.h"

struct loop;

/* As many descriptors as the system lets us have; no death by writing to a closed socket. */
void startup_prepare_process(void);
/* 0, or -errno, told on standard error with what can be done about it. */
int startup_loop(const struct config *config, struct loop **ret_loop);
int startup_engine(struct loop *loop, const struct engine_setup *setup, bool resume_jobs,
                   struct engine **ret_engine);

#endif
