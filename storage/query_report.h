/* What a report tells of one job, asked of its file: how far the crawl went, findings by rule with
 * examples, templates, pages, broken images. Any thread, with the readers of job_query.h.
 *
 * A report asks many questions; between query_report_begin() and the end of the reader all are
 * answered from one snapshot. Texts are borrowed until fn returns; fn returns 0 to go on, any other
 * value ends the walk and is returned.
 */
#ifndef IMGCRAWL_STORAGE_QUERY_REPORT_H
#define IMGCRAWL_STORAGE_QUERY_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct job_reader;

int query_report_begin(struct job_reader *reader);

struct report_facts {
    int64_t known, queued, visited, failed, skipped; /* URLs */
    int64_t images, occurrences;
    int64_t alt_missing, alt_empty, alt_whitespace, alt_text;
    int64_t first_ms, last_ms; /* when pages were fetched; 0: none was */
    bool is_audited;           /* the file was checked for findings */
    bool is_judged;            /* also by the rules that need the whole job */
};
int query_report_facts(struct job_reader *reader, struct report_facts *ret_facts);

typedef int (*report_text_fn)(const char *text, void *arg);
int query_seeds(struct job_reader *reader, unsigned limit, report_text_fn fn, void *arg);

/* What became of URLs: each state and reason with how many there are and one of them. */
struct report_outcome {
    const char *state, *outcome, *example;
    int64_t count;
};
typedef int (*report_outcome_fn)(const struct report_outcome *row, void *arg);
int query_outcomes(struct job_reader *reader, report_outcome_fn fn, void *arg);

/* Findings by rule, worst first. Owns its texts. */
enum report_severity {
    REPORT_ERROR,
    REPORT_WARNING,
    REPORT_NOTICE,
    REPORT_GOOD,
    REPORT_SEVERITY_COUNT
};
const char *report_severity_name(enum report_severity severity); /* "error" … */

enum { REPORT_RULE_MOST = 64 };
struct report_rule {
    unsigned bit; /* of occurrences.verdicts */
    enum report_severity severity;
    char *name, *title, *cites, *remedy;
    int64_t findings, pages;
    int64_t *ids; /* of the first occurrences that it finds; as many as were asked for */
    size_t id_count;
    int64_t last_page; /* while they are counted */
};
struct report_rules {
    struct report_rule rules[REPORT_RULE_MOST];
    size_t count, most_ids;
    uint64_t masks[REPORT_SEVERITY_COUNT]; /* of verdicts */
};
/* One scan of the occurrences. most_ids: for each rule. */
int report_rules_load(struct job_reader *reader, size_t most_ids, struct report_rules **ret_rules);
struct report_rules *report_rules_free(struct report_rules *rules);

/* One finding, as rules.ids name them. */
struct report_finding {
    int64_t id, page_id;
    const char *page_url, *url, *raw, *source, *alt, *alt_state, *place, *name, *template;
};
typedef int (*report_finding_fn)(const struct report_finding *row, void *arg);
int query_rule_findings(struct job_reader *reader, const struct report_rule *rule,
                        report_finding_fn fn, void *arg);

/* Templates: the same place on many pages with how often something was found there, most often
 * first. Only verdicts of that mask count; `verdicts` are those of its findings together. */
struct report_template {
    const char *key, *place, *page_url, *url;
    int64_t findings, pages;
    uint64_t verdicts;
};
typedef int (*report_template_fn)(const struct report_template *row, void *arg);
int query_report_templates(struct job_reader *reader, uint64_t mask, unsigned limit,
                           report_template_fn fn, void *arg);

/* Pages with the most errors, then the most warnings. */
struct report_page {
    const char *url, *title;
    int64_t errors, warnings, occurrences;
};
typedef int (*report_page_fn)(const struct report_page *row, void *arg);
int query_worst_pages(struct job_reader *reader, const struct report_rules *rules, unsigned limit,
                      report_page_fn fn, void *arg);

/* Images that were asked for and could not be had, most often shown first. */
struct report_image {
    const char *url, *outcome, *detail, *page_url;
    int status;
    int64_t occurrences;
};
typedef int (*report_image_fn)(const struct report_image *row, void *arg);
int query_broken_images(struct job_reader *reader, unsigned limit, report_image_fn fn, void *arg);
/* How many images were asked for, and how many of them could not be had. */
int query_probed(struct job_reader *reader, int64_t *ret_probed, int64_t *ret_broken);

#endif
