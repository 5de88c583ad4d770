/* Header lines: counts them against the cap, keeps the few that matter, and at the end of the final
 * answer's headers decides whether its body is wanted. Called by curl on the loop thread, one
 * line a call, interim answers (1xx) and trailers included.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <curl/curl.h>

#include "crawler/async/loop.h"
#include "crawler/fetch/fetch_exchange.h"

enum { STOP = 0 }; /* any count but the one that was offered ends the transfer */

/* ---- texts ---- */

static void text_reserve(struct fetch_text *text, size_t bytes)
{
    if (bytes < text->capacity)
        return;
    text->capacity = bytes + 64;
    text->data = realloc(text->data, text->capacity);
    if (!text->data)
        abort();
}

static void text_append(struct fetch_text *text, const char *data, size_t bytes)
{
    text_reserve(text, text->bytes + bytes);
    memcpy(text->data + text->bytes, data, bytes);
    text->bytes += bytes;
    text->data[text->bytes] = '\0';
}

void fetch_text_set(struct fetch_text *text, const char *data, size_t bytes)
{
    text->bytes = 0;
    text_append(text, data, bytes);
}

/* ---- what the answer says ---- */

void answer_clear(struct answer *answer)
{
    answer->status = 0;
    answer->http_version = 0;
    answer->content_length = -1;
    answer->range_total = -1;
    answer->is_encoded = false;
    answer->encoding = ENCODING_OTHER;
    answer->retry_after_ms = -1;
    answer->cache_max_age_s = -1;
    answer->cookies = 0;
    answer->challenge = NULL;
    for (int i = 0; i < ANSWER_TEXT_COUNT; i++)
        answer->texts[i].bytes = 0;
}

void answer_done(struct answer *answer)
{
    for (int i = 0; i < ANSWER_TEXT_COUNT; i++)
        free(answer->texts[i].data);
}

/* The first one stands, as in curl. */
static void keep_location(struct answer *answer, const char *value, size_t bytes)
{
    struct fetch_text *location = &answer->texts[ANSWER_LOCATION];
    if (location->bytes == 0)
        fetch_text_set(location, value, bytes);
}

static void keep_content_type(struct answer *answer, const char *value, size_t bytes)
{
    fetch_text_set(&answer->texts[ANSWER_CONTENT_TYPE], value, bytes);
}

static void keep_robots_tag(struct answer *answer, const char *value, size_t bytes)
{
    struct fetch_text *robots_tag = &answer->texts[ANSWER_ROBOTS_TAG];
    if (robots_tag->bytes > 0)
        text_append(robots_tag, "\n", 1);
    text_append(robots_tag, value, bytes);
}

/* Kept for every page and, the validators, sent back: one that is huge or not plain ASCII is as if
 * not sent. */
static void keep_small(struct answer *answer, enum answer_text which, const char *value,
                       size_t bytes)
{
    if (bytes > FETCH_MOST_SMALL_HEADER_BYTES)
        return;
    for (size_t i = 0; i < bytes; i++)
        if (value[i] < 0x20 || value[i] > 0x7e)
            return;
    fetch_text_set(&answer->texts[which], value, bytes);
}

static void keep_etag(struct answer *answer, const char *value, size_t bytes)
{
    keep_small(answer, ANSWER_ETAG, value, bytes);
}

static void keep_last_modified(struct answer *answer, const char *value, size_t bytes)
{
    keep_small(answer, ANSWER_LAST_MODIFIED, value, bytes);
}

static void keep_tdm_reservation(struct answer *answer, const char *value, size_t bytes)
{
    keep_small(answer, ANSWER_TDM_RESERVATION, value, bytes);
}

static void keep_tdm_policy(struct answer *answer, const char *value, size_t bytes)
{
    keep_small(answer, ANSWER_TDM_POLICY, value, bytes);
}

static bool is_directive(const char *text, size_t bytes, const char *name)
{
    return strlen(name) == bytes && strncasecmp(text, name, bytes) == 0;
}

static void keep_cf_mitigated(struct answer *answer, const char *value, size_t bytes)
{
    if (is_directive(value, bytes, "challenge"))
        answer->challenge = "cf-mitigated: challenge";
}

static void keep_waf_action(struct answer *answer, const char *value, size_t bytes)
{
    if (is_directive(value, bytes, "challenge"))
        answer->challenge = "x-amzn-waf-action: challenge";
    else if (is_directive(value, bytes, "captcha"))
        answer->challenge = "x-amzn-waf-action: captcha";
}

static void count_cookie(struct answer *answer, const char *value, size_t bytes)
{
    (void)value;
    (void)bytes;
    answer->cookies++;
}

/* Digits only; more of them than a number holds is a very big number. -1 for anything else. */
static int64_t parse_count(const char *value, size_t bytes)
{
    int64_t count = 0;
    for (size_t i = 0; i < bytes; i++) {
        if (value[i] < '0' || value[i] > '9')
            return -1;
        if (count > INT64_MAX / 10 - 9)
            return INT64_MAX;
        count = count * 10 + (value[i] - '0');
    }
    return bytes > 0 ? count : -1;
}

static void keep_content_length(struct answer *answer, const char *value, size_t bytes)
{
    answer->content_length = parse_count(value, bytes);
}

/* "bytes 0-65535/123456" (RFC 9110 §14.4). */
static void keep_content_range(struct answer *answer, const char *value, size_t bytes)
{
    static const char start[] = "bytes 0-"; /* as it is always asked for */
    const char *slash = memchr(value, '/', bytes);
    if (!slash || bytes < sizeof start || strncasecmp(value, start, sizeof start - 1) != 0)
        return;
    int64_t total = parse_count(slash + 1, (size_t)(value + bytes - slash - 1));
    answer->range_total = total == INT64_MAX ? -1 : total;
}

static void keep_content_encoding(struct answer *answer, const char *value, size_t bytes)
{
    static const char *const names[ENCODING_COUNT] = {[ENCODING_OTHER] = "identity",
                                                      [ENCODING_BR] = "br",
                                                      [ENCODING_DEFLATE] = "deflate",
                                                      [ENCODING_GZIP] = "gzip",
                                                      [ENCODING_ZSTD] = "zstd"};
    bool is_identity = is_directive(value, bytes, names[ENCODING_OTHER]);
    if (answer->is_encoded || bytes == 0 || is_identity) { /* one after the other, or none */
        answer->encoding = ENCODING_OTHER;
        return;
    }
    answer->is_encoded = true;
    for (enum answer_encoding i = ENCODING_BR; i < ENCODING_COUNT; i++)
        if (is_directive(value, bytes, names[i]))
            answer->encoding = i;
}

/* Seconds, or a date (RFC 9110 §10.2.3); what is neither is as if not sent. */
static void keep_retry_after(struct answer *answer, const char *value, size_t bytes)
{
    char date[64];
    int64_t seconds = parse_count(value, bytes);
    if (seconds < 0 && bytes < sizeof date) {
        memcpy(date, value, bytes);
        date[bytes] = '\0';
        time_t when = curl_getdate(date, NULL);
        time_t now = time(NULL);
        if (when != (time_t)-1)
            seconds = when > now ? when - now : 0;
    }
    if (seconds > FETCH_MOST_RETRY_AFTER_S)
        seconds = FETCH_MOST_RETRY_AFTER_S;
    answer->retry_after_ms = seconds < 0 ? -1 : seconds * 1000;
}

/* What one directive allows in seconds; -1 where it tells nothing of that. */
static int64_t directive_age_s(const char *text, size_t bytes)
{
    const char *equals = memchr(text, '=', bytes);
    size_t name_bytes = equals ? (size_t)(equals - text) : bytes;
    if (is_directive(text, name_bytes, "no-store") || is_directive(text, name_bytes, "no-cache"))
        return 0;
    if (!equals || !is_directive(text, name_bytes, "max-age"))
        return -1;
    int64_t age_s = parse_count(equals + 1, bytes - name_bytes - 1);
    return age_s < FETCH_MOST_CACHE_AGE_S ? age_s : FETCH_MOST_CACHE_AGE_S;
}

/* Of several directives, also on several lines, the one that allows least (RFC 9111 §5.2.2). */
static void keep_cache_control(struct answer *answer, const char *value, size_t bytes)
{
    for (const char *at = value, *end = value + bytes; at < end;) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        const char *stop = comma ? comma : end;
        while (at < stop && (*at == ' ' || *at == '\t'))
            at++;
        size_t length = (size_t)(stop - at);
        while (length > 0 && (at[length - 1] == ' ' || at[length - 1] == '\t'))
            length--;
        int64_t age_s = directive_age_s(at, length);
        if (age_s >= 0 && (answer->cache_max_age_s < 0 || age_s < answer->cache_max_age_s))
            answer->cache_max_age_s = age_s;
        at = stop + 1;
    }
}

static const struct {
    const char *name;
    size_t name_bytes;
    void (*keep)(struct answer *answer, const char *value, size_t bytes);
} kept_headers[] = {
#define HEADER(name, keep)                                                                         \
    {                                                                                              \
        name, sizeof name - 1, keep                                                                \
    }
    HEADER("CF-Mitigated", keep_cf_mitigated),
    HEADER("Cache-Control", keep_cache_control),
    HEADER("Content-Encoding", keep_content_encoding),
    HEADER("Content-Length", keep_content_length),
    HEADER("Content-Range", keep_content_range),
    HEADER("Content-Type", keep_content_type),
    HEADER("ETag", keep_etag),
    HEADER("Last-Modified", keep_last_modified),
    HEADER("Location", keep_location),
    HEADER("Retry-After", keep_retry_after),
    HEADER("Set-Cookie", count_cookie),
    HEADER("TDM-Policy", keep_tdm_policy),
    HEADER("TDM-Reservation", keep_tdm_reservation),
    HEADER("X-Amzn-Waf-Action", keep_waf_action),
    HEADER("X-Robots-Tag", keep_robots_tag),
#undef HEADER
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void keep_header(struct answer *answer, const char *line, size_t bytes)
{
    const char *colon = memchr(line, ':', bytes);
    if (!colon)
        return;
    size_t name_bytes = (size_t)(colon - line);
    for (size_t i = 0; i < sizeof kept_headers / sizeof kept_headers[0]; i++) {
        if (kept_headers[i].name_bytes != name_bytes ||
            strncasecmp(kept_headers[i].name, line, name_bytes) != 0)
            continue;
        const char *value = colon + 1, *end = line + bytes;
        while (value < end && is_space(*value))
            value++;
        while (end > value && is_space(end[-1]))
            end--;
        kept_headers[i].keep(answer, value, (size_t)(end - value));
        return;
    }
}

/* "HTTP/1.1 200 OK", "HTTP/2 404". What stands there curl has checked already. */
static void start_answer(struct answer *answer, const char *line, size_t bytes)
{
    answer_clear(answer);
    const char *end = line + bytes, *at = line + 5;
    answer->http_version = at < end ? (*at - '0') * 10 : 0;
    if (end - at > 2 && at[1] == '.' && isdigit((unsigned char)at[2]))
        answer->http_version += at[2] - '0';
    at = memchr(line, ' ', bytes);
    for (; at && at < end && *at == ' '; at++)
        ;
    for (; at && at < end && isdigit((unsigned char)*at) && answer->status < 1000; at++)
        answer->status = answer->status * 10 + (*at - '0');
}

/* ---- whether the body is wanted ---- */

static bool is_html(const struct fetch_text *content_type)
{
    static const char *const types[] = {"text/html", "application/xhtml+xml"};
    if (content_type->bytes == 0)
        return true;
    size_t bytes = strcspn(content_type->data, "; \t,");
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (strlen(types[i]) == bytes && strncasecmp(types[i], content_type->data, bytes) == 0)
            return true;
    return false;
}

static enum outcome judge(const struct exchange *exchange)
{
    const struct answer *answer = &exchange->answer;
    enum outcome outcome = fetch_outcome_of_status(answer->status);
    if (answer->status == 304 && exchange->conditional)
        return OUTCOME_NOT_MODIFIED;
    if (answer->challenge && exchange->accept == FETCH_ACCEPT_HTML)
        return OUTCOME_CHALLENGE;
    if (outcome != OUTCOME_OK)
        return outcome;
    if (exchange->accept == FETCH_ACCEPT_HTML && !is_html(&answer->texts[ANSWER_CONTENT_TYPE]))
        return OUTCOME_NOT_HTML;
    if (answer->content_length > (int64_t)exchange->max_body_bytes && !exchange->cut_body)
        return OUTCOME_BODY_TOO_LARGE;
    return OUTCOME_OK;
}

/* A 304 tells the length that the whole answer would have (RFC 9110 §8.6). */
static bool has_body(const struct answer *answer)
{
    return answer->status != 204 && answer->status != 304;
}

/* False: end the transfer here. Where the body is not wanted but small, it is cheaper to read it to
 * its end than to lose the connection. */
static bool end_of_headers(struct exchange *exchange)
{
    if (exchange->answer.status < 200) /* an interim answer; the real one follows */
        return true;
    exchange->headers_done = true;
    enum outcome outcome = judge(exchange);
    if (outcome == OUTCOME_OK)
        return true;
    exchange_decide(exchange, outcome);
    exchange->body_unwanted = true;
    return !has_body(&exchange->answer) ||
           exchange->answer.content_length <= FETCH_SMALL_BODY_BYTES;
}

/* ---- the callback ---- */

static void first_byte(struct exchange *exchange)
{
    exchange->first_byte_ms = exchange_age_ms(exchange);
    exchange->window_bytes = 0;
    deadline_start(&exchange->progress, FETCH_WAIT_SPEED);
}

static size_t on_header(char *line, size_t size, size_t count, void *arg)
{
    struct exchange *exchange = arg;
    size_t bytes = size * count;
    if (exchange->header_bytes == 0)
        first_byte(exchange);
    exchange->header_bytes += bytes;
    if (exchange->header_bytes > exchange->fetcher->config.max_header_bytes) {
        exchange_decide(exchange, OUTCOME_HEADERS_TOO_LARGE);
        return STOP;
    }
    if (exchange->headers_done) /* a trailer */
        return bytes;
    if (bytes > 5 && strncasecmp(line, "HTTP/", 5) == 0)
        start_answer(&exchange->answer, line, bytes);
    else if (bytes > 0 && (line[0] == '\r' || line[0] == '\n'))
        return end_of_headers(exchange) ? bytes : STOP;
    else
        keep_header(&exchange->answer, line, bytes);
    return bytes;
}

void fetch_headers_attach(struct exchange *exchange)
{
    curl_easy_setopt(exchange->easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(exchange->easy, CURLOPT_HEADERDATA, exchange);
}
