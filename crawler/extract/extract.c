/* Extraction: bytes that are HTML (mime_sniff) → text (charset) → guarded text (html_guard) →
 * document (html_reader) → facts, verdict, links, images (the collectors) → record (record_writer).
 *
 * Runs in a parse process, or in the command line for `inspect`. All that is made for a page is in
 * the extractor's arena, forgotten when the next page begins.
 */
#include "crawler/extract/extract.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/extract/arena.h"
#include "crawler/extract/charset.h"
#include "crawler/extract/html_guard.h"
#include "crawler/extract/html_reader.h"
#include "crawler/extract/image_refs.h"
#include "crawler/extract/links.h"
#include "crawler/extract/mime_sniff.h"
#include "crawler/extract/page_context.h"
#include "crawler/extract/page_facts.h"
#include "crawler/extract/page_verdict.h"
#include "crawler/extract/record_writer.h"
#include "crawler/extract/style_sheet_links.h"

/* A page of 10 MB of nothing but tags takes about half of this. */
static const size_t arena_limit_bytes = (size_t)512 << 20;
static const size_t arena_keep_bytes = (size_t)4 << 20;

struct extractor {
    struct arena *arena;
    struct record_writer *writer;
    struct page_facts facts;
    struct page_context page;
    struct image_refs images;
    struct url document_url, base;
};

/* Links and images of one walk. */
struct collection {
    struct page_context *page;
    struct link_set links;
    struct image_refs *images;
    uint32_t link_elements;
    int error;
};

struct extractor *extractor_new(void)
{
    struct extractor *extractor = malloc(sizeof *extractor);
    if (!extractor)
        abort();
    extractor->arena = arena_new(arena_limit_bytes);
    extractor->writer = record_writer_new();
    return extractor;
}

struct extractor *extractor_free(struct extractor *extractor)
{
    if (!extractor)
        return NULL;
    record_writer_free(extractor->writer);
    arena_free(extractor->arena);
    free(extractor);
    return NULL;
}

static void collect_link(struct collection *collection, const struct html_element *element)
{
    switch (element->tag) {
    case HTML_A:
    case HTML_AREA:
        collection->link_elements += html_attribute(element, "href") != NULL;
        links_collect(collection->page, &collection->links, element);
        break;
    case HTML_LINK:
        style_sheet_links_collect(collection->page, element);
        break;
    case HTML_FRAME:
    case HTML_IFRAME:
        links_collect(collection->page, &collection->links, element);
        break;
    default:
        break;
    }
}

static bool collect_start(const struct html_element *element, void *arg)
{
    struct collection *collection = arg;
    collect_link(collection, element);
    collection->error = image_refs_start(collection->images, element);
    return collection->error == 0;
}

static void collect_end(enum html_tag tag, void *arg)
{
    struct collection *collection = arg;
    (void)tag;
    image_refs_end(collection->images);
}

static void collect_text(const char *text, void *arg)
{
    struct collection *collection = arg;
    image_refs_text(collection->images, text);
}

/* html_end: of the text of the document. */
static int collect(struct extractor *extractor, const struct html_document *document,
                   const char *html_end)
{
    struct page_context *page = &extractor->page;
    const struct page_facts *facts = &extractor->facts;
    struct collection collection = {.page = page, .images = &extractor->images};
    uint32_t image_places = 0;
    if (facts->refresh)
        links_add(page, &collection.links, facts->refresh, facts->refresh_bytes, NULL);
    image_refs_begin(collection.images, page, html_end);
    const struct html_events events = {
        .start = collect_start, .end = collect_end, .text = collect_text, .arg = &collection};
    int rc = html_document_walk(document, &events);
    if (rc == 0)
        rc = collection.error;
    if (rc == 0)
        rc = image_refs_write(collection.images, page, document, &image_places);
    record_writer_elements(page->writer, collection.link_elements, collection.images->elements,
                           image_places);
    return rc;
}

/* The document's own URL, the base until the page names another. */
static int set_document_url(struct extractor *extractor, const char *base)
{
    extractor->page.base = NULL;
    if (!base)
        return 0;
    if (url_parse(base, strlen(base), NULL, &extractor->document_url) != URL_OK)
        return -EINVAL;
    extractor->page.base = &extractor->document_url;
    return 0;
}

/* UTF-8, and no more than the tree can bear. */
static int read_text(struct extractor *extractor, const struct extract_input *input,
                     const char **ret_html, size_t *ret_bytes)
{
    enum charset_source source;
    const char *charset = charset_sniff(input->html, input->bytes, input->content_type,
                                        input->default_charset, &source);
    const char *html =
        charset_to_utf8(extractor->arena, charset, input->html, input->bytes, ret_bytes);
    if (!html)
        return -ENOMEM;
    extractor->page.charset = strcmp(charset, "UTF-8") == 0 ? NULL : charset;
    record_writer_fact(extractor->writer, RECORD_CHARSET, charset, strlen(charset));
    uint32_t flags = 0;
    int rc = html_guard(extractor->arena, html, *ret_bytes, ret_html, &flags);
    record_writer_flag(extractor->writer, flags);
    return rc;
}

/* What the page is called and says decides, beside its source, whether it is one. */
static void judge(struct extractor *extractor, const char *html, size_t bytes)
{
    char evidence[VERDICT_EVIDENCE_BYTES];
    const struct verdict_page page = {.title = extractor->facts.title,
                                      .text = &extractor->facts.text,
                                      .html = html,
                                      .html_bytes = bytes};
    enum page_verdict verdict = page_verdict(&page, evidence);
    if (verdict != VERDICT_PAGE)
        record_writer_verdict(extractor->writer, verdict, evidence);
}

static int extract_document(struct extractor *extractor, const struct extract_input *input)
{
    const char *html;
    size_t bytes;
    int rc = read_text(extractor, input, &html, &bytes);
    if (rc < 0)
        return rc;
    struct html_document *document;
    rc = html_document_read(extractor->arena, html, bytes, &document);
    if (rc < 0)
        return rc;
    rc = page_facts_read(&extractor->facts, document, extractor->page.base);
    if (rc < 0)
        return rc;
    page_facts_write(&extractor->facts, &extractor->page, &extractor->base);
    judge(extractor, html, bytes);
    return collect(extractor, document, html + bytes);
}

static int extract_page(struct extractor *extractor, const struct extract_input *input)
{
    bool is_declared = input->content_type && *input->content_type;
    enum mime_type type = mime_sniff(input->html, input->bytes, is_declared);
    record_writer_sniffed_type(extractor->writer, type);
    return type == MIME_HTML ? extract_document(extractor, input) : 0;
}

int64_t extract_html(struct extractor *extractor, const struct extract_input *input, void *out,
                     size_t capacity)
{
    extractor->page.arena = extractor->arena;
    extractor->page.writer = extractor->writer;
    int rc = set_document_url(extractor, input->base);
    if (rc == 0)
        rc = record_writer_begin(extractor->writer, out, capacity);
    if (rc == 0)
        rc = extract_page(extractor, input);
    arena_reset(extractor->arena, arena_keep_bytes);
    return rc < 0 ? rc : record_writer_finish(extractor->writer);
}
