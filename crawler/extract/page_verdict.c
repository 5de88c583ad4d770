/* See page_verdict.h. */
#include "crawler/extract/page_verdict.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>

#include "crawler/extract/challenge.h"
#include "crawler/extract/html_text.h"
#include "crawler/extract/page_text.h"
#include "crawler/extract/soft_404.h"

enum { QUOTED_BYTES = 200 };

static const char *const names[] = {
    [VERDICT_PAGE] = "page", [VERDICT_SOFT_404] = "soft_404", [VERDICT_CHALLENGE] = "challenge"};
static_assert(sizeof names / sizeof *names == VERDICT_COUNT, "each verdict has its name");

const char *page_verdict_name(enum page_verdict verdict)
{
    return names[verdict];
}

static int quoted_bytes(const char *text)
{
    size_t bytes = 0;
    while (text[bytes] && bytes <= QUOTED_BYTES)
        bytes++;
    return (int)utf8_cut(text, bytes, QUOTED_BYTES);
}

static bool is_challenge(const struct verdict_page *page, char *evidence)
{
    const struct challenge_mark *mark =
        challenge_find(&(struct challenge_page){.title = page->title,
                                                .start = page->text->start,
                                                .html = page->html,
                                                .html_bytes = page->html_bytes});
    if (mark)
        snprintf(evidence, VERDICT_EVIDENCE_BYTES, "%s: \"%s\", %zu characters of text",
                 mark->whose, mark->mark, page->text->characters);
    return mark;
}

static bool is_soft_404(const struct verdict_page *page, char *evidence)
{
    bool by_title = soft_404_title(page->title);
    const char *said = by_title ? page->title : page->text->heading;
    if (!by_title && !soft_404_heading(said))
        return false;
    snprintf(evidence, VERDICT_EVIDENCE_BYTES, "%s \"%.*s\", %zu characters of text",
             by_title ? "title" : "heading", quoted_bytes(said), said, page->text->characters);
    return true;
}

enum page_verdict page_verdict(const struct verdict_page *page,
                               char ret_evidence[VERDICT_EVIDENCE_BYTES])
{
    size_t characters = page->text->characters;
    if (characters <= VERDICT_CHALLENGE_CHARACTERS && is_challenge(page, ret_evidence))
        return VERDICT_CHALLENGE;
    if (characters <= VERDICT_SOFT_404_CHARACTERS && is_soft_404(page, ret_evidence))
        return VERDICT_SOFT_404;
    return VERDICT_PAGE;
}
