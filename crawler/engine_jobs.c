/* The engine's jobs: creating, starting, pausing, ending. See engine.h.
 *
 * A change of a job goes: state in memory, board, then the catalog; who asked for it is answered
 * when the catalog has it. A crawl that still drains keeps its job from being started again.
 */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/async/loop.h"
#include "crawler/async/promise.h"
#include "crawler/base/clock.h"
#include "crawler/base/log.h"
#include "crawler/base/memory.h"
#include "crawler/crawl.h"
#include "crawler/data_dir.h"
#include "crawler/engine_private.h"
#include "crawler/hosts/robots_saver.h"

/* The list */

struct job *engine_find_job(const struct engine *engine, int64_t id)
{
    struct job *job = engine->jobs;
    while (job && job->id != id)
        job = job->next;
    return job;
}

static void add_job(struct engine *engine, struct job *take_job)
{
    struct job **place = &engine->jobs;
    while (*place && (*place)->id < take_job->id)
        place = &(*place)->next;
    take_job->next = *place;
    *place = take_job;
}

void engine_drop_job(struct engine *engine, struct job *job)
{
    struct job **place = &engine->jobs;
    assert(!job->crawl);
    while (*place != job)
        place = &(*place)->next;
    *place = job->next;
    board_remove(engine->board, job->id);
    job_free(job);
}

/* New jobs that are not in the list yet count, too. */
static unsigned count_queued(const struct engine *engine)
{
    unsigned count = engine->creations;
    for (const struct job *job = engine->jobs; job; job = job->next)
        count += job->state == JOB_QUEUED;
    return count;
}

bool engine_is_idle(const struct engine *engine)
{
    for (const struct job *job = engine->jobs; job; job = job->next) {
        if (job->crawl || job->deletion)
            return false;
    }
    return engine->saves == 0 && engine->creations == 0 && engine->estimate_count == 0;
}

/* Showing and saving */

static void show(struct engine *engine, const struct job *job)
{
    struct board_entry entry;
    job_show(job, &entry);
    board_put(engine->board, &entry);
}

static void tell(struct engine *engine, const struct job *job)
{
    struct board_entry entry;
    if (!engine->on_job)
        return;
    job_show(job, &entry);
    engine->on_job(&entry, engine->on_job_arg);
}

/* A save on its way; the job may be dropped meanwhile only by it. */
struct save {
    struct engine *engine;
    int64_t job_id;
};

/* Once the catalog has the last word on a job, memory forgets it. */
static struct promise *saved(struct promise *settled, void *arg)
{
    struct save *save = arg;
    struct engine *engine = save->engine;
    struct job *job = engine_find_job(engine, save->job_id);
    engine->saves--;
    if (promise_state_of(settled) == PROMISE_REJECTED)
        log_error("job %lld: its state could not be saved: %s", (long long)save->job_id,
                  promise_error(settled)->message);
    if (job && !job->crawl && !job->deletion) {
        tell(engine, job);
        if (job_state_is_final(job->state))
            engine_drop_job(engine, job);
        else
            board_remove(engine->board, job->id);
    }
    free(save);
    engine_check_stopped(engine);
    return NULL;
}

static struct promise *save_job(struct engine *engine, struct job *job)
{
    struct save *save = memory_new(sizeof *save);
    struct job_row row;
    *save = (struct save){.engine = engine, .job_id = job->id};
    engine->saves++;
    show(engine, job);
    job_to_row(job, &row);
    return promise_finally(catalog_calls_update(&engine->catalog, &row), saved, save);
}

static void set_state(struct engine *engine, struct job *job, enum job_state state,
                      const char *reason, const char *detail)
{
    job_set_state(job, state, reason, detail, clock_epoch_ms());
    log_info("job %lld: %s%s%s%s%s", (long long)job->id, job_state_name(state), *reason ? ": " : "",
             reason, *detail ? ": " : "", detail);
    show(engine, job);
    tell(engine, job);
}

/* Running */

enum { MOST_OPEN_TIMES = 8 }; /* crawls open at once, those that only wait included: max_running */

struct running {
    struct engine *engine;
    struct job *job;
};

static void crawl_changed(struct crawl *crawl, void *arg)
{
    const struct running *running = arg;
    show(running->engine, running->job);
    if (*crawl_waiting(crawl)) /* it leaves its place to another */
        engine_start_jobs(running->engine);
}

static void log_end(const struct job *job)
{
    const struct job_counts *counts = &job->counts;
    log_info("job %lld: %lld done, %lld failed, %lld skipped, %lld queued of %lld known URLs; "
             "%lld images",
             (long long)job->id, (long long)counts->by_class[OUTCOME_DONE],
             (long long)counts->by_class[OUTCOME_FAILED],
             (long long)counts->by_class[OUTCOME_SKIPPED], (long long)counts->queued,
             (long long)counts->known, (long long)counts->images);
}

static void end_cancelled(struct engine *engine, struct job *job);

/* Who cancelled it is answered when the catalog has it. */
static void save_ended(struct engine *engine, struct job *job)
{
    struct promise *cancellation = job->cancellation, *saving = save_job(engine, job);
    job->cancellation = NULL;
    if (!cancellation) {
        promise_unref(saving);
        return;
    }
    promise_follow(cancellation, saving);
    promise_unref(cancellation);
}

static void crawl_closed(struct crawl *crawl, const struct crawl_outcome *outcome, void *arg)
{
    struct running *running = arg;
    struct engine *engine = running->engine;
    struct job *job = running->job;
    free(running);
    robots_saver_flush(engine->robots_saver);
    job->counts = *crawl_counts(crawl);
    job->active_ms += crawl_running_ms(crawl);
    job->crawl = NULL;
    engine->running--;
    bool can_go_on = !job_state_is_final(outcome->state);
    /* A person may have decided otherwise while it drained: then that stands. */
    if (job->cancellation && !can_go_on)
        set_state(engine, job, JOB_CANCELLED, "user", "");
    else if (job->state == JOB_RUNNING && outcome->state != JOB_RUNNING)
        set_state(engine, job, outcome->state, outcome->reason, outcome->detail);
    log_end(job);
    crawl_free(crawl);
    if (job->deletion)
        promise_follow(job->deletion, engine_delete_now(engine, job->id, job->path));
    else if (job->cancellation && can_go_on) /* that came too late for this crawl */
        end_cancelled(engine, job);
    else
        save_ended(engine, job);
    engine_start_jobs(engine);
}

static void start_crawl(struct engine *engine, struct job *job)
{
    struct running *running = memory_new(sizeof *running);
    *running = (struct running){.engine = engine, .job = job};
    engine->running++;
    job->crawl = crawl_new(&(struct crawl_config){.services = &engine->services,
                                                  .settings = job->settings,
                                                  .policy = engine_policy_of(engine, job->settings),
                                                  .path = job->path,
                                                  .job_id = job->id,
                                                  .active_ms_before = job->active_ms,
                                                  .counts_before = &job->counts,
                                                  .on_change = crawl_changed,
                                                  .on_closed = crawl_closed,
                                                  .arg = running});
}

/* A job that only waits for its hosts' time needs no place, within bounds: its crawl is in memory.
 * When it wakes it goes on at once, whoever has started meanwhile. */
static bool has_place(const struct engine *engine)
{
    unsigned most = engine->config.max_running_jobs, busy = 0;
    for (const struct job *job = engine->jobs; job && busy < most; job = job->next)
        busy += job->crawl && !*crawl_waiting(job->crawl);
    return busy < most && engine->running < most * MOST_OPEN_TIMES;
}

static void explain_queue(struct engine *engine, struct job *job)
{
    if (*job->detail)
        return;
    snprintf(job->detail, sizeof job->detail,
             "%u jobs run already (jobs.max_running); it starts when one has ended or only waits",
             engine->config.max_running_jobs);
    show(engine, job);
}

void engine_start_jobs(struct engine *engine)
{
    bool is_full = false;
    for (struct job *job = engine->jobs; job && !engine->stopping; job = job->next) {
        if (job->state != JOB_QUEUED || job->crawl || job->deletion)
            continue;
        is_full = is_full || !has_place(engine);
        if (is_full) {
            explain_queue(engine, job);
            continue;
        }
        start_crawl(engine, job);
        set_state(engine, job, JOB_RUNNING, "", "");
        promise_unref(save_job(engine, job));
    }
}

void engine_end_crawl(struct job *job, enum job_state state, const char *reason)
{
    struct crawl_outcome outcome = {.state = state};
    snprintf(outcome.reason, sizeof outcome.reason, "%s", reason);
    crawl_end(job->crawl, &outcome);
}

void engine_interrupt_jobs(struct engine *engine)
{
    for (struct job *job = engine->jobs; job; job = job->next) {
        if (job->crawl && job->state == JOB_RUNNING && !job->cancellation)
            engine_end_crawl(job, JOB_RUNNING, "interrupted");
    }
}

void engine_cancel_visits(struct engine *engine)
{
    for (struct job *job = engine->jobs; job; job = job->next) {
        if (job->crawl)
            crawl_cancel_visits(job->crawl);
    }
}

/* Loading */

static int load_job(const struct job_row *row, void *arg)
{
    struct engine *engine = arg;
    struct job *job = NULL;
    enum job_state state;
    if (job_state_parse(row->state, &state) == 0 && job_state_is_final(state))
        return 0;
    if (job_from_row(row, engine->config.data_dir, &job) < 0) {
        log_error("job %lld: its row in the catalog is not understood and it is left alone",
                  (long long)row->id);
        return 0;
    }
    if (job_state_is_active(job->state)) /* it was interrupted, or had not begun */
        job->state = engine->resume_jobs ? JOB_QUEUED : JOB_STOPPED;
    add_job(engine, job);
    return 0;
}

int engine_load_jobs(struct engine *engine)
{
    return catalog_list_jobs(engine->catalog.catalog, &(struct job_filter){0}, load_job, engine);
}

/* Reopening */

int engine_adopt_ended(struct engine *engine, const struct job_row *row, struct job **ret_job)
{
    int rc = job_from_row(row, engine->config.data_dir, ret_job);
    if (rc == 0)
        add_job(engine, *ret_job);
    return rc;
}

struct promise *engine_reopen_job(struct engine *engine, struct job *job)
{
    set_state(engine, job, JOB_QUEUED, "", "");
    struct promise *promise = save_job(engine, job);
    engine_start_jobs(engine);
    return promise;
}

void engine_leave_ended(struct engine *engine, struct job *job)
{
    if (--job->reopenings == 0 && job_state_is_final(job->state) && !job->deletion)
        engine_drop_job(engine, job);
}

/* Creating */

struct creation {
    struct engine *engine;
    struct job_row row; /* a second copy of what goes to the catalog */
};

static struct promise *created(struct promise *settled, void *arg)
{
    struct creation *creation = arg;
    struct engine *engine = creation->engine;
    struct job *job = NULL;
    creation->row.id = *(const int64_t *)promise_value(settled);
    if (!engine_deletion_of(engine, creation->row.id) &&
        job_from_row(&creation->row, engine->config.data_dir, &job) == 0) {
        log_info("job %lld: created: %s%s", (long long)job->id, job->settings->seeds.items[0],
                 job->settings->seeds.count > 1 ? " and more" : "");
        add_job(engine, job);
        engine_start_jobs(engine);
    }
    return NULL;
}

static struct promise *creation_free(struct promise *settled, void *arg)
{
    (void)settled;
    struct creation *creation = arg;
    struct engine *engine = creation->engine;
    engine->creations--;
    job_row_done(&creation->row);
    free(creation);
    engine_check_stopped(engine);
    return NULL;
}

static void new_row(const struct job_settings *settings, int64_t now_ms, struct job_row *ret_row)
{
    json_t *object = job_settings_to_json(settings);
    *ret_row = (struct job_row){.created_ms = now_ms,
                                .state = memory_strndup("queued", 6),
                                .settings = json_dumps(object, JSON_COMPACT)};
    json_decref(object);
}

struct promise *engine_create_job(struct engine *engine, const struct job_settings *settings)
{
    if (engine->stopping)
        return promise_rejected(engine->services.loop, EAGAIN, "engine", "imgcrawl is stopping");
    if (count_queued(engine) >= engine->config.max_queued_jobs)
        return promise_rejected(engine->services.loop, EAGAIN, "engine",
                                "%u jobs are waiting already; try again when some have ended",
                                engine->config.max_queued_jobs);
    struct creation *creation = memory_new(sizeof *creation);
    struct job_row row;
    int64_t now_ms = clock_epoch_ms();
    creation->engine = engine;
    engine->creations++;
    new_row(settings, now_ms, &creation->row);
    new_row(settings, now_ms, &row);
    struct promise *inserted = catalog_calls_insert(&engine->catalog, &row);
    return promise_finally(promise_then(inserted, created, creation), creation_free, creation);
}

/* Acting */

static void pause_job(struct engine *engine, struct job *job, enum job_state state)
{
    set_state(engine, job, state, "user", "");
    if (job->crawl)
        engine_end_crawl(job, state, "user");
}

/* A job that does not run is opened once more, to skip what is left in its frontier. */
static void end_cancelled(struct engine *engine, struct job *job)
{
    if (!job->crawl)
        start_crawl(engine, job);
    engine_end_crawl(job, JOB_CANCELLED, "user");
    crawl_cancel_visits(job->crawl);
}

/* It is told to be cancelled once its numbers are the last, when the crawl has closed. */
static struct promise *cancel_job(struct engine *engine, struct job *job)
{
    job->cancellation = promise_new(engine->services.loop);
    struct promise *promise = promise_ref(job->cancellation);
    end_cancelled(engine, job);
    return promise;
}

static struct promise *act(struct engine *engine, struct job *job, enum job_action action)
{
    switch (action) {
    case JOB_CANCEL:
        return cancel_job(engine, job);
    case JOB_PAUSE:
        pause_job(engine, job, JOB_PAUSED);
        break;
    case JOB_STOP:
        pause_job(engine, job, JOB_STOPPED);
        break;
    default:
        set_state(engine, job, JOB_QUEUED, "", "");
        break;
    }
    return save_job(engine, job);
}

static struct promise *refuse(struct loop *loop, enum job_action action, const char *state)
{
    char allowed[80] = "";
    for (int i = 0; i < JOB_STATE_COUNT; i++) {
        if (job_action_allowed(action, (enum job_state)i))
            snprintf(allowed + strlen(allowed), sizeof allowed - strlen(allowed), "%s%s",
                     *allowed ? ", " : "", job_state_name((enum job_state)i));
    }
    return promise_rejected(loop, EBUSY, "engine",
                            "a job that is %s cannot %s; that is for jobs that are: %s", state,
                            job_action_name(action), allowed);
}

static struct promise *refuse_ended(struct promise *settled, void *arg)
{
    const struct job_row *row = promise_value(settled);
    enum job_action action = (enum job_action)(uintptr_t)arg;
    return refuse(promise_loop(settled), action, row->state);
}

struct promise *engine_act(struct engine *engine, int64_t job_id, enum job_action action)
{
    struct job *job = engine_find_job(engine, job_id);
    if (job && job->deletion)
        return promise_rejected(engine->services.loop, ENOENT, "engine",
                                "the job is being deleted");
    if (!job) /* it has come to its end, or there is none */
        return promise_then(catalog_calls_get(&engine->catalog, job_id), refuse_ended,
                            (void *)(uintptr_t)action);
    enum job_state state = job->cancellation ? JOB_CANCELLED : job->state;
    if (!job_action_allowed(action, state))
        return refuse(engine->services.loop, action, job_state_name(state));
    struct promise *promise = act(engine, job, action);
    engine_start_jobs(engine);
    return promise;
}
