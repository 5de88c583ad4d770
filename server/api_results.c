/* See api_results.h. */
#include "server/api_results.h"

#include <errno.h>
#include <inttypes.h>

#include "server/api_findings.h"
#include "server/api_sitemaps.h"
#include "server/job_results.h"
#include "server/json_value.h"
#include "server/listing.h"
#include "server/request.h"
#include "server/respond.h"
#include "server/result_view.h"
#include "storage/job_query.h"

static void finish(struct listing *listing, int rc)
{
    struct request *request = listing->request;

    if (rc < 0) {
        listing_drop(listing);
        respond_storage_error(request, rc);
        return;
    }
    listing_respond(listing);
}

struct query_filter api_results_filter(const struct params *params)
{
    return (struct query_filter){.host = params->host,
                                 .page_host = params->page_host,
                                 .alt_state = params->alt_state,
                                 .source = params->source,
                                 .state = params->state,
                                 .outcome = params->outcome,
                                 .text = params->text,
                                 .consent = params->consent,
                                 .page_id = params->page_id,
                                 .image_id = params->image_id,
                                 .status_min = params->status.min,
                                 .status_max = params->status.max,
                                 .search = params->search,
                                 .rules = api_findings_mask(params),
                                 .template = params->template,
                                 .landmark = params->landmark,
                                 .link_only = params->link_only,
                                 .probe = params->probe,
                                 .image_type = params->image_type,
                                 .min_bytes = params->min_bytes,
                                 .max_bytes = params->max_bytes,
                                 .min_width = params->min_width,
                                 .max_width = params->max_width,
                                 .min_height = params->min_height,
                                 .max_height = params->max_height};
}

static struct query_filter filter_of(const struct listing *listing, int64_t after_id)
{
    struct query_filter filter = api_results_filter(&listing->request->params);

    filter.after_id = after_id;
    filter.limit = listing->limit + 1;
    return filter;
}

static int add_page(const struct page_result *row, void *arg)
{
    return listing_add(arg, row->id, page_view(row));
}

static int add_image(const struct image_result *row, void *arg)
{
    return listing_add(arg, row->id, image_view(row));
}

static int add_occurrence(const struct occurrence_result *row, void *arg)
{
    return listing_add(arg, row->id, occurrence_view(row));
}

static int read_part(struct job_reader *reader, enum cursor_listing kind,
                     const struct query_filter *filter, struct listing *listing)
{
    switch (kind) {
    case CURSOR_PAGES:
        return query_pages(reader, filter, add_page, listing);
    case CURSOR_IMAGES:
        return query_images(reader, filter, add_image, listing);
    case CURSOR_OCCURRENCES:
        return query_occurrences(reader, filter, add_occurrence, listing);
    default:
        return -EINVAL;
    }
}

static void refuse_search(struct request *request)
{
    struct problem problem;

    problem_init(&problem, PROBLEM_BAD_PARAMETER, "%s", "Each entry of errors names a parameter.");
    problem_add_error(&problem, PROBLEM_PARAMETER, "q", "more than 32 words and phrases");
    respond_problem(request, &problem);
}

/* A search may have looked at a part of the rows only: the next part begins behind it. */
static void tell_search(struct listing *listing, const struct query_told *told)
{
    if (!listing->request->params.search)
        return;
    listing->searched = told->by_scan ? "scan" : "index";
    if (told->by_scan && told->last_id > 0 && !listing->has_more) {
        listing->has_more = true;
        listing->cursor.last_id = told->last_id;
    }
}

static void answer_part(struct listing *listing, struct job_reader *reader,
                        enum cursor_listing kind, int64_t after_id)
{
    struct query_filter filter = filter_of(listing, after_id);
    struct query_told told = {0};
    int rc = 0;

    filter.told = &told;
    if (kind != CURSOR_PAGES)
        api_findings_want_index(listing->request, reader);
    if (reader)
        rc = read_part(reader, kind, &filter, listing);
    if (rc == -E2BIG && filter.search) {
        listing_drop(listing);
        refuse_search(listing->request);
        return;
    }
    tell_search(listing, &told);
    finish(listing, rc);
}

static void list_part(struct request *request, enum cursor_listing kind)
{
    struct job_reader *reader;
    struct listing listing;
    int64_t after_id;

    if (job_results_open(request, &reader) < 0)
        return;
    if (listing_begin_part(&listing, request, kind, &after_id) == 0)
        answer_part(&listing, reader, kind, after_id);
    reader = job_reader_free(reader);
}

void api_list_pages(struct request *request)
{
    list_part(request, CURSOR_PAGES);
}

void api_list_images(struct request *request)
{
    list_part(request, CURSOR_IMAGES);
}

void api_list_occurrences(struct request *request)
{
    list_part(request, CURSOR_OCCURRENCES);
}

struct page_detail {
    int64_t job_id;
    json_t *view, *redirects;
};

static int keep_page(const struct page_result *row, void *arg)
{
    struct page_detail *detail = arg;

    detail->view = page_view(row);
    json_object_set_new(detail->view, "unfollowed", json_integer(row->unfollowed));
    json_object_set_new(detail->view, "links", page_links_view(detail->job_id, row));
    return 0;
}

static int keep_redirect(const struct page_result *row, void *arg)
{
    struct page_detail *detail = arg;

    json_array_append_new(detail->redirects, redirect_view(row));
    return 0;
}

static int read_page(struct job_reader *reader, int64_t page_id, struct page_detail *detail)
{
    int64_t verdicts[QUERY_VERDICTS];
    json_t *mentions;
    int rc = reader ? query_page(reader, page_id, keep_page, detail) : -ENOENT;

    if (rc < 0)
        return rc;
    rc = query_verdict_counts(reader, page_id, verdicts);
    if (rc < 0)
        return rc;
    json_object_set_new(detail->view, "verdicts", verdict_counts_view(verdicts));
    mentions = sitemap_mentions_view(reader, page_id, &rc);
    if (!mentions)
        return rc;
    json_object_set_new(detail->view, "sitemaps", mentions);
    return query_redirect_chain(reader, page_id, keep_redirect, detail);
}

void api_get_page(struct request *request)
{
    struct page_detail detail = {.job_id = request->ids[0], .redirects = json_array()};
    struct job_reader *reader;
    int rc;

    if (job_results_open(request, &reader) < 0) {
        json_decref(detail.redirects);
        return;
    }
    rc = read_page(reader, request->ids[1], &detail);
    reader = job_reader_free(reader);
    if (rc == 0) {
        json_object_set_new(detail.view, "redirect_chain", detail.redirects);
        respond_json(request, MHD_HTTP_OK, detail.view);
        return;
    }
    json_decref(detail.redirects);
    json_decref(detail.view);
    if (rc == -ENOENT)
        respond_error(request, PROBLEM_PAGE_NOT_FOUND,
                      "Job %" PRId64 " knows no page with the id %" PRId64 ".", request->ids[0],
                      request->ids[1]);
    else
        respond_storage_error(request, rc);
}

static int add_host(const struct host_count *row, void *arg)
{
    json_t *view = json_object();

    json_object_set_new(view, "host", json_text(row->host));
    json_object_set_new(view, "count", json_integer(row->count));
    return listing_add(arg, 0, view);
}

static int add_event(int64_t at_ms, const char *kind, const char *text, void *arg)
{
    json_t *view = json_object();

    json_object_set_new(view, "at", json_time(at_ms));
    json_object_set_new(view, "kind", json_text(kind));
    json_object_set_new(view, "text", json_text(text));
    return listing_add(arg, 0, view);
}

void api_list_hosts(struct request *request)
{
    const struct params *params = &request->params;
    struct job_reader *reader;
    struct listing listing;
    int rc = 0;

    if (job_results_open(request, &reader) < 0)
        return;
    listing_begin(&listing, request);
    if (reader)
        rc = query_hosts(reader, params->of ? params->of : "images", (unsigned)params->limit,
                         add_host, &listing);
    finish(&listing, rc);
    reader = job_reader_free(reader);
}

void api_list_events(struct request *request)
{
    struct job_reader *reader;
    struct listing listing;
    int rc = 0;

    if (job_results_open(request, &reader) < 0)
        return;
    listing_begin(&listing, request);
    if (reader)
        rc = query_events(reader, (unsigned)request->params.limit, add_event, &listing);
    finish(&listing, rc);
    reader = job_reader_free(reader);
}
