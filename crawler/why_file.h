/* Why, the part that has to count: what stands against a URL that a job does not know, by what its
 * file holds already, namely traps and the limits that count. Any thread. */
#ifndef IMGCRAWL_WHY_FILE_H
#define IMGCRAWL_WHY_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "crawler/base/outcome.h"
#include "crawler/extract/url.h"
#include "crawler/job/job_settings.h"

struct job_reader;

struct why_verdict {
    enum outcome outcome; /* OK: nothing; else TRAP, MAX_HOST_PAGES or MAX_QUERY_VARIANTS */
    int64_t trap_id;      /* 0: none */
};

/* In the order in which a crawl asks. detail: the rule in words, where there is one. */
int why_judge_by_file(struct job_reader *reader, const struct job_settings *settings,
                      const struct url *url, char *detail, size_t detail_bytes,
                      struct why_verdict *ret_verdict);

/* A trap as a rule in words. */
struct why_trap {
    int64_t id;
    const char *kind, *state, *pattern, *detail;
};
void why_explain_trap(const struct why_trap *trap, char *detail, size_t detail_bytes);

#endif
