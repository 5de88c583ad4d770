/* `imgcrawl inspect KIND …`: what one module of extraction makes of an input. Main thread. */
#ifndef IMGCRAWL_CLI_INSPECT_H
#define IMGCRAWL_CLI_INSPECT_H

/* argv[0] is "inspect". Returns the exit status: 0 answered, 1 could not be answered, 2 usage. */
int cli_inspect(int argc, char **argv);

#endif
