/* Audit rules: what is checked of each mention of an image, as one table. A rule is a row in
 * audit_rules.c and a predicate in audit_alt.c, audit_markup.c or audit_probe.c; its bit in
 * occurrences.verdicts is its place in enum audit_rule_id, to which one only appends.
 *
 * Rules of the markup are judged when a page is stored (page_rows.c, loop thread), those of the
 * probe and of the whole job when it has ended (index_build.c, index thread). Pure functions.
 *
 * What has no text alternative is judged by what a screen reader gets (accname 1.2): an image that
 * aria-labelledby, aria-label or title names is not "missing", as WCAG's F65 has it. A figcaption
 * does not name an image, so it does not excuse a missing alt, although HTML lets a page without
 * knowledge of its images omit it there. What is hidden from assistive technology, or
 * presentational by its role, needs none; but a link or button that holds nothing else does.
 */
#ifndef IMGCRAWL_AUDIT_RULES_H
#define IMGCRAWL_AUDIT_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crawler/extract/record.h"
#include "storage/job_store.h"

enum audit_rule_id { /* values are bits in files: append only, 63 at most */
                     AUDIT_ALT_MISSING,
                     AUDIT_ALT_EMPTY_IN_LINK,
                     AUDIT_ALT_WHITESPACE,
                     AUDIT_ALT_FILENAME,
                     AUDIT_ALT_GENERIC,
                     AUDIT_ALT_REPEATED,
                     AUDIT_ALT_TOO_LONG,
                     AUDIT_DECORATIVE,
                     AUDIT_BROKEN,
                     AUDIT_BLOCKED,
                     AUDIT_REDIRECTED,
                     AUDIT_HTML_AS_IMAGE,
                     AUDIT_WRONG_TYPE,
                     AUDIT_MIXED_CONTENT,
                     AUDIT_OVERSIZED_BYTES,
                     AUDIT_OVERSIZED_PIXELS,
                     AUDIT_DIMENSIONS_MISSING,
                     AUDIT_NOT_LAZY,
                     AUDIT_PLACEHOLDER_ONLY,
                     AUDIT_RULE_COUNT
};

enum audit_severity {
    AUDIT_GOOD, /* as it should be: told, and no finding */
    AUDIT_NOTICE,
    AUDIT_WARNING,
    AUDIT_ERROR,
    AUDIT_SEVERITY_COUNT
};
const char *audit_severity_name(enum audit_severity severity); /* "good" "notice" … */

/* What a rule must know. */
enum audit_need {
    AUDIT_MARKUP, /* the page */
    AUDIT_PROBE,  /* the image itself; judges nothing where it was not asked for */
    AUDIT_JOB     /* all pages of the job */
};

/* What is known of an image that was asked for; texts may be NULL, numbers 0 where not known. */
struct audit_probe {
    const char *state, *outcome, *final_url, *declared_type, *type;
    int64_t bytes, width, height;
    int status;
};

/* A mention of an image, and what of its surroundings counts. */
struct audit_subject {
    const struct store_image *image;
    enum image_source source; /* of image->source */
    bool page_is_https;
    bool is_first; /* of the references of its element: what is said of the element is said there */
    bool is_alone; /* the only one of its element, and no noscript with another follows */
    bool is_repeated;                /* other images of the job have the same alt text */
    const struct audit_probe *probe; /* NULL: it was not asked for */
};

struct audit_rule {
    const char *name; /* alt_missing … */
    const char *title;
    const char *cites; /* WCAG 2.2 success criteria and techniques, sections of the HTML Standard */
    const char *remedy; /* what to do */
    enum audit_severity severity;
    enum audit_need needs;
    bool (*applies)(const struct audit_subject *subject);
};

const struct audit_rule *audit_rule(enum audit_rule_id id);
/* 0, or -ENOENT. */
int audit_rule_parse(const char *name, enum audit_rule_id *ret_id);
/* The bits of all rules that need this, or of this severity. */
uint64_t audit_mask_of_need(enum audit_need need);
uint64_t audit_mask_of_severity(enum audit_severity severity);
static inline uint64_t audit_bit(enum audit_rule_id id)
{
    return UINT64_C(1) << id;
}

/* The bits of the rules with such a need that apply. */
uint64_t audit_judge(const struct audit_subject *subject, enum audit_need need);

/* All mentions on a page in the order of its record: sets verdicts of the markup. sources: of each
 * image. */
void audit_judge_page(struct store_image *images, const enum image_source *sources, size_t count,
                      bool page_is_https);

#endif
