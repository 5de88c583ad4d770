/* See robots_saver.h. */
#include "crawler/hosts/robots_saver.h"

#include <stdlib.h>

#include "crawler/async/loop.h"
#include "crawler/base/memory.h"
#include "crawler/workers/catalog_calls.h"

enum { GATHER_MS = 1000, MOST_ROWS = 4096 };

struct robots_saver {
    const struct catalog_calls *calls;
    struct loop_timer *timer;
    struct robots_copy *rows;
    size_t count, capacity;
};

void robots_saver_flush(struct robots_saver *saver)
{
    loop_timer_stop(saver->timer);
    if (saver->count == 0)
        return;
    catalog_calls_save_robots(saver->calls, saver->rows, saver->count);
    saver->rows = NULL;
    saver->count = saver->capacity = 0;
}

static void on_timer(void *arg)
{
    robots_saver_flush(arg);
}

struct robots_saver *robots_saver_new(struct loop *loop, const struct catalog_calls *calls)
{
    struct robots_saver *saver = memory_new(sizeof *saver);
    saver->calls = calls;
    saver->timer = loop_timer_new(loop, on_timer, saver);
    return saver;
}

struct robots_saver *robots_saver_free(struct robots_saver *saver)
{
    if (!saver)
        return NULL;
    robots_saver_flush(saver);
    loop_timer_free(saver->timer);
    free(saver);
    return NULL;
}

void robots_saver_add(struct robots_saver *saver, const struct robots_row *row)
{
    if (saver->count == saver->capacity) {
        saver->capacity = saver->capacity ? saver->capacity * 2 : 16;
        saver->rows = memory_resize(saver->rows, saver->capacity * sizeof *saver->rows);
    }
    if (saver->count == 0)
        loop_timer_start_in(saver->timer, GATHER_MS);
    robots_copy_init(&saver->rows[saver->count++], row);
    if (saver->count == MOST_ROWS)
        robots_saver_flush(saver);
}
