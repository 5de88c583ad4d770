/* Limits: the settings that count what a job has already: URLs that differ in their query only, and
 * pages of a host. What one URL by itself is too much for is a rule of scope (scope.h). Loop
 * thread; on opening, the writer thread.
 *
 * Memory: 8 bytes and some room to grow, 13 at most, for each path that came with a query; one
 * entry for each host that was visited.
 */
#ifndef IMGCRAWL_LIMITS_H
#define IMGCRAWL_LIMITS_H

#include <stddef.h>
#include <stdint.h>

#include "crawler/base/outcome.h"
#include "crawler/extract/url.h"
#include "crawler/job/job_settings.h"

struct limits;

/* seed: of fingerprints, the job's own. */
struct limits *limits_new(uint64_t seed);
struct limits *limits_free(struct limits *limits);

/* A new URL: OK, MAX_HOST_PAGES or MAX_QUERY_VARIANTS. Where it is OK it is counted. */
enum outcome limits_judge_new(struct limits *limits, const struct job_settings *settings,
                              const struct url *url);
/* A URL that has not been visited yet and whose turn has come: OK or MAX_HOST_PAGES. */
enum outcome limits_judge_visit(const struct limits *limits, const struct job_settings *settings,
                                const char *host);
/* Such a URL is visited. */
void limits_count_visit(struct limits *limits, const char *host);
/* The limit as a sentence for people. */
void limits_explain(const struct job_settings *settings, enum outcome outcome, char *detail,
                    size_t detail_bytes);

/* On resume: a known URL that is not skipped; visits of a host. */
void limits_restore_url(struct limits *limits, const char *url, size_t bytes);
void limits_restore_visits(struct limits *limits, const char *host, size_t bytes, int64_t visits);
size_t limits_memory_bytes(const struct limits *limits);

#endif
