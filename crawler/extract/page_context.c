/* See page_context.h. */
#include "crawler/extract/page_context.h"

#include "crawler/extract/charset_query.h"

enum url_error page_resolve(struct page_context *page, const char *text, size_t bytes,
                            struct url *ret_url)
{
    if (page->charset)
        text = charset_query(page->arena, page->charset, text, bytes, &bytes);
    return url_parse(text, bytes, page->base, ret_url);
}
