/* See result_view.h. */
#include "server/result_view.h"

#include <inttypes.h>

#include "crawler/base/outcome.h"
#include "crawler/extract/record.h"
#include "server/api_findings.h"
#include "server/json_value.h"

static json_t *flags_view(int flags)
{
    static const struct {
        int flag;
        const char *name;
    } names[] = {{RECORD_TRUNCATED, "truncated"},
                 {RECORD_DEPTH_FLATTENED, "depth_flattened"},
                 {RECORD_ATTRIBUTES_CUT, "attributes_cut"},
                 {RECORD_META_NOFOLLOW, "meta_nofollow"}};
    json_t *view = json_array();

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (flags & names[i].flag)
            json_array_append_new(view, json_string(names[i].name));
    return view;
}

static json_t *outcome_text_view(const char *name)
{
    enum outcome outcome;

    return name && outcome_parse(name, &outcome) == 0 ? json_string(outcome_text(outcome))
                                                      : json_null();
}

static json_t *status_view(int status)
{
    return status == 0 ? json_null() : json_integer(status);
}

/* How the visit of the URL went. */
static void add_visit(json_t *view, const struct page_result *row)
{
    json_object_set_new(view, "state", json_text(row->state));
    json_object_set_new(view, "outcome", json_text(row->outcome));
    json_object_set_new(view, "outcome_text", outcome_text_view(row->outcome));
    json_object_set_new(view, "detail", json_text_or_null(row->detail));
    json_object_set_new(view, "status", status_view(row->status));
    json_object_set_new(view, "redirect_to", json_text(row->redirect_to));
    json_object_set_new(view, "attempts", json_integer(row->attempts));
    json_object_set_new(view, "fetched_at", json_time(row->fetched_ms));
    json_object_set_new(view, "fetch_ms",
                        row->fetched_ms == 0 ? json_null() : json_integer(row->fetch_ms));
    json_object_set_new(view, "body_bytes", json_integer(row->body_bytes));
    json_object_set_new(view, "content_type", json_text(row->content_type));
    json_object_set_new(view, "sniffed_type", json_text(row->sniffed_type));
    json_object_set_new(view, "etag", json_text(row->etag));
    json_object_set_new(view, "last_modified", json_text(row->last_modified));
}

/* What the page asks of those who read it, itself or by its headers. */
static json_t *consent_view(int directives, const char *tdm_policy)
{
    json_t *view = json_object();

    for (int flag = 1; flag <= DIRECTIVES_ALL; flag <<= 1)
        json_object_set_new(view, robots_directive_name((uint32_t)flag),
                            json_boolean(directives & flag));
    json_object_set_new(view, "tdm_policy", json_text(tdm_policy));
    return view;
}

/* What the parser found. */
static void add_facts(json_t *view, const struct page_result *row)
{
    json_object_set_new(view, "charset", json_text(row->charset));
    json_object_set_new(view, "title", json_text(row->title));
    json_object_set_new(view, "base", json_text(row->base));
    json_object_set_new(view, "canonical", json_text(row->canonical));
    json_object_set_new(view, "meta_robots", json_text(row->meta_robots));
    json_object_set_new(view, "robots_tag", json_text(row->robots_tag));
    json_object_set_new(view, "consent", consent_view(row->directives, row->tdm_policy));
    json_object_set_new(view, "link_elements", json_integer(row->link_elements));
    json_object_set_new(view, "image_elements", json_integer(row->image_elements));
    json_object_set_new(view, "flags", flags_view(row->flags));
}

json_t *page_view(const struct page_result *row)
{
    json_t *view = json_object();

    json_object_set_new(view, "id", json_integer(row->id));
    json_object_set_new(view, "url", json_text(row->url));
    json_object_set_new(view, "host", json_text(row->host));
    json_object_set_new(view, "depth", json_integer(row->depth));
    json_object_set_new(view, "hops", json_integer(row->hops));
    json_object_set_new(view, "via", json_text(row->via));
    json_object_set_new(view, "parent_id", json_id(row->parent_id));
    json_object_set_new(view, "parent_url", json_text(row->parent_url));
    add_visit(view, row);
    add_facts(view, row);
    return view;
}

json_t *page_links_view(int64_t job_id, const struct page_result *row)
{
    json_t *view = json_object();

    json_object_set_new(view, "self",
                        json_sprintf("/v1/jobs/%" PRId64 "/pages/%" PRId64, job_id, row->id));
    json_object_set_new(
        view, "images",
        json_sprintf("/v1/jobs/%" PRId64 "/images?page_id=%" PRId64, job_id, row->id));
    json_object_set_new(
        view, "occurrences",
        json_sprintf("/v1/jobs/%" PRId64 "/occurrences?page_id=%" PRId64, job_id, row->id));
    json_object_set_new(view, "parent",
                        row->parent_id == 0 ? json_null()
                                            : json_sprintf("/v1/jobs/%" PRId64 "/pages/%" PRId64,
                                                           job_id, row->parent_id));
    json_object_set_new(view, "job", json_sprintf("/v1/jobs/%" PRId64, job_id));
    return view;
}

json_t *redirect_view(const struct page_result *row)
{
    json_t *view = json_object();

    json_object_set_new(view, "id", json_integer(row->id));
    json_object_set_new(view, "url", json_text(row->url));
    json_object_set_new(view, "outcome", json_text(row->outcome));
    json_object_set_new(view, "status", status_view(row->status));
    json_object_set_new(view, "redirect_to", json_text(row->redirect_to));
    return view;
}

/* null: it was not asked for, or not yet. */
static json_t *probe_view(const struct image_probe_result *probe)
{
    if (!probe->state)
        return json_null();
    json_t *view = json_object();
    json_object_set_new(view, "state", json_text(probe->state));
    json_object_set_new(view, "outcome", json_text(probe->outcome));
    json_object_set_new(view, "detail", json_text(probe->detail));
    json_object_set_new(view, "status", status_view(probe->status));
    json_object_set_new(view, "final_url", json_text(probe->final_url));
    json_object_set_new(view, "declared_type", json_text(probe->declared_type));
    json_object_set_new(view, "type", json_text(probe->type));
    json_object_set_new(view, "bytes",
                        probe->bytes >= 0 ? json_integer(probe->bytes) : json_null());
    json_object_set_new(view, "width", json_id(probe->width));
    json_object_set_new(view, "height", json_id(probe->height));
    json_object_set_new(view, "is_animated", json_boolean(probe->is_animated));
    json_object_set_new(view, "sha256", json_text(probe->sha256));
    json_object_set_new(view, "perceptual_hash", json_text(probe->perceptual_hash));
    json_object_set_new(view, "probed_ms", json_id(probe->probed_ms));
    return view;
}

json_t *image_view(const struct image_result *row)
{
    json_t *view = json_object(), *alt = json_object();

    json_object_set_new(view, "id", json_integer(row->id));
    json_object_set_new(view, "url", json_text(row->url));
    json_object_set_new(view, "host", json_text(row->host));
    json_object_set_new(view, "occurrences", json_integer(row->occurrences));
    json_object_set_new(view, "pages", json_integer(row->pages));
    json_object_set_new(alt, "missing", json_integer(row->alt_missing));
    json_object_set_new(alt, "empty", json_integer(row->alt_empty));
    json_object_set_new(alt, "whitespace", json_integer(row->alt_whitespace));
    json_object_set_new(alt, "text", json_integer(row->alt_text));
    json_object_set_new(alt, "not_applicable", json_integer(row->alt_not_applicable));
    json_object_set_new(view, "alt", alt);
    json_object_set_new(view, "alt_sample", json_text(row->alt));
    json_object_set_new(view, "first_page_url", json_text(row->first_page_url));
    json_object_set_new(view, "cluster_id", json_id(row->cluster_id));
    json_object_set_new(view, "probe", probe_view(&row->probe));
    return view;
}

/* What the element says beyond its URL and alt text, and where on the page it stands. */
static void add_context(json_t *view, const struct occurrence_result *row)
{
    json_object_set_new(view, "sizes", json_text(row->sizes));
    json_object_set_new(view, "media", json_text(row->media));
    json_object_set_new(view, "type", json_text(row->type));
    json_object_set_new(view, "aria_label", json_text(row->aria_label));
    json_object_set_new(view, "role", json_text(row->role));
    json_object_set_new(view, "name", json_text(row->name));
    json_object_set_new(view, "name_source", json_text(row->name_source));
    json_object_set_new(view, "link", json_text(row->link));
    json_object_set_new(view, "caption", json_text(row->caption));
    json_object_set_new(view, "heading", json_text(row->heading));
    json_object_set_new(view, "landmark", json_text(row->landmark));
    json_object_set_new(view, "dom_path", json_text(row->dom_path));
    json_object_set_new(view, "template", json_text(row->template));
    for (uint32_t flag = 1; flag <= IMAGE_FLAGS_ALL; flag <<= 1)
        json_object_set_new(view, image_flag_name(flag), json_boolean((uint32_t)row->flags & flag));
}

json_t *occurrence_view(const struct occurrence_result *row)
{
    json_t *view = json_object();

    json_object_set_new(view, "id", json_integer(row->id));
    json_object_set_new(view, "page_id", json_integer(row->page_id));
    json_object_set_new(view, "page_url", json_text(row->page_url));
    json_object_set_new(view, "page_status", status_view(row->page_status));
    json_object_set_new(view, "image_id", json_id(row->image_id));
    json_object_set_new(view, "url", json_text(row->url));
    json_object_set_new(view, "raw", json_text(row->raw));
    json_object_set_new(view, "source", json_text(row->source));
    json_object_set_new(view, "descriptor", json_text(row->descriptor));
    json_object_set_new(view, "position", json_integer(row->position));
    json_object_set_new(view, "alt", json_text(row->alt));
    json_object_set_new(view, "alt_state", json_text(row->alt_state));
    json_object_set_new(view, "title", json_text(row->title));
    json_object_set_new(view, "width", json_text(row->width));
    json_object_set_new(view, "height", json_text(row->height));
    json_object_set_new(view, "loading", json_text(row->loading));
    json_object_set_new(view, "data_bytes", json_id(row->data_bytes));
    add_context(view, row);
    json_object_set_new(view, "verdicts", verdicts_view(row->verdicts));
    json_object_set_new(view, "consent", consent_view(row->directives, row->tdm_policy));
    return view;
}
