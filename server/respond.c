/* See respond.h. */
#include "server/respond.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/base/log.h"

enum { STREAM_BLOCK_BYTES = 32 * 1024 };

/* Thumbnails come from the crawled sites, scripts and styles only from here. */
#define UI_POLICY                                                                                  \
    "default-src 'self'; img-src 'self' http: https: data:; object-src 'none'; base-uri 'none'; "  \
    "form-action 'self'; frame-ancestors 'none'"
/* Nothing that a site put into our data can act when somebody opens an answer in a browser. */
#define API_POLICY "default-src 'none'; frame-ancestors 'none'"
/* A page with a style sheet of its own, and nothing else that could act. */
#define PAGE_POLICY                                                                                \
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "         \
    "frame-ancestors 'none'"

void respond_header(struct request *request, const char *name, const char *value)
{
    MHD_add_response_header(request->response, name, value);
}

static void set_response(struct request *request, unsigned status, const char *content_type,
                         struct MHD_Response *take_response, const char *policy)
{
    assert(!request->response);
    if (!take_response)
        abort();
    request->response = take_response;
    request->status = status;
    if (content_type)
        respond_header(request, MHD_HTTP_HEADER_CONTENT_TYPE, content_type);
    respond_header(request, "Content-Security-Policy", policy);
    respond_header(request, "X-Content-Type-Options", "nosniff");
    respond_header(request, "Referrer-Policy", "no-referrer");
    respond_header(request, "Cross-Origin-Resource-Policy", "same-origin");
}

/* MHD wants a plain pointer although it only reads. */
static void *unconst(const void *data)
{
    return (void *)(uintptr_t)data;
}

static struct MHD_Response *empty_response(void)
{
    return MHD_create_response_from_buffer(0, unconst(""), MHD_RESPMEM_PERSISTENT);
}

void respond_text(struct request *request, unsigned status, const char *content_type,
                  char *take_text, size_t bytes)
{
    set_response(request, status, content_type,
                 MHD_create_response_from_buffer(bytes, take_text, MHD_RESPMEM_MUST_FREE),
                 API_POLICY);
    respond_header(request, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
}

void respond_page(struct request *request, char *take_text, size_t bytes)
{
    set_response(request, MHD_HTTP_OK, "text/html; charset=utf-8",
                 MHD_create_response_from_buffer(bytes, take_text, MHD_RESPMEM_MUST_FREE),
                 PAGE_POLICY);
    respond_header(request, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
}

void respond_static(struct request *request, unsigned status, const char *content_type,
                    const void *data, size_t bytes)
{
    set_response(request, status, content_type,
                 MHD_create_response_from_buffer(bytes, unconst(data), MHD_RESPMEM_PERSISTENT),
                 UI_POLICY);
}

void respond_empty(struct request *request, unsigned status)
{
    /* The headers of a 304 replace those of the copy that the browser kept (RFC 9111 §4.3.4). */
    bool is_kept_copy = status == MHD_HTTP_NOT_MODIFIED;
    set_response(request, status, NULL, empty_response(), is_kept_copy ? UI_POLICY : API_POLICY);
}

void respond_stream(struct request *request, const char *content_type,
                    MHD_ContentReaderCallback read, void *take_reader,
                    MHD_ContentReaderFreeCallback free_reader)
{
    set_response(request, MHD_HTTP_OK, content_type,
                 MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK_BYTES, read,
                                                   take_reader, free_reader),
                 API_POLICY);
    respond_header(request, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
}

void respond_file(struct request *request, unsigned status, const char *content_type, int take_fd,
                  uint64_t first, uint64_t bytes)
{
    set_response(request, status, content_type,
                 MHD_create_response_from_fd_at_offset64(bytes, take_fd, first), API_POLICY);
    respond_header(request, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
}

static void respond_value(struct request *request, unsigned status, const char *content_type,
                          json_t *take_value)
{
    char *text = json_dumps(take_value, JSON_COMPACT);

    json_decref(take_value);
    if (!text)
        abort();
    respond_text(request, status, content_type, text, strlen(text));
}

void respond_json(struct request *request, unsigned status, json_t *take_value)
{
    respond_value(request, status, "application/json", take_value);
}

void respond_problem(struct request *request, struct problem *take_members_of)
{
    unsigned status = problem_status(take_members_of->kind);
    json_t *value = problem_to_json(take_members_of, request->instance);

    problem_done(take_members_of);
    respond_value(request, status, "application/problem+json", value);
}

void respond_error(struct request *request, enum problem_kind kind, const char *format, ...)
{
    struct problem problem;
    char detail[sizeof problem.detail];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(detail, sizeof detail, format, arguments);
    va_end(arguments);
    problem_init(&problem, kind, "%s", detail);
    respond_problem(request, &problem);
}

void respond_storage_error(struct request *request, int rc)
{
    if (rc == -EBUSY || rc == -EAGAIN) {
        respond_error(request, PROBLEM_STORE_BUSY, "Try again in a moment.");
        respond_header(request, MHD_HTTP_HEADER_RETRY_AFTER, "1");
        return;
    }
    log_error("%s %s: %s", request->method, request->instance, strerror(-rc));
    if (rc == -ENOSPC)
        respond_error(request, PROBLEM_DISK_FULL, "Make room in the data directory.");
    else
        respond_error(request, PROBLEM_INTERNAL, "The store answered: %s.", strerror(-rc));
}

void respond_body_error(struct request *request, enum problem_kind kind,
                        const struct settings_error *error)
{
    struct problem problem;

    problem_init(&problem, kind, "%s %s.", *error->pointer ? error->pointer : "The body",
                 error->detail);
    problem_add_error(&problem, PROBLEM_POINTER, error->pointer, "%s", error->detail);
    respond_problem(request, &problem);
}

void respond_settings_error(struct request *request, const struct settings_error *error)
{
    respond_body_error(request, PROBLEM_INVALID_SETTINGS, error);
}
