/* Reads the options of `imgcrawl crawl`. What describes the job becomes the same JSON that POST
 * /v1/jobs takes, so that both are checked in one place. */
#include "server/crawl_options.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/file_formats.h"

enum {
    OPTION_MAX_PAGES = 1,
    OPTION_MAX_DEPTH,
    OPTION_MAX_SECONDS,
    OPTION_SCOPE,
    OPTION_HOST,
    OPTION_INCLUDE,
    OPTION_EXCLUDE,
    OPTION_WITH,
    OPTION_SETTINGS,
    OPTION_OUT,
    OPTION_COMPARE,
    OPTION_DATA,
    OPTION_CONFIG,
    OPTION_SET,
    OPTION_RESUME,
    OPTION_NEW,
    OPTION_QUIET
};

const struct command_option crawl_options_table[] = {
    {OPTION_MAX_PAGES, "max-pages", 'n', "N", "visit at most N pages"},
    {OPTION_MAX_DEPTH, "max-depth", 0, "N", "follow at most N links from a URL given here"},
    {OPTION_MAX_SECONDS, "max-seconds", 0, "N", "end after N seconds"},
    {OPTION_SCOPE, "scope", 0, "SCOPE", "host (default), domain, prefix, hosts or any"},
    {OPTION_HOST, "host", 0, "HOST", "with --scope hosts: also this one; *.example.com: all below"},
    {OPTION_INCLUDE, "include", 0, "PATTERN", "only URLs that match (or another --include)"},
    {OPTION_EXCLUDE, "exclude", 0, "PATTERN", "none that matches; * is any run, re:… a regex"},
    {OPTION_WITH, "with", 'w', "SETTING=VALUE", "any setting of a job, as in POST /v1/jobs"},
    {OPTION_SETTINGS, "settings", 0, "FILE", "the settings of the job from a JSON file"},
    {OPTION_OUT, "out", 'o', "FILE",
     "write the images to FILE.csv, .jsonl, .parquet or .sqlite; - prints"},
    {OPTION_COMPARE, "compare", 0, "JOB|FILE", "compare with that crawl; exit 3 if findings rose"},
    {OPTION_DATA, "data", 'd', "DIR", "where jobs are kept (./data)"},
    {OPTION_CONFIG, "config", 'c', "FILE", "read the configuration from FILE"},
    {OPTION_SET, "set", 's', "SECTION.KEY=VALUE", "any option of 'imgcrawl help config'"},
    {OPTION_RESUME, "resume", 0, NULL, "go on with an unfinished crawl of the same URLs"},
    {OPTION_NEW, "new", 0, NULL, "begin anew even if there is an unfinished one"},
    {OPTION_QUIET, "quiet", 'q', NULL, "no progress, no summary"},
    {0, NULL, 0, NULL, NULL}};

/* The command line while it is read. */
struct reading {
    struct crawl_options *options;
    json_t *job;
    const char *settings_file; /* read last: what the command line says itself counts for more */
};

static int set_number(json_t *job, const char *member, const char *option, const char *value)
{
    if (*value == '\0' || strlen(value) > 18 || strspn(value, "0123456789") != strlen(value))
        return usage_error("crawl", "%s %s: must be a whole number", option, value);
    json_object_set_new(job, member, json_integer(strtoll(value, NULL, 10)));
    return 0;
}

static int append_text(json_t *job, const char *member, const char *value)
{
    json_t *list = json_object_get(job, member);
    if (list == NULL) {
        list = json_array();
        json_object_set_new(job, member, list);
    }
    if (json_array_append_new(list, json_string(value)) < 0)
        return usage_error("crawl", "an argument is not valid UTF-8");
    return 0;
}

/* RFC 3986 section 3.1, and the slashes: "localhost:8080" is a host, not a scheme. */
static bool has_scheme(const char *url)
{
    size_t letters =
        strspn(url, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-.");
    return letters > 0 && strncmp(url + letters, "://", 3) == 0;
}

static int add_seed(json_t *job, const char *operand)
{
    if (has_scheme(operand))
        return append_text(job, "seeds", operand);
    char *url = NULL;
    if (asprintf(&url, "http://%s", operand) < 0)
        abort();
    fprintf(stderr, "imgcrawl: taking %s as %s\n", operand, url);
    int r = append_text(job, "seeds", url);
    free(url);
    return r;
}

/* A value is JSON where it can be read as such, else a text: sitemaps=off, cookies=false. */
static int set_member(json_t *job, const char *argument)
{
    const char *equals = strchr(argument, '=');
    if (equals == NULL || equals == argument)
        return usage_error("crawl", "--with %s: write SETTING=VALUE, as in --with sitemaps=off",
                           argument);
    char *member = strndup(argument, (size_t)(equals - argument));
    if (member == NULL)
        abort();
    json_t *value = json_loads(equals + 1, JSON_DECODE_ANY, NULL);
    if (value == NULL)
        value = json_string(equals + 1);
    int r = json_object_set_new(job, member, value);
    free(member);
    return r < 0 ? usage_error("crawl", "--with: an argument is not valid UTF-8") : 0;
}

static int read_settings_file(json_t *job, const char *path)
{
    json_error_t error;
    json_t *object = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (!json_is_object(object)) {
        if (object != NULL)
            snprintf(error.text, sizeof error.text, "it holds no JSON object");
        json_decref(object);
        return usage_error("crawl", "--settings %s: %s", path, error.text);
    }
    json_object_update_missing(job, object);
    json_decref(object);
    return 0;
}

static int set_out(struct crawl_options *options, const char *path)
{
    options->format =
        strcmp(path, "-") == 0 ? &file_formats[FILE_JSONL] : file_format_of_path(path);
    if (options->format == NULL)
        return usage_error("crawl", "--out %s: the name must end in .%s, or be -", path,
                           file_format_names());
    options->out = path;
    return 0;
}

static int set_earlier(struct crawl_options *options, enum crawl_earlier earlier)
{
    if (options->earlier != CRAWL_ASK && options->earlier != earlier)
        return usage_error("crawl", "--resume and --new exclude each other");
    options->earlier = earlier;
    return 0;
}

/* What is about the job. -ENOENT: it is not. */
static int take_job_option(json_t *job, int id, const char *value)
{
    switch (id) {
    case 0:
        return add_seed(job, value);
    case OPTION_MAX_PAGES:
        return set_number(job, "max_pages", "--max-pages", value);
    case OPTION_MAX_DEPTH:
        return set_number(job, "max_depth", "--max-depth", value);
    case OPTION_MAX_SECONDS:
        return set_number(job, "max_seconds", "--max-seconds", value);
    case OPTION_SCOPE:
        json_object_set_new(job, "scope", json_string(value));
        return 0;
    case OPTION_HOST:
        return append_text(job, "hosts", value);
    case OPTION_INCLUDE:
        return append_text(job, "include", value);
    case OPTION_EXCLUDE:
        return append_text(job, "exclude", value);
    case OPTION_WITH:
        return set_member(job, value);
    default:
        return -ENOENT;
    }
}

static int take_run_option(struct crawl_options *options, int id, const char *value)
{
    switch (id) {
    case OPTION_OUT:
        return set_out(options, value);
    case OPTION_COMPARE:
        options->compare = value;
        break;
    case OPTION_RESUME:
        return set_earlier(options, CRAWL_RESUME);
    case OPTION_NEW:
        return set_earlier(options, CRAWL_NEW);
    case OPTION_QUIET:
        options->quiet = true;
        break;
    case OPTION_CONFIG:
        options->config.file = value;
        break;
    case OPTION_DATA:
        config_arguments_add(&options->config,
                             &(struct config_argument){"--data", "data", "dir", value});
        break;
    default: /* --set */
        config_arguments_add(&options->config,
                             &(struct config_argument){"--set", NULL, NULL, value});
        break;
    }
    return 0;
}

static int take_option(int id, const char *value, void *arg)
{
    struct reading *reading = arg;
    if (id == OPTION_SETTINGS) {
        reading->settings_file = value;
        return 0;
    }
    int r = take_job_option(reading->job, id, value);
    return r == -ENOENT ? take_run_option(reading->options, id, value) : r;
}

static bool is_option(const char *name)
{
    const struct command_option *option = crawl_options_table;
    while (option->id != 0 && strcmp(option->name, name) != 0)
        option++;
    return option->id != 0;
}

/* "/max_pages" is --max-pages here, "/cookies" --with cookies; "/seeds/0" is the URL itself. */
static int refuse(const json_t *job, const struct settings_error *error)
{
    const char *member = error->pointer + 1;
    if (strncmp(member, "seeds/", 6) == 0) {
        const json_t *seeds = json_object_get(job, "seeds");
        const json_t *seed = json_array_get(seeds, strtoul(member + 6, NULL, 10));
        return usage_error("crawl", "%s: %s", json_string_value(seed), error->detail);
    }
    char option[sizeof error->pointer];
    snprintf(option, sizeof option, "%.*s", (int)strcspn(member, "/"), member);
    if (strcmp(option, "hosts") == 0)
        return usage_error("crawl", "--host: %s", error->detail);
    for (char *underscore; (underscore = strchr(option, '_')) != NULL;)
        *underscore = '-';
    if (is_option(option))
        return usage_error("crawl", "--%s: %s", option, error->detail);
    return usage_error("crawl", "--with %s: %s", member, error->detail);
}

static int check(struct reading *reading)
{
    struct settings_error error;
    if (json_object_get(reading->job, "seeds") == NULL)
        return usage_error("crawl", "which URL?");
    int r = job_settings_from_json(reading->job, &reading->options->settings, &error);
    return r < 0 ? refuse(reading->job, &error) : 0;
}

int crawl_options_parse(int argc, char **argv, struct crawl_options *ret_options)
{
    struct crawl_options options = {0};
    struct reading reading = {.options = &options, .job = json_object()};
    int r = options_parse(crawl_options_table, argc, argv, take_option, &reading);
    if (r == 0 && reading.settings_file != NULL)
        r = read_settings_file(reading.job, reading.settings_file);
    if (r == 0)
        r = check(&reading);
    json_decref(reading.job);
    if (r < 0) {
        crawl_options_done(&options);
        return r;
    }
    *ret_options = options;
    return 0;
}

void crawl_options_done(struct crawl_options *options)
{
    options->settings = job_settings_free(options->settings);
    config_arguments_done(&options->config);
}
