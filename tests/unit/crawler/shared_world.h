/* The one world of a test program: opened before each test with the site of engine_world.h, and
 * closed after it. */
#ifndef IMGCRAWL_TESTS_SHARED_WORLD_H
#define IMGCRAWL_TESTS_SHARED_WORLD_H

#include "tests/unit/crawler/engine_world.h"

static struct world world;

static inline int open_world(void **state)
{
    int rc = make_folder(state);
    world_begin(&world, site_page);
    return rc;
}

static inline int close_world(void **state)
{
    world_end(&world);
    return remove_folder(state);
}

/* The catalog has the last word on it. */
static inline void wait_until_saved(int64_t id)
{
    while (is_on_board(&world, id))
        run_loop_for(world.loop, 1);
}

#endif
