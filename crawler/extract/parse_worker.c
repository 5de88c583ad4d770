/* The parse process: answers parse requests, one after the other.
 *
 * Runs sandboxed in a process of its own, because the bytes that it reads come from anywhere. Even
 * so it trusts no request: what lies outside the shared bodies is never touched. The answer goes to
 * the lane, which the parent copies and checks. Requests are written by the crawler's page.c and
 * robots.c; their layout is in parse_request.h.
 */
#include "crawler/extract/parse_worker.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/extract/charset.h"
#include "crawler/extract/charset_query.h"
#include "crawler/extract/extract.h"
#include "crawler/extract/image_record.h"
#include "crawler/extract/json_ld.h"
#include "crawler/extract/parse_request.h"
#include "crawler/extract/robots_txt.h"
#include "crawler/extract/sitemap.h"
#include "crawler/extract/style_sheet.h"
#include "crawler/extract/url.h"

struct parse_worker {
    const unsigned char *bodies;
    size_t bodies_bytes;
    struct extractor *extractor;
    struct sitemap_reader *sitemap_reader;
    struct style_sheet_reader *style_sheet_reader;
};

/* A request after its checks. */
struct parse_job {
    struct parse_request request;
    const unsigned char *body;
    char base[URL_MAX_BYTES + 1];
};

/* What else would be loaded at first use, when there is no file system any more. */
static void preload(void)
{
    static const char idn[] = "http://b\xc3\xbc"
                              "cher.example/";
    struct url url;
    charset_preload();
    charset_query_preload();
    json_ld_preload();
    (void)url_parse(idn, sizeof idn - 1, NULL, &url);
}

struct parse_worker *parse_worker_new(const unsigned char *bodies, size_t bodies_bytes)
{
    struct parse_worker *worker = malloc(sizeof *worker);
    if (!worker)
        abort();
    preload();
    *worker = (struct parse_worker){
        .bodies = bodies,
        .bodies_bytes = bodies_bytes,
        .extractor = extractor_new(),
        .sitemap_reader = sitemap_reader_new(),
        .style_sheet_reader = style_sheet_reader_new(),
    };
    return worker;
}

struct parse_worker *parse_worker_free(struct parse_worker *worker)
{
    if (!worker)
        return NULL;
    extractor_free(worker->extractor);
    sitemap_reader_free(worker->sitemap_reader);
    style_sheet_reader_free(worker->style_sheet_reader);
    free(worker);
    return NULL;
}

static bool is_ended(const char *text, size_t bytes)
{
    return memchr(text, '\0', bytes) != NULL;
}

static bool read_request(const struct parse_worker *worker, const void *data, size_t bytes,
                         struct parse_job *ret_job)
{
    struct parse_request *request = &ret_job->request;
    if (bytes < sizeof *request)
        return false;
    memcpy(request, data, sizeof *request);
    if (request->kind >= PARSE_KIND_COUNT || request->base_bytes > URL_MAX_BYTES ||
        bytes - sizeof *request != request->base_bytes ||
        !is_ended(request->content_type, sizeof request->content_type) ||
        !is_ended(request->default_charset, sizeof request->default_charset) ||
        !is_ended(request->agent, sizeof request->agent) ||
        (request->flags & ~(uint32_t)PARSE_FLAGS_ALL) || request->reserved)
        return false;
    if (request->body_offset > worker->bodies_bytes ||
        request->body_bytes > worker->bodies_bytes - request->body_offset)
        return false;
    ret_job->body = worker->bodies + request->body_offset;
    memcpy(ret_job->base, (const char *)data + sizeof *request, request->base_bytes);
    ret_job->base[request->base_bytes] = '\0';
    return true;
}

static const char *content_type(const struct parse_job *job)
{
    return job->request.content_type[0] ? job->request.content_type : NULL;
}

static int64_t parse_html(struct parse_worker *worker, const struct parse_job *job, void *lane,
                          size_t lane_bytes)
{
    const char *default_charset = job->request.default_charset;
    const struct extract_input input = {
        .html = job->body,
        .bytes = (size_t)job->request.body_bytes,
        .base = job->base,
        .content_type = content_type(job),
        .default_charset = *default_charset ? default_charset : NULL,
    };
    int64_t rc = extract_html(worker->extractor, &input, lane, lane_bytes);
    return rc == -EINVAL ? -EBADMSG : rc;
}

/* RFC 9309 §2.5: a crawler may stop after 500 KiB. */
static int64_t parse_robots(const struct parse_job *job, void *lane, size_t lane_bytes)
{
    const char *const agents[] = {job->request.agent};
    size_t bytes = (size_t)job->request.body_bytes;
    if (!lane_bytes)
        return -E2BIG;
    if (!job->request.agent[0])
        return -EBADMSG;
    if (bytes > ROBOTS_TXT_MAX_BYTES)
        bytes = ROBOTS_TXT_MAX_BYTES;
    size_t capacity = lane_bytes < ROBOTS_RULES_MAX_BYTES ? lane_bytes : ROBOTS_RULES_MAX_BYTES;
    return (int64_t)robots_txt_parse((const char *)job->body, bytes, agents, 1, lane, capacity) + 1;
}

static int64_t parse_sitemap(struct parse_worker *worker, const struct parse_job *job, void *lane,
                             size_t lane_bytes)
{
    const struct sitemap_input input = {
        .data = job->body,
        .bytes = (size_t)job->request.body_bytes,
        .url = job->base,
        .content_type = content_type(job),
    };
    int64_t rc = sitemap_read(worker->sitemap_reader, &input, lane, lane_bytes);
    return rc == -EINVAL ? -EBADMSG : rc;
}

static int64_t parse_image(const struct parse_job *job, void *lane, size_t lane_bytes)
{
    struct image_record record;
    bool is_whole = job->request.flags & PARSE_WHOLE_IMAGE;
    image_record_read(job->body, (size_t)job->request.body_bytes, is_whole, &record);
    return image_record_write(&record, lane, lane_bytes);
}

static int64_t parse_style_sheet(struct parse_worker *worker, const struct parse_job *job,
                                 void *lane, size_t lane_bytes)
{
    const char *default_charset = job->request.default_charset;
    const struct style_sheet_input input = {
        .css = job->body,
        .bytes = (size_t)job->request.body_bytes,
        .base = job->base,
        .content_type = content_type(job),
        .default_charset = *default_charset ? default_charset : NULL,
    };
    int64_t rc = style_sheet_read(worker->style_sheet_reader, &input, lane, lane_bytes);
    return rc == -EINVAL ? -EBADMSG : rc;
}

int64_t parse_worker_handle(const void *request, size_t bytes, void *lane, size_t lane_bytes,
                            void *arg)
{
    struct parse_worker *worker = arg;
    struct parse_job job;
    if (!read_request(worker, request, bytes, &job))
        return -EBADMSG;
    switch (job.request.kind) {
    case PARSE_ROBOTS:
        return parse_robots(&job, lane, lane_bytes);
    case PARSE_SITEMAP:
        return parse_sitemap(worker, &job, lane, lane_bytes);
    case PARSE_IMAGE:
        return parse_image(&job, lane, lane_bytes);
    case PARSE_STYLE_SHEET:
        return parse_style_sheet(worker, &job, lane, lane_bytes);
    default:
        return parse_html(worker, &job, lane, lane_bytes);
    }
}
