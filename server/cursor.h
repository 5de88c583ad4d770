/* Cursor: where the next part of a listing begins, as a text that clients hand back unread.
 *
 * It names the listing and carries a fingerprint of its filters, so that a cursor used with other
 * filters, on another job or after damage is told apart instead of giving a wrong part.
 * Plain functions, any thread.
 */
#ifndef IMGCRAWL_SERVER_CURSOR_H
#define IMGCRAWL_SERVER_CURSOR_H

#include <stdint.h>

enum cursor_listing {
    CURSOR_JOBS = 1, /* values are part of the text: append only */
    CURSOR_PAGES,
    CURSOR_IMAGES,
    CURSOR_OCCURRENCES,
    CURSOR_SITEMAPS,
    CURSOR_TRAPS,
    CURSOR_DIFF,
    CURSOR_FINDINGS
};

struct cursor {
    enum cursor_listing listing;
    int64_t job_id;   /* 0 in the list of jobs */
    uint64_t filters; /* params.filters */
    int64_t last_id;  /* the last row that was shown */
};

enum { CURSOR_TEXT_BYTES = 48 }; /* with the ending NUL */

void cursor_encode(const struct cursor *cursor, char ret_text[CURSOR_TEXT_BYTES]);
/* 0; -EBADMSG: not a cursor, or damaged; -EXDEV: a cursor of another listing, job or filter than
 * `here`, whose last_id is not looked at. */
int cursor_decode(const char *text, const struct cursor *here, int64_t *ret_last_id);

#endif
