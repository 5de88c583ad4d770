/* See style_sheet_links.h. */
#include "crawler/extract/style_sheet_links.h"

#include "crawler/extract/html_reader.h"
#include "crawler/extract/html_text.h"
#include "crawler/extract/page_context.h"
#include "crawler/extract/record_writer.h"

void style_sheet_links_collect(struct page_context *page, const struct html_element *element)
{
    const struct html_attribute *rel = html_attribute(element, "rel");
    const struct html_attribute *href = html_attribute(element, "href");
    if (!rel || !href || !href->bytes || !html_has_token(rel->value, "stylesheet") ||
        html_has_token(rel->value, "alternate") || html_attribute(element, "disabled") ||
        page_resolve(page, href->value, href->bytes, &page->scratch) != URL_OK)
        return;
    url_canonicalise(&page->scratch);
    record_writer_style_sheet(page->writer, page->scratch.href, page->scratch.length);
}
