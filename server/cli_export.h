/* `imgcrawl export`: a job's results to a file. Main thread. */
#ifndef IMGCRAWL_CLI_EXPORT_H
#define IMGCRAWL_CLI_EXPORT_H

#include "server/options.h"

extern const struct command_option cli_export_options[];
int cli_export(int argc, char **argv);

#endif
