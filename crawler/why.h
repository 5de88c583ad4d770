/* Why: what became of one URL in a job, which rule decided, and which pages led there; and of a URL
 * that the job does not know, what would become of it. It asks the job's file, the catalog, and the
 * very functions by which a crawl decides. Blocking; any thread.
 */
#ifndef IMGCRAWL_WHY_H
#define IMGCRAWL_WHY_H

#include <jansson.h>
#include <stdint.h>

struct job_reader;
struct job_settings;
struct catalog;

struct why_question {
    const char *url; /* as a person gives it; absolute */
    const struct job_settings *settings;
    struct job_reader *reader; /* NULL: the job has no file yet */
    struct catalog *catalog;
};

/* {"url": canonical, "known", "state", "page_id", "outcome", "outcome_text", "status", "detail",
 *  "rule": {"kind", "text"}, "sentence", "path": [{"id", "url", "via", "state"}] from a seed to the
 *  URL, "nofollow_links": [{"page_id", "page_url", "rule"}], "sitemaps": [{"url", "lastmod"}]}
 *
 * state: "done" "failed" "skipped" "queued" "unknown". rule.kind: "answer" (of the host), "robots",
 * "scope", "limit", "trap", "nofollow", "user", "none".
 * -EINVAL: not an absolute http or https URL; else what storage says. */
int why_explain(const struct why_question *question, json_t **ret_answer);

#endif
