/* Fetcher: starts exchanges on curl multi, ends them, and keeps their easy handles for the next.
 *
 * Loop thread. An exchange is active from fetch_start() to exchange_finish() and then goes back to
 * the idle list, its easy handle with all its options kept: a request costs two or three options.
 * It ends in one of three ways: curl says so (fetch_drive.c), a deadline passes
 * (fetch_deadlines.c), or its promise is cancelled. The result goes to whoever reads the promise,
 * usually page.c.
 * Settling a promise takes its cancel hook away, so none can come for an exchange that is used
 * again.
 */
#include "crawler/fetch/fetch.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "crawler/async/loop.h"
#include "crawler/async/promise.h"
#include "crawler/fetch/fetch_exchange.h"

static_assert(FETCH_ERROR_TEXT_BYTES >= CURL_ERROR_SIZE, "room for curl's words");

static void *must(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

/* ---- the fetcher ---- */

static void copy_config(struct fetcher *fetcher, const struct fetch_config *config)
{
    fetcher->config = *config;
    fetcher->config.user_agent = fetcher->user_agent = must(strdup(config->user_agent));
    if (config->ca_file)
        fetcher->config.ca_file = fetcher->ca_file = must(strdup(config->ca_file));
    if (config->proxy && *config->proxy && proxy_url_parse(config->proxy, &fetcher->proxy))
        abort(); /* the configuration has checked it */
    fetcher->config.proxy = NULL;
    if (config->max_header_bytes == 0 || config->max_header_bytes > FETCH_MOST_HEADER_BYTES)
        fetcher->config.max_header_bytes = FETCH_MOST_HEADER_BYTES;
}

int fetcher_new(struct loop *loop, const struct fetch_config *config, struct fetcher **ret_fetcher)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return -EIO;
    struct fetcher *fetcher = must(calloc(1, sizeof *fetcher));
    fetcher->loop = loop;
    copy_config(fetcher, config);
    TAILQ_INIT(&fetcher->active);
    TAILQ_INIT(&fetcher->idle);
    fetcher->multi = must(curl_multi_init());
    curl_multi_setopt(fetcher->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
    /* Never met: fetch_connect.c bounds them, see there. */
    curl_multi_setopt(fetcher->multi, CURLMOPT_MAXCONNECTS, (long)config->max_connections * 4 + 64);
    curl_multi_setopt(fetcher->multi, CURLMOPT_MAX_HOST_CONNECTIONS,
                      (long)config->max_host_connections);
    fetch_drive_init(fetcher);
    fetch_pins_init(fetcher);
    deadlines_init(fetcher);
    *ret_fetcher = fetcher;
    return 0;
}

unsigned fetcher_active(const struct fetcher *fetcher)
{
    return fetcher->active_count;
}

int64_t fetcher_cpu_us(const struct fetcher *fetcher)
{
    return fetcher->cpu_ns / 1000;
}

/* ---- exchanges ---- */

/* What the crawler is to say and to refuse, whatever the environment holds. */
static void set_manners(CURL *easy, const struct fetch_config *config)
{
    curl_easy_setopt(easy, CURLOPT_USERAGENT, config->user_agent);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(easy, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
    curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, 30L); /* seconds that one is kept unused */
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)config->connect_timeout_ms);
    if (config->ca_file)
        curl_easy_setopt(easy, CURLOPT_CAINFO, config->ca_file);
    if (config->ca_file)
        curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, config->ca_file);
}

static struct exchange *exchange_new(struct fetcher *fetcher)
{
    struct exchange *exchange = must(calloc(1, sizeof *exchange));
    exchange->fetcher = fetcher;
    exchange->total.exchange = exchange;
    exchange->progress.exchange = exchange;
    exchange->easy = must(curl_easy_init());
    curl_easy_setopt(exchange->easy, CURLOPT_PRIVATE, exchange);
    curl_easy_setopt(exchange->easy, CURLOPT_ERRORBUFFER, exchange->error_text);
    curl_easy_setopt(exchange->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(exchange->easy, CURLOPT_DNS_CACHE_TIMEOUT, -1L); /* fetch_pins.c ends pins */
    set_manners(exchange->easy, &fetcher->config);
    fetch_connect_attach(exchange);
    fetch_headers_attach(exchange);
    fetch_body_attach(exchange);
    return exchange;
}

static void exchange_free(struct exchange *exchange)
{
    curl_easy_cleanup(exchange->easy);
    answer_done(&exchange->answer);
    for (int i = 0; i < EXCHANGE_MOST_NAMES; i++)
        free(exchange->names[i].host.data);
    free(exchange);
}

static struct exchange *take_exchange(struct fetcher *fetcher)
{
    struct exchange *exchange = TAILQ_FIRST(&fetcher->idle);
    if (exchange)
        TAILQ_REMOVE(&fetcher->idle, exchange, link);
    else
        exchange = exchange_new(fetcher);
    return exchange;
}

static void give_exchange(struct exchange *exchange)
{
    TAILQ_INSERT_HEAD(&exchange->fetcher->idle, exchange, link);
}

static void forget_last_exchange(struct exchange *exchange)
{
    exchange->error_text[0] = '\0';
    exchange->handed_over = false;
    exchange->peer.ss_family = AF_UNSPEC;
    exchange->blocked_reason = NULL;
    exchange->socket_opened = false;
    exchange->connected = false;
    exchange->headers_done = false;
    exchange->body_unwanted = false;
    exchange->was_cut = false;
    exchange->header_bytes = 0;
    exchange->unwanted_bytes = 0;
    exchange->decided = false;
    exchange->first_byte_ms = 0;
    answer_clear(&exchange->answer);
}

/* Of several requests to one https host the first opens a connection and the others wait for its
 * handshake: most often it turns out to be HTTP/2, which carries them all. Where it is not, they
 * open their own, one handshake later. Plain http is never HTTP/2 here and nobody waits. */
static void set_patience(struct exchange *exchange, const char *url)
{
    bool waits = strncmp(url, "https:", 6) == 0;
    if (waits != exchange->waits_for_handshake)
        curl_easy_setopt(exchange->easy, CURLOPT_PIPEWAIT, waits ? 1L : 0L);
    exchange->waits_for_handshake = waits;
}

/* Of a range nothing can be unpacked, so it is asked for as it is. */
static void set_range(struct exchange *exchange, size_t first_bytes)
{
    char range[40];
    if (first_bytes == 0 && !exchange->has_range)
        return;
    snprintf(range, sizeof range, "0-%zu", first_bytes - 1);
    curl_easy_setopt(exchange->easy, CURLOPT_RANGE, first_bytes > 0 ? range : NULL);
    curl_easy_setopt(exchange->easy, CURLOPT_ACCEPT_ENCODING, first_bytes > 0 ? NULL : "");
    exchange->has_range = first_bytes > 0;
}

static CURLcode set_request(struct exchange *exchange, const struct fetch_request *request)
{
    assert(request->max_body_bytes <= request->slot->capacity);
    body_slot_clear(request->slot);
    exchange->slot = request->slot;
    exchange->policy = request->policy;
    exchange->host = request->host;
    exchange->max_body_bytes = request->max_body_bytes;
    exchange->accept = request->accept;
    exchange->cut_body = request->cut_body;
    CURLcode code = curl_easy_setopt(exchange->easy, CURLOPT_URL, request->url);
    if (code == CURLE_OK && (request->referer || exchange->has_referer))
        code = curl_easy_setopt(exchange->easy, CURLOPT_REFERER, request->referer);
    exchange->has_referer = request->referer;
    set_patience(exchange, request->url);
    set_range(exchange, request->first_bytes);
    fetch_session_attach(exchange, request);
    return code;
}

static void add_active(struct exchange *exchange)
{
    TAILQ_INSERT_TAIL(&exchange->fetcher->active, exchange, link);
    exchange->fetcher->active_count++;
}

/* Takes the transfer off curl and out of every list; no callback comes for it any more. */
static void remove_active(struct exchange *exchange)
{
    struct fetcher *fetcher = exchange->fetcher;
    curl_multi_remove_handle(fetcher->multi, exchange->easy);
    deadline_stop(&exchange->progress);
    deadline_stop(&exchange->total);
    TAILQ_REMOVE(&fetcher->active, exchange, link);
    fetcher->active_count--;
}

static void retire(struct exchange *exchange)
{
    remove_active(exchange);
    fetch_resolve_end(exchange);
    fetch_session_detach(exchange);
    exchange->promise = promise_unref(exchange->promise);
    give_exchange(exchange);
}

static void on_cancel(void *arg)
{
    retire(arg);
}

void exchange_decide(struct exchange *exchange, enum outcome outcome)
{
    if (exchange->decided)
        return;
    exchange->decided = true;
    exchange->outcome = outcome;
}

int64_t exchange_age_ms(const struct exchange *exchange)
{
    const struct loop *loop = exchange->fetcher->loop;
    int64_t age_ms = loop_now_ms(loop) - exchange->started_ms;
    age_ms -= loop_stalled_ms(loop) - exchange->stalled_ms;
    return age_ms > 0 ? age_ms : 0;
}

void exchange_finish(struct exchange *exchange, int curl_code)
{
    if (!exchange->decided)
        exchange_decide(exchange, fetch_outcome_of_code(exchange, curl_code));
    promise_resolve(exchange->promise, fetch_result_new(exchange), free);
    retire(exchange);
}

/* A big page over a slow line is no tarpit. */
static bool brings_something(const struct exchange *exchange)
{
    return (int64_t)fetch_wire_bytes(exchange) * 1000 >=
           exchange_age_ms(exchange) * FETCH_FAIR_BYTES_PER_S;
}

/* The active ones stand in the order of their beginning. */
bool fetch_end_slow(struct fetcher *fetcher, const struct host *host, int64_t begun_ms)
{
    struct exchange *exchange;
    TAILQ_FOREACH(exchange, &fetcher->active, link)
    {
        if (exchange->started_ms > begun_ms)
            return false;
        if (exchange->host != host || brings_something(exchange))
            continue;
        exchange_decide(exchange, OUTCOME_TOO_SLOW);
        exchange_finish(exchange, CURLE_OPERATION_TIMEDOUT);
        return true;
    }
    return false;
}

struct promise *fetch_start(struct fetcher *fetcher, const struct fetch_request *request)
{
    struct exchange *exchange = take_exchange(fetcher);
    forget_last_exchange(exchange);
    struct promise *promise = promise_new(fetcher->loop);
    exchange->promise = promise_ref(promise);
    exchange->started_ms = loop_now_ms(fetcher->loop);
    exchange->stalled_ms = loop_stalled_ms(fetcher->loop);
    promise_on_cancel(promise, on_cancel, exchange);
    add_active(exchange);

    CURLcode code = set_request(exchange, request);
    if (code != CURLE_OK) {
        exchange_finish(exchange, (int)code);
        return promise;
    }
    deadline_start(&exchange->total, FETCH_WAIT_TOTAL);
    fetch_resolve_start(exchange, request->url);
    return promise;
}

/* ---- the end ---- */

static void cancel_active(struct fetcher *fetcher)
{
    struct exchange *exchange;
    while ((exchange = TAILQ_FIRST(&fetcher->active))) {
        promise_reject(exchange->promise, ECANCELED, "fetch", "the fetcher was closed");
        retire(exchange);
    }
}

static void free_idle(struct fetcher *fetcher)
{
    struct exchange *exchange;
    while ((exchange = TAILQ_FIRST(&fetcher->idle))) {
        TAILQ_REMOVE(&fetcher->idle, exchange, link);
        exchange_free(exchange);
    }
}

struct fetcher *fetcher_free(struct fetcher *fetcher)
{
    if (!fetcher)
        return NULL;
    cancel_active(fetcher);
    free_idle(fetcher);
    curl_multi_cleanup(fetcher->multi);
    fetch_drive_done(fetcher);
    fetch_pins_done(fetcher);
    deadlines_done(fetcher);
    free(fetcher->user_agent);
    free(fetcher->ca_file);
    free(fetcher);
    curl_global_cleanup();
    return NULL;
}
