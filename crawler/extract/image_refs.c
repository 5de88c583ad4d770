/* Image references. Runs in a parse process, for each <img> in tree order. */
#include "crawler/extract/image_refs.h"

#include <string.h>

#include "crawler/extract/arena.h"
#include "crawler/extract/data_uri.h"
#include "crawler/extract/html_reader.h"
#include "crawler/extract/html_text.h"
#include "crawler/extract/page_context.h"
#include "crawler/extract/record_writer.h"
#include "crawler/extract/srcset.h"

/* One element's rows in the making: the attributes that its rows share are written once. */
struct image_rows {
    struct page_context *page;
    struct flat_image shared;
    size_t count;
};

enum alt_state image_alt_state(const char *alt, size_t bytes)
{
    if (!alt)
        return ALT_MISSING;
    if (!bytes)
        return ALT_EMPTY;
    return html_is_blank(alt, bytes) ? ALT_WHITESPACE : ALT_TEXT;
}

static struct flat_text attribute_text(struct page_context *page,
                                       const struct html_element *element, const char *name)
{
    const struct html_attribute *attribute = html_attribute(element, name);
    if (!attribute)
        return record_text_absent;
    return record_writer_text(page->writer, attribute->value, attribute->bytes);
}

static struct flat_image shared_of(struct page_context *page, const struct html_element *element,
                                   uint32_t position)
{
    const struct html_attribute *alt = html_attribute(element, "alt");
    struct flat_image shared = record_writer_no_image();
    shared.alt = attribute_text(page, element, "alt");
    shared.title = attribute_text(page, element, "title");
    shared.width = attribute_text(page, element, "width");
    shared.height = attribute_text(page, element, "height");
    shared.loading = attribute_text(page, element, "loading");
    shared.position = position;
    shared.source = IMAGE_SOURCE_IMG;
    shared.alt_state = (uint8_t)(alt ? image_alt_state(alt->value, alt->bytes) : ALT_MISSING);
    return shared;
}

/* The head with the scheme in lower case, as in any URL, and the mark of the whole. */
static struct flat_text data_uri_url(struct page_context *page, const char *text, size_t bytes,
                                     size_t head_bytes)
{
    static const char scheme[] = "data:";
    char mark[DATA_URI_MARK_BYTES + 1];
    char *url = arena_alloc(page->arena, head_bytes + sizeof mark);
    if (!url || !data_uri_mark(text, bytes, mark))
        return record_text_absent;
    memcpy(url, text, head_bytes);
    memcpy(url, scheme, sizeof scheme - 1);
    memcpy(url + head_bytes, mark, sizeof mark);
    return record_writer_text(page->writer, url, head_bytes + DATA_URI_MARK_BYTES);
}

/* As what was written, the head alone is kept; one without a comma is no URL. */
static void set_data_uri(struct page_context *page, struct flat_image *image, const char *text,
                         size_t bytes, const struct data_uri *uri)
{
    bool is_usable =
        uri->head_bytes && uri->head_bytes + DATA_URI_MARK_BYTES <= RECORD_TEXT_MAX_BYTES;
    image->raw = record_writer_text(page->writer, text, is_usable ? uri->head_bytes : bytes);
    if (!is_usable)
        return;
    image->url = data_uri_url(page, text, bytes, uri->head_bytes);
    if (image->url.offset != FLAT_TEXT_ABSENT)
        image->data_bytes = uri->data_bytes;
}

/* A reference of white space alone points nowhere, like an empty one. */
static void set_url(struct page_context *page, struct flat_image *image, const char *text,
                    size_t bytes)
{
    size_t trimmed_bytes;
    const char *trimmed = html_trim(text, bytes, &trimmed_bytes);
    struct data_uri uri;
    if (data_uri_parse(trimmed, trimmed_bytes, &uri)) {
        set_data_uri(page, image, trimmed, trimmed_bytes, &uri);
        return;
    }
    image->raw = record_writer_text(page->writer, text, bytes);
    if (trimmed_bytes && page_resolve(page, trimmed, trimmed_bytes, &page->scratch) == URL_OK)
        image->url = record_writer_text(page->writer, page->scratch.href, page->scratch.length);
}

static void add_src(struct image_rows *rows, const struct html_attribute *src)
{
    struct flat_image image = rows->shared;
    set_url(rows->page, &image, src->value, src->bytes);
    record_writer_image(rows->page->writer, &image);
    rows->count++;
}

static void add_candidate(const struct srcset_candidate *candidate, void *arg)
{
    struct image_rows *rows = arg;
    struct record_writer *writer = rows->page->writer;
    rows->count++;
    if (!record_writer_takes_images(writer))
        return;
    struct flat_image image = rows->shared;
    image.source = IMAGE_SOURCE_SRCSET;
    set_url(rows->page, &image, candidate->url, candidate->url_bytes);
    if (candidate->descriptor_bytes)
        image.descriptor =
            record_writer_text(writer, candidate->descriptor, candidate->descriptor_bytes);
    record_writer_image(writer, &image);
}

void image_refs_collect(struct page_context *page, const struct html_element *element,
                        uint32_t position)
{
    if (!record_writer_takes_images(page->writer))
        return;
    struct image_rows rows = {.page = page, .shared = shared_of(page, element, position)};
    const struct html_attribute *src = html_attribute(element, "src");
    const struct html_attribute *srcset = html_attribute(element, "srcset");
    if (src)
        add_src(&rows, src);
    if (srcset)
        srcset_parse(srcset->value, srcset->bytes, add_candidate, &rows);
    if (!rows.count)
        record_writer_image(page->writer, &rows.shared);
}
