/* See catalog_calls.h. A call is one block: its arguments going there, its answer coming back as
 * the promise's value. */
#include "crawler/catalog_calls.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/async/promise.h"
#include "crawler/log.h"
#include "crawler/memory.h"
#include "crawler/store_writer.h"
#include "storage/job_store.h"

struct call {
    struct job_row row; /* first: `get` gives the call out as its row */
    struct catalog *catalog;
    char *path;     /* delete */
    char *texts[3]; /* save: what the rows below point to */
    struct robots_row robots;
    struct host_row host;
};

static void call_free(void *value)
{
    struct call *call = value;
    job_row_done(&call->row);
    free(call->path);
    for (size_t i = 0; i < sizeof call->texts / sizeof call->texts[0]; i++)
        free(call->texts[i]);
    free(call);
}

static struct call *call_new(const struct catalog_calls *calls)
{
    struct call *call = memory_new(sizeof *call);
    call->catalog = calls->catalog;
    return call;
}

static struct promise *submit(const struct catalog_calls *calls, int (*fn)(void *),
                              struct call *take_call)
{
    return store_writer_call_owned(calls->writer, fn, take_call, call_free);
}

/* Writer thread */

static int insert_on_thread(void *arg)
{
    struct call *call = arg;
    return catalog_insert_job(call->catalog, &call->row);
}

static int update_on_thread(void *arg)
{
    struct call *call = arg;
    return catalog_update_job(call->catalog, &call->row);
}

static int get_on_thread(void *arg)
{
    struct call *call = arg;
    return catalog_get_job(call->catalog, call->row.id, &call->row);
}

static int delete_on_thread(void *arg)
{
    struct call *call = arg;
    int rc = catalog_delete_job(call->catalog, call->row.id);
    return rc < 0 ? rc : job_store_remove(call->path);
}

static int save_robots_on_thread(void *arg)
{
    struct call *call = arg;
    return catalog_put_robots(call->catalog, &call->robots);
}

static int save_host_on_thread(void *arg)
{
    struct call *call = arg;
    return catalog_put_host(call->catalog, &call->host);
}

/* Loop thread */

static struct promise *give_id(struct promise *settled, void *arg)
{
    (void)arg;
    const struct call *call = promise_value(settled);
    int64_t *id = memory_new(sizeof *id);
    *id = call->row.id;
    return promise_resolved(promise_loop(settled), id, free);
}

struct promise *catalog_calls_insert(const struct catalog_calls *calls, struct job_row *take_row)
{
    struct call *call = call_new(calls);
    call->row = *take_row;
    return promise_then(submit(calls, insert_on_thread, call), give_id, NULL);
}

struct promise *catalog_calls_update(const struct catalog_calls *calls, struct job_row *take_row)
{
    struct call *call = call_new(calls);
    call->row = *take_row;
    return submit(calls, update_on_thread, call);
}

struct promise *catalog_calls_get(const struct catalog_calls *calls, int64_t id)
{
    struct call *call = call_new(calls);
    call->row.id = id;
    return submit(calls, get_on_thread, call);
}

struct promise *catalog_calls_delete(const struct catalog_calls *calls, int64_t id,
                                     const char *path)
{
    struct call *call = call_new(calls);
    call->row.id = id;
    call->path = memory_strndup(path, strlen(path));
    return submit(calls, delete_on_thread, call);
}

static struct promise *log_unsaved(struct promise *settled, void *arg)
{
    const char *what = arg;
    log_warning("%s could not be saved: %s", what, promise_error(settled)->message);
    return NULL;
}

static const char *keep_text(struct call *call, size_t i, const char *text)
{
    call->texts[i] = memory_strndup(text, strlen(text));
    return call->texts[i];
}

void catalog_calls_save_robots(const struct catalog_calls *calls, const struct robots_row *row)
{
    static char what[] = "a robots.txt";
    struct call *call = call_new(calls);
    call->robots = *row;
    call->robots.origin = keep_text(call, 0, row->origin);
    call->robots.rules = keep_text(call, 1, row->rules);
    call->robots.outcome = keep_text(call, 2, row->outcome);
    promise_unref(promise_catch(submit(calls, save_robots_on_thread, call), log_unsaved, what));
}

void catalog_calls_save_host(const struct catalog_calls *calls, const struct host_row *row)
{
    static char what[] = "a host's pause";
    struct call *call = call_new(calls);
    call->host = *row;
    call->host.host = keep_text(call, 0, row->host);
    promise_unref(promise_catch(submit(calls, save_host_on_thread, call), log_unsaved, what));
}
