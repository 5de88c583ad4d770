/* Help on standard output, drawn from the tables of commands, options and configuration. */
#include "server/cli_help.h"

#include <stdio.h>
#include <string.h>

#include "server/config_help.h"

static void print_option(const struct command_option *option)
{
    char left[40];
    snprintf(left, sizeof left, "--%s%s%s", option->name, option->value != NULL ? " " : "",
             option->value != NULL ? option->value : "");
    printf("  %-22s  %s\n", left, option->help);
}

void cli_help_command(const struct command *command)
{
    printf("imgcrawl %s %s\n\n%s\n", command->name, command->operands, command->text);
    if (command->options == NULL)
        return;
    fputs("\nOptions:\n", stdout);
    for (const struct command_option *option = command->options; option->id != 0; option++)
        print_option(option);
}

void cli_help_program(void)
{
    fputs("imgcrawl finds every image that a web site shows, with its alt text and context.\n\n",
          stdout);
    for (const struct command *command = commands; command->name != NULL; command++)
        printf("  imgcrawl %-8s %s\n", command->name, command->summary);
    fputs("\nimgcrawl help COMMAND tells more; imgcrawl help config lists the configuration;\n"
          "imgcrawl --version says which version this is.\n",
          stdout);
}

int cli_unknown_command(const char *name)
{
    const char *near = command_nearest(name);
    if (near != NULL)
        usage_error(NULL, "there is no command '%s'; did you mean '%s'?", name, near);
    else
        usage_error(NULL, "there is no command '%s'", name);
    return EXIT_USAGE;
}

static int help_config(int argc, char **argv)
{
    const char *form = argc > 2 ? argv[2] : "";
    if (strcmp(form, "--ini") == 0)
        config_help_ini(stdout);
    else if (strcmp(form, "--man") == 0)
        config_help_man(stdout);
    else if (*form == '\0')
        config_help_print(stdout);
    else if (usage_error("help", "config can be printed --ini or --man, not %s", form) < 0)
        return EXIT_USAGE;
    return 0;
}

int cli_help(int argc, char **argv)
{
    if (argc < 2) {
        cli_help_program();
        return 0;
    }
    if (strcmp(argv[1], "config") == 0)
        return help_config(argc, argv);
    const struct command *command = command_find(argv[1]);
    if (command == NULL)
        return cli_unknown_command(argv[1]);
    cli_help_command(command);
    return 0;
}
