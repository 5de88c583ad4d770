/* Extraction of one HTML document, whatever the caller: a parse process or `imgcrawl inspect html`.
 */
#ifndef IMGCRAWL_EXTRACT_EXTRACT_H
#define IMGCRAWL_EXTRACT_EXTRACT_H

#include <stddef.h>
#include <stdint.h>

struct extractor;

struct extract_input {
    const unsigned char *html;
    size_t bytes;
    const char *base; /* the document's own URL, absolute; NULL: relative URLs stay unresolved */
    const char *content_type;    /* header value or NULL */
    const char *default_charset; /* of a page that tells none: a label, or NULL */
};

struct extractor *extractor_new(void);
struct extractor *extractor_free(struct extractor *extractor);

/* Writes a page record (record.h) of at most capacity bytes to out (aligned to 8); returns its
 * bytes, or -ENOMEM (arena limit), -EINVAL (base is no http or https URL), -E2BIG (not even an
 * empty record fits). A record that would not fit is cut and flagged RECORD_TRUNCATED. Of a body
 * that is no HTML whatever was declared (mime_sniff.h) the record tells that and no more. */
int64_t extract_html(struct extractor *extractor, const struct extract_input *input, void *out,
                     size_t capacity);

#endif
