/* Which style sheets a page links to: link rel=stylesheet, as a page record's list of URLs. Runs in
 * a parse process, for each element in tree order. */
#ifndef IMGCRAWL_EXTRACT_STYLE_SHEET_LINKS_H
#define IMGCRAWL_EXTRACT_STYLE_SHEET_LINKS_H

struct html_element;
struct page_context;

/* Takes a <link> where it is one that applies: neither alternate nor disabled. */
void style_sheet_links_collect(struct page_context *page, const struct html_element *element);

#endif
