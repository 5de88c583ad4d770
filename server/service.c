/* The service. Starts loop, engine and HTTP server in this order, tells that it is ready, runs, and
 * on the first SIGTERM or SIGINT takes them down in the opposite one: no new requests, pages in
 * flight finished within the grace or given back to the frontier, files closed. A second signal
 * exits at once; what was acknowledged is on disk anyway.
 *
 * Everything here runs on the main thread, which is the loop's.
 */
#include "server/service.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crawler/async/loop.h"
#include "crawler/async/promise.h"
#include "crawler/base/log.h"
#include "server/config_arguments.h"
#include "server/http.h"
#include "server/listen_address.h"
#include "server/startup.h"
#include "server/systemd.h"

enum { OPTION_CONFIG = 1, OPTION_LISTEN, OPTION_DATA, OPTION_SET };

const struct command_option service_options[] = {
    {OPTION_CONFIG, "config", 'c', "FILE", "read the configuration from FILE"},
    {OPTION_LISTEN, "listen", 'l', "ADDR:PORT", "where to listen (127.0.0.1:8080)"},
    {OPTION_DATA, "data", 'd', "DIR", "where jobs are kept (./data)"},
    {OPTION_SET, "set", 's', "SECTION.KEY=VALUE", "any option of 'imgcrawl help config'"},
    {0, NULL, 0, NULL, NULL}};

struct service {
    const struct config *config;
    struct listen_address listen;
    struct engine_setup setup;
    struct loop *loop;
    struct engine *engine;
    struct http_server *http;
    struct loop_timer *watchdog;
    struct promise *shutdown; /* pending once a signal has come */
};

static struct promise *on_saved(struct promise *settled, void *arg)
{
    struct service *service = arg;
    if (promise_state_of(settled) == PROMISE_REJECTED)
        log_error("shutdown: %s", promise_error(settled)->message);
    loop_stop(service->loop);
    return NULL;
}

static void on_stop_signal(int signum, void *arg)
{
    struct service *service = arg;
    if (service->shutdown != NULL)
        _exit(128 + signum);
    log_info("stopping: pages in flight have %lld s to finish",
             (long long)service->config->server.shutdown_seconds);
    systemd_stopping("finishing pages in flight");
    http_server_quiesce(service->http);
    int64_t grace_ms = service->config->server.shutdown_seconds * 1000;
    service->shutdown =
        promise_finally(engine_shutdown(service->engine, grace_ms), on_saved, service);
}

static const char *listen_remedy(int r)
{
    switch (-r) {
    case EADDRINUSE:
        return "; another program listens there: end it, or choose another with --listen ADDR:PORT";
    case EACCES:
        return "; ports below 1024 are for root: choose another with --listen ADDR:PORT";
    case EADDRNOTAVAIL:
        return "; this machine has no such address: choose another with --listen ADDR:PORT";
    default:
        return "";
    }
}

static int start_http(struct service *service)
{
    const struct config *config = service->config;
    struct http_config http = {.listen_host = service->listen.host,
                               .listen_port = service->listen.port,
                               .threads = (unsigned)config->server.threads,
                               .max_request_body_bytes = (size_t)config->server.max_request_bytes,
                               .allowed_hosts = &config->server.allowed_hosts,
                               .data_dir = config->data.dir,
                               .export_cache_bytes = config->data.export_cache_bytes,
                               .loop = service->loop,
                               .engine = service->engine};
    const char *reason = NULL;
    int r = http_server_new(&http, &service->http, &reason);
    if (r < 0)
        fprintf(stderr, "imgcrawl: cannot listen on %s: %s%s\n", config->server.listen,
                reason != NULL ? reason : strerror(-r), listen_remedy(r));
    return r;
}

/* A port in use should be told before the data directory is touched, but the server needs the
 * engine: the engine opens first, and a failure closes it again. */
static int start(struct service *service)
{
    int r = startup_loop(service->config, &service->loop);
    if (r < 0)
        return r;
    r = startup_engine(service->loop, &service->setup, true, &service->engine);
    return r < 0 ? r : start_http(service);
}

/* The address for people: the one that was given, with the port that was had. */
static void print_ready(const struct service *service)
{
    char base[80], status[128];
    const struct listen_address *listen = &service->listen;
    snprintf(base, sizeof base, listen->is_ipv6 ? "http://[%s]:%u" : "http://%s:%u", listen->host,
             (unsigned)http_server_port(service->http));
    printf("imgcrawl: listening on %s/\n", base);
    printf("curl -sS %s/v1/jobs -H 'Content-Type: application/json' "
           "-d '{\"seeds\": [\"https://example.com/\"], \"max_pages\": 100}'\n",
           base);
    fflush(stdout);
    snprintf(status, sizeof status, "listening on %s/", base);
    systemd_ready(status);
}

static void run(struct service *service)
{
    loop_on_signal(service->loop, SIGTERM, on_stop_signal, service);
    loop_on_signal(service->loop, SIGINT, on_stop_signal, service);
    service->watchdog = systemd_watchdog_new(service->loop);
    print_ready(service);
    loop_run(service->loop);
}

static void take_down(struct service *service)
{
    if (service->watchdog != NULL)
        loop_timer_free(service->watchdog);
    promise_unref(service->shutdown);
    if (service->http != NULL)
        http_server_free(service->http);
    if (service->engine != NULL)
        engine_free(service->engine);
    if (service->loop != NULL)
        loop_free(service->loop);
}

static int serve(const struct config *config)
{
    struct service service = {.config = config};
    listen_address_parse(config->server.listen, &service.listen);
    engine_setup_init(&service.setup, config, service.listen.is_loopback);
    log_set_level((enum log_level)config->server.log_level);
    startup_prepare_process();
    signal(SIGHUP, SIG_IGN);
    int r = start(&service);
    if (r == 0)
        run(&service);
    take_down(&service);
    engine_setup_done(&service.setup);
    return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int take_option(int id, const char *value, void *arg)
{
    struct config_arguments *arguments = arg;
    switch (id) {
    case OPTION_CONFIG:
        arguments->file = value;
        return 0;
    case OPTION_LISTEN:
        config_arguments_add(arguments,
                             &(struct config_argument){"--listen", "server", "listen", value});
        return 0;
    case OPTION_DATA:
        config_arguments_add(arguments, &(struct config_argument){"--data", "data", "dir", value});
        return 0;
    case OPTION_SET:
        config_arguments_add(arguments, &(struct config_argument){"--set", NULL, NULL, value});
        return 0;
    default:
        return usage_error("serve", "takes no '%s'; did you mean 'imgcrawl crawl %s'?", value,
                           value);
    }
}

int service_main(int argc, char **argv)
{
    struct config_arguments arguments = {0};
    struct config config;
    int status = EXIT_USAGE;
    if (options_parse(service_options, argc, argv, take_option, &arguments) == 0 &&
        config_arguments_apply(&arguments, &config) == 0) {
        status = serve(&config);
        config_done(&config);
    }
    config_arguments_done(&arguments);
    return status;
}
