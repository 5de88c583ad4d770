/* Changing the live settings of a job: in memory at once, where its crawl reads them; who asked is
 * answered when the catalog has them. See engine.h. Loop thread.
 */
#include <errno.h>
#include <stdlib.h>

#include "crawler/async/promise.h"
#include "crawler/base/log.h"
#include "crawler/base/memory.h"
#include "crawler/crawl.h"
#include "crawler/engine_private.h"

/* Settings on their way to the catalog. */
struct save {
    struct engine *engine;
    int64_t job_id;
};

/* In effect at once: the crawl reads them where they are. The texts of the others stay in place. */
static void adopt_live(struct job_settings *settings, struct job_settings *changed)
{
    char *name = settings->name;
    settings->name = changed->name;
    changed->name = name;
    settings->max_pages = changed->max_pages;
    settings->max_seconds = changed->max_seconds;
    settings->max_host_pages = changed->max_host_pages;
    settings->delay_ms = changed->delay_ms;
    settings->max_in_flight = changed->max_in_flight;
}

static struct promise *settings_saved(struct promise *settled, void *arg)
{
    struct save *save = arg;
    struct engine *engine = save->engine;
    if (promise_state_of(settled) == PROMISE_REJECTED)
        log_error("job %lld: its settings could not be saved: %s", (long long)save->job_id,
                  promise_error(settled)->message);
    engine->saves--;
    free(save);
    engine_check_stopped(engine);
    return NULL;
}

static struct promise *save_settings(struct engine *engine, const struct job *job)
{
    struct save *save = memory_new(sizeof *save);
    json_t *object = job_settings_to_json(job->settings);
    char *text = json_dumps(object, JSON_COMPACT);
    *save = (struct save){.engine = engine, .job_id = job->id};
    engine->saves++;
    struct promise *promise = catalog_calls_set_settings(&engine->catalog, job->id, text);
    json_decref(object);
    free(text);
    return promise_finally(promise, settings_saved, save);
}

static struct promise *refuse_patch(struct promise *settled, void *arg)
{
    (void)arg;
    return promise_rejected(promise_loop(settled), EBUSY, "engine", "the job has ended");
}

struct promise *engine_patch_job(struct engine *engine, int64_t job_id, const json_t *object,
                                 struct settings_error *ret_error)
{
    struct job *job = engine_find_job(engine, job_id);
    struct job_settings *changed = NULL;
    if (!job || job->deletion)
        return promise_then(catalog_calls_get(&engine->catalog, job_id), refuse_patch, NULL);
    if (job_state_is_final(job->state))
        return promise_rejected(engine->services.loop, EBUSY, "engine", "the job has ended");
    if (job_settings_patch(job->settings, object, &changed, ret_error) < 0)
        return promise_rejected(engine->services.loop, EINVAL, "engine", "%s", ret_error->detail);
    adopt_live(job->settings, changed);
    job_settings_free(changed);
    if (job->crawl)
        crawl_settings_changed(job->crawl);
    return save_settings(engine, job);
}
