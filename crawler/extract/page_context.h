/* What the collectors of one page share. Lives on the extractor for the length of a page. */
#ifndef IMGCRAWL_EXTRACT_PAGE_CONTEXT_H
#define IMGCRAWL_EXTRACT_PAGE_CONTEXT_H

#include "crawler/extract/url.h"

struct arena;
struct record_writer;

struct page_context {
    struct arena *arena;
    struct record_writer *writer;
    const struct url
        *base;           /* what relative URLs are resolved against; NULL: they stay unresolved */
    const char *charset; /* that queries are written in; NULL: UTF-8 */
    struct url scratch;  /* the URL just resolved */
};

/* A reference of the page as a URL. */
enum url_error page_resolve(struct page_context *page, const char *text, size_t bytes,
                            struct url *ret_url);

#endif
