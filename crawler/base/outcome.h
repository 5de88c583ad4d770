/* Outcome: how the visit of one URL ended, by a name that is the same in API, database and log.
 *
 * What a remote site does wrong is data, never a function error: it becomes one of these.
 */
#ifndef IMGCRAWL_OUTCOME_H
#define IMGCRAWL_OUTCOME_H

#include <stdbool.h>

/* What a URL counts as once it has this outcome. */
enum outcome_class { OUTCOME_DONE, OUTCOME_FAILED, OUTCOME_SKIPPED, OUTCOME_CLASS_COUNT };

/* name, class, whether trying again may help, what it means for people */
#define OUTCOME_TABLE(X)                                                                           \
    X(OK, "ok", DONE, false, "fetched, parsed and stored")                                         \
    X(REDIRECTED, "redirected", DONE, false,                                                       \
      "answered with a redirect; its target is a URL of its own")                                  \
    X(NOT_MODIFIED, "not_modified", DONE, false,                                                   \
      "unchanged since the crawl that this one repeats; what was found then stands")               \
    /* the way there */                                                                            \
    X(DNS_FAILED, "dns_failed", FAILED, true, "the host name could not be resolved")               \
    X(CONNECT_REFUSED, "connect_refused", FAILED, true, "the host refused the connection")         \
    X(CONNECT_FAILED, "connect_failed", FAILED, true, "the host could not be reached")             \
    X(TIMEOUT_CONNECT, "timeout_connect", FAILED, true, "no connection within connect_timeout_ms") \
    X(TLS_INVALID, "tls_invalid", FAILED, false, "the certificate is not valid for this host")     \
    X(TLS_FAILED, "tls_failed", FAILED, true, "the TLS handshake failed")                          \
    X(ADDRESS_BLOCKED, "address_blocked", FAILED, false,                                           \
      "the address is one that jobs may not reach")                                                \
    /* the answer */                                                                               \
    X(TIMEOUT_FIRST_BYTE, "timeout_first_byte", FAILED, true,                                      \
      "no answer within first_byte_timeout_ms")                                                    \
    X(TIMEOUT_TOTAL, "timeout_total", FAILED, true, "not finished within total_timeout_ms")        \
    X(TOO_SLOW, "too_slow", FAILED, true, "slower than low_speed_bytes for low_speed_ms")          \
    X(CONNECTION_RESET, "connection_reset", FAILED, true, "the connection was reset")              \
    X(EMPTY_REPLY, "empty_reply", FAILED, true, "the connection was closed without an answer")     \
    X(BODY_INCOMPLETE, "body_incomplete", FAILED, true,                                            \
      "the connection ended before the whole body")                                                \
    X(BAD_RESPONSE, "bad_response", FAILED, false, "the answer is not valid HTTP")                 \
    X(BAD_ENCODING, "bad_encoding", FAILED, false, "the Content-Encoding could not be decoded")    \
    X(HEADERS_TOO_LARGE, "headers_too_large", FAILED, false,                                       \
      "more than max_header_bytes of headers")                                                     \
    X(BODY_TOO_LARGE, "body_too_large", FAILED, false,                                             \
      "more than max_body_bytes after decompression")                                              \
    X(HTTP_429, "http_429", FAILED, true, "the host asks for fewer requests (429)")                \
    X(HTTP_4XX, "http_4xx", FAILED, false, "the host answered with a client error")                \
    X(HTTP_5XX, "http_5xx", FAILED, true,                                                          \
      "the host answered with a server error (502, 503, 504 are retried)")                         \
    X(HTTP_OTHER, "http_other", FAILED, false, "a status that makes no page (1xx, 204, 304 …)")    \
    X(REDIRECT_INVALID, "redirect_invalid", FAILED, false, "a redirect without a usable Location") \
    X(REDIRECT_LOOP, "redirect_loop", FAILED, false,                                               \
      "the redirect leads back to where it came from")                                             \
    X(TOO_MANY_REDIRECTS, "too_many_redirects", FAILED, false, "more than max_redirects in a row") \
    /* the page */                                                                                 \
    X(PARSE_CRASHED, "parse_crashed", FAILED, false,                                               \
      "the parse process was killed by this page, twice")                                          \
    X(PARSE_TIMEOUT, "parse_timeout", FAILED, false,                                               \
      "parsing took longer than parse_timeout_ms, twice")                                          \
    X(PARSE_OUT_OF_MEMORY, "parse_out_of_memory", FAILED, false,                                   \
      "parsing needed more than parse_memory_bytes")                                               \
    X(PARSE_FAILED, "parse_failed", FAILED, false, "the parse process gave no valid answer")       \
    X(SOFT_404, "soft_404", FAILED, false,                                                         \
      "answered 200, but the page says that there is nothing here")                                \
    X(CHALLENGE, "challenge", FAILED, false,                                                       \
      "answered with a check for robots instead of the page")                                      \
    X(URL_INVALID, "url_invalid", FAILED, false, "its URL cannot be read")                         \
    X(INTERNAL_ERROR, "internal_error", FAILED, false, "imgcrawl itself failed; see the log")      \
    /* decided not to */                                                                           \
    X(NOT_HTML, "not_html", SKIPPED, false, "is not HTML, by its Content-Type or by its bytes")    \
    X(OUT_OF_SCOPE, "out_of_scope", SKIPPED, false, "outside the job's scope")                     \
    X(EXCLUDED, "excluded", SKIPPED, false, "matches an exclude pattern")                          \
    X(NOT_INCLUDED, "not_included", SKIPPED, false, "matches none of the include patterns")        \
    X(PATTERN_LIMIT, "pattern_limit", SKIPPED, false,                                              \
      "a pattern took too long on it, so it was left out")                                         \
    X(MAX_DEPTH, "max_depth", SKIPPED, false, "deeper than max_depth")                             \
    X(MAX_HOST_PAGES, "max_host_pages", SKIPPED, false, "max_host_pages was reached on its host")  \
    X(MAX_QUERY_VARIANTS, "max_query_variants", SKIPPED, false,                                    \
      "max_query_variants of its path are known already")                                          \
    X(MAX_PATH_DEPTH, "max_path_depth", SKIPPED, false, "its path is deeper than max_path_depth")  \
    X(REPEATED_SEGMENTS, "repeated_segments", SKIPPED, false,                                      \
      "a segment of its path repeats more than max_repeated_segments times")                       \
    X(TRAP, "trap", SKIPPED, false, "held back: it looks like one of endlessly many, see traps")   \
    X(MAX_PAGES, "max_pages", SKIPPED, false, "max_pages was reached")                             \
    X(MAX_SECONDS, "max_seconds", SKIPPED, false, "max_seconds was reached")                       \
    X(ROBOTS_DISALLOWED, "robots_disallowed", SKIPPED, false, "robots.txt disallows it")           \
    X(ROBOTS_UNREACHABLE, "robots_unreachable", SKIPPED, false,                                    \
      "robots.txt could not be fetched, so nothing is allowed")                                    \
    X(CANCELLED, "cancelled", SKIPPED, false, "the job was cancelled before it was fetched")

enum outcome {
#define X(id, name, class_, retry, text) OUTCOME_##id,
    OUTCOME_TABLE(X)
#undef X
        OUTCOME_COUNT
};

const char *outcome_name(enum outcome outcome);
const char *outcome_text(enum outcome outcome);
enum outcome_class outcome_class_of(enum outcome outcome);
const char *outcome_class_name(enum outcome_class class_); /* "done" "failed" "skipped" */
/* Whether another try may help: a property of the failure, not a promise. */
bool outcome_is_transient(enum outcome outcome);
/* 0, or -ENOENT for a name that is not in the table. */
int outcome_parse(const char *name, enum outcome *ret_outcome);

#endif
