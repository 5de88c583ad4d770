/* Job counts: the numbers of one crawl. They add up at every instant:
 *   known = done + queued + in_flight + skipped + failed
 * because the only ways to change them are the functions below, each of which keeps the sum.
 * The loop thread owns the counts of a running crawl; copies go to the board and the catalog.
 */
#ifndef IMGCRAWL_JOB_COUNTS_H
#define IMGCRAWL_JOB_COUNTS_H

#include <jansson.h>
#include <stdint.h>

#include "crawler/audit/audit_rules.h"
#include "crawler/base/outcome.h"

/* Of images that are asked for, or of style sheets: known = the sum of the others. */
struct asset_counts {
    int64_t known, queued, in_flight, done, failed, skipped;
};

struct job_counts {
    int64_t known, queued, in_flight;
    int64_t by_class[OUTCOME_CLASS_COUNT]; /* done, failed, skipped */
    int64_t by_outcome[OUTCOME_COUNT];     /* each of those, by outcome */
    int64_t images, occurrences;           /* distinct image URLs; references on pages */
    int64_t alt_missing, alt_empty, alt_whitespace, alt_text; /* occurrences by state of alt */
    int64_t alt_not_applicable;
    int64_t body_bytes;                       /* of pages, decompressed */
    int64_t verdicts[AUDIT_RULE_COUNT];       /* occurrences by rule */
    struct asset_counts probes, style_sheets; /* all 0 where the job asks for none */
};

void job_counts_add_queued(struct job_counts *counts, int64_t count);
/* Known and settled at once: a link that is skipped where it is found; on resume, what was settled.
 */
void job_counts_add_settled(struct job_counts *counts, enum outcome outcome, int64_t count);
void job_counts_lease(struct job_counts *counts);                        /* queued → in flight */
void job_counts_unlease(struct job_counts *counts);                      /* in flight → queued */
void job_counts_settle(struct job_counts *counts, enum outcome outcome); /* in flight → outcome */
void job_counts_release(struct job_counts *counts, enum outcome reason); /* skipped → queued */
void job_counts_skip_queued(struct job_counts *counts, enum outcome reason, int64_t count);

/* Whatever is queued of images and style sheets is skipped. */
void job_counts_skip_assets(struct job_counts *counts);

/* {"known", "done", "queued", "in_flight", "skipped", "failed", "done_by_outcome": {},
 * "skipped_by_reason": {}, "failed_by_reason": {}, "images", "occurrences", "alt":
 * {"missing","empty","whitespace","text","not_applicable"}, "body_bytes", "probes", "style_sheets":
 * {"known","queued","in_flight","done","failed","skipped"}} */
json_t *job_counts_to_json(const struct job_counts *counts);
/* Members that are absent count as 0. */
void job_counts_from_json(const json_t *object, struct job_counts *ret_counts);

#endif
