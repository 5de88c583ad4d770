/* Engine set-up: from the program's configuration to the engine's. Owns what the engine's borrows
 * and the configuration does not have as such (networks in numbers, the robots.txt name); must
 * outlive the engine, as must the configuration. Main thread. */
#ifndef IMGCRAWL_ENGINE_SETUP_H
#define IMGCRAWL_ENGINE_SETUP_H

#include "crawler/engine.h"
#include "server/config.h"

struct engine_setup {
    struct engine_config engine;
    struct address_network *networks;
    size_t network_count;
    char robots_agent[64];
};

/* allow_networks = auto: where auto_loopback is set, loopback for jobs that have a seed there; else
 * nothing. */
void engine_setup_init(struct engine_setup *ret_setup, const struct config *config,
                       bool auto_loopback);
/* Jobs may also reach this one. text is a network in address_guard's form. */
void engine_setup_allow(struct engine_setup *setup, const char *network);
void engine_setup_done(struct engine_setup *setup);

#endif
