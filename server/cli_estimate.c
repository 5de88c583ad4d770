/* One estimate in the terminal. The main thread is the loop's: it opens the engine on the data
 * directory, so that what hosts asked for before counts here too, asks for the estimate, closes the
 * engine and prints. Ctrl-C ends it.
 */
#include "server/cli_estimate.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/async/loop.h"
#include "crawler/async/promise.h"
#include "crawler/base/log.h"
#include "crawler/sitemaps/estimate.h"
#include "server/crawl_networks.h"
#include "server/crawl_options.h"
#include "server/estimate_print.h"
#include "server/startup.h"

struct estimate_run {
    struct loop *loop;
    struct engine *engine;
    struct promise *asked;
    struct estimate *estimate; /* NULL: there is none */
};

static struct promise *on_closed(struct promise *settled, void *arg)
{
    struct estimate_run *run = arg;
    (void)settled;
    loop_stop(run->loop);
    return NULL;
}

static struct promise *on_estimated(struct promise *settled, void *arg)
{
    struct estimate_run *run = arg;
    if (promise_state_of(settled) == PROMISE_RESOLVED)
        run->estimate = promise_take_value(settled);
    else
        fprintf(stderr, "imgcrawl: %s\n", promise_error(settled)->message);
    promise_unref(promise_finally(engine_shutdown(run->engine, 0), on_closed, run));
    return NULL;
}

static void on_interrupt(int signum, void *arg)
{
    struct estimate_run *run = arg;
    (void)signum;
    promise_cancel(run->asked);
}

static void ask(struct estimate_run *run, struct job_settings *take_settings)
{
    loop_on_signal(run->loop, SIGINT, on_interrupt, run);
    loop_on_signal(run->loop, SIGTERM, on_interrupt, run);
    run->asked = engine_estimate(run->engine, take_settings);
    promise_unref(promise_finally(promise_ref(run->asked), on_estimated, run));
    loop_run(run->loop);
    promise_unref(run->asked);
}

static void take_down(struct estimate_run *run)
{
    if (run->engine)
        engine_free(run->engine);
    if (run->loop)
        loop_free(run->loop);
}

static int estimate(struct crawl_options *options, const struct config *config)
{
    struct estimate_run run = {0};
    struct engine_setup setup;
    log_set_level(LOG_LEVEL_ERROR);
    engine_setup_init(&setup, config, false);
    crawl_networks_allow(&setup, &options->settings->seeds);
    startup_prepare_process();
    if (startup_loop(config, &run.loop) == 0 &&
        startup_engine(run.loop, &setup, false, &run.engine) == 0) {
        ask(&run, options->settings);
        options->settings = NULL;
    }
    take_down(&run);
    engine_setup_done(&setup);
    if (!run.estimate)
        return EXIT_FAILURE;
    estimate_print(run.estimate, stdout);
    estimate_free(run.estimate);
    return EXIT_SUCCESS;
}

int cli_estimate(int argc, char **argv)
{
    struct crawl_options options;
    struct config config;
    if (crawl_options_parse(argc, argv, &options) < 0)
        return EXIT_USAGE;
    int status = EXIT_USAGE;
    if (options.out || options.earlier != CRAWL_ASK) {
        usage_error("estimate", "--out, --resume and --new are for crawl: nothing is crawled here");
    } else if (config_arguments_apply(&options.config, &config) == 0) {
        status = estimate(&options, &config);
        config_done(&config);
    }
    crawl_options_done(&options);
    return status;
}
