/* See cli_report.h. A file is written whole or not at all: as FILE.part, which is then renamed. */
#include "server/cli_report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/config_arguments.h"
#include "server/job_argument.h"
#include "server/report.h"
#include "storage/job_query.h"

enum { OPTION_FORMAT = 1, OPTION_OUT, OPTION_DATA, OPTION_CONFIG };

const struct command_option cli_report_options[] = {
    {OPTION_FORMAT, "format", 'f', "FORMAT", "html (default), junit or sarif"},
    {OPTION_OUT, "out", 'o', "FILE", "write it to FILE; without it, or as -, it is printed"},
    {OPTION_DATA, "data", 'd', "DIR", "where jobs are kept (./data)"},
    {OPTION_CONFIG, "config", 'c', "FILE", "read the configuration from FILE"},
    {0, NULL, 0, NULL, NULL}};

struct report_options {
    struct config_arguments config;
    const char *job, *out;
    enum report_format format;
};

static int take_job(struct report_options *options, const char *value)
{
    if (options->job != NULL)
        return usage_error("report", "one job at a time; %s is too many", value);
    options->job = value;
    return 0;
}

static int take_option(int id, const char *value, void *arg)
{
    struct report_options *options = arg;
    switch (id) {
    case 0:
        return take_job(options, value);
    case OPTION_FORMAT:
        return report_format_parse(value, &options->format) < 0
                   ? usage_error("report", "--format %s: must be html, junit or sarif", value)
                   : 0;
    case OPTION_OUT:
        options->out = value;
        return 0;
    case OPTION_CONFIG:
        options->config.file = value;
        return 0;
    default: /* --data */
        config_arguments_add(&options->config,
                             &(struct config_argument){"--data", "data", "dir", value});
        return 0;
    }
}

static int write_part(const struct report_options *options, const char *job_path, const char *part)
{
    FILE *out = fopen(part, "we");
    if (out == NULL)
        return -errno;
    int r = report_write(job_path, options->format, out);
    if (fclose(out) != 0 && r == 0)
        r = -errno;
    if (r == 0 && rename(part, options->out) < 0)
        r = -errno;
    if (r < 0)
        remove(part);
    return r;
}

static int write_file(const struct report_options *options, const char *job_path)
{
    char *part = NULL;
    if (asprintf(&part, "%s.part", options->out) < 0)
        abort();
    int r = write_part(options, job_path, part);
    if (r < 0)
        fprintf(stderr, "imgcrawl: cannot write %s: %s\n", options->out, strerror(-r));
    free(part);
    return r;
}

static int print(const struct report_options *options, const char *job_path)
{
    int r = report_write(job_path, options->format, stdout);
    if (r < 0)
        fprintf(stderr, "imgcrawl: cannot write the report: %s\n", strerror(-r));
    return r;
}

/* What is wrong with the job is said as such, not as a file that could not be written. */
static int check_job(const struct report_options *options, const char *job_path,
                     const char *data_dir)
{
    struct job_reader *reader = NULL;
    int r = job_reader_open(job_path, &reader);
    job_reader_free(reader);
    return r < 0 ? job_argument_refuse(options->job, data_dir, r) : 0;
}

static int run_report(const struct report_options *options, const char *data_dir)
{
    char *job_path = job_argument_path(options->job, data_dir);
    bool is_file = options->out != NULL && strcmp(options->out, "-") != 0;
    int r = check_job(options, job_path, data_dir);
    if (r == 0 && is_file && job_argument_is_overwritten(job_path, options->out))
        r = -EEXIST;
    if (r == 0)
        r = is_file ? write_file(options, job_path) : print(options, job_path);
    free(job_path);
    return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

int cli_report(int argc, char **argv)
{
    struct report_options options = {.format = REPORT_HTML};
    struct config config;
    int status = EXIT_USAGE;
    int r = options_parse(cli_report_options, argc, argv, take_option, &options);
    if (r == 0 && options.job == NULL)
        r = usage_error("report", "which job? Name it by its number or its file");
    if (r == 0 && config_arguments_apply(&options.config, &config) == 0) {
        status = run_report(&options, config.data.dir);
        config_done(&config);
    }
    config_arguments_done(&options.config);
    return status;
}
