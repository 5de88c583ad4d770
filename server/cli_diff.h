/* `imgcrawl diff OLD NEW`: what changed between two crawls of a site. Main thread. */
#ifndef IMGCRAWL_SERVER_CLI_DIFF_H
#define IMGCRAWL_SERVER_CLI_DIFF_H

#include "server/options.h"

/* That findings rose is told by this exit status. */
enum { EXIT_FINDINGS_ROSE = 3 };

extern const struct command_option cli_diff_options[];
/* argv[0] is "diff". */
int cli_diff(int argc, char **argv);

/* Opens the comparison of two jobs as the command line names them; says what is wrong. */
struct job_diff;
int cli_diff_open(const char *older, const char *newer, const char *data_dir,
                  struct job_diff **ret_diff);

#endif
