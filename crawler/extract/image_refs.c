/* See image_refs.h. Runs in a parse process. */
#include "crawler/extract/image_refs.h"

#include <stddef.h>

#include "crawler/extract/element_marks.h"
#include "crawler/extract/image_rows.h"
#include "crawler/extract/image_sources_head.h"
#include "crawler/extract/label_texts.h"
#include "crawler/extract/page_context.h"

void image_refs_begin(struct image_refs *refs, struct page_context *page, const char *html_end)
{
    refs->elements = 0;
    image_sources_begin(&refs->sources, page->arena, html_end);
}

int image_refs_start(struct image_refs *refs, const struct html_element *element)
{
    struct element_marks marks;
    element_marks_read(element, &marks);
    int rc = image_context_enter(&refs->sources.context, element, &marks);
    if (rc < 0)
        return rc;
    refs->elements += element->tag == HTML_IMG;
    image_sources_of_element(&refs->sources, element, &marks);
    return 0;
}

void image_refs_end(struct image_refs *refs)
{
    image_context_leave(&refs->sources.context);
}

/* Text stands in elements only; what a reader gives before the first is none of a page's. */
void image_refs_text(struct image_refs *refs, const char *text)
{
    if (!refs->sources.context.depth)
        return;
    image_sources_of_text(&refs->sources, text);
    image_context_text(&refs->sources.context, text);
}

int image_refs_write(struct image_refs *refs, struct page_context *page,
                     const struct html_document *document, uint32_t *ret_places)
{
    struct image_drafts *drafts = &refs->sources.drafts;
    struct label_texts *labels = NULL;
    image_sources_end_head(&refs->sources);
    int rc = drafts->has_labels ? label_texts_read(drafts, document, &labels) : 0;
    if (rc == 0)
        *ret_places = image_rows_write(page, drafts, labels);
    return rc;
}
