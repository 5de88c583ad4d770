/* See catalog_calls.h. A call is one block: its arguments going there, its answer coming back as
 * the promise's value. */
#include "crawler/workers/catalog_calls.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/async/promise.h"
#include "crawler/base/log.h"
#include "crawler/base/memory.h"
#include "crawler/workers/store_writer.h"
#include "storage/job_store.h"

struct call {
    struct job_row row; /* first: `get` gives the call out as its row */
    struct catalog *catalog;
    char *path;     /* delete */
    char *texts[2]; /* of a host rule */
    struct robots_copy *robots;
    size_t robots_count;
    struct host_row *hosts; /* their names are owned, too */
    size_t host_count;
};

void robots_copy_init(struct robots_copy *copy, const struct robots_row *row)
{
    *copy = (struct robots_copy){.row = *row,
                                 .origin = memory_strndup(row->origin, strlen(row->origin)),
                                 .outcome = memory_strndup(row->outcome, strlen(row->outcome)),
                                 .rules = memory_strndup(row->rules, strlen(row->rules))};
    copy->row.origin = copy->origin;
    copy->row.outcome = copy->outcome;
    copy->row.rules = copy->rules;
}

void robots_copy_done(struct robots_copy *copy)
{
    free(copy->origin);
    free(copy->outcome);
    free(copy->rules);
}

static void call_free(void *value)
{
    struct call *call = value;
    job_row_done(&call->row);
    free(call->path);
    for (size_t i = 0; i < sizeof call->texts / sizeof call->texts[0]; i++)
        free(call->texts[i]);
    for (size_t i = 0; i < call->robots_count; i++)
        robots_copy_done(&call->robots[i]);
    free(call->robots);
    for (size_t i = 0; i < call->host_count; i++)
        free((char *)(uintptr_t)call->hosts[i].host);
    free(call->hosts);
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

/* All rows with one flush to the disk. */
static int save_all(struct call *call, int (*save)(const struct call *call))
{
    int rc = catalog_begin(call->catalog);
    if (rc < 0)
        return rc;
    rc = save(call);
    if (rc == 0)
        return catalog_commit(call->catalog);
    catalog_rollback(call->catalog);
    return rc;
}

static int put_robots(const struct call *call)
{
    int rc = 0;
    for (size_t i = 0; i < call->robots_count && rc == 0; i++)
        rc = catalog_put_robots(call->catalog, &call->robots[i].row);
    return rc;
}

static int save_robots_on_thread(void *arg)
{
    return save_all(arg, put_robots);
}

static int put_hosts(const struct call *call)
{
    int rc = 0;
    for (size_t i = 0; i < call->host_count && rc == 0; i++)
        rc = catalog_put_host(call->catalog, &call->hosts[i]);
    return rc;
}

static int save_hosts_on_thread(void *arg)
{
    return save_all(arg, put_hosts);
}

static int set_settings_on_thread(void *arg)
{
    struct call *call = arg;
    return catalog_set_job_settings(call->catalog, call->row.id, call->row.settings);
}

static int put_host_rule_on_thread(void *arg)
{
    struct call *call = arg;
    return call->texts[1] ? catalog_put_host_rule(call->catalog, call->texts[0], call->texts[1])
                          : catalog_delete_host_rule(call->catalog, call->texts[0]);
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

void catalog_calls_save_robots(const struct catalog_calls *calls, struct robots_copy *take_rows,
                               size_t count)
{
    static char what[] = "what was learned of robots.txt files";
    struct call *call = call_new(calls);
    call->robots = take_rows;
    call->robots_count = count;
    promise_unref(promise_catch(submit(calls, save_robots_on_thread, call), log_unsaved, what));
}

struct promise *catalog_calls_set_settings(const struct catalog_calls *calls, int64_t id,
                                           const char *settings)
{
    struct call *call = call_new(calls);
    call->row.id = id;
    call->row.settings = memory_strndup(settings, strlen(settings));
    return submit(calls, set_settings_on_thread, call);
}

struct promise *catalog_calls_put_host_rule(const struct catalog_calls *calls, const char *pattern,
                                            const char *rule)
{
    struct call *call = call_new(calls);
    keep_text(call, 0, pattern);
    if (rule)
        keep_text(call, 1, rule);
    return submit(calls, put_host_rule_on_thread, call);
}

void catalog_calls_save_hosts(const struct catalog_calls *calls, const struct host_row *rows,
                              size_t count)
{
    static char what[] = "what was learned of hosts";
    struct call *call = call_new(calls);
    call->hosts = memory_new(count * sizeof *rows);
    for (call->host_count = 0; call->host_count < count; call->host_count++) {
        const struct host_row *row = &rows[call->host_count];
        call->hosts[call->host_count] = *row;
        call->hosts[call->host_count].host = memory_strndup(row->host, strlen(row->host));
    }
    promise_unref(promise_catch(submit(calls, save_hosts_on_thread, call), log_unsaved, what));
}

/* A robots.txt that is looked for; the promise gives out the copy as its row. */
struct robots_load {
    struct robots_copy copy; /* first */
    struct catalog *catalog;
    char *origin;
};

static void robots_load_free(void *value)
{
    struct robots_load *load = value;
    robots_copy_done(&load->copy);
    free(load->origin);
    free(load);
}

static int copy_robots(const struct robots_row *row, void *arg)
{
    struct robots_load *load = arg;
    robots_copy_init(&load->copy, row);
    return 0;
}

static int load_robots_on_thread(void *arg)
{
    struct robots_load *load = arg;
    return catalog_get_robots(load->catalog, load->origin, copy_robots, load);
}

struct promise *catalog_calls_get_robots(const struct catalog_calls *calls, const char *origin)
{
    struct robots_load *load = memory_new(sizeof *load);
    load->catalog = calls->catalog;
    load->origin = memory_strndup(origin, strlen(origin));
    return store_writer_call_owned(calls->writer, load_robots_on_thread, load, robots_load_free);
}
