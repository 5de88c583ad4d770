/* See api_sitemaps.h. */
#include "server/api_sitemaps.h"

#include "crawler/extract/sitemap_record.h"
#include "server/job_results.h"
#include "server/json_value.h"
#include "server/listing.h"
#include "server/request.h"
#include "server/respond.h"
#include "storage/job_query.h"

enum { MOST_MENTIONS = 20 };

json_t *sitemap_flags_view(uint32_t flags)
{
    static const struct {
        uint32_t flag;
        const char *name;
    } names[] = {
        {SITEMAP_TRUNCATED, "truncated"}, {SITEMAP_BROKEN, "broken"}, {SITEMAP_REFUSED, "refused"}};
    json_t *view = json_array();

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (flags & names[i].flag)
            json_array_append_new(view, json_string(names[i].name));
    return view;
}

static json_t *sitemap_view(const struct sitemap_result *row)
{
    json_t *view = json_object();

    json_object_set_new(view, "id", json_integer(row->id));
    json_object_set_new(view, "url", json_text(row->url));
    json_object_set_new(view, "via", json_text(row->via));
    json_object_set_new(view, "parent_id", json_id(row->parent_id));
    json_object_set_new(view, "parent_url", json_text(row->parent_url));
    json_object_set_new(view, "outcome", json_text(row->outcome));
    json_object_set_new(view, "detail", json_text_or_null(row->detail));
    json_object_set_new(view, "status", json_id(row->status));
    json_object_set_new(view, "kind", json_text(row->kind));
    json_object_set_new(view, "entries", json_integer(row->entries));
    json_object_set_new(view, "images", json_integer(row->images));
    json_object_set_new(view, "flags", sitemap_flags_view((uint32_t)row->flags));
    json_object_set_new(view, "fetched_at", json_time(row->fetched_ms));
    return view;
}

static int add_sitemap(const struct sitemap_result *row, void *arg)
{
    return listing_add(arg, row->id, sitemap_view(row));
}

static void answer_part(struct listing *listing, struct job_reader *reader, int64_t after_id)
{
    struct request *request = listing->request;
    struct query_filter filter = {
        .after_id = after_id, .limit = listing->limit + 1, .outcome = request->params.outcome};
    int rc = reader ? query_sitemaps(reader, &filter, add_sitemap, listing) : 0;

    if (rc == 0) {
        listing_respond(listing);
        return;
    }
    listing_drop(listing);
    respond_storage_error(request, rc);
}

void api_list_sitemaps(struct request *request)
{
    struct job_reader *reader;
    struct listing listing;
    int64_t after_id;

    if (job_results_open(request, &reader) < 0)
        return;
    if (listing_begin_part(&listing, request, CURSOR_SITEMAPS, &after_id) == 0)
        answer_part(&listing, reader, after_id);
    reader = job_reader_free(reader);
}

static int add_mention(const struct sitemap_mention *row, void *arg)
{
    json_t *view = json_object();

    json_object_set_new(view, "sitemap_id", json_integer(row->sitemap_id));
    json_object_set_new(view, "sitemap_url", json_text(row->sitemap_url));
    json_object_set_new(view, "lastmod", json_text(row->lastmod));
    json_object_set_new(view, "changefreq", json_text(row->changefreq));
    json_object_set_new(view, "priority", json_text(row->priority));
    json_array_append_new(arg, view);
    return 0;
}

json_t *sitemap_mentions_view(struct job_reader *reader, int64_t page_id, int *ret_rc)
{
    json_t *view = json_array();
    int rc = query_sitemap_mentions(reader, page_id, MOST_MENTIONS, add_mention, view);

    if (rc == 0)
        return view;
    json_decref(view);
    *ret_rc = rc;
    return NULL;
}
