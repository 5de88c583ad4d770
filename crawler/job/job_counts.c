/* See job_counts.h. */
#include "crawler/job/job_counts.h"

#include <assert.h>
#include <string.h>

static void check_sum(const struct job_counts *counts)
{
    assert(counts->queued >= 0 && counts->in_flight >= 0);
    assert(counts->known == counts->queued + counts->in_flight + counts->by_class[OUTCOME_DONE] +
                                counts->by_class[OUTCOME_FAILED] +
                                counts->by_class[OUTCOME_SKIPPED]);
    (void)counts;
}

static void add_outcome(struct job_counts *counts, enum outcome outcome, int64_t count)
{
    counts->by_outcome[outcome] += count;
    counts->by_class[outcome_class_of(outcome)] += count;
}

void job_counts_add_queued(struct job_counts *counts, int64_t count)
{
    counts->known += count;
    counts->queued += count;
    check_sum(counts);
}

void job_counts_add_settled(struct job_counts *counts, enum outcome outcome, int64_t count)
{
    counts->known += count;
    add_outcome(counts, outcome, count);
    check_sum(counts);
}

void job_counts_lease(struct job_counts *counts)
{
    counts->queued--;
    counts->in_flight++;
    check_sum(counts);
}

void job_counts_unlease(struct job_counts *counts)
{
    counts->in_flight--;
    counts->queued++;
    check_sum(counts);
}

void job_counts_settle(struct job_counts *counts, enum outcome outcome)
{
    counts->in_flight--;
    add_outcome(counts, outcome, 1);
    check_sum(counts);
}

void job_counts_release(struct job_counts *counts, enum outcome reason)
{
    counts->by_outcome[reason]--;
    counts->by_class[outcome_class_of(reason)]--;
    counts->queued++;
}

void job_counts_skip_queued(struct job_counts *counts, enum outcome reason, int64_t count)
{
    counts->queued -= count;
    add_outcome(counts, reason, count);
    check_sum(counts);
}

static void skip_queued_assets(struct asset_counts *counts)
{
    counts->skipped += counts->queued;
    counts->queued = 0;
}

void job_counts_skip_assets(struct job_counts *counts)
{
    skip_queued_assets(&counts->probes);
    skip_queued_assets(&counts->style_sheets);
}

static json_t *outcomes_to_json(const struct job_counts *counts, enum outcome_class class_)
{
    json_t *object = json_object();
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        if (counts->by_outcome[i] && outcome_class_of((enum outcome)i) == class_)
            json_object_set_new(object, outcome_name((enum outcome)i),
                                json_integer(counts->by_outcome[i]));
    }
    return object;
}

static json_t *assets_to_json(const struct asset_counts *counts)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "known", counts->known, "queued",
                     counts->queued, "in_flight", counts->in_flight, "done", counts->done, "failed",
                     counts->failed, "skipped", counts->skipped);
}

static json_t *verdicts_to_json(const struct job_counts *counts)
{
    json_t *object = json_object();
    for (int i = 0; i < AUDIT_RULE_COUNT; i++) {
        if (counts->verdicts[i])
            json_object_set_new(object, audit_rule((enum audit_rule_id)i)->name,
                                json_integer(counts->verdicts[i]));
    }
    return object;
}

json_t *job_counts_to_json(const struct job_counts *counts)
{
    return json_pack(
        "{s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:I, s:I, s:{s:I, s:I, s:I, s:I, s:I}, s:I,"
        " s:o, s:o, s:o}",
        "known", counts->known, "done", counts->by_class[OUTCOME_DONE], "queued", counts->queued,
        "in_flight", counts->in_flight, "skipped", counts->by_class[OUTCOME_SKIPPED], "failed",
        counts->by_class[OUTCOME_FAILED], "done_by_outcome", outcomes_to_json(counts, OUTCOME_DONE),
        "skipped_by_reason", outcomes_to_json(counts, OUTCOME_SKIPPED), "failed_by_reason",
        outcomes_to_json(counts, OUTCOME_FAILED), "images", counts->images, "occurrences",
        counts->occurrences, "alt", "missing", counts->alt_missing, "empty", counts->alt_empty,
        "whitespace", counts->alt_whitespace, "text", counts->alt_text, "not_applicable",
        counts->alt_not_applicable, "body_bytes", counts->body_bytes, "probes",
        assets_to_json(&counts->probes), "style_sheets", assets_to_json(&counts->style_sheets),
        "verdicts", verdicts_to_json(counts));
}

static int64_t integer_of(const json_t *object, const char *name)
{
    return json_integer_value(json_object_get(object, name));
}

static struct asset_counts assets_of(const json_t *object)
{
    return (struct asset_counts){.known = integer_of(object, "known"),
                                 .queued = integer_of(object, "queued"),
                                 .in_flight = integer_of(object, "in_flight"),
                                 .done = integer_of(object, "done"),
                                 .failed = integer_of(object, "failed"),
                                 .skipped = integer_of(object, "skipped")};
}

static void outcomes_from_json(const json_t *object, struct job_counts *counts)
{
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        int64_t count = integer_of(object, outcome_name((enum outcome)i));
        if (count > 0)
            add_outcome(counts, (enum outcome)i, count);
    }
}

void job_counts_from_json(const json_t *object, struct job_counts *ret_counts)
{
    struct job_counts counts = {
        .known = integer_of(object, "known"),
        .queued = integer_of(object, "queued"),
        .in_flight = integer_of(object, "in_flight"),
        .images = integer_of(object, "images"),
        .occurrences = integer_of(object, "occurrences"),
        .body_bytes = integer_of(object, "body_bytes"),
    };
    counts.probes = assets_of(json_object_get(object, "probes"));
    counts.style_sheets = assets_of(json_object_get(object, "style_sheets"));
    const json_t *alt = json_object_get(object, "alt");
    counts.alt_missing = integer_of(alt, "missing");
    counts.alt_empty = integer_of(alt, "empty");
    counts.alt_whitespace = integer_of(alt, "whitespace");
    counts.alt_text = integer_of(alt, "text");
    counts.alt_not_applicable = integer_of(alt, "not_applicable");
    for (int i = 0; i < AUDIT_RULE_COUNT; i++)
        counts.verdicts[i] = integer_of(json_object_get(object, "verdicts"),
                                        audit_rule((enum audit_rule_id)i)->name);
    outcomes_from_json(json_object_get(object, "done_by_outcome"), &counts);
    outcomes_from_json(json_object_get(object, "skipped_by_reason"), &counts);
    outcomes_from_json(json_object_get(object, "failed_by_reason"), &counts);
    *ret_counts = counts;
}
