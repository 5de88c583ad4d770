/* The marks of pages that check for robots: what bot protections put into theirs, and what people
 * are told there. Pure functions. */
#ifndef IMGCRAWL_EXTRACT_CHALLENGE_H
#define IMGCRAWL_EXTRACT_CHALLENGE_H

#include <stddef.h>

/* What gives a nearly empty page away: "Cloudflare: _cf_chl_opt"; NULL: nothing does. The texts are
 * as they stand in the page; html is its UTF-8. */
struct challenge_page {
    const char *title, *start; /* NUL-ended */
    const char *html;
    size_t html_bytes;
};
struct challenge_mark {
    const char *whose;
    const char *mark;
};
const struct challenge_mark *challenge_find(const struct challenge_page *page);

#endif
