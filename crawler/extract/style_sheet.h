/* A linked style sheet: the images that it names, as a page record without links whose images are
 * all of IMAGE_SOURCE_STYLE_SHEET, flagged RECORD_STYLE_SHEET. Runs in a parse process. */
#ifndef IMGCRAWL_EXTRACT_STYLE_SHEET_H
#define IMGCRAWL_EXTRACT_STYLE_SHEET_H

#include <stddef.h>
#include <stdint.h>

struct style_sheet_reader;

struct style_sheet_input {
    const unsigned char *css;
    size_t bytes;
    const char *base;            /* the sheet's own URL, absolute: what its URLs are relative to */
    const char *content_type;    /* header value or NULL */
    const char *default_charset; /* of the page that links it: a label, or NULL for UTF-8 */
};

struct style_sheet_reader *style_sheet_reader_new(void);
struct style_sheet_reader *style_sheet_reader_free(struct style_sheet_reader *reader);

/* The charset is told by a byte order mark, else by content_type, else by @charset, else by the
 * default (CSS Syntax Level 3, 3.2). Writes to out (aligned to 8) and returns the record's bytes,
 * or -ENOMEM, -EINVAL (base is no http or https URL), -E2BIG. What does not fit is cut and flagged.
 */
int64_t style_sheet_read(struct style_sheet_reader *reader, const struct style_sheet_input *input,
                         void *out, size_t capacity);

#endif
