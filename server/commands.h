/* The commands of the program: what runs them and what their help says. Constant data. */
#ifndef IMGCRAWL_COMMANDS_H
#define IMGCRAWL_COMMANDS_H

#include "server/options.h"

struct command {
    const char *name;                     /* NULL ends the table */
    const char *operands;                 /* "URL…" */
    const char *summary;                  /* a line */
    const char *text;                     /* paragraphs, broken into lines already */
    const struct command_option *options; /* NULL: none */
    int (*main)(int argc, char **argv);   /* argv[0] is the command; returns the exit status */
};

extern const struct command commands[];
const struct command *command_find(const char *name); /* NULL: no such command */
const char *command_nearest(const char *name);        /* or NULL */

#endif
