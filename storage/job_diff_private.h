/* What the files of the diff share. Private to storage/. */
#ifndef IMGCRAWL_STORAGE_JOB_DIFF_PRIVATE_H
#define IMGCRAWL_STORAGE_JOB_DIFF_PRIVATE_H

#include "storage/db.h"
#include "storage/job_diff.h"

/* A mention of an image on a page. Texts live in the page's buffer. */
enum { MENTION_URL, MENTION_SOURCE, MENTION_PLACE, MENTION_ALT, MENTION_STATE, MENTION_TEXTS };
struct diff_mention {
    const char *texts[MENTION_TEXTS]; /* NULL: absent */
    size_t offsets[MENTION_TEXTS];    /* while the page is read: the buffer may still move */
    uint64_t rules;                   /* a bit for each of job_diff_rules() */
    int64_t position;                 /* the same for all that one element names */
    bool is_bad;                      /* its element's alternative text, by the rules of both */
    size_t at;                        /* in document order */
    struct diff_mention *other;       /* its pair on the other crawl's page */
};

struct diff_page {
    struct diff_mention *mentions;
    size_t count, capacity;
    char *text;
    size_t text_bytes, text_capacity;
    struct diff_mention **order; /* room for sorting */
};

struct diff_file {
    const char *schema;   /* "main" or "older" */
    const char *mentions; /* FROM … of its occurrences, by an index or by a table that stands in */
    bool is_complete, is_audited, is_judged;
    sqlite3_stmt *of_page, *of_image;
    struct diff_page page;
};

struct job_diff {
    sqlite3 *db;
    struct diff_file files[DIFF_SIDE_COUNT];
    struct diff_rule rules[DIFF_RULE_MOST];
    size_t rule_count;
    uint64_t alt_rules; /* those that say that an alternative text is bad */
};

/* One walk. The kinds that are wanted are a mask. */
struct diff_walk {
    struct job_diff *diff;
    unsigned kinds;
    int64_t after;
    diff_row_fn fn;
    void *arg;
    int64_t at;     /* position of the page or image, to which the row's number is added */
    int64_t number; /* of rows on it */
    int64_t pages;  /* seen on both sides */
};

/* Positions: first what the newer file has, then what only the older has; a page or image; a row.
 */
enum { POSITION_ROW_BITS = 21, POSITION_SIDE_BIT = 62 };
int64_t diff_position(enum diff_side side, int64_t id);
bool diff_wants(const struct diff_walk *walk, enum diff_kind kind);
/* Gives the row its position and hands it on, where it is wanted. */
int diff_tell(struct diff_walk *walk, struct diff_row *row);

static inline enum diff_side diff_other(enum diff_side side)
{
    return side == DIFF_NEWER ? DIFF_OLDER : DIFF_NEWER;
}

/* What the other crawl knows of a page that has content in this one. */
enum diff_presence { PRESENT, PRESENT_GONE, PRESENT_NOT_CRAWLED, PRESENT_UNKNOWN };
/* SQL: the condition for content, and the presence by the tables with these names. */
#define DIFF_CONTENT(page) page ".state = 'done' AND " page ".outcome <> 'redirected'"
#define DIFF_PRESENCE(url, page)                                                                   \
    "CASE WHEN " url                                                                               \
    ".id IS NULL THEN 3 WHEN " DIFF_CONTENT(page) " THEN 0"                                        \
                                                  " WHEN " page ".status IN (404, 410) OR " page   \
                                                  ".outcome IN ('redirected', 'soft_404') THEN 1"  \
                                                  " ELSE 2 END"
/* Whether the crawl of the other side did not look at it. */
bool diff_not_crawled(const struct job_diff *diff, enum diff_side side, enum diff_presence found);

/* job_diff_page.c */
int diff_page_load(struct job_diff *diff, enum diff_side side, int64_t page_id);
void diff_page_clear(struct diff_page *page);
void diff_page_done(struct diff_page *page);
void diff_page_pair(struct job_diff *diff);

/* job_diff_pages.c, job_diff_images.c: the walks over both files. */
int diff_walk_pages(struct diff_walk *walk);
int diff_walk_images(struct diff_walk *walk);

#endif
