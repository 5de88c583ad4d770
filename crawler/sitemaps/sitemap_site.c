/* The task that reads the sitemaps of one site. Read sitemap_site_run() first: it is the program,
 * in the order in which it happens. See sitemaps.h. Loop thread.
 *
 * Every wait ends when the task is cancelled; what is held then (a turn, a slot, the host's count)
 * is given back by who took it, on the way out.
 */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/async/loop.h"
#include "crawler/async/process_pool.h"
#include "crawler/async/promise.h"
#include "crawler/async/task.h"
#include "crawler/base/clock.h"
#include "crawler/base/memory.h"
#include "crawler/base/services.h"
#include "crawler/base/text_printable.h"
#include "crawler/fetch/fetch.h"
#include "crawler/fetch/retry.h"
#include "crawler/hosts/robots.h"
#include "crawler/sitemaps/sitemaps_private.h"
#include "crawler/workers/body_slots.h"
#include "crawler/workers/parse.h"

enum { MAX_REDIRECTS = 5 };

static const struct services *services_of(const struct sitemap_site *site)
{
    return site->sitemaps->config.services;
}

/* The turn at a host */

static struct host *host_of(const struct sitemap_site *site)
{
    struct url_slice name = url_host(site->url);
    return hosts_get(services_of(site)->hosts, name.data, name.bytes);
}

static const struct robots_entry *robots_entry_of(const struct sitemap_site *site)
{
    struct url_slice slice = url_origin(site->url);
    char *origin = memory_strndup(slice.data, slice.bytes);
    const struct robots_entry *entry =
        robots_of(services_of(site)->robots, origin, site->sitemaps->config.policy);
    free(origin);
    return entry;
}

static struct promise *begin_robots(struct sitemap_site *site);

bool sitemap_site_is_free(const struct lane *lane)
{
    const struct sitemap_site *site = (const struct sitemap_site *)lane;
    return site->begin == begin_robots && robots_entry_of(site)->known;
}

struct host_request *sitemap_site_start(struct lane *lane)
{
    struct sitemap_site *site = (struct sitemap_site *)lane;
    if (lane->is_free && !sitemap_site_is_free(lane))
        return NULL; /* it has expired this very moment */
    lane_want(lane, false);
    if (promise_state_of(site->granted) != PROMISE_PENDING)
        return NULL; /* cancelled, and on its way out */
    promise_follow(site->granted, site->begin(site));
    return site->at_host ? &site->request : NULL;
}

/* Waits for the host of site->url to give a turn, and for the request that begin() makes then. What
 * that gives is in site->granted; the host counts it until leave_host(). */
static int take_turn(struct task *task, struct sitemap_site *site,
                     struct promise *(*begin)(struct sitemap_site *site))
{
    site->begin = begin;
    promise_unref(site->granted);
    site->granted = promise_new(task_loop(task));
    lane_init(&site->lane, host_of(site), &site->sitemaps->lanes);
    lane_want(&site->lane, true);
    int rc = task_await(task, site->granted);
    lane_done(&site->lane);
    return rc;
}

static void leave_host(struct sitemap_site *site, const struct host_feedback *feedback)
{
    if (site->at_host)
        lane_finished(&site->request, feedback);
    site->at_host = false;
}

/* robots.txt */

static struct promise *begin_robots(struct sitemap_site *site)
{
    const struct robots_entry *entry = robots_entry_of(site);
    site->at_host = !entry->known && !robots_is_fetching(services_of(site)->robots, entry);
    return robots_fetch(services_of(site)->robots, entry->origin, site->sitemaps->config.policy);
}

/* Knows robots.txt of site->url's origin; -ECANCELED also where whoever fetches it gave up. */
static int learn_robots(struct task *task, struct sitemap_site *site,
                        const struct robots_entry **ret_entry)
{
    const struct robots_entry *entry = robots_entry_of(site);
    while (!entry->known) {
        int rc = take_turn(task, site, begin_robots);
        entry = robots_entry_of(site);
        leave_host(site, &entry->feedback);
        hosts_pump(services_of(site)->hosts); /* its slot is free again */
        if (rc < 0 && (rc != -ECANCELED || site->sitemaps->cancelled))
            return rc;
    }
    *ret_entry = entry;
    return 0;
}

static void set_outcome(struct sitemap_site *site, enum outcome outcome, const char *detail)
{
    struct sitemap_reading *reading = site->reading;
    reading->outcome = outcome;
    free(reading->detail);
    reading->detail = text_printable(detail);
}

/* The verdict is the reading's outcome: OUTCOME_OK, it may be fetched. */
static int ask_robots(struct task *task, struct sitemap_site *site)
{
    const struct robots_entry *entry;
    int rc = learn_robots(task, site, &entry);
    if (rc < 0)
        return rc;
    if (entry->outcome != OUTCOME_OK) {
        set_outcome(site, entry->outcome, entry->detail);
        return 0;
    }
    struct url_slice path = url_path_and_query(site->url);
    struct robots_decision decision;
    robots_rules_match(entry->rules, path.data, path.bytes, &decision);
    char detail[320];
    snprintf(detail, sizeof detail, "robots.txt line %u: %s", decision.line, decision.rule);
    if (decision.allowed)
        set_outcome(site, OUTCOME_OK, "");
    else
        set_outcome(site, OUTCOME_ROBOTS_DISALLOWED, detail);
    return 0;
}

/* Fetching */

static struct promise *begin_fetch(struct sitemap_site *site)
{
    const struct services *services = services_of(site);
    site->at_host = true;
    site->slot = body_slots_take(services->slots);
    return fetch_start(services->fetcher, &(struct fetch_request){
                                              .url = site->url->href,
                                              .slot = site->slot,
                                              .host = site->lane.host,
                                              .max_body_bytes = site->slot->capacity,
                                              .cut_body = true,
                                              .accept = FETCH_ACCEPT_ANY,
                                              .policy = site->sitemaps->config.policy,
                                              .session = site->sitemaps->config.session,
                                          });
}

static void give_slot(struct sitemap_site *site)
{
    if (site->slot)
        body_slots_give(services_of(site)->slots, site->slot);
    site->slot = NULL;
    hosts_pump(services_of(site)->hosts);
}

static int fetch_once(struct task *task, struct sitemap_site *site)
{
    int rc = take_turn(task, site, begin_fetch);
    struct host_feedback feedback = {.retry_after_ms = -1};
    if (rc == 0) {
        const struct fetch_result *result = promise_value(site->granted);
        feedback.overloaded = result->status == 429 || result->status == 503;
        feedback.retry_after_ms = result->retry_after_ms;
        feedback.answered = result->status > 0;
        feedback.first_byte_ms = result->first_byte_ms;
        feedback.elapsed_ms = result->elapsed_ms;
        site->reading->status = result->status;
        site->reading->fetched_ms = clock_epoch_ms();
        set_outcome(site, result->outcome, result->detail);
    }
    leave_host(site, &feedback);
    return rc;
}

static int sleep_for(struct task *task, int64_t pause_ms)
{
    struct promise *pause = promise_sleep(task_loop(task), pause_ms);
    int rc = task_await(task, pause);
    promise_unref(pause);
    return rc;
}

/* As pages are: again, with growing pauses, while that may help. */
static int fetch_patiently(struct task *task, struct sitemap_site *site)
{
    const struct retry_policy *policy = services_of(site)->retry;
    for (unsigned attempts = 1;; attempts++) {
        int rc = fetch_once(task, site);
        if (rc < 0)
            return rc;
        const struct fetch_result *result = promise_value(site->granted);
        if (!retry_is_worthwhile(policy, attempts, result))
            return 0;
        give_slot(site);
        rc = sleep_for(task, retry_pause_ms(policy, attempts, result->retry_after_ms));
        if (rc < 0)
            return rc;
    }
}

/* Where it leads, as the next place to ask; false when there is nothing to ask there. */
static bool follow(struct sitemap_site *site, int hops)
{
    const struct fetch_result *result = promise_value(site->granted);
    struct url target;
    if (url_parse(result->location, strlen(result->location), site->url, &target) != URL_OK) {
        set_outcome(site, OUTCOME_REDIRECT_INVALID, result->location);
        return false;
    }
    url_canonicalise(&target);
    if (hops == MAX_REDIRECTS) {
        set_outcome(site, OUTCOME_TOO_MANY_REDIRECTS, target.href);
        return false;
    }
    *site->url = target;
    set_outcome(site, OUTCOME_REDIRECTED, target.href);
    return sitemaps_add_known(site->sitemaps, target.href, target.length);
}

static int fetch_through_redirects(struct task *task, struct sitemap_site *site)
{
    for (int hops = 0;; hops++) {
        int rc = ask_robots(task, site);
        if (rc < 0 || site->reading->outcome != OUTCOME_OK)
            return rc;
        rc = fetch_patiently(task, site);
        if (rc < 0 || site->reading->outcome != OUTCOME_REDIRECTED || !follow(site, hops))
            return rc;
        give_slot(site);
    }
}

/* Parsing */

static void open_reply(struct sitemap_site *site, struct process_reply *take_reply)
{
    struct sitemap_reading *reading = site->reading;
    reading->reply = take_reply;
    if (sitemap_record_open(take_reply->data, take_reply->bytes, &reading->record) < 0) {
        reading->record = (struct sitemap_record){0};
        set_outcome(site, OUTCOME_PARSE_FAILED, "the parse process gave no valid record");
        return;
    }
    reading->flags |= reading->record.flags;
    if (reading->record.kind == SITEMAP_UNKNOWN)
        set_outcome(site, OUTCOME_OK, "it is no sitemap and no feed");
}

static int parse(struct task *task, struct sitemap_site *site)
{
    const struct fetch_result *result = promise_value(site->granted);
    if (result->body_bytes >= site->slot->capacity)
        site->reading->flags |= SITEMAP_TRUNCATED;
    struct promise *parsed = parser_submit(services_of(site)->parser, PARSE_SITEMAP, site->slot,
                                           site->url->href, result->content_type, "");
    int rc = task_await(task, parsed);
    if (rc == 0)
        open_reply(site, promise_take_value(parsed));
    else if (rc != -ECANCELED) {
        set_outcome(site, parse_outcome(promise_error(parsed)), promise_error(parsed)->message);
        rc = 0;
    }
    promise_unref(parsed);
    return rc;
}

/* One sitemap */

static bool is_canonical(const struct record_text *text)
{
    struct url url;
    if (url_parse(text->data, text->bytes, NULL, &url) != URL_OK)
        return false;
    url_canonicalise(&url);
    return url.length == text->bytes && memcmp(url.href, text->data, url.length) == 0;
}

static void tell_left_out(struct sitemap_site *site, int64_t count)
{
    char detail[128];
    snprintf(detail, sizeof detail,
             "%lld of the sitemaps that it names are left out: max_sitemaps, or nested too deep",
             (long long)count);
    if (count > 0)
        set_outcome(site, site->reading->outcome, detail);
}

/* What was read counts, but there was more. */
static void tell_damage(struct sitemap_site *site)
{
    const struct sitemap_record *record = &site->reading->record;
    char detail[160];
    if (record->kind == SITEMAP_UNKNOWN && record->fault_line > 0)
        site->reading->flags &= ~(uint32_t)SITEMAP_BROKEN; /* some page, and no sitemap at all */
    if (site->reading->flags & SITEMAP_REFUSED)
        snprintf(detail, sizeof detail, "it is made to do harm; what follows was not read");
    else if (site->reading->flags & SITEMAP_TRUNCATED)
        snprintf(detail, sizeof detail,
                 "it is bigger than a sitemap may be; the rest was not read");
    else if (site->reading->flags & SITEMAP_BROKEN && record->fault_line > 0)
        snprintf(detail, sizeof detail, "its XML is broken in line %u; what follows was not read",
                 record->fault_line);
    else if (site->reading->flags & SITEMAP_BROKEN)
        snprintf(detail, sizeof detail, "it ends too early; the rest of it could not be unpacked");
    else
        return;
    set_outcome(site, site->reading->outcome, detail);
}

static void queue_nested(struct sitemap_site *site)
{
    struct sitemap_reading *reading = site->reading;
    const struct sitemap_record *record = &reading->record;
    int64_t left_out = site->sitemaps->left_out;
    reading->nested = memory_new((record->entry_count + 1) * sizeof *reading->nested);
    for (uint32_t i = 0; i < record->entry_count; i++) {
        const struct sitemap_entry *entry = &record->entries[i];
        if (!(entry->flags & SITEMAP_ENTRY_NESTED) || !is_canonical(&entry->loc))
            continue;
        int64_t id = sitemaps_queue(site, entry->loc.data, entry->loc.bytes, SITEMAP_VIA_INDEX,
                                    &reading->source);
        if (id == 0)
            continue;
        if (reading->nested_count == 0)
            reading->first_nested_id = id;
        reading->nested[reading->nested_count++] = i;
    }
    tell_left_out(site, site->sitemaps->left_out - left_out);
}

static int hand_over(struct task *task, struct sitemap_site *site)
{
    const struct sitemaps_config *config = &site->sitemaps->config;
    struct sitemap_reading *reading = site->reading;
    site->reading = NULL;
    struct promise *taken = config->take(reading, config->arg);
    int rc = task_await(task, taken);
    promise_unref(taken);
    return rc;
}

static int read_sitemap(struct task *task, struct sitemap_site *site,
                        const struct sitemap_source *take_source)
{
    site->reading = memory_new(sizeof *site->reading);
    site->reading->source = *take_source;
    site->reading->origin =
        site->origin ? memory_strndup(site->origin, strlen(site->origin)) : memory_strndup("", 0);
    set_outcome(site, OUTCOME_OK, "");
    if (url_parse(take_source->url, strlen(take_source->url), NULL, site->url) != URL_OK) {
        site->reading = sitemap_reading_free(site->reading); /* no sitemap is queued under such */
        return 0;
    }
    int rc = fetch_through_redirects(task, site);
    if (rc == 0 && site->reading->outcome == OUTCOME_OK)
        rc = parse(task, site);
    give_slot(site);
    if (rc < 0)
        return rc;
    tell_damage(site);
    queue_nested(site);
    return hand_over(task, site);
}

/* The site */

/* Each "sitemap LINE URL" of the flat rules (extract/robots_txt.h). */
static void queue_named(struct sitemap_site *site, const char *rules)
{
    static const char word[] = "sitemap ";
    for (const char *line = rules; *line; line += strcspn(line, "\n"), line += *line == '\n') {
        size_t bytes = strcspn(line, "\n");
        if (strncmp(line, word, sizeof word - 1) != 0)
            continue;
        const char *text = memchr(line + sizeof word - 1, ' ', bytes - (sizeof word - 1));
        struct url url;
        if (!text ||
            url_parse(text + 1, (size_t)(line + bytes - text - 1), site->url, &url) != URL_OK)
            continue;
        url_canonicalise(&url);
        sitemaps_queue(site, url.href, url.length, SITEMAP_VIA_ROBOTS, NULL);
    }
}

static void queue_well_known(struct sitemap_site *site)
{
    char url[URL_MAX_BYTES + 1];
    int bytes = snprintf(url, sizeof url, "%s/sitemap.xml", site->origin);
    if (bytes > 0 && (size_t)bytes < sizeof url)
        sitemaps_queue(site, url, (size_t)bytes, SITEMAP_VIA_WELL_KNOWN, NULL);
}

static bool names_sitemap(const char *rules)
{
    return strncmp(rules, "sitemap ", 8) == 0 || strstr(rules, "\nsitemap ");
}

/* The sitemaps that the origin itself tells of. Nothing is looked for where its robots.txt cannot
 * be had: then nothing of it may be fetched. */
static int find_roots(struct task *task, struct sitemap_site *site)
{
    const struct sitemaps_config *config = &site->sitemaps->config;
    const struct robots_entry *entry;
    if (!site->origin || url_parse(site->origin, strlen(site->origin), NULL, site->url) != URL_OK)
        return 0;
    int rc = learn_robots(task, site, &entry);
    if (rc < 0)
        return rc;
    if (config->on_robots)
        config->on_robots(entry, config->arg);
    if (entry->outcome != OUTCOME_OK || config->use == SITEMAPS_OFF)
        return 0;
    if (names_sitemap(entry->rules))
        queue_named(site, entry->rules);
    else if (config->use == SITEMAPS_AUTO)
        queue_well_known(site);
    return 0;
}

static void drop_all(struct sitemap_site *site)
{
    give_slot(site);
    site->granted = promise_unref(site->granted);
    site->reading = sitemap_reading_free(site->reading);
    free(site->url);
}

struct promise *sitemap_site_run(struct task *task, void *arg)
{
    struct sitemap_site *site = arg;
    struct sitemap_source source;
    site->url = memory_new(sizeof *site->url);
    int rc = find_roots(task, site);
    while (rc == 0 && sitemaps_next(site, &source))
        rc = read_sitemap(task, site, &source);
    drop_all(site);
    sitemaps_site_ended(site);
    return NULL;
}
