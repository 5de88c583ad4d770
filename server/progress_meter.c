/* See progress_meter.h. Owns its timer; borrows the board. Lines of the log come from any thread,
 * so `drawn` and the terminal belong to whoever holds the lock of stderr. */
#include "server/progress_meter.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "crawler/async/loop.h"
#include "crawler/base/log.h"
#include "server/progress.h"

enum { REDRAW_MS = 250, PLAIN_MS = 10000, COLUMNS_MAX = 200, COLUMNS_UNKNOWN = 80 };

struct progress_meter {
    struct board *board;
    int64_t job_id;
    struct loop_timer *timer;
    bool is_terminal;
    size_t drawn; /* columns on the terminal now */
};

static size_t terminal_columns(void)
{
    struct winsize size;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
        return COLUMNS_UNKNOWN;
    return size.ws_col < COLUMNS_MAX ? size.ws_col : COLUMNS_MAX;
}

/* Blanks over what was longer before: works on every terminal. The last column stays free, some
 * would begin a new line there. */
static void draw(struct progress_meter *meter, const struct board_entry *entry)
{
    char line[COLUMNS_MAX + 1];
    size_t columns = progress_line(entry, terminal_columns() - 1, line, sizeof line);
    flockfile(stderr);
    int blanks = meter->drawn > columns ? (int)(meter->drawn - columns) : 0;
    fprintf(stderr, "\r%s%*s", line, blanks, "");
    fflush(stderr);
    meter->drawn = columns;
    funlockfile(stderr);
}

static void print_plain(const struct board_entry *entry)
{
    char line[COLUMNS_MAX + 1];
    progress_line(entry, COLUMNS_MAX, line, sizeof line);
    fprintf(stderr, "imgcrawl: %s\n", line);
}

static void on_timer(void *arg)
{
    struct progress_meter *meter = arg;
    struct board_entry entry;
    if (!board_get(meter->board, meter->job_id, &entry))
        return;
    if (meter->is_terminal)
        draw(meter, &entry);
    else
        print_plain(&entry);
}

static void on_log_line(void *arg)
{
    progress_meter_clear(arg);
}

struct progress_meter *progress_meter_new(struct loop *loop, struct board *board, int64_t job_id)
{
    struct progress_meter *meter = calloc(1, sizeof *meter);
    if (meter == NULL)
        abort();
    meter->board = board;
    meter->job_id = job_id;
    meter->is_terminal = isatty(STDERR_FILENO);
    meter->timer = loop_timer_new(loop, on_timer, meter);
    loop_timer_repeat(meter->timer, meter->is_terminal ? REDRAW_MS : PLAIN_MS);
    log_on_line(on_log_line, meter);
    return meter;
}

void progress_meter_clear(struct progress_meter *meter)
{
    if (meter == NULL)
        return;
    flockfile(stderr);
    if (meter->drawn > 0) {
        fprintf(stderr, "\r%*s\r", (int)meter->drawn, "");
        fflush(stderr);
        meter->drawn = 0;
    }
    funlockfile(stderr);
}

struct progress_meter *progress_meter_free(struct progress_meter *meter)
{
    if (meter == NULL)
        return NULL;
    log_on_line(NULL, NULL);
    progress_meter_clear(meter);
    loop_timer_free(meter->timer);
    free(meter);
    return NULL;
}
