/* The fetcher against a server that misbehaves: every way in which an exchange can end has its
 * outcome. One table, one test a row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/crawler/fetch_world.h"
#include "tests/unit/crawler/raw_server.h"

/* What is shortened or lifted from the defaults of struct world. */
enum tweak {
    AS_IS,
    FIRST_BYTE_SOON,
    TOTAL_SOON,
    SPEED_SOON,
    SMALL_BODY, /* at most 1000 bytes */
    CUT_BODY,   /* the same, cut */
    ACCEPT_ANY
};

struct row {
    const char *name;
    const char *answer;
    size_t answer_bytes;
    enum raw_after after;
    enum outcome outcome;
    int status;
    const char *body; /* NULL: not compared */
    enum tweak tweak;
    const char *repeat;
};

#define ROW(name_, answer_, after_, outcome_, status_, body_, ...)                                 \
    {                                                                                              \
        .name = name_, .answer = answer_, .answer_bytes = sizeof(answer_) - 1, .after = after_,    \
        .outcome = outcome_, .status = status_, .body = body_, __VA_ARGS__                         \
    }

static const struct row rows[] = {
    /* pages */
    ROW("length", HEAD LENGTH(5) "hello", RAW_KEEP, OUTCOME_OK, 200, "hello"),
    ROW("chunked", HEAD CHUNKED "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n", RAW_KEEP, OUTCOME_OK, 200,
        "hello"),
    ROW("until_close", "HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\nhello", RAW_CLOSE,
        OUTCOME_OK, 200, "hello"),
    ROW("empty_page", HEAD LENGTH(0), RAW_KEEP, OUTCOME_OK, 200, ""),
    ROW("no_content_type", "HTTP/1.1 200 OK\r\n" LENGTH(5) "hello", RAW_KEEP, OUTCOME_OK, 200,
        "hello"),
    ROW("empty_content_type", "HTTP/1.1 200 OK\r\nContent-Type:\r\n" LENGTH(2) "ok", RAW_KEEP,
        OUTCOME_OK, 200, "ok"),
    ROW("xhtml", "HTTP/1.1 200 OK\r\ncontent-type: Application/XHTML+xml\r\n" LENGTH(2) "ok",
        RAW_KEEP, OUTCOME_OK, 200, "ok"),
    ROW("gzip",
        HEAD "Content-Encoding: gzip\r\n" LENGTH(
            30) "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcb\x48\xcd\xc9\xc9\x57\x48\xaf\xca\x2c"
                "\x00\x00\x19\x6a\xd2\xdf\x0a\x00\x00\x00",
        RAW_KEEP, OUTCOME_OK, 200, "hello gzip"),
    ROW("bytes_beyond_the_length_are_dropped", HEAD LENGTH(5) "hello, world", RAW_CLOSE, OUTCOME_OK,
        200, "hello"),
    ROW("interim_answers_are_skipped",
        "HTTP/1.1 103 Early Hints\r\nContent-Type: image/png\r\n\r\nHTTP/1.1 100 "
        "Continue\r\n\r\n" HEAD LENGTH(5) "hello",
        RAW_KEEP, OUTCOME_OK, 200, "hello"),
    ROW("trailers_are_no_headers",
        HEAD CHUNKED "5\r\nhello\r\n0\r\nContent-Type: image/png\r\nLocation: /x\r\n\r\n", RAW_KEEP,
        OUTCOME_OK, 200, "hello"),
    /* statuses */
    ROW("status_206", "HTTP/1.1 206 Partial\r\n" LENGTH(2) "ok", RAW_KEEP, OUTCOME_OK, 206, "ok"),
    ROW("status_204", "HTTP/1.1 204 No Content\r\n\r\n", RAW_KEEP, OUTCOME_HTTP_OTHER, 204, ""),
    ROW("status_205", STATUS("205 Reset"), RAW_KEEP, OUTCOME_HTTP_OTHER, 205, ""),
    ROW("status_300", STATUS("300 Choices"), RAW_KEEP, OUTCOME_HTTP_OTHER, 300, ""),
    ROW("status_301", STATUS("301 Moved"), RAW_KEEP, OUTCOME_REDIRECTED, 301, ""),
    ROW("status_302", STATUS("302 Found"), RAW_KEEP, OUTCOME_REDIRECTED, 302, ""),
    ROW("status_303", STATUS("303 Other"), RAW_KEEP, OUTCOME_REDIRECTED, 303, ""),
    ROW("status_304", "HTTP/1.1 304 Same\r\n\r\n", RAW_KEEP, OUTCOME_HTTP_OTHER, 304, ""),
    ROW("status_305", STATUS("305 Proxy"), RAW_KEEP, OUTCOME_HTTP_OTHER, 305, ""),
    ROW("status_307", STATUS("307 Here"), RAW_KEEP, OUTCOME_REDIRECTED, 307, ""),
    ROW("status_308", STATUS("308 There"), RAW_KEEP, OUTCOME_REDIRECTED, 308, ""),
    ROW("status_401", STATUS("401 Who"), RAW_KEEP, OUTCOME_HTTP_4XX, 401, ""),
    ROW("status_404_drops_its_body", "HTTP/1.1 404 No\r\n" LENGTH(5) "hello", RAW_KEEP,
        OUTCOME_HTTP_4XX, 404, ""),
    ROW("status_404_cut_off_is_still_404", "HTTP/1.1 404 No\r\n" LENGTH(50) "hello", RAW_RESET,
        OUTCOME_HTTP_4XX, 404, ""),
    ROW("status_404_that_hangs_is_still_404", "HTTP/1.1 404 No\r\n" LENGTH(50) "hello", RAW_HANG,
        OUTCOME_HTTP_4XX, 404, "", .tweak = TOTAL_SOON),
    ROW("status_404_without_end_is_left", "HTTP/1.1 404 No\r\n\r\n", RAW_FLOOD, OUTCOME_HTTP_4XX,
        404, "", .repeat = "more and more "),
    ROW("status_429", STATUS("429 Slow down"), RAW_KEEP, OUTCOME_HTTP_429, 429, ""),
    ROW("status_500", STATUS("500 Oops"), RAW_KEEP, OUTCOME_HTTP_5XX, 500, ""),
    ROW("status_503", STATUS("503 Later"), RAW_KEEP, OUTCOME_HTTP_5XX, 503, ""),
    ROW("status_999", STATUS("999 Denied"), RAW_KEEP, OUTCOME_HTTP_OTHER, 999, ""),
    ROW("status_101", "HTTP/1.1 101 Switching\r\n\r\n", RAW_CLOSE, OUTCOME_EMPTY_REPLY, 101, ""),
    /* types */
    ROW("not_html_small", "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n" LENGTH(4) "\x89PNG",
        RAW_KEEP, OUTCOME_NOT_HTML, 200, ""),
    ROW("not_html_endless", "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n", RAW_FLOOD,
        OUTCOME_NOT_HTML, 200, "", .repeat = "more and more "),
    ROW("not_html_big", "HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\n" LENGTH(99999), RAW_HANG,
        OUTCOME_NOT_HTML, 200, ""),
    ROW("html_prefix_is_not_html", "HTTP/1.1 200 OK\r\nContent-Type: text/html5\r\n" LENGTH(2) "no",
        RAW_KEEP, OUTCOME_NOT_HTML, 200, ""),
    ROW("any_type", "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n" LENGTH(2) "ok", RAW_KEEP,
        OUTCOME_OK, 200, "ok", .tweak = ACCEPT_ANY),
    /* cut off */
    ROW("closed_without_answer", "", RAW_CLOSE, OUTCOME_EMPTY_REPLY, 0, ""),
    ROW("reset_without_answer", "", RAW_RESET, OUTCOME_CONNECTION_RESET, 0, ""),
    ROW("reset_in_body", HEAD LENGTH(100) "hello", RAW_RESET, OUTCOME_CONNECTION_RESET, 200, NULL),
    ROW("length_lies", HEAD LENGTH(100) "hello", RAW_CLOSE, OUTCOME_BODY_INCOMPLETE, 200, NULL),
    ROW("chunks_end_early", HEAD CHUNKED "5\r\nhello\r\n", RAW_CLOSE, OUTCOME_BODY_INCOMPLETE, 200,
        NULL),
    ROW("chunk_ends_early", HEAD CHUNKED "50\r\nhello\r\n", RAW_CLOSE, OUTCOME_BODY_INCOMPLETE, 200,
        NULL),
    ROW("headers_end_early", "HTTP/1.1 200 OK\r\nContent-Ty", RAW_CLOSE, OUTCOME_BODY_INCOMPLETE,
        200, ""),
    /* nonsense */
    ROW("not_http", "220 mail.example.com ESMTP\r\n", RAW_CLOSE, OUTCOME_BAD_RESPONSE, 0, ""),
    ROW("unknown_version", "HTTP/7.3 200 OK\r\n\r\n", RAW_CLOSE, OUTCOME_BAD_RESPONSE, 0, ""),
    ROW("bad_chunk", HEAD CHUNKED "hello\r\n", RAW_CLOSE, OUTCOME_BAD_RESPONSE, 200, NULL),
    ROW("nul_in_header", "HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n", RAW_CLOSE, OUTCOME_BAD_RESPONSE, 200,
        ""),
    ROW("bad_length", HEAD "Content-Length: -5\r\n\r\n", RAW_CLOSE, OUTCOME_BAD_RESPONSE, 200, ""),
    ROW("bad_gzip", HEAD "Content-Encoding: gzip\r\n" LENGTH(20) "this is not any gzip", RAW_KEEP,
        OUTCOME_BAD_ENCODING, 200, NULL),
    ROW("html_as_brotli",
        HEAD "Content-Encoding: br\r\n" LENGTH(42) "<title>not br</title><img src=/picture.png>",
        RAW_KEEP, OUTCOME_BAD_ENCODING, 200, NULL),
    ROW("junk_as_brotli", HEAD "Content-Encoding: br\r\n" LENGTH(2) "xx", RAW_KEEP,
        OUTCOME_BAD_ENCODING, 200, ""),
    ROW("junk_as_deflate", HEAD "Content-Encoding: deflate\r\n" LENGTH(7) "xxxxxxx", RAW_KEEP,
        OUTCOME_BAD_ENCODING, 200, NULL),
    ROW("gzip_that_ends_in_its_header",
        HEAD "Content-Encoding: gzip\r\n" LENGTH(10) "\x1f\x8b\x08\0\0\0\0\0\2\3", RAW_KEEP,
        OUTCOME_BAD_ENCODING, 200, ""),
    ROW("nothing_as_brotli", HEAD "Content-Encoding: br\r\n" CHUNKED "1\r\n\x06\r\n0\r\n\r\n",
        RAW_KEEP, OUTCOME_OK, 200, ""),
    ROW("nothing_as_gzip",
        HEAD
        "Content-Encoding: gzip\r\n" LENGTH(20) "\x1f\x8b\x08\0\0\0\0\0\2\3\3\0\0\0\0\0\0\0\0\0",
        RAW_KEEP, OUTCOME_OK, 200, ""),
    ROW("empty_though_encoded", HEAD "Content-Encoding: gzip\r\n" LENGTH(0), RAW_KEEP, OUTCOME_OK,
        200, ""),
    ROW("unknown_encoding", HEAD "Content-Encoding: rot13\r\n" LENGTH(5) "uryyb", RAW_KEEP,
        OUTCOME_BAD_ENCODING, 200, NULL),
    /* without end */
    ROW("endless_headers", "HTTP/1.1 200 OK\r\n", RAW_FLOOD, OUTCOME_HEADERS_TOO_LARGE, 200, "",
        .repeat = "X-More: and more\r\n"),
    ROW("endless_header", "HTTP/1.1 200 OK\r\nX-Long: ", RAW_FLOOD, OUTCOME_HEADERS_TOO_LARGE, 200,
        "", .repeat = "more and more "),
    ROW("endless_interim_answers", "", RAW_FLOOD, OUTCOME_HEADERS_TOO_LARGE, -1, "",
        .repeat = "HTTP/1.1 100 Continue\r\n\r\n"),
    ROW("endless_body", HEAD "\r\n", RAW_FLOOD, OUTCOME_BODY_TOO_LARGE, 200, NULL,
        .repeat = "more and more "),
    ROW("endless_body_is_cut", HEAD "\r\n", RAW_FLOOD, OUTCOME_OK, 200, NULL, .tweak = CUT_BODY,
        .repeat = "more and more "),
    ROW("length_over_the_cap", HEAD LENGTH(99999), RAW_HANG, OUTCOME_BODY_TOO_LARGE, 200, "",
        .tweak = SMALL_BODY),
    ROW("gzip_bomb",
        HEAD "Content-Encoding: gzip\r\n" LENGTH(
            132) "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xed\xc1\x31\x01\x00\x00\x00\xc2\xa0\xf5"
                 "\x4f"
                 "\x6d"
                 "\x0d\x0f\xa0\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
                 "\x00"
                 "\x00"
                 "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
                 "\x00"
                 "\x00"
                 "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
                 "\x00"
                 "\x00"
                 "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
                 "\x00"
                 "\x00"
                 "\x00\x00\x00\x00\x00\x00\x00\x00\x80\x57\x03\x7d\x95\x11\xd4\xa0\x86\x01\x00",
        RAW_KEEP, OUTCOME_BODY_TOO_LARGE, 200, NULL, .tweak = SMALL_BODY),
    /* too slow */
    ROW("no_answer", "", RAW_HANG, OUTCOME_TIMEOUT_FIRST_BYTE, 0, "", .tweak = FIRST_BYTE_SOON),
    ROW("half_a_status_line", "HTTP/1.1 2", RAW_HANG, OUTCOME_TIMEOUT_FIRST_BYTE, 0, "",
        .tweak = FIRST_BYTE_SOON),
    ROW("dripped_headers", "HTTP/1.1 200 OK\r\n", RAW_DRIP, OUTCOME_TOO_SLOW, 200, "",
        .tweak = SPEED_SOON, .repeat = "X-More: and more\r\n"),
    ROW("dripped_body", HEAD "\r\n", RAW_DRIP, OUTCOME_TOO_SLOW, 200, NULL, .tweak = SPEED_SOON,
        .repeat = "drip "),
    ROW("stalled_body", HEAD LENGTH(100) "hello", RAW_HANG, OUTCOME_TOO_SLOW, 200, "hello",
        .tweak = SPEED_SOON),
    ROW("dripped_body_in_all", HEAD "\r\n", RAW_DRIP, OUTCOME_TIMEOUT_TOTAL, 200, NULL,
        .tweak = TOTAL_SOON, .repeat = "drip "),
};

static void tweak_config(struct fetch_config *config, enum tweak tweak)
{
    switch (tweak) {
    case FIRST_BYTE_SOON:
        config->first_byte_timeout_ms = 80;
        return;
    case TOTAL_SOON:
        config->total_timeout_ms = 150;
        return;
    case SPEED_SOON:
        config->low_speed_ms = 150;
        config->low_speed_bytes = 1000;
        return;
    default:
        return;
    }
}

static void tweak_request(struct fetch_request *request, enum tweak tweak)
{
    if (tweak == SMALL_BODY || tweak == CUT_BODY)
        request->max_body_bytes = 1000;
    request->cut_body = tweak == CUT_BODY;
    if (tweak == ACCEPT_ANY)
        request->accept = FETCH_ACCEPT_ANY;
}

static void compare(const struct world *world, const struct row *row,
                    const struct fetch_result *result)
{
    if (result->outcome != row->outcome)
        fail_msg("%s: %s (%s)", row->name, outcome_name(result->outcome), result->detail);
    if (row->status >= 0)
        assert_int_equal(result->status, row->status);
    assert_int_equal(result->body_bytes, world->slot->used);
    if (row->body) {
        assert_int_equal(result->body_bytes, strlen(row->body));
        assert_memory_equal(world->slot->data, row->body, result->body_bytes);
    }
    if (row->tweak == CUT_BODY)
        assert_int_equal(result->body_bytes, 1000);
    if (result->outcome != OUTCOME_OK && result->outcome != OUTCOME_REDIRECTED)
        assert_string_not_equal(result->detail, "");
    assert_string_equal(result->remote_ip, "127.0.0.1");
}

static void exchange_ends_with_its_outcome(void **state)
{
    const struct row *row = *state;
    struct raw_script script = {row->answer, row->answer_bytes, row->after, row->repeat, 20};
    struct raw_server *server = raw_server_start(script);
    struct world world;
    world_init(&world);
    tweak_config(&world.config, row->tweak);
    world_open(&world);
    struct fetch_request request =
        world_request(&world, raw_server_url(server, "http://127.0.0.1"));
    tweak_request(&request, row->tweak);
    struct fetch_result *result = world_fetch_request(&world, &request);
    compare(&world, row, result);
    assert_int_equal(fetcher_active(world.fetcher), 0);
    free(result);
    world_done(&world);
    raw_server_free(server);
}

int main(void)
{
    enum { ROWS = sizeof rows / sizeof rows[0] };
    struct CMUnitTest tests[ROWS];
    for (size_t i = 0; i < ROWS; i++)
        tests[i] = (struct CMUnitTest){.name = rows[i].name,
                                       .test_func = exchange_ends_with_its_outcome,
                                       .initial_state = (void *)(uintptr_t)&rows[i]};
    return cmocka_run_group_tests_name("fetch outcomes", tests, NULL, NULL);
}
