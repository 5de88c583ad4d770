/* Reads a command line by a table of options; see options.h. */
#include "server/options.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "server/nearest.h"

/* Where the reading stands. */
struct reading {
    const struct command_option *options;
    const char *command;
    char **argv;
    int argc, at;
    option_fn fn;
    void *arg;
};

int usage_error(const char *command, const char *format, ...)
{
    va_list args;
    fprintf(stderr, "imgcrawl%s%s: ", command != NULL ? " " : "", command != NULL ? command : "");
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "\n'imgcrawl help%s%s' tells what there is.\n", command != NULL ? " " : "",
            command != NULL ? command : "");
    return -EINVAL;
}

static const char *next_name(void *arg)
{
    const struct command_option **at = arg;
    return (*at)->id != 0 ? (*at)++->name : NULL;
}

static int refuse(const struct reading *reading, const char *name, size_t bytes)
{
    char word[64];
    snprintf(word, sizeof word, "%.*s", (int)bytes, name);
    const struct command_option *at = reading->options;
    const char *near = nearest_word(word, next_name, &at);
    if (near != NULL)
        return usage_error(reading->command, "unknown option --%s; did you mean --%s?", word, near);
    return usage_error(reading->command, "unknown option --%s", word);
}

/* The option's value: behind '=', or the next argument. Calls fn. */
static int take(struct reading *reading, const struct command_option *option, const char *attached)
{
    const char *value = attached;
    if (option->value == NULL && attached != NULL)
        return usage_error(reading->command, "--%s takes no value", option->name);
    if (option->value != NULL && value == NULL) {
        if (reading->at + 1 >= reading->argc)
            return usage_error(reading->command, "--%s needs a value: --%s %s", option->name,
                               option->name, option->value);
        value = reading->argv[++reading->at];
    }
    return reading->fn(option->id, value, reading->arg);
}

static int take_long(struct reading *reading, const char *name)
{
    size_t bytes = strcspn(name, "=");
    for (const struct command_option *option = reading->options; option->id != 0; option++) {
        if (strlen(option->name) == bytes && memcmp(option->name, name, bytes) == 0)
            return take(reading, option, name[bytes] == '=' ? name + bytes + 1 : NULL);
    }
    return refuse(reading, name, bytes);
}

static int take_short(struct reading *reading, const char *letters)
{
    for (const struct command_option *option = reading->options; option->id != 0; option++) {
        if (option->letter == letters[0])
            return take(reading, option, letters[1] != '\0' ? letters + 1 : NULL);
    }
    return usage_error(reading->command, "unknown option -%c", letters[0]);
}

static int take_argument(struct reading *reading, bool *options_ended)
{
    const char *argument = reading->argv[reading->at];
    if (*options_ended || argument[0] != '-' || argument[1] == '\0')
        return reading->fn(0, argument, reading->arg);
    if (strcmp(argument, "--") == 0) {
        *options_ended = true;
        return 0;
    }
    return argument[1] == '-' ? take_long(reading, argument + 2)
                              : take_short(reading, argument + 1);
}

int options_parse(const struct command_option *options, int argc, char **argv, option_fn fn,
                  void *arg)
{
    struct reading reading = {.options = options,
                              .command = argv[0],
                              .argv = argv,
                              .argc = argc,
                              .at = 1,
                              .fn = fn,
                              .arg = arg};
    bool options_ended = false;
    for (; reading.at < argc; reading.at++) {
        int r = take_argument(&reading, &options_ended);
        if (r < 0)
            return r;
    }
    return 0;
}
