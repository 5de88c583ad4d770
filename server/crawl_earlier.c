/* Looks through the catalog, newest job first, by a read-only connection of its own; see
 * crawl_earlier.h. */
#include "server/crawl_earlier.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "crawler/job/job_counts.h"
#include "crawler/job/job_state.h"
#include "server/human.h"
#include "storage/catalog.h"

struct search {
    const struct job_settings *wanted;
    int64_t job_id; /* found; 0: none */
    struct job_counts counts;
    bool same_settings; /* not only the seeds */
};

static bool same_lists(const struct text_list *a, const struct text_list *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        if (strcmp(a->items[i], b->items[i]) != 0)
            return false;
    }
    return true;
}

static bool same_settings(const struct job_settings *a, const struct job_settings *b)
{
    json_t *a_json = job_settings_to_json(a);
    json_t *b_json = job_settings_to_json(b);
    bool same = json_equal(a_json, b_json);
    json_decref(a_json);
    json_decref(b_json);
    return same;
}

static struct job_settings *read_settings(const char *text)
{
    struct job_settings *settings = NULL;
    struct settings_error error;
    json_t *json = json_loads(text != NULL ? text : "", 0, NULL);
    if (json != NULL && job_settings_from_json(json, &settings, &error) < 0)
        settings = NULL;
    json_decref(json);
    return settings;
}

static void read_counts(const char *text, struct job_counts *ret_counts)
{
    json_t *json = json_loads(text != NULL ? text : "", 0, NULL);
    if (json != NULL)
        job_counts_from_json(json, ret_counts);
    json_decref(json);
}

/* A job_row_fn; 1 ends the search. */
static int look_at(const struct job_row *row, void *arg)
{
    struct search *search = arg;
    enum job_state state;
    if (job_state_parse(row->state, &state) < 0 || job_state_is_final(state))
        return 0;
    struct job_settings *settings = read_settings(row->settings);
    if (settings == NULL)
        return 0;
    if (same_lists(&settings->seeds, &search->wanted->seeds)) {
        search->job_id = row->id;
        search->same_settings = same_settings(settings, search->wanted);
        read_counts(row->counts, &search->counts);
    }
    job_settings_free(settings);
    return search->job_id != 0;
}

static void find(const char *data_dir, struct search *search)
{
    struct catalog *catalog = NULL;
    const char *reason = NULL;
    struct job_filter filter = {0};
    if (catalog_open(data_dir, STORAGE_READ_ONLY, &catalog, &reason) < 0)
        return; /* a new directory */
    catalog_list_jobs(catalog, &filter, look_at, search);
    catalog_free(catalog);
}

/* "job 3 (412 of 1,024 pages done)"; a crawl that was killed has not told its numbers. */
static void describe(const struct search *search, char *ret_text, size_t bytes)
{
    const struct job_counts *counts = &search->counts;
    struct human_text done = human_count(counts->by_class[OUTCOME_DONE]);
    struct human_text of = human_count(counts->known - counts->by_class[OUTCOME_SKIPPED]);
    if (counts->known > 0)
        snprintf(ret_text, bytes, "job %" PRId64 " (%s of %s pages done)", search->job_id,
                 done.text, of.text);
    else
        snprintf(ret_text, bytes, "job %" PRId64 " (it was interrupted)", search->job_id);
}

/* 1 yes, 0 no, -ECANCELED no answer. */
static int ask(const char *job)
{
    char answer[16];
    fprintf(stderr, "Resume %s? [Y/n] ", job);
    fflush(stderr);
    if (fgets(answer, sizeof answer, stdin) == NULL) {
        fputc('\n', stderr);
        return -ECANCELED;
    }
    return answer[0] != 'n' && answer[0] != 'N';
}

/* 1 resume, 0 anew, -ECANCELED. */
static int decide(const struct search *search, enum crawl_earlier earlier)
{
    char job[96];
    describe(search, job, sizeof job);
    if (earlier == CRAWL_RESUME) {
        fprintf(stderr, "imgcrawl: resuming %s\n", job);
        return 1;
    }
    if (isatty(STDIN_FILENO) && isatty(STDERR_FILENO))
        return ask(job);
    fprintf(stderr,
            "imgcrawl: %s is unfinished; beginning anew (--resume goes on with it, --new begins "
            "anew without this note)\n",
            job);
    return 0;
}

int crawl_earlier_decide(const char *data_dir, const struct crawl_options *options,
                         int64_t *ret_job_id)
{
    struct search search = {.wanted = options->settings};
    *ret_job_id = 0;
    if (options->earlier == CRAWL_NEW)
        return 0;
    find(data_dir, &search);
    if (search.job_id == 0) {
        if (options->earlier == CRAWL_RESUME)
            fprintf(stderr, "imgcrawl: nothing to resume in %s; beginning anew\n", data_dir);
        return 0;
    }
    int r = decide(&search, options->earlier);
    if (r <= 0)
        return r;
    if (!search.same_settings)
        fprintf(stderr, "imgcrawl: it goes on with the settings that it was begun with\n");
    *ret_job_id = search.job_id;
    return 0;
}
