/* See log.h. A line is composed in one buffer and written with one write(2), so lines of several
 * threads never mix. The lock of stderr is held meanwhile: it guards on_line too. */
#include "crawler/base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LINE_BYTES = 2048 };

static const struct {
    const char *name;
    const char *syslog_prefix; /* sd-daemon(3) */
} levels[LOG_LEVEL_COUNT] = {
    [LOG_LEVEL_ERROR] = {"error", "<3>"},
    [LOG_LEVEL_WARNING] = {"warning", "<4>"},
    [LOG_LEVEL_INFO] = {"info", "<6>"},
    [LOG_LEVEL_DEBUG] = {"debug", "<7>"},
};

static _Atomic enum log_level threshold = LOG_LEVEL_INFO;

static struct {
    void (*call)(void *arg);
    void *arg;
} on_line;

int log_level_parse(const char *name, enum log_level *ret_level)
{
    for (int i = 0; i < LOG_LEVEL_COUNT; i++) {
        if (strcmp(levels[i].name, name) == 0) {
            *ret_level = (enum log_level)i;
            return 0;
        }
    }
    return -EINVAL;
}

void log_set_level(enum log_level level)
{
    threshold = level;
}

void log_on_line(void (*call)(void *arg), void *arg)
{
    flockfile(stderr);
    on_line.call = call;
    on_line.arg = arg;
    funlockfile(stderr);
}

/* The journal stamps its lines itself; a terminal or a file wants the time and the level's name. */
static int write_prefix(char *line, size_t bytes, enum log_level level)
{
    if (getenv("JOURNAL_STREAM"))
        return snprintf(line, bytes, "%s", levels[level].syslog_prefix);
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    struct tm utc;
    gmtime_r(&now.tv_sec, &utc);
    size_t used = strftime(line, bytes, "%Y-%m-%dT%H:%M:%S", &utc);
    return (int)used + snprintf(line + used, bytes - used, ".%03ldZ %s: ", now.tv_nsec / 1000000,
                                levels[level].name);
}

/* What a remote site says may stand in a line; control characters would let it forge others. */
static void blank_controls(char *text)
{
    for (unsigned char *c = (unsigned char *)text; *c; c++) {
        if (*c < 0x20 || *c == 0x7f)
            *c = ' ';
    }
}

static void write_line(const char *line, size_t bytes)
{
    flockfile(stderr);
    if (on_line.call)
        on_line.call(on_line.arg);
    ssize_t written = write(STDERR_FILENO, line, bytes);
    (void)written; /* nowhere left to say so */
    funlockfile(stderr);
}

void log_line(enum log_level level, const char *format, ...)
{
    if (level > threshold)
        return;
    char line[LINE_BYTES];
    int used = write_prefix(line, sizeof line, level);
    va_list args;
    va_start(args, format);
    int text = vsnprintf(line + used, sizeof line - (size_t)used - 1, format, args);
    va_end(args);
    if (text < 0)
        return;
    blank_controls(line + used);
    size_t length = strlen(line);
    line[length] = '\n';
    write_line(line, length + 1);
}
