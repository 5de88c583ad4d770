/* See estimate_view.h. */
#include "server/estimate_view.h"

#include "crawler/sitemaps/estimate.h"
#include "server/api_sitemaps.h"
#include "server/json_value.h"

static json_t *robots_view(const struct estimate_site *site)
{
    json_t *view = json_object();

    json_object_set_new(view, "outcome",
                        site->robots_known ? json_string(outcome_name(site->robots)) : json_null());
    json_object_set_new(view, "status", json_id(site->robots_status));
    json_object_set_new(view, "detail", json_text_or_null(site->robots_detail));
    json_object_set_new(view, "crawl_delay_ms",
                        site->crawl_delay_ms > 0 ? json_integer(site->crawl_delay_ms)
                                                 : json_null());
    json_object_set_new(view, "disallowed_seeds", json_integer(site->disallowed_seeds));
    json_object_set_new(view, "line", json_id(site->disallow_line));
    json_object_set_new(view, "rule", json_text_or_null(site->disallow_rule));
    return view;
}

static json_t *site_view(const struct estimate_site *site)
{
    json_t *view = json_object();

    json_object_set_new(view, "origin", json_text(site->origin));
    json_object_set_new(view, "seeds", json_integer(site->seeds));
    json_object_set_new(view, "robots", robots_view(site));
    json_object_set_new(view, "delay_ms", json_integer(site->delay_ms));
    json_object_set_new(view, "pages_per_second", json_real(site->pages_per_second));
    json_object_set_new(view, "sitemaps", json_integer(site->sitemaps));
    json_object_set_new(view, "pages", json_integer(site->pages));
    json_object_set_new(view, "out_of_scope", json_integer(site->out_of_scope));
    json_object_set_new(view, "disallowed", json_integer(site->disallowed));
    json_object_set_new(view, "images", json_integer(site->images));
    json_object_set_new(view, "newest_lastmod", json_text_or_null(site->newest_lastmod));
    return view;
}

static json_t *sitemap_view(const struct estimate_sitemap *sitemap)
{
    json_t *view = json_object();

    json_object_set_new(view, "url", json_text(sitemap->url));
    json_object_set_new(view, "via", json_text(sitemap->via));
    json_object_set_new(view, "outcome", json_string(outcome_name(sitemap->outcome)));
    json_object_set_new(view, "detail", json_text_or_null(sitemap->detail));
    json_object_set_new(view, "status", json_id(sitemap->status));
    json_object_set_new(view, "kind", json_text(sitemap->kind));
    json_object_set_new(view, "entries", json_integer(sitemap->entries));
    json_object_set_new(view, "images", json_integer(sitemap->images));
    json_object_set_new(view, "flags", sitemap_flags_view(sitemap->flags));
    return view;
}

static json_t *totals_view(const struct estimate *estimate)
{
    json_t *view = json_object();

    json_object_set_new(view, "pages", json_integer(estimate->pages));
    json_object_set_new(view, "at_least", json_boolean(estimate->is_at_least));
    json_object_set_new(view, "visits", json_integer(estimate->visits));
    json_object_set_new(view, "seconds", json_real(estimate->seconds));
    json_object_set_new(view, "out_of_scope", json_integer(estimate->out_of_scope));
    json_object_set_new(view, "disallowed", json_integer(estimate->disallowed));
    json_object_set_new(view, "images", json_integer(estimate->images));
    json_object_set_new(view, "sitemaps", json_integer(estimate->sitemaps_read));
    json_object_set_new(view, "sites", json_integer((json_int_t)estimate->site_count));
    return view;
}

static json_t *obstacle_view(const struct estimate_obstacle *obstacle)
{
    json_t *view = json_object();

    json_object_set_new(view, "code", json_string(obstacle->code));
    json_object_set_new(view, "detail", json_text(obstacle->detail));
    return view;
}

json_t *estimate_view(const struct estimate *estimate)
{
    json_t *view = json_object(), *sites = json_array(), *sitemaps = json_array(),
           *obstacles = json_array();

    for (size_t i = 0; i < estimate->site_count && i < ESTIMATE_LISTED; i++)
        json_array_append_new(sites, site_view(&estimate->sites[i]));
    for (size_t i = 0; i < estimate->sitemap_count; i++)
        json_array_append_new(sitemaps, sitemap_view(&estimate->sitemaps[i]));
    for (size_t i = 0; i < estimate->obstacle_count; i++)
        json_array_append_new(obstacles, obstacle_view(&estimate->obstacles[i]));
    json_object_set_new(view, "complete", json_boolean(estimate->is_complete));
    json_object_set_new(view, "totals", totals_view(estimate));
    json_object_set_new(view, "sites", sites);
    json_object_set_new(view, "sitemaps", sitemaps);
    json_object_set_new(view, "obstacles", obstacles);
    return view;
}
