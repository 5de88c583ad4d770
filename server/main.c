/* imgcrawl: where the program starts. Finds the command and hands over to it.
 *
 * The same binary is also the parse process: the pool executes it again as `imgcrawl
 * parse-process`, a command that help does not list.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "crawler/workers/parse_process.h"
#include "server/cli_help.h"
#include "server/commands.h"

static bool is_one_of(const char *word, const char *a, const char *b)
{
    return strcmp(word, a) == 0 || strcmp(word, b) == 0;
}

static bool wants_help(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (is_one_of(argv[i], "--help", "-h"))
            return true;
    }
    return false;
}

static int run_command(int argc, char **argv)
{
    const struct command *command = command_find(argv[0]);
    if (command == NULL)
        return cli_unknown_command(argv[0]);
    if (wants_help(argc, argv)) {
        cli_help_command(command);
        return 0;
    }
    return command->main(argc, argv);
}

static int print_version(void)
{
    puts("imgcrawl " IMGCRAWL_VERSION);
    return 0;
}

static int run_program_option(const char *option)
{
    if (is_one_of(option, "--version", "-V"))
        return print_version();
    if (is_one_of(option, "--help", "-h")) {
        cli_help_program();
        return 0;
    }
    usage_error(NULL, "unknown option %s", option);
    return EXIT_USAGE;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        usage_error(NULL, "which command? 'imgcrawl serve' or 'imgcrawl crawl URL'");
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "parse-process") == 0)
        return parse_process_main(argc, argv);
    if (argv[1][0] == '-')
        return run_program_option(argv[1]);
    return run_command(argc - 1, argv + 1);
}
