/* `imgcrawl report JOB|FILE`: what a job found, as a page for people, JUnit XML or SARIF. Main
 * thread. */
#ifndef IMGCRAWL_SERVER_CLI_REPORT_H
#define IMGCRAWL_SERVER_CLI_REPORT_H

#include "server/options.h"

extern const struct command_option cli_report_options[];
/* argv[0] is "report". */
int cli_report(int argc, char **argv);

#endif
