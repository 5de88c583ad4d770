/* Configuration: defaults, the ini file, --set; see config.h. Main thread, before anything starts.
 *
 * inih is the reader of lines; it tells neither line numbers nor lines that are too long for it, so
 * our line source counts and looks.
 */
#include "server/config.h"

#include <assert.h>
#include <errno.h>
#include <ini.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/config_table.h"

static int fail(struct config_error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static int fail(struct config_error *error, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(error->text, sizeof error->text, format, args);
    va_end(args);
    return -EINVAL;
}

void config_init(struct config *config)
{
    *config = (struct config){0};
    for (size_t i = 0; i < config_option_count; i++) {
        if (config_value_set(config, &config_options[i], config_options[i].fallback) < 0)
            abort(); /* the table contradicts itself */
    }
}

void config_done(struct config *config)
{
    for (size_t i = 0; i < config_option_count; i++)
        config_value_free(config, &config_options[i]);
}

/* where: "FILE:LINE: " or "--set ". */
static int fail_unknown(const char *where, const char *section, const char *key,
                        struct config_error *error)
{
    bool section_known = config_section_help(section) != NULL;
    const char *near =
        section_known ? config_nearest_key(section, key) : config_nearest_section(section);
    char hint[96] = "";
    if (near != NULL)
        snprintf(hint, sizeof hint, "; did you mean %s?", near);
    return fail(error, "%s%s.%s: there is no %s '%s'%s ('imgcrawl help config' lists all)", where,
                section, key, section_known ? "option" : "section", section_known ? key : section,
                hint);
}

static int fail_value(const char *where, const struct config_option *option, const char *value,
                      struct config_error *error)
{
    char allowed[160];
    return fail(error, "%s%s.%s = %s: must be %s", where, option->section, option->key, value,
                config_value_allowed(option, allowed, sizeof allowed));
}

int config_set(struct config *config, const char *assignment, struct config_error *ret_error)
{
    const char *dot = strchr(assignment, '.');
    const char *equals = strchr(assignment, '=');
    if (dot == NULL || equals == NULL || dot > equals)
        return fail(ret_error, "--set %s: must be SECTION.KEY=VALUE, such as fetch.max_attempts=5",
                    assignment);
    char section[32], key[64];
    snprintf(section, sizeof section, "%.*s", (int)(dot - assignment), assignment);
    snprintf(key, sizeof key, "%.*s", (int)(equals - dot - 1), dot + 1);
    const struct config_option *option = config_option_find(section, key);
    if (option == NULL)
        return fail_unknown("--set ", section, key, ret_error);
    if (config_value_set(config, option, equals + 1) < 0)
        return fail_value("--set ", option, equals + 1, ret_error);
    return 0;
}

int config_override(struct config *config, const char *from, const char *section, const char *key,
                    const char *value, struct config_error *ret_error)
{
    const struct config_option *option = config_option_find(section, key);
    char allowed[160];
    assert(option != NULL);
    if (config_value_set(config, option, value) == 0)
        return 0;
    return fail(ret_error, "%s %s: must be %s", from, value,
                config_value_allowed(option, allowed, sizeof allowed));
}

enum { CONFIG_OPTION_MAX = 64 };

/* The reading of one file. */
struct ini_run {
    struct config *config;
    const char *path;
    FILE *file;
    int line;
    bool line_too_long;
    bool failed;                   /* the first error is in *error */
    bool given[CONFIG_OPTION_MAX]; /* by index in the table */
    struct config_error *error;
};

/* Where inih takes its lines from: fgets that counts. */
static char *read_line(char *buffer, int bytes, void *stream)
{
    struct ini_run *run = stream;
    char *line = fgets(buffer, bytes, run->file);
    if (line == NULL)
        return NULL;
    run->line++;
    if (strchr(line, '\n') == NULL && !feof(run->file) && !run->failed) {
        run->failed = true;
        fail(run->error,
             "%s:%d: the line is longer than %d bytes; a list can go on in lines that are indented",
             run->path, run->line, bytes - 2);
    }
    return line;
}

/* A list may be given over several lines; anything else only once. */
static int take_value(struct ini_run *run, const struct config_option *option, const char *value,
                      const char *where)
{
    bool again = run->given[option - config_options];
    bool is_list = option->type == CONFIG_LIST || option->type == CONFIG_NETWORKS;
    run->given[option - config_options] = true;
    if (again && !is_list)
        return fail(run->error,
                    "%s%s.%s is given twice (an indented line goes on with the one above)", where,
                    option->section, option->key);
    int r = again ? config_value_add(run->config, option, value)
                  : config_value_set(run->config, option, value);
    return r < 0 ? fail_value(where, option, value, run->error) : 0;
}

/* inih's handler: 1 is success, 0 an error. */
static int on_value(void *user, const char *section, const char *key, const char *value)
{
    struct ini_run *run = user;
    if (run->failed)
        return 0;
    char where[256];
    snprintf(where, sizeof where, "%s:%d: ", run->path, run->line);
    const struct config_option *option = config_option_find(section, key);
    int r = option != NULL ? take_value(run, option, value, where)
                           : fail_unknown(where, section, key, run->error);
    run->failed = r < 0;
    return r == 0;
}

int config_load(struct config *config, const char *path, struct config_error *ret_error)
{
    assert(config_option_count <= CONFIG_OPTION_MAX);
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        int r = -errno;
        fail(ret_error, "%s: cannot read the configuration: %s", path, strerror(-r));
        return r;
    }
    struct ini_run run = {.config = config, .path = path, .file = file, .error = ret_error};
    int line = ini_parse_stream(read_line, &run, on_value, &run);
    bool unreadable = ferror(file) != 0;
    fclose(file);
    if (run.failed)
        return -EINVAL;
    if (unreadable)
        return fail(ret_error, "%s: cannot read the configuration", path);
    if (line != 0)
        return fail(ret_error, "%s:%d: must be [section], key = value, or a comment", path, line);
    return 0;
}

size_t config_robots_token(const char *user_agent)
{
    return strspn(user_agent, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_");
}

int config_check(const struct config *config, struct config_error *ret_error)
{
    const char *agent = config->fetch.user_agent;
    if (config_robots_token(agent) == 0)
        return fail(ret_error,
                    "fetch.user_agent = %s: must begin with a name (letters, - and _) that sites "
                    "can use in robots.txt",
                    agent);
    for (const char *c = agent; *c != '\0'; c++) {
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            return fail(ret_error, "fetch.user_agent: holds a control character");
    }
    if (config->fetch.retry_base_ms > config->fetch.retry_max_ms)
        return fail(ret_error, "fetch.retry_base_ms is above fetch.retry_max_ms");
    if (config->dns.min_ttl_s > config->dns.max_ttl_s)
        return fail(ret_error, "dns.min_ttl_s is above dns.max_ttl_s");
    return 0;
}
