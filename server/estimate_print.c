/* See estimate_print.h. */
#include "server/estimate_print.h"

#include "crawler/sitemaps/estimate.h"
#include "server/human.h"

static void print_totals(const struct estimate *estimate, FILE *out)
{
    const char *least = estimate->is_at_least ? "at least " : "";
    fprintf(out, "pages     %s%s in scope", least, human_count(estimate->pages).text);
    if (estimate->visits < estimate->pages)
        fprintf(out, ", %s within the job's limits", human_count(estimate->visits).text);
    fprintf(out, "\n          %s named out of scope", human_count(estimate->out_of_scope).text);
    fprintf(out, ", %s that robots.txt disallows\n", human_count(estimate->disallowed).text);
    fprintf(out, "images    %s named in sitemaps\n", human_count(estimate->images).text);
    fprintf(out, "time      %s%s at the allowed pace\n", least,
            human_duration((int64_t)(estimate->seconds * 1000)).text);
}

static void print_robots(const struct estimate_site *site, FILE *out)
{
    fprintf(out, "  robots.txt  ");
    if (!site->robots_known)
        fputs("not had in time\n", out);
    else if (site->robots != OUTCOME_OK)
        fprintf(out, "%s: %s\n", outcome_name(site->robots), site->robots_detail);
    else if (site->disallowed_seeds > 0)
        fprintf(out, "line %u forbids the seed: %s\n", site->disallow_line, site->disallow_rule);
    else
        fputs("lets the seeds be fetched\n", out);
}

static void print_site(const struct estimate_site *site, FILE *out)
{
    fprintf(out, "\n%s\n", site->origin);
    print_robots(site, out);
    fprintf(out, "  pace        %.3g pages a second at most", site->pages_per_second);
    if (site->delay_ms > 0)
        fprintf(out, " (%s between requests)", human_duration(site->delay_ms).text);
    fprintf(out, "\n  sitemaps    %s read", human_count(site->sitemaps).text);
    fprintf(out, ", %s pages", human_count(site->pages).text);
    fprintf(out, ", %s images", human_count(site->images).text);
    if (*site->newest_lastmod)
        fprintf(out, ", last changed %s", site->newest_lastmod);
    fputc('\n', out);
}

static void print_sitemap(const struct estimate_sitemap *sitemap, FILE *out)
{
    if (sitemap->kind)
        fprintf(out, "  %9s  %-8s %s\n", human_count(sitemap->entries).text, sitemap->kind,
                sitemap->url);
    else
        fprintf(out, "  %9s  %-8s %s: %s\n", "-", "", sitemap->url, outcome_text(sitemap->outcome));
}

enum { SITEMAPS_SHOWN = 20, SITES_SHOWN = 20 };

static void print_more(size_t count, size_t shown, FILE *out)
{
    if (count > shown)
        fprintf(out, "  and %s more\n", human_count((int64_t)(count - shown)).text);
}

void estimate_print(const struct estimate *estimate, FILE *out)
{
    print_totals(estimate, out);
    for (size_t i = 0; i < estimate->site_count && i < SITES_SHOWN; i++)
        print_site(&estimate->sites[i], out);
    print_more(estimate->site_count, SITES_SHOWN, out);
    if (estimate->sitemap_count > 0)
        fputs("\nsitemaps, with their entries\n", out);
    for (size_t i = 0; i < estimate->sitemap_count && i < SITEMAPS_SHOWN; i++)
        print_sitemap(&estimate->sitemaps[i], out);
    print_more((size_t)estimate->sitemaps_read, SITEMAPS_SHOWN, out);
    if (estimate->obstacle_count > 0)
        fputs("\nobstacles\n", out);
    for (size_t i = 0; i < estimate->obstacle_count; i++)
        fprintf(out, "  %s: %s\n", estimate->obstacles[i].code, estimate->obstacles[i].detail);
}
