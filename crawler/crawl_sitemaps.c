/* See crawl_sitemaps.h. A sitemap that was read is taken in batch by batch, one after the other:
 * the next is put together when the one before is on disk. */
#include "crawler/crawl_sitemaps.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/async/promise.h"
#include "crawler/base/memory.h"
#include "crawler/crawl_private.h"
#include "crawler/sitemaps/sitemap_batch.h"
#include "crawler/workers/store_writer.h"

enum { DAMAGE_NOTES_MAX = 10 };

/* A sitemap on its way to disk. */
struct intake {
    struct crawl *crawl;
    struct sitemap_reading *reading;
    struct sitemap_batch batch;
    struct store_append append;
    struct promise *done; /* what its site waits for */
};

static void store_next(struct intake *intake);

static void end_intake(struct intake *intake, int error)
{
    struct crawl *crawl = intake->crawl;
    if (error)
        promise_reject(intake->done, error, "sitemaps", "the rest of it was not stored");
    else
        promise_resolve(intake->done, NULL, NULL);
    promise_unref(intake->done);
    sitemap_batch_done(&intake->batch);
    sitemap_reading_free(intake->reading);
    free(intake);
    crawl->sitemap_intakes--;
    crawl_check_progress(crawl);
}

static struct promise *stored(struct promise *settled, void *arg)
{
    struct intake *intake = arg;
    struct crawl *crawl = intake->crawl;
    int error = 0;
    if (promise_state_of(settled) == PROMISE_REJECTED) {
        error = promise_error(settled)->code;
        crawl->page_owner.store_error = error;
        crawl_end_by_storage(crawl, error);
    } else {
        crawl_count_totals(crawl, &intake->append.totals);
        finds_announce(&intake->batch.finds, &crawl->counts);
        crawl_changed(crawl);
    }
    hosts_pump(crawl->services->hosts); /* the writer has room again */
    if (error || sitemap_batch_is_last(&intake->batch))
        end_intake(intake, error);
    else
        store_next(intake);
    return NULL;
}

/* What is left of it when the crawl ends is read when it goes on. */
static void store_next(struct intake *intake)
{
    struct crawl *crawl = intake->crawl;
    if (crawl->phase != PHASE_RUNNING || crawl->page_owner.store_error) {
        end_intake(intake, ECANCELED);
        return;
    }
    intake->append = (struct store_append){.store = crawl->store};
    sitemap_batch_fill(&intake->batch, &intake->append.batch);
    promise_unref(promise_finally(store_writer_append(crawl->services->writer, &intake->append),
                                  stored, intake));
}

/* All of them are told in the sitemaps' rows. */
static void note_damage(struct crawl *crawl, const struct sitemap_reading *reading)
{
    if (reading->flags == 0 || ++crawl->damaged_sitemaps > DAMAGE_NOTES_MAX)
        return;
    crawl_note(crawl, "sitemap_damaged", "%.200s was read only in part: %s", reading->source.url,
               reading->detail);
}

static struct promise *take_in(struct sitemap_reading *take_reading, void *arg)
{
    struct crawl *crawl = arg;
    struct intake *intake = memory_new(sizeof *intake);
    intake->crawl = crawl;
    intake->reading = take_reading;
    intake->done = promise_new(crawl->services->loop);
    struct promise *done = promise_ref(intake->done);
    sitemap_batch_init(&intake->batch, take_reading, &crawl->discovery);
    crawl->sitemap_intakes++;
    note_damage(crawl, take_reading);
    store_next(intake);
    return done;
}

static void on_quiet(void *arg)
{
    crawl_check_progress(arg);
}

/* Not where every page that they could name would be skipped. */
static bool are_of_use(const struct crawl *crawl)
{
    const struct job_settings *settings = crawl->config.settings;
    return settings->sitemaps != SITEMAPS_OFF && settings->max_depth > 0 &&
           settings->max_pages > (int64_t)settings->seeds.count &&
           crawl->visited < settings->max_pages;
}

static void add_origin(struct crawl *crawl, const char *text, size_t bytes)
{
    struct url url;
    if (url_parse(text, bytes, NULL, &url) == URL_OK)
        sitemaps_add_origin(crawl->sitemaps, &url);
}

void crawl_begin_sitemaps(struct crawl *crawl)
{
    const struct job_settings *settings = crawl->config.settings;
    const struct crawl_opening *opening = &crawl->opening;
    if (!are_of_use(crawl))
        return;
    crawl->sitemaps = sitemaps_new(&(struct sitemaps_config){.services = crawl->services,
                                                             .policy = crawl->config.policy,
                                                             .session = crawl->session,
                                                             .use = settings->sitemaps,
                                                             .max_sitemaps = settings->max_sitemaps,
                                                             .delay_ms = settings->delay_ms,
                                                             .take = take_in,
                                                             .on_quiet = on_quiet,
                                                             .arg = crawl});
    for (size_t i = 0; i < opening->sitemap_count; i++)
        sitemaps_restore(crawl->sitemaps, &opening->sitemaps[i].source,
                         opening->sitemaps[i].is_read);
    for (size_t i = 0; i < settings->seeds.count; i++)
        add_origin(crawl, settings->seeds.items[i], strlen(settings->seeds.items[i]));
    for (size_t i = 0; i < opening->redirect_seed_count; i++)
        add_origin(crawl, opening->redirect_seeds[i], strlen(opening->redirect_seeds[i]));
}

void crawl_follow_to_sitemaps(struct crawl *crawl, const struct finds *finds)
{
    for (size_t i = 0; crawl->sitemaps && i < finds->count; i++) {
        const struct store_url *url = &finds->urls[i];
        if (url->depth == 0 && url->hops > 0 && !url->skipped)
            add_origin(crawl, url->url.data, url->url.bytes);
    }
}

void crawl_cancel_sitemaps(struct crawl *crawl)
{
    if (crawl->sitemaps)
        sitemaps_cancel(crawl->sitemaps);
}

bool crawl_reads_sitemaps(const struct crawl *crawl)
{
    return crawl->sitemap_intakes > 0 || (crawl->sitemaps && !sitemaps_is_quiet(crawl->sitemaps));
}
