/* What a command line says about the configuration: --config, --set and options such as --data that
 * are short names of one. Kept until all is read, because the file comes first whatever the order.
 * Main thread; borrows from argv. */
#ifndef IMGCRAWL_CONFIG_ARGUMENTS_H
#define IMGCRAWL_CONFIG_ARGUMENTS_H

#include <stddef.h>

#include "server/config.h"

struct config_argument {
    const char *from;          /* "--data" */
    const char *section, *key; /* NULL: value is "section.key=value" */
    const char *value;
};

struct config_arguments {
    const char *file; /* NULL: none */
    struct config_argument *items;
    size_t count;
};

void config_arguments_add(struct config_arguments *arguments, const struct config_argument *item);
void config_arguments_done(struct config_arguments *arguments);
/* Defaults, then the file, then the arguments in their order, checked. On an error says it on
 * standard error as "imgcrawl: …", leaves nothing to free, and returns -errno. */
int config_arguments_apply(const struct config_arguments *arguments, struct config *ret_config);

#endif
