/* Page text: how much a page says, and how it begins: its first heading and the start of its text.
 * Enough to tell a page from an error message; not a summary.
 *
 * The text of scripts, styles, nav, header, footer and aside does not count: what all pages of a
 * site have in common says nothing of one. Gathered in the walk of the page facts.
 */
#ifndef IMGCRAWL_EXTRACT_PAGE_TEXT_H
#define IMGCRAWL_EXTRACT_PAGE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "crawler/extract/html_reader.h"

enum {
    PAGE_TEXT_HEADING_BYTES = 512,
    PAGE_TEXT_START_BYTES = 2048,
    PAGE_TEXT_MOST = 4000 /* characters; counted no further */
};

struct page_text {
    unsigned apart; /* open elements whose text does not count */
    enum { HEADING_NONE, HEADING_OPEN, HEADING_DONE } heading_state;
    size_t characters; /* white space aside */
    size_t heading_bytes, start_bytes;
    char heading[PAGE_TEXT_HEADING_BYTES + 1]; /* the first h1 that has text, NUL-ended when done */
    char start[PAGE_TEXT_START_BYTES + 1];     /* white space collapsed, NUL-ended when done */
};

void page_text_begin(struct page_text *text);
void page_text_open(struct page_text *text, enum html_tag tag);
void page_text_close(struct page_text *text, enum html_tag tag);
/* Whether text that comes now is the page's own: no script, no nav; a heading always is. */
bool page_text_counts(const struct page_text *text);
void page_text_add(struct page_text *text, const char *more);
void page_text_end(struct page_text *text);

#endif
