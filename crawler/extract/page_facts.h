/* Page facts: what a page says of itself: title, base, canonical, meta robots, meta refresh, TDM
 * reservation, and the beginning of its text.
 *
 * Gathered in a walk of their own before links and images, because a <base> anywhere in the page
 * counts for every URL in it. */
#ifndef IMGCRAWL_EXTRACT_PAGE_FACTS_H
#define IMGCRAWL_EXTRACT_PAGE_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crawler/extract/page_text.h"
#include "crawler/extract/record_format.h"
#include "crawler/extract/text_print.h"
#include "crawler/extract/url.h"

struct html_document;
struct page_context;

/* As written in the page; borrowed from the document. NULL: not there. */
struct page_facts {
    const char *base;      /* of the first <base href> */
    const char *canonical; /* of the first <link rel=canonical> with an href */
    const char *refresh;   /* target of the first meta refresh that has one */
    size_t base_bytes, canonical_bytes, refresh_bytes;
    char robots[RECORD_TEXT_MAX_BYTES]; /* of all that speak to us, joined by ", " */
    size_t robots_bytes;
    bool has_robots;
    const char *tdm_policy;
    size_t tdm_policy_bytes;
    uint32_t directives; /* enum robots_directive: of meta robots and TDM reservation */
    struct page_text text;
    struct text_print print;               /* of title, alts and text */
    char title[RECORD_TEXT_MAX_BYTES + 2]; /* white space collapsed; NUL-ended when read */
    size_t title_bytes;
    enum { TITLE_NONE, TITLE_OPEN, TITLE_DONE } title_state;
};

/* url: the page's own, may be NULL. -ENOMEM. */
int page_facts_read(struct page_facts *facts, const struct html_document *document,
                    const struct url *url);

/* Sets the page's base from its <base href> where that is usable, kept in base; and writes the
 * facts to the record. */
void page_facts_write(const struct page_facts *facts, struct page_context *page, struct url *base);

#endif
