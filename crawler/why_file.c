/* See why_file.h. */
#include "crawler/why_file.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/base/clock.h"
#include "crawler/base/memory.h"
#include "crawler/frontier/limits.h"
#include "crawler/frontier/traps.h"
#include "storage/job_query.h"
#include "storage/query_why.h"

void why_explain_trap(const struct why_trap *trap, char *detail, size_t detail_bytes)
{
    snprintf(detail, detail_bytes, "trap %lld (%s, %s): %s: %s", (long long)trap->id, trap->kind,
             trap->state, trap->pattern, trap->detail ? trap->detail : "");
}

/* Traps */

enum { MOST_TWINS = 20000 }; /* URLs looked through for one in another form */

static struct store_text text_of(const char *text)
{
    return (struct store_text){text, text ? strlen(text) : 0};
}

static int restore_trap(const struct trap_result *row, void *arg)
{
    traps_restore(arg, &(struct store_trap){.id = row->id,
                                            .kind = row->kind,
                                            .host = text_of(row->host),
                                            .pattern = text_of(row->pattern),
                                            .found_ms = row->found_ms,
                                            .released_ms = row->released_ms});
    return 0;
}

struct words {
    char *detail;
    size_t bytes;
};

static int explain_row(const struct trap_result *row, void *arg)
{
    const struct words *words = arg;
    why_explain_trap(&(struct why_trap){.id = row->id,
                                        .kind = row->kind,
                                        .state = row->state,
                                        .pattern = row->pattern,
                                        .detail = row->detail},
                     words->detail, words->bytes);
    return 0;
}

static int note_twin(const char *url, void *arg)
{
    struct trap_marks marks;
    size_t bytes = strlen(url);
    traps_marks(arg, url, bytes, 0, &marks);
    traps_note_page(arg, &marks, url, bytes, NULL, 0);
    return 0;
}

/* Traps of session ids and orders of parameters hold back what is known in another form. */
static int note_twins(struct job_reader *reader, const struct url *url, struct traps *traps)
{
    struct trap_marks marks;
    traps_marks(traps, url->href, url->length, 0, &marks);
    if (!traps_wants_twins(traps, &marks))
        return 0;
    char *prefix = memory_strndup(url->href, trap_twin_prefix(url->href, url->length));
    int rc = query_urls_like(reader, prefix, MOST_TWINS, note_twin, traps);
    free(prefix);
    return rc;
}

static int judge_traps(struct job_reader *reader, const struct url *url, char *detail,
                       size_t detail_bytes, int64_t *ret_trap_id)
{
    struct words words = {detail, detail_bytes};
    struct traps *traps = traps_new(0);
    int rc = query_traps(reader, 0, UINT_MAX, restore_trap, traps);
    if (rc == 0)
        rc = note_twins(reader, url, traps);
    *ret_trap_id =
        rc == 0 ? traps_judge_queued(traps, url->href, url->length, clock_epoch_ms()) : 0;
    traps_free(traps);
    if (rc == 0 && *ret_trap_id)
        rc = query_traps(reader, *ret_trap_id - 1, 1, explain_row, &words);
    return rc;
}

/* Limits */

static int judge_host(struct job_reader *reader, const struct job_settings *settings,
                      const struct url *url, enum outcome *ret_outcome)
{
    struct url_slice slice = url_host(url);
    int64_t most = settings->max_host_pages, count = 0;
    if (most <= 0)
        return 0;
    char *host = memory_strndup(slice.data, slice.bytes);
    int rc = query_host_visits(reader, host, most, &count);
    free(host);
    if (rc == 0 && count >= most)
        *ret_outcome = OUTCOME_MAX_HOST_PAGES;
    return rc;
}

static int judge_variants(struct job_reader *reader, const struct job_settings *settings,
                          const struct url *url, enum outcome *ret_outcome)
{
    int64_t most = settings->max_query_variants, count = 0;
    if (most <= 0 || url->query_start >= url->length)
        return 0;
    char *path = memory_strndup(url->href, url->query_start);
    int rc = query_variants(reader, path, most, &count);
    free(path);
    if (rc == 0 && count >= most)
        *ret_outcome = OUTCOME_MAX_QUERY_VARIANTS;
    return rc;
}

static int judge_limits(struct job_reader *reader, const struct job_settings *settings,
                        const struct url *url, enum outcome *ret_outcome)
{
    int rc = judge_host(reader, settings, url, ret_outcome);
    if (rc == 0 && *ret_outcome == OUTCOME_OK)
        rc = judge_variants(reader, settings, url, ret_outcome);
    return rc;
}

int why_judge_by_file(struct job_reader *reader, const struct job_settings *settings,
                      const struct url *url, char *detail, size_t detail_bytes,
                      struct why_verdict *ret_verdict)
{
    struct why_verdict verdict = {.outcome = OUTCOME_OK};
    int rc = 0;
    if (settings->detect_traps)
        rc = judge_traps(reader, url, detail, detail_bytes, &verdict.trap_id);
    if (verdict.trap_id)
        verdict.outcome = OUTCOME_TRAP;
    else if (rc == 0)
        rc = judge_limits(reader, settings, url, &verdict.outcome);
    if (verdict.outcome == OUTCOME_MAX_HOST_PAGES || verdict.outcome == OUTCOME_MAX_QUERY_VARIANTS)
        limits_explain(settings, verdict.outcome, detail, detail_bytes);
    if (rc == 0)
        *ret_verdict = verdict;
    return rc;
}
