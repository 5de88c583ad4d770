/* See crawl_probes.h. */
#include "crawler/crawl_probes.h"

#include "crawler/crawl_private.h"
#include "crawler/engine.h"
#include "crawler/probe/probes.h"

static void on_change(void *arg)
{
    struct crawl *crawl = arg;
    if (crawl->probes) {
        crawl->counts.probes = *probes_counts(crawl->probes, STORE_IMAGE);
        crawl->counts.style_sheets = *probes_counts(crawl->probes, STORE_STYLE_SHEET);
        crawl_limit_in_flight(crawl);
    }
    crawl_check_progress(crawl);
}

static void on_totals(const struct store_totals *totals, void *arg)
{
    crawl_count_totals(arg, totals);
}

static void on_error(int error, void *arg)
{
    struct crawl *crawl = arg;
    crawl->page_owner.store_error = error;
    crawl_end_by_storage(crawl, error);
}

void crawl_begin_probes(struct crawl *crawl)
{
    const struct job_settings *settings = crawl->config.settings;
    const struct crawl_opening *opening = &crawl->opening;
    const struct engine_config *config = crawl->services->config;
    if (settings->probe == PROBE_OFF && !settings->style_sheets)
        return;
    crawl->probes = probes_new(&(struct probes_config){
        .services = crawl->services,
        .settings = settings,
        .policy = crawl->config.policy,
        .reaches_loopback = crawl->config.policy->allowed_count > config->allowed_network_count,
        .max_body_bytes = config->max_body_bytes,
        .max_redirects = config->max_redirects,
        .session = crawl->session,
        .store = crawl->store,
        .pages = &crawl->lanes,
        .before = {[STORE_IMAGE] = opening->assets[STORE_IMAGE],
                   [STORE_STYLE_SHEET] = opening->assets[STORE_STYLE_SHEET]},
        .on_change = on_change,
        .on_totals = on_totals,
        .on_error = on_error,
        .arg = crawl});
}

void crawl_look_for_probes(struct crawl *crawl, const struct store_totals *totals)
{
    if (crawl->probes)
        probes_look(crawl->probes, totals);
}

void crawl_close_probes(struct crawl *crawl)
{
    if (crawl->probes)
        probes_close(crawl->probes);
}

void crawl_cancel_probes(struct crawl *crawl)
{
    if (crawl->probes)
        probes_cancel(crawl->probes);
}

bool crawl_probes_are_quiet(const struct crawl *crawl)
{
    return !crawl->probes || probes_is_quiet(crawl->probes);
}

bool crawl_probes_are_done(const struct crawl *crawl)
{
    return !crawl->probes || probes_is_done(crawl->probes);
}

unsigned crawl_probes_in_flight(const struct crawl *crawl)
{
    return crawl->probes ? probes_in_flight(crawl->probes) : 0;
}
