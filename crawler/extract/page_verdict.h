/* Page verdict: whether what a server gave as a page is one. A soft 404 is a page that says, with
 * status 200, that there is nothing here; a challenge asks whoever visits to prove that it is no
 * robot. Pure functions; run in a parse process.
 *
 * Both are judged with care rather than zeal, for what is taken for no page is lost: they must be
 * nearly empty (VERDICT_*_CHARACTERS, without nav, header, footer and aside), and say so in words
 * or marks of the tables in soft_404.c and challenge.c. An article about 404 pages is long.
 */
#ifndef IMGCRAWL_EXTRACT_PAGE_VERDICT_H
#define IMGCRAWL_EXTRACT_PAGE_VERDICT_H

#include <stddef.h>

struct page_text;

enum page_verdict { VERDICT_PAGE, VERDICT_SOFT_404, VERDICT_CHALLENGE, VERDICT_COUNT };
const char *page_verdict_name(enum page_verdict verdict); /* "page" "soft_404" "challenge" */

/* The most that such a page says, in characters without white space. */
enum { VERDICT_SOFT_404_CHARACTERS = 800, VERDICT_CHALLENGE_CHARACTERS = 1000 };

enum { VERDICT_EVIDENCE_BYTES = 512 };

struct verdict_page {
    const char *title; /* NUL-ended; "" where none */
    const struct page_text *text;
    const char *html; /* UTF-8 */
    size_t html_bytes;
};
/* Writes a sentence for people to ret_evidence where the verdict is not VERDICT_PAGE. */
enum page_verdict page_verdict(const struct verdict_page *page,
                               char ret_evidence[VERDICT_EVIDENCE_BYTES]);

#endif
