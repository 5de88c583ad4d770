/* One crawl in the terminal. The main thread is the loop's: it opens the engine on the data
 * directory, begins or resumes one job, lets the loop run until the job is no longer active, closes
 * the engine, and only then reads the job's file for the export and prints the summary.
 *
 * The first Ctrl-C asks the engine to stop the job: pages in flight are finished, the rest stays in
 * the frontier. The second ends the process; what was stored stays stored.
 */
#include "server/cli_crawl.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crawler/async/loop.h"
#include "crawler/async/promise.h"
#include "crawler/base/log.h"
#include "server/crawl_compare.h"
#include "server/crawl_earlier.h"
#include "server/crawl_networks.h"
#include "server/crawl_options.h"
#include "server/crawl_summary.h"
#include "server/export_file.h"
#include "server/progress_meter.h"
#include "server/startup.h"

struct crawl_run {
    const struct crawl_options *options;
    const struct config *config;
    struct engine_setup setup;
    struct loop *loop;
    struct engine *engine;
    struct progress_meter *meter;
    int64_t job_id;            /* 0 until it is on disk */
    struct promise *beginning; /* create or resume */
    struct promise *stopping;  /* the engine's answer to the first Ctrl-C */
    struct promise *indexing;  /* of the job that has ended */
    struct promise *closing;   /* engine_shutdown; set once that is done */
    bool interrupted, failed;
    struct board_entry last; /* the job as it ended */
};

/* ---- the end ---- */

static struct promise *on_closed(struct promise *settled, void *arg)
{
    struct crawl_run *run = arg;
    run->meter = progress_meter_free(run->meter);
    if (promise_state_of(settled) == PROMISE_REJECTED) {
        fprintf(stderr, "imgcrawl: %s\n", promise_error(settled)->message);
        run->failed = true;
    }
    loop_stop(run->loop);
    return NULL;
}

static void close_engine(void *arg)
{
    struct crawl_run *run = arg;
    if (run->closing != NULL)
        return;
    int64_t grace_ms = run->config->server.shutdown_seconds * 1000;
    run->closing = promise_finally(engine_shutdown(run->engine, grace_ms), on_closed, run);
}

static struct promise *on_indexed(struct promise *settled, void *arg)
{
    (void)settled; /* what hindered it is in the log; the pages are stored all the same */
    close_engine(arg);
    return NULL;
}

/* A job that can go on is indexed when it has come to its end. */
static void index_job(void *arg)
{
    struct crawl_run *run = arg;
    if (!job_state_is_final(run->last.state) || run->interrupted)
        close_engine(run);
    else if (run->indexing == NULL)
        run->indexing =
            promise_finally(engine_index_job(run->engine, run->job_id), on_indexed, run);
}

/* Told when the job leaves the active states, and once more with its last numbers when it is saved.
 * The engine is in the middle of telling: it is closed on the next turn. */
static void on_job(const struct board_entry *entry, void *arg)
{
    struct crawl_run *run = arg;
    if (entry->job_id != run->job_id || job_state_is_active(entry->state))
        return;
    run->last = *entry;
    loop_call_soon(run->loop, index_job, run);
}

/* ---- Ctrl-C ---- */

static struct promise *on_stop_answered(struct promise *settled, void *arg)
{
    struct crawl_run *run = arg;
    if (promise_state_of(settled) == PROMISE_REJECTED)
        log_debug("stop: %s", promise_error(settled)->message); /* it had ended by itself */
    (void)run;
    return NULL;
}

static void ask_to_stop(struct crawl_run *run)
{
    if (run->stopping == NULL)
        run->stopping =
            promise_finally(engine_act(run->engine, run->job_id, JOB_STOP), on_stop_answered, run);
}

static void on_interrupt(int signum, void *arg)
{
    struct crawl_run *run = arg;
    progress_meter_clear(run->meter);
    if (run->interrupted)
        _exit(128 + signum);
    run->interrupted = true;
    fputs("imgcrawl: stopping; pages in flight are finished (again: quit at once)\n", stderr);
    if (run->indexing != NULL)
        close_engine(run);
    else if (run->job_id != 0)
        ask_to_stop(run);
}

/* ---- the beginning ---- */

static struct promise *on_begun(struct promise *settled, void *arg)
{
    struct crawl_run *run = arg;
    if (promise_state_of(settled) == PROMISE_REJECTED) {
        fprintf(stderr, "imgcrawl: %s\n", promise_error(settled)->message);
        run->failed = true;
        close_engine(run);
        return NULL;
    }
    if (run->job_id == 0)
        run->job_id = *(int64_t *)promise_value(settled);
    if (!run->options->quiet)
        run->meter = progress_meter_new(run->loop, engine_board(run->engine), run->job_id);
    struct board_entry entry;
    if (board_get(engine_board(run->engine), run->job_id, &entry))
        on_job(&entry, run); /* it may have ended before we knew its name */
    if (run->interrupted)
        ask_to_stop(run);
    return NULL;
}

static void begin(struct crawl_run *run)
{
    struct promise *begun = run->job_id != 0
                                ? engine_act(run->engine, run->job_id, JOB_RESUME)
                                : engine_create_job(run->engine, run->options->settings);
    run->beginning = promise_finally(begun, on_begun, run);
}

static int open_engine(struct crawl_run *run)
{
    int r = startup_loop(run->config, &run->loop);
    if (r < 0)
        return r;
    r = startup_engine(run->loop, &run->setup, false, &run->engine);
    if (r < 0)
        return r;
    return crawl_earlier_decide(run->config->data.dir, run->options, &run->job_id);
}

static void crawl(struct crawl_run *run)
{
    engine_on_job(run->engine, on_job, run);
    loop_on_signal(run->loop, SIGINT, on_interrupt, run);
    loop_on_signal(run->loop, SIGTERM, on_interrupt, run);
    begin(run);
    loop_run(run->loop);
}

static void take_down(struct crawl_run *run)
{
    promise_unref(run->beginning);
    promise_unref(run->stopping);
    promise_unref(run->indexing);
    promise_unref(run->closing);
    if (run->engine != NULL)
        engine_free(run->engine);
    if (run->loop != NULL)
        loop_free(run->loop);
    signal(SIGINT, SIG_DFL); /* the export may be interrupted */
    signal(SIGTERM, SIG_DFL);
}

/* ---- afterwards ---- */

static void summarise(const struct crawl_run *run, const char *job_path, const char *exported)
{
    if (run->options->quiet)
        return;
    bool to_stdout = run->options->out == NULL || strcmp(run->options->out, "-") != 0;
    struct crawl_summary summary = {.entry = &run->last,
                                    .job_path = job_path,
                                    .data_dir = run->config->data.dir,
                                    .exported = exported};
    crawl_summary_print(&summary, to_stdout ? stdout : stderr);
}

/* EXIT_SUCCESS where nothing is to be compared. */
static int compare(const struct crawl_run *run, const char *job_path)
{
    const struct crawl_options *options = run->options;
    return options->compare == NULL
               ? EXIT_SUCCESS
               : crawl_compare(options->compare, job_path, run->config->data.dir, options->quiet);
}

static int tell(const struct crawl_run *run)
{
    if (run->job_id == 0)
        return EXIT_FAILURE;
    char *job_path = engine_job_path(run->config->data.dir, run->job_id);
    const char *out = run->options->out;
    int64_t rows = 0;
    bool exported = out != NULL && export_file_write(job_path, run->options->format,
                                                     EXPORT_INVENTORY, out, &rows) == 0;
    summarise(run, job_path, exported ? out : NULL);
    bool export_failed = out != NULL && !exported;
    bool failed = run->failed || export_failed || run->last.state == JOB_FAILED;
    int status = failed ? EXIT_FAILURE : compare(run, job_path);
    free(job_path);
    return status;
}

/* A terminal that shows progress is spared the lines of the log that are not warnings. */
static void set_log_level(const struct crawl_run *run)
{
    enum log_level level = (enum log_level)run->config->server.log_level;
    bool spare = isatty(STDERR_FILENO) || run->options->quiet;
    log_set_level(spare && level == LOG_LEVEL_INFO ? LOG_LEVEL_WARNING : level);
}

static int run_crawl(const struct crawl_options *options, const struct config *config)
{
    struct crawl_run run = {.options = options, .config = config};
    if (options->out != NULL && export_file_check(options->out) < 0)
        return EXIT_FAILURE;
    if (options->compare != NULL && crawl_compare_check(options->compare, config->data.dir) < 0)
        return EXIT_FAILURE;
    set_log_level(&run);
    engine_setup_init(&run.setup, config, false);
    crawl_networks_allow(&run.setup, &options->settings->seeds);
    startup_prepare_process();
    int r = open_engine(&run);
    if (r == 0)
        crawl(&run);
    take_down(&run);
    engine_setup_done(&run.setup);
    return r == 0 ? tell(&run) : EXIT_FAILURE;
}

int cli_crawl(int argc, char **argv)
{
    struct crawl_options options;
    struct config config;
    if (crawl_options_parse(argc, argv, &options) < 0)
        return EXIT_USAGE;
    int status = EXIT_USAGE;
    if (config_arguments_apply(&options.config, &config) == 0) {
        status = run_crawl(&options, &config);
        config_done(&config);
    }
    crawl_options_done(&options);
    return status;
}
