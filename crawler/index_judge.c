/* See index_judge.h. */
#include "crawler/index_judge.h"

#include <string.h>

#include "crawler/audit/audit_repeats.h"
#include "crawler/audit/audit_rules.h"
#include "storage/job_index.h"

struct judging {
    struct audit_repeats *repeats;
    _Atomic double *done;
};

static enum image_source source_of(const char *name)
{
    int source = 0;
    while (source < IMAGE_SOURCE_COUNT &&
           strcmp(image_source_name((enum image_source)source), name))
        source++;
    return source < IMAGE_SOURCE_COUNT ? (enum image_source)source : IMAGE_SOURCE_SITEMAP;
}

/* Where the alt is that of an element, and stands for this image. */
static bool has_own_alt(enum image_source source)
{
    switch (source) {
    case IMAGE_SOURCE_IMG:
    case IMAGE_SOURCE_SRCSET:
    case IMAGE_SOURCE_LAZY_SRC:
    case IMAGE_SOURCE_LAZY_SRCSET:
    case IMAGE_SOURCE_INPUT:
        return true;
    default:
        return false;
    }
}

static int survey(const struct index_row *row, void *arg)
{
    struct judging *judging = arg;
    if (!row->is_first || !has_own_alt(source_of(row->image.source)))
        return 0;
    return audit_repeats_add(judging->repeats, row->image.alt, row->image.url);
}

static void fill_probe(struct audit_probe *probe, const struct index_probe *row)
{
    *probe = (struct audit_probe){.state = row->state,
                                  .outcome = row->outcome,
                                  .final_url = row->final_url,
                                  .declared_type = row->declared_type,
                                  .type = row->type,
                                  .bytes = row->bytes,
                                  .width = row->width,
                                  .height = row->height,
                                  .status = row->status};
}

/* What is no element's was not judged with its page: it came from elsewhere. */
static uint64_t judge_markup(const struct audit_subject *subject)
{
    if (subject->source == IMAGE_SOURCE_STYLE_SHEET)
        return audit_judge(subject, AUDIT_MARKUP);
    return subject->image->verdicts & audit_mask_of_need(AUDIT_MARKUP);
}

static uint64_t judge(const struct index_row *row, void *arg)
{
    struct judging *judging = arg;
    struct audit_probe probe;
    struct audit_subject subject = {
        .image = &row->image,
        .source = source_of(row->image.source),
        .page_is_https = row->page_url && strncmp(row->page_url, "https:", 6) == 0,
        .is_first = row->is_first,
        .is_repeated = audit_repeats_has(judging->repeats, row->image.alt),
    };
    if (row->probe) {
        fill_probe(&probe, row->probe);
        subject.probe = &probe;
    }
    return judge_markup(&subject) | audit_judge(&subject, AUDIT_PROBE) |
           audit_judge(&subject, AUDIT_JOB);
}

static void note_progress(double done, void *arg)
{
    struct judging *judging = arg;
    atomic_store(judging->done, done);
}

int index_judge_build(const char *path, atomic_bool *stop, _Atomic double *ret_done)
{
    struct judging judging = {.repeats = audit_repeats_new(), .done = ret_done};
    const struct job_index_work work = {
        .survey = survey, .judge = judge, .progress = note_progress, .arg = &judging, .stop = stop};
    int rc = job_index_build(path, &work);
    audit_repeats_free(judging.repeats);
    return rc;
}
