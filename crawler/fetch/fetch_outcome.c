/* How an exchange ended: from the status or curl's code to an outcome, a sentence for people, and
 * the result that the promise carries. Loop thread.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "crawler/async/loop.h"
#include "crawler/fetch/fetch_exchange.h"

enum { DETAIL_BYTES = FETCH_ERROR_TEXT_BYTES + 64 };

/* ---- outcomes ---- */

enum outcome fetch_outcome_of_status(int status)
{
    switch (status) {
    case 200:
    case 201:
    case 202:
    case 203:
    case 206:
        return OUTCOME_OK;
    case 301:
    case 302:
    case 303:
    case 307:
    case 308:
        return OUTCOME_REDIRECTED;
    case 429:
        return OUTCOME_HTTP_429;
    }
    if (status >= 400 && status <= 499)
        return OUTCOME_HTTP_4XX;
    if (status >= 500 && status <= 599)
        return OUTCOME_HTTP_5XX;
    return OUTCOME_HTTP_OTHER;
}

static enum outcome connect_failure(const struct exchange *exchange)
{
    long os_error = 0;
    if (exchange->blocked_reason && !exchange->socket_opened)
        return OUTCOME_ADDRESS_BLOCKED;
    curl_easy_getinfo(exchange->easy, CURLINFO_OS_ERRNO, &os_error);
    return os_error == ECONNREFUSED ? OUTCOME_CONNECT_REFUSED : OUTCOME_CONNECT_FAILED;
}

/* What a proxy says instead of letting the request through. */
static enum outcome proxy_failure(const struct exchange *exchange)
{
    return exchange->connected ? OUTCOME_CONNECTION_RESET : OUTCOME_CONNECT_FAILED;
}

/* curl says "receive error" for a reset, for TLS cut off without its goodbye, and for chunks that
 * make no sense; only its words tell them apart. */
static enum outcome receive_failure(const struct exchange *exchange)
{
    if (exchange->via_proxy && !exchange->connected)
        return proxy_failure(exchange);
    if (strstr(exchange->error_text, "chunk"))
        return OUTCOME_BAD_RESPONSE;
    if (strstr(exchange->error_text, "unexpected eof"))
        return exchange->headers_done ? OUTCOME_BODY_INCOMPLETE : OUTCOME_EMPTY_REPLY;
    return OUTCOME_CONNECTION_RESET;
}

/* Whether an empty body can be so long when it is packed: by its format alone, flushed once before
 * its end, with a checksum, and of gzip with the name of a file. */
static bool is_packed_nothing(enum answer_encoding encoding, size_t bytes)
{
    switch (encoding) {
    case ENCODING_BR:
        return bytes == 1;
    case ENCODING_DEFLATE:
        return bytes == 2 || bytes == 7 || bytes == 8 || bytes == 13;
    case ENCODING_GZIP:
        return bytes >= 20 && bytes <= 20 + 256;
    case ENCODING_ZSTD:
        return bytes == 9 || bytes == 13;
    default:
        return true;
    }
}

/* curl does not tell of a packed body that ends before its decoder is done. Where nothing at all
 * came out of it, its size tells, for nothing is packed in few ways. */
static bool is_undecoded(const struct exchange *exchange)
{
    curl_off_t bytes = 0;
    if (!exchange->answer.is_encoded || exchange->slot->used > 0 || exchange->body_unwanted)
        return false;
    curl_easy_getinfo(exchange->easy, CURLINFO_SIZE_DOWNLOAD_T, &bytes);
    return bytes > 0 && !is_packed_nothing(exchange->answer.encoding, (size_t)bytes);
}

enum outcome fetch_outcome_of_code(const struct exchange *exchange, int curl_code)
{
    switch ((CURLcode)curl_code) {
    case CURLE_OK: /* curl takes a close amid the headers for their end */
        if (!exchange->headers_done)
            return OUTCOME_BODY_INCOMPLETE;
        return is_undecoded(exchange) ? OUTCOME_BAD_ENCODING : OUTCOME_OK;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
        return OUTCOME_DNS_FAILED;
    case CURLE_PROXY:
        return proxy_failure(exchange);
    case CURLE_COULDNT_CONNECT:
        return connect_failure(exchange);
    case CURLE_OPERATION_TIMEDOUT:
        return exchange->connected ? OUTCOME_TIMEOUT_TOTAL : OUTCOME_TIMEOUT_CONNECT;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
        return OUTCOME_TLS_INVALID;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CIPHER:
        return OUTCOME_TLS_FAILED;
    case CURLE_GOT_NOTHING:
        return OUTCOME_EMPTY_REPLY;
    case CURLE_PARTIAL_FILE:
        return OUTCOME_BODY_INCOMPLETE;
    case CURLE_SEND_ERROR:
    case CURLE_HTTP2_STREAM:
        return OUTCOME_CONNECTION_RESET;
    case CURLE_RECV_ERROR:
        return receive_failure(exchange);
    case CURLE_BAD_CONTENT_ENCODING:
        return OUTCOME_BAD_ENCODING;
    case CURLE_WRITE_ERROR: /* our own refusals are decided before: these are the decoders' */
        return exchange->answer.is_encoded ? OUTCOME_BAD_ENCODING : OUTCOME_INTERNAL_ERROR;
    case CURLE_OUT_OF_MEMORY: /* how curl says that one line of headers is too long */
        return exchange->connected ? OUTCOME_HEADERS_TOO_LARGE : OUTCOME_INTERNAL_ERROR;
    case CURLE_UNSUPPORTED_PROTOCOL: /* of the answer, if it came so far; else of the URL */
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_HTTP2:
        return exchange->connected ? OUTCOME_BAD_RESPONSE : OUTCOME_INTERNAL_ERROR;
    default:
        return OUTCOME_INTERNAL_ERROR;
    }
}

/* ---- the sentence ---- */

struct peer_text {
    char ip[46];
    unsigned port;
};

/* What a name resolves to inside is not told of a blocked host: it would map a private network. */
static struct peer_text peer_text(const struct exchange *exchange)
{
    struct peer_text text = {"", 0};
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    if (exchange->outcome == OUTCOME_ADDRESS_BLOCKED)
        return text;
    if (exchange->peer.ss_family == AF_INET) {
        memcpy(&in, &exchange->peer, sizeof in);
        inet_ntop(AF_INET, &in.sin_addr, text.ip, sizeof text.ip);
        text.port = ntohs(in.sin_port);
    } else if (exchange->peer.ss_family == AF_INET6) {
        memcpy(&in6, &exchange->peer, sizeof in6);
        inet_ntop(AF_INET6, &in6.sin6_addr, text.ip, sizeof text.ip);
        text.port = ntohs(in6.sin6_port);
    }
    return text;
}

static void say(char *detail, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(char *detail, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(detail, DETAIL_BYTES, format, arguments);
    va_end(arguments);
}

/* curl's own words, or what the outcome means. */
static void say_what_curl_said(char *detail, const struct exchange *exchange)
{
    say(detail, "%s",
        exchange->error_text[0] ? exchange->error_text : outcome_text(exchange->outcome));
}

static void describe(const struct exchange *exchange, const struct peer_text *peer, char *detail)
{
    const struct fetch_config *config = &exchange->fetcher->config;
    const struct answer *answer = &exchange->answer;
    switch (exchange->outcome) {
    case OUTCOME_OK:
    case OUTCOME_REDIRECTED:
    case OUTCOME_NOT_MODIFIED:
        detail[0] = '\0';
        return;
    case OUTCOME_HTTP_429:
    case OUTCOME_HTTP_4XX:
    case OUTCOME_HTTP_5XX:
    case OUTCOME_HTTP_OTHER:
        say(detail, "HTTP status %d", answer->status);
        return;
    case OUTCOME_CHALLENGE:
        say(detail, "%s, HTTP status %d", answer->challenge, answer->status);
        return;
    case OUTCOME_NOT_HTML:
        say(detail, "Content-Type is %s", answer->texts[ANSWER_CONTENT_TYPE].data);
        return;
    case OUTCOME_ADDRESS_BLOCKED:
        say(detail, "The %s is not to be reached: %s", exchange->via_proxy ? "proxy" : "host",
            exchange->blocked_reason);
        return;
    case OUTCOME_CONNECT_REFUSED:
        say(detail, "Connection refused by %s port %u", peer->ip, peer->port);
        return;
    case OUTCOME_TIMEOUT_FIRST_BYTE:
        say(detail, "No answer from %s within %" PRId64 " ms", peer->ip,
            config->first_byte_timeout_ms);
        return;
    case OUTCOME_TIMEOUT_TOTAL:
        say(detail, "Not finished within %" PRId64 " ms, %zu bytes received",
            config->total_timeout_ms, fetch_wire_bytes(exchange));
        return;
    case OUTCOME_TOO_SLOW:
        say(detail, "Slower than %zu bytes a second for %" PRId64 " ms", config->low_speed_bytes,
            config->low_speed_ms);
        return;
    case OUTCOME_BAD_ENCODING:
        say(detail, "The body is not what Content-Encoding says%s%s",
            exchange->error_text[0] ? ": " : "", exchange->error_text);
        return;
    case OUTCOME_HEADERS_TOO_LARGE:
        say(detail, "More than %zu bytes of headers", config->max_header_bytes);
        return;
    case OUTCOME_BODY_TOO_LARGE:
        say(detail, "More than %zu bytes of body", exchange->max_body_bytes);
        return;
    default:
        say_what_curl_said(detail, exchange);
    }
}

/* ---- the result ---- */

size_t fetch_wire_bytes(const struct exchange *exchange)
{
    curl_off_t body_bytes = 0;
    if (!exchange->handed_over)
        return 0; /* curl still tells of the last transfer */
    curl_easy_getinfo(exchange->easy, CURLINFO_SIZE_DOWNLOAD_T, &body_bytes);
    return exchange->header_bytes + (size_t)body_bytes;
}

/* Writes a text behind the result and moves the place on. */
static char *place(char **at, const char *data, size_t bytes)
{
    char *text = *at;
    if (bytes > 0)
        memcpy(text, data, bytes);
    text[bytes] = '\0';
    *at += bytes + 1;
    return text;
}

static char *place_text(char **at, const struct fetch_text *text)
{
    return place(at, text->data, text->bytes);
}

/* Of the file as it is, not as it was packed for the way. */
static int64_t total_bytes(const struct answer *answer)
{
    if (answer->status == 206)
        return answer->range_total;
    return answer->is_encoded ? -1 : answer->content_length;
}

struct fetch_result *fetch_result_new(const struct exchange *exchange)
{
    const struct answer *answer = &exchange->answer;
    struct peer_text peer = peer_text(exchange);
    char detail[DETAIL_BYTES];
    describe(exchange, &peer, detail);
    size_t detail_bytes = strlen(detail);
    size_t text_bytes = detail_bytes + 1;
    for (int i = 0; i < ANSWER_TEXT_COUNT; i++)
        text_bytes += answer->texts[i].bytes + 1;
    struct fetch_result *result = malloc(sizeof *result + text_bytes);
    if (!result)
        abort();

    char *at = (char *)(result + 1);
    *result = (struct fetch_result){
        .outcome = exchange->outcome,
        .status = answer->status,
        .location = place_text(&at, &answer->texts[ANSWER_LOCATION]),
        .content_type = place_text(&at, &answer->texts[ANSWER_CONTENT_TYPE]),
        .robots_tag = place_text(&at, &answer->texts[ANSWER_ROBOTS_TAG]),
        .etag = place_text(&at, &answer->texts[ANSWER_ETAG]),
        .last_modified = place_text(&at, &answer->texts[ANSWER_LAST_MODIFIED]),
        .tdm_reservation = place_text(&at, &answer->texts[ANSWER_TDM_RESERVATION]),
        .tdm_policy = place_text(&at, &answer->texts[ANSWER_TDM_POLICY]),
        .detail = place(&at, detail, detail_bytes),
        .http_version = answer->http_version,
        .retry_after_ms = answer->retry_after_ms,
        .cache_max_age_s = answer->cache_max_age_s,
        .elapsed_ms = exchange_age_ms(exchange),
        .first_byte_ms = exchange->first_byte_ms,
        .total_bytes = total_bytes(answer),
        .body_is_cut = exchange->was_cut || (answer->status == 206 &&
                                             answer->range_total != (int64_t)exchange->slot->used),
        .body_bytes = exchange->slot->used,
        .wire_bytes = fetch_wire_bytes(exchange),
    };
    memcpy(result->remote_ip, peer.ip, sizeof result->remote_ip);
    return result;
}
