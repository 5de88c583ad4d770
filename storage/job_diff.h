/* Diff: what changed on a site between two crawls of it, told from the two jobs' files.
 *
 * Pages are the same where their URLs are; on such a page mentions of an image are paired by image
 * and source, what is left by source and place, each in document order. A page that one crawl has
 * and the other has not is a new page or one that is gone only where the other crawl can know that:
 * the site said so (404, 410, a redirect), or the crawl came to its end and met no link to it. Else
 * it was `not crawled` there, which is said with each row that comes of it.
 *
 * Findings are compared for the rules that both files were checked by, by name.
 *
 * Both files are only read, through one connection; rows come in a walk, so that memory is bounded
 * by what one page holds. One thread at a time, any thread.
 */
#ifndef IMGCRAWL_STORAGE_JOB_DIFF_H
#define IMGCRAWL_STORAGE_JOB_DIFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* name, of what, what it says to people */
#define DIFF_KIND_TABLE(X)                                                                         \
    X(ADDED, "added", "images that the older crawl did not have")                                  \
    X(GONE, "gone", "images that the newer crawl does not have")                                   \
    X(CHANGED, "changed", "images whose file is another under the same URL")                       \
    X(REPLACED, "replaced", "places that show another image")                                      \
    X(ALT_FIXED, "alt_fixed", "alternative texts that became good")                                \
    X(ALT_BROKEN, "alt_broken", "alternative texts that became bad")                               \
    X(ALT_REWORDED, "alt_reworded", "alternative texts that changed otherwise")                    \
    X(FINDINGS_NEW, "findings_new", "findings that are new")                                       \
    X(FINDINGS_GONE, "findings_gone", "findings that are gone")                                    \
    X(PAGES_ADDED, "pages_added", "pages that only the newer crawl has")                           \
    X(PAGES_GONE, "pages_gone", "pages that only the older crawl has")

enum diff_kind {
#define X(id, name, text) DIFF_##id,
    DIFF_KIND_TABLE(X)
#undef X
        DIFF_KIND_COUNT
};
const char *diff_kind_name(enum diff_kind kind);
const char *diff_kind_text(enum diff_kind kind);
int diff_kind_parse(const char *name, enum diff_kind *ret_kind); /* -EINVAL */

struct job_diff;

/* -errno as job_reader_open() gives it, and which of the two files it is about. */
enum diff_side { DIFF_OLDER, DIFF_NEWER, DIFF_SIDE_COUNT };
int job_diff_open(const char *older_path, const char *newer_path, struct job_diff **ret_diff,
                  enum diff_side *ret_failed);
struct job_diff *job_diff_free(struct job_diff *diff);

/* Whether a crawl came to its end, so that what it did not meet is not there. */
bool job_diff_is_complete(const struct job_diff *diff, enum diff_side side);
/* Whether the file was checked for findings. Where one was not, none are compared, and alternative
 * texts count as bad where they are missing or blank. */
bool job_diff_is_audited(const struct job_diff *diff, enum diff_side side);

/* Whether the file's index is there (job_index.h): until then the rules that need the whole crawl,
 * or the images themselves, have found nothing yet. */
bool job_diff_is_judged(const struct job_diff *diff, enum diff_side side);

/* The rules that both were checked by, but for those that find what is good. */
enum { DIFF_RULE_MOST = 64 };
struct diff_rule {
    char name[64], severity[16], title[200];
    unsigned older_bit, newer_bit;
};
const struct diff_rule *job_diff_rules(const struct job_diff *diff, size_t *ret_count);

struct diff_row {
    enum diff_kind kind;
    int64_t position; /* in the walk; 1 and up */
    const char *page_url, *url, *source, *place;
    const char *before, *after; /* alternative texts, URLs, or what the file was; may be NULL */
    const char *before_state, *after_state; /* of alternative texts */
    const struct diff_rule *rule;           /* of findings */
    bool not_crawled;                       /* the other crawl did not visit the page */
};
/* Texts are borrowed until fn returns; 0 goes on, any other value ends the walk and is returned. */
typedef int (*diff_row_fn)(const struct diff_row *row, void *arg);

/* Rows of one kind behind that position, in its order. */
int job_diff_walk(struct job_diff *diff, enum diff_kind kind, int64_t after, diff_row_fn fn,
                  void *arg);

/* All rows in one walk, those of images first. */
int job_diff_walk_all(struct job_diff *diff, diff_row_fn fn, void *arg);

/* Numbers without the rows of pages that were not crawled; these stand apart. */
struct diff_summary {
    int64_t count[DIFF_KIND_COUNT], not_crawled[DIFF_KIND_COUNT];
    int64_t pages; /* that both crawls have */
    struct diff_rule_sum {
        int64_t added, gone;
    } rules[DIFF_RULE_MOST]; /* as job_diff_rules() */
};
int job_diff_sum(struct job_diff *diff, struct diff_summary *ret_summary);
/* Whether there are more findings of that rule than before, and it is one to act on. */
bool job_diff_rose(const struct job_diff *diff, const struct diff_summary *summary, size_t rule);

#endif
