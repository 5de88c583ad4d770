/* What the jobs of the engine share of their probes: the cache of what images are,
 * DATA/probes.sqlite (storage/probe_cache.h), and which of them are being asked for. Loop thread,
 * but for the cache, which is the writer thread's from the first job on. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/base/log.h"
#include "crawler/engine_private.h"
#include "crawler/probe/probe_shared.h"
#include "storage/probe_cache.h"

enum { MOST_ROWS = 2000000 };

/* Without it each job asks for itself, which is no reason not to start. */
void engine_open_probes(struct engine *engine)
{
    char *path = NULL;
    const char *reason = NULL;
    engine->services.probe_shared = probe_shared_new();
    if (asprintf(&path, "%s/probes.sqlite", engine->config.data_dir) < 0)
        abort();
    int rc = probe_cache_open(path, MOST_ROWS, &engine->services.probe_cache, &reason);
    if (rc < 0)
        log_warning(
            "%s cannot be used: %s; what was learned of images is not kept. Remove it while "
            "nothing runs",
            path, reason ? reason : strerror(-rc));
    free(path);
}

void engine_close_probes(struct engine *engine)
{
    engine->services.probe_cache = probe_cache_free(engine->services.probe_cache);
    engine->services.probe_shared = probe_shared_free(engine->services.probe_shared);
}
