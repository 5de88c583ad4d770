/* See cli_export.h. Opens the job's file for reading only, beside whoever crawls or serves; neither
 * the engine nor the lock of the data directory is needed.
 */
#include "server/cli_export.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/config_arguments.h"
#include "server/export_file.h"
#include "server/human.h"
#include "server/job_argument.h"
#include "storage/job_query.h"

enum {
    OPTION_FORMAT = 1,
    OPTION_OUT,
    OPTION_PROFILE,
    OPTION_DATA,
    OPTION_CONFIG,
    OPTION_SET,
    OPTION_QUIET
};

const struct command_option cli_export_options[] = {
    {OPTION_FORMAT, "format", 'f', "FORMAT", "csv, jsonl, parquet or sqlite; else as FILE ends"},
    {OPTION_OUT, "out", 'o', "FILE", "the file to write; - or none: standard output"},
    {OPTION_PROFILE, "profile", 'p', "PROFILE", "inventory (every occurrence) or dataset"},
    {OPTION_DATA, "data", 'd', "DIR", "where jobs are kept (./data)"},
    {OPTION_CONFIG, "config", 'c', "FILE", "read the configuration from FILE"},
    {OPTION_SET, "set", 's', "SECTION.KEY=VALUE", "any option of 'imgcrawl help config'"},
    {OPTION_QUIET, "quiet", 'q', NULL, "say nothing but what goes wrong"},
    {0, NULL, 0, NULL, NULL}};

struct export_options {
    const char *job; /* a number or a path */
    const char *out;
    const struct file_format *format;
    enum export_profile profile;
    bool has_profile, quiet;
    struct config_arguments config;
};

/* ---- the command line ---- */

static int set_job(struct export_options *options, const char *operand)
{
    if (options->job != NULL)
        return usage_error("export", "one job at a time: %s or %s?", options->job, operand);
    options->job = operand;
    return 0;
}

static int set_format(struct export_options *options, const char *name)
{
    options->format = file_format_find(name);
    if (options->format == NULL)
        return usage_error("export", "--format %s: must be %s", name, file_format_names());
    return 0;
}

static int set_profile(struct export_options *options, const char *name)
{
    if (export_profile_find(name, &options->profile) < 0)
        return usage_error("export", "--profile %s: must be inventory or dataset", name);
    options->has_profile = true;
    return 0;
}

static int take_option(int id, const char *value, void *arg)
{
    struct export_options *options = arg;
    switch (id) {
    case 0:
        return set_job(options, value);
    case OPTION_FORMAT:
        return set_format(options, value);
    case OPTION_PROFILE:
        return set_profile(options, value);
    case OPTION_OUT:
        options->out = value;
        return 0;
    case OPTION_QUIET:
        options->quiet = true;
        return 0;
    case OPTION_CONFIG:
        options->config.file = value;
        return 0;
    case OPTION_DATA:
        config_arguments_add(&options->config,
                             &(struct config_argument){"--data", "data", "dir", value});
        return 0;
    default: /* --set */
        config_arguments_add(&options->config,
                             &(struct config_argument){"--set", NULL, NULL, value});
        return 0;
    }
}

static bool is_to_stdout(const struct export_options *options)
{
    return strcmp(options->out, "-") == 0;
}

/* What is said by not being said; what contradicts itself. */
static int complete(struct export_options *options)
{
    if (options->job == NULL)
        return usage_error("export", "which job? Name its number, or its file");
    if (options->out == NULL)
        options->out = "-";
    if (options->format == NULL)
        options->format =
            is_to_stdout(options) ? &file_formats[FILE_JSONL] : file_format_of_path(options->out);
    if (options->format == NULL)
        return usage_error("export", "--out %s: which format? Name it with --format: %s",
                           options->out, file_format_names());
    if (options->has_profile && !options->format->has_rows)
        return usage_error("export",
                           "--profile: %s is the job's file as it is; take another format",
                           options->format->name);
    if (is_to_stdout(options) && !options->format->has_rows)
        return usage_error("export", "%s needs a file: name one with --out FILE",
                           options->format->name);
    if (is_to_stdout(options) && !options->format->is_text && isatty(STDOUT_FILENO))
        return usage_error("export", "%s is not for a terminal: name a file with --out FILE",
                           options->format->name);
    return 0;
}

/* ---- the job ---- */

/* SQLite would say of most of these only that it cannot open the file. */
static int check_job(const struct export_options *options, const struct config *config,
                     const char *path)
{
    struct stat status;
    if (stat(path, &status) == 0 && !S_ISDIR(status.st_mode) && access(path, R_OK) == 0)
        return 0;
    int error = errno == 0 ? EISDIR : errno;
    if (error == ENOENT && job_argument_is_number(options->job))
        fprintf(stderr,
                "imgcrawl: there is no job %s in %s; name its directory with --data DIR, or the "
                "job's file itself\n",
                options->job, config->data.dir);
    else
        fprintf(stderr, "imgcrawl: cannot read %s: %s; name a job's number, or its file\n", path,
                strerror(error));
    return -error;
}

/* What is wrong with it, before a file is begun. */
static int try_job(const char *path)
{
    struct job_reader *reader = NULL;
    int r = job_reader_open(path, &reader);
    job_reader_free(reader);
    if (r == 0)
        return 0;
    if (r == -EILSEQ || r == -ENOENT)
        fprintf(stderr,
                "imgcrawl: cannot read %s: it is no job's file, or one of a newer imgcrawl; name a "
                "job's number, or its file\n",
                path);
    else if (r == -EACCES || r == -EROFS || r == -EPERM)
        fprintf(stderr,
                "imgcrawl: cannot read %s: %s; make its directory writable for this user, because "
                "two files stand beside it while it is read, or copy it elsewhere\n",
                path, strerror(-r));
    else
        fprintf(stderr, "imgcrawl: cannot read %s: %s; try again, or name another file\n", path,
                strerror(-r));
    return r;
}

static void tell(const struct export_options *options, int64_t rows)
{
    struct stat status;
    if (options->quiet || is_to_stdout(options) || stat(options->out, &status) < 0)
        return;
    fprintf(stderr, "imgcrawl: wrote %s: %s %s, %s bytes of %s\n", options->out,
            human_count(rows).text, rows == 1 ? "row" : "rows",
            human_count((int64_t)status.st_size).text, options->format->name);
}

static int run(const struct export_options *options, const struct config *config)
{
    int64_t rows = 0;
    char *path = job_argument_path(options->job, config->data.dir);
    errno = 0;
    int r = check_job(options, config, path);
    if (r == 0)
        r = try_job(path);
    if (r == 0 && !is_to_stdout(options) && job_argument_is_overwritten(path, options->out))
        r = -EEXIST;
    if (r == 0)
        r = export_file_check(options->out);
    if (r == 0)
        r = export_file_write(path, options->format, options->profile, options->out, &rows);
    if (r == 0)
        tell(options, rows);
    free(path);
    return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

int cli_export(int argc, char **argv)
{
    struct export_options options = {.profile = EXPORT_INVENTORY};
    struct config config;
    int status = EXIT_USAGE;
    if (options_parse(cli_export_options, argc, argv, take_option, &options) == 0 &&
        complete(&options) == 0 && config_arguments_apply(&options.config, &config) == 0) {
        status = run(&options, &config);
        config_done(&config);
    }
    config_arguments_done(&options.config);
    return status;
}
