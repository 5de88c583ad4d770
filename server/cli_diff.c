/* See cli_diff.h. */
#include "server/cli_diff.h"

#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/config_arguments.h"
#include "server/diff_print.h"
#include "server/diff_view.h"
#include "server/job_argument.h"
#include "storage/job_diff.h"

enum { OPTION_JSON = 1, OPTION_CHECK, OPTION_DATA, OPTION_CONFIG };

const struct command_option cli_diff_options[] = {
    {OPTION_JSON, "json", 0, NULL, "print JSON lines: a summary, then each change"},
    {OPTION_CHECK, "check", 0, NULL, "exit with 3 when errors or warnings rose"},
    {OPTION_DATA, "data", 'd', "DIR", "where jobs are kept (./data)"},
    {OPTION_CONFIG, "config", 'c', "FILE", "read the configuration from FILE"},
    {0, NULL, 0, NULL, NULL}};

struct diff_options {
    struct config_arguments config;
    const char *older, *newer;
    bool json, check;
};

static int take_operand(struct diff_options *options, const char *value)
{
    if (options->newer != NULL)
        return usage_error("diff",
                           "two crawls are compared, the older and the newer; %s is too "
                           "many",
                           value);
    *(options->older == NULL ? &options->older : &options->newer) = value;
    return 0;
}

static int take_option(int id, const char *value, void *arg)
{
    struct diff_options *options = arg;
    switch (id) {
    case 0:
        return take_operand(options, value);
    case OPTION_JSON:
        options->json = true;
        break;
    case OPTION_CHECK:
        options->check = true;
        break;
    case OPTION_CONFIG:
        options->config.file = value;
        break;
    default: /* --data */
        config_arguments_add(&options->config,
                             &(struct config_argument){"--data", "data", "dir", value});
        break;
    }
    return 0;
}

int cli_diff_open(const char *older, const char *newer, const char *data_dir,
                  struct job_diff **ret_diff)
{
    char *older_path = job_argument_path(older, data_dir);
    char *newer_path = job_argument_path(newer, data_dir);
    enum diff_side failed = DIFF_OLDER;
    int r = job_diff_open(older_path, newer_path, ret_diff, &failed);
    if (r < 0)
        job_argument_refuse(failed == DIFF_OLDER ? older : newer, data_dir, r);
    free(older_path);
    free(newer_path);
    return r;
}

static int print_line(const struct diff_row *row, void *arg)
{
    json_t *view = diff_row_view(row);
    json_dumpf(view, arg, JSON_COMPACT);
    fputc('\n', arg);
    json_decref(view);
    return 0;
}

static int print_json(struct job_diff *diff, const struct diff_summary *summary)
{
    json_t *view = diff_summary_view(diff, summary);
    json_dumpf(view, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(view);
    return job_diff_walk_all(diff, print_line, stdout);
}

static int run_diff(const struct diff_options *options, const char *data_dir)
{
    struct job_diff *diff = NULL;
    struct diff_summary summary;
    if (cli_diff_open(options->older, options->newer, data_dir, &diff) < 0)
        return EXIT_FAILURE;
    int r = job_diff_sum(diff, &summary);
    if (r == 0)
        r = options->json ? print_json(diff, &summary) : diff_print(diff, &summary, stdout);
    bool rose = r == 0 && options->check && diff_findings_rose(diff, &summary);
    bool blind = r == 0 && options->check && !diff_has_findings(diff);
    if (r == 0 && (fflush(stdout) != 0 || ferror(stdout)))
        r = -EIO;
    if (r < 0)
        fprintf(stderr, "imgcrawl: cannot compare: %s\n", strerror(-r));
    else if (blind)
        fputs("imgcrawl: --check: findings cannot be compared\n", stderr);
    job_diff_free(diff);
    return r < 0 || blind ? EXIT_FAILURE : rose ? EXIT_FINDINGS_ROSE : EXIT_SUCCESS;
}

int cli_diff(int argc, char **argv)
{
    struct diff_options options = {0};
    struct config config;
    int status = EXIT_USAGE;
    int r = options_parse(cli_diff_options, argc, argv, take_option, &options);
    if (r == 0 && options.newer == NULL)
        r = usage_error("diff", "which two crawls? Name the older and the newer, each by its "
                                "number or its file");
    if (r == 0 && config_arguments_apply(&options.config, &config) == 0) {
        status = run_diff(&options, config.data.dir);
        config_done(&config);
    }
    config_arguments_done(&options.config);
    return status;
}
