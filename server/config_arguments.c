/* From the command line to a complete configuration; see config_arguments.h. */
#include "server/config_arguments.h"

#include <stdio.h>
#include <stdlib.h>

void config_arguments_add(struct config_arguments *arguments, const struct config_argument *item)
{
    arguments->items =
        reallocarray(arguments->items, arguments->count + 1, sizeof *arguments->items);
    if (arguments->items == NULL)
        abort();
    arguments->items[arguments->count++] = *item;
}

void config_arguments_done(struct config_arguments *arguments)
{
    free(arguments->items);
    *arguments = (struct config_arguments){0};
}

static int apply_all(const struct config_arguments *arguments, struct config *config,
                     struct config_error *error)
{
    int r = arguments->file != NULL ? config_load(config, arguments->file, error) : 0;
    for (size_t i = 0; r == 0 && i < arguments->count; i++) {
        const struct config_argument *item = &arguments->items[i];
        r = item->section == NULL
                ? config_set(config, item->value, error)
                : config_override(config, item->from, item->section, item->key, item->value, error);
    }
    return r == 0 ? config_check(config, error) : r;
}

int config_arguments_apply(const struct config_arguments *arguments, struct config *ret_config)
{
    struct config config;
    struct config_error error;
    config_init(&config);
    int r = apply_all(arguments, &config, &error);
    if (r < 0) {
        fprintf(stderr, "imgcrawl: %s\n", error.text);
        config_done(&config);
        return r;
    }
    *ret_config = config;
    return 0;
}
