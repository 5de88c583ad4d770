/* See image_url.h. Runs in a parse process; texts go to the record's heap. */
#include "crawler/extract/image_url.h"

#include <string.h>

#include "crawler/extract/arena.h"
#include "crawler/extract/data_uri.h"
#include "crawler/extract/html_text.h"
#include "crawler/extract/page_context.h"
#include "crawler/extract/record_writer.h"

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
void image_url_set(struct page_context *page, struct flat_image *image, const char *text,
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
