/* Problem: an error answer for people and programs alike, application/problem+json (RFC 9457).
 *
 * A handler fills one on its own stack and gives it to respond_problem(). Plain data; any thread.
 */
#ifndef IMGCRAWL_SERVER_PROBLEM_H
#define IMGCRAWL_SERVER_PROBLEM_H

#include <jansson.h>

/* id, HTTP status, last part of the type, title */
#define PROBLEM_TABLE(X)                                                                           \
    X(BAD_REQUEST, 400, "bad-request", "The request is malformed")                                 \
    X(BAD_JSON, 400, "bad-json", "The body is not valid JSON")                                     \
    X(BAD_PARAMETER, 400, "bad-parameter", "A query parameter is not usable")                      \
    X(BAD_CURSOR, 400, "bad-cursor", "The cursor does not belong here")                            \
    X(CROSS_SITE, 403, "cross-site", "Another site may not change anything here")                  \
    X(NOT_FOUND, 404, "not-found", "There is nothing at this path")                                \
    X(BAD_ID, 404, "bad-id", "An id in the path is not a number")                                  \
    X(JOB_NOT_FOUND, 404, "job-not-found", "There is no such job")                                 \
    X(PAGE_NOT_FOUND, 404, "page-not-found", "There is no such page in this job")                  \
    X(TRAP_NOT_FOUND, 404, "trap-not-found", "There is no such trap in this job")                  \
    X(RULE_NOT_FOUND, 404, "rule-not-found", "There is no such host rule")                         \
    X(METHOD_NOT_ALLOWED, 405, "method-not-allowed", "This path does not take this method")        \
    X(JOB_STATE, 409, "job-state", "The job's state does not allow this")                          \
    X(BODY_TOO_LARGE, 413, "body-too-large", "The request body is too large")                      \
    X(URI_TOO_LONG, 414, "uri-too-long", "The URL of the request is too long")                     \
    X(MEDIA_TYPE, 415, "media-type", "The body must be application/json")                          \
    X(RANGE, 416, "range", "The range lies outside the file")                                      \
    X(UNTRUSTED_HOST, 421, "untrusted-host", "This service does not answer to this host name")     \
    X(INVALID_SETTINGS, 422, "invalid-settings", "The job's settings are not usable")              \
    X(INVALID_RULE, 422, "invalid-rule", "The host rule is not usable")                            \
    X(INTERNAL, 500, "internal", "imgcrawl failed; see its log")                                   \
    X(TOO_MANY_JOBS, 503, "too-many-jobs", "Too many jobs are waiting")                            \
    X(TOO_MANY_CONNECTIONS, 503, "too-many-connections", "Too many connections are open")          \
    X(STORE_BUSY, 503, "store-busy", "The store is busy")                                          \
    X(NO_ANSWER, 503, "no-answer", "The crawler did not answer in time")                           \
    X(STOPPING, 503, "stopping", "imgcrawl is shutting down")                                      \
    X(DISK_FULL, 507, "disk-full", "The disk is full")

enum problem_kind {
#define X(id, status, name, title) PROBLEM_##id,
    PROBLEM_TABLE(X)
#undef X
        PROBLEM_KIND_COUNT
};

/* What of the request an error is about. */
enum problem_place { PROBLEM_POINTER, PROBLEM_PARAMETER };

struct problem {
    enum problem_kind kind;
    char detail[640];
    json_t *members; /* owned: "errors" and what problem_set() added; NULL: none */
};

unsigned problem_status(enum problem_kind kind);

void problem_init(struct problem *ret_problem, enum problem_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void problem_done(struct problem *problem);
/* Adds to "errors": {"pointer" or "parameter": where, "detail": …}. */
void problem_add_error(struct problem *problem, enum problem_place place, const char *where,
                       const char *format, ...) __attribute__((format(printf, 4, 5)));
/* Adds a member of its own, such as "allowed_actions". */
void problem_set(struct problem *problem, const char *name, json_t *take_value);
/* instance: the path of the request. */
json_t *problem_to_json(const struct problem *problem, const char *instance);

#endif
