/* `imgcrawl serve`: engine, API and web interface until a signal ends them. Main thread, which is
 * the loop's. */
#ifndef IMGCRAWL_SERVICE_H
#define IMGCRAWL_SERVICE_H

#include "server/options.h"

extern const struct command_option service_options[];
/* Returns the exit status: 0, 1 where it could not start, 2 usage. */
int service_main(int argc, char **argv);

#endif
