/* `imgcrawl help [COMMAND | config [--ini | --man]]`, and the other faces of help. Main thread. */
#ifndef IMGCRAWL_CLI_HELP_H
#define IMGCRAWL_CLI_HELP_H

#include "server/commands.h"

int cli_help(int argc, char **argv);
void cli_help_program(void);
void cli_help_command(const struct command *command);
/* Says which command was perhaps meant; returns the exit status. */
int cli_unknown_command(const char *name);

#endif
