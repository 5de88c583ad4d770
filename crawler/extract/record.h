/* Page record: what a parse process found in one page, as one flat block of memory.
 *
 * Written in the worker by record_writer_* into its result lane; opened in the parent by
 * record_open(), which trusts nothing: every offset, length, count and enum is checked before the
 * view is given out, and strings hold no NUL. Strings are UTF-8. Memory that the worker can still
 * write to is copied before it is opened.
 */
#ifndef IMGCRAWL_EXTRACT_RECORD_H
#define IMGCRAWL_EXTRACT_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crawler/extract/mime_sniff.h"
#include "crawler/extract/page_verdict.h"
#include "crawler/extract/record_text.h"
#include "crawler/extract/robots_directives.h"

enum alt_state {
    ALT_MISSING,
    ALT_EMPTY,
    ALT_WHITESPACE,
    ALT_TEXT,
    ALT_NOT_APPLICABLE, /* the reference is of a kind that can have no alt */
    ALT_STATE_COUNT
};
/* "missing" "empty" "whitespace" "text" "not_applicable" */
const char *alt_state_name(enum alt_state state);

enum image_source {
    IMAGE_SOURCE_IMG,
    IMAGE_SOURCE_SRCSET,
    IMAGE_SOURCE_SITEMAP, /* an image entry of a sitemap; never in a page record */
    IMAGE_SOURCE_COUNT
};
const char *image_source_name(enum image_source source); /* "img" "srcset" "sitemap" */

enum link_flags { LINK_NOFOLLOW = 1 };

/* A URL that the page leads to by http or https: through <a href> or <area href>, the src of a
 * <frame> or <iframe>, or a meta refresh. Flags and rel are those of its most permissive link. */
struct record_link {
    struct record_text url; /* canonical */
    struct record_text rel; /* as written */
    uint32_t flags;
};

/* One image reference: an <img>'s src, or one candidate of its srcset. */
struct record_image {
    struct record_text url;        /* resolved; absent where the reference has no usable URL */
    struct record_text raw;        /* as written, of a data: URI its head; absent: no src at all */
    struct record_text descriptor; /* of a srcset candidate */
    struct record_text alt, title, width, height, loading; /* attributes, as written */
    uint64_t data_bytes; /* of a data: URI, whose url is its head and a fingerprint: data_uri.h */
    uint32_t position;   /* of the element among the page's images, 1-based */
    enum alt_state alt_state;
    enum image_source source;
};

enum record_flags {
    RECORD_TRUNCATED = 1,       /* more links or images than the record may hold */
    RECORD_DEPTH_FLATTENED = 2, /* elements nested deeper than the guard allows were flattened */
    RECORD_ATTRIBUTES_CUT = 4,  /* a tag had more attributes than the guard allows */
    RECORD_META_NOFOLLOW = 8    /* meta robots of this page says nofollow or none */
};

/* A checked view into a record's memory. */
struct page_record {
    struct record_text title, base, canonical, meta_robots, meta_refresh, charset;
    struct record_text tdm_policy; /* a URL */
    struct record_text evidence;   /* for a verdict other than VERDICT_PAGE, for people */
    enum page_verdict verdict;
    enum mime_type sniffed_type; /* where it is not MIME_HTML, nothing else was read */
    uint32_t directives;         /* enum robots_directive; what the page says, not its headers */
    uint32_t flags;
    uint32_t link_elements;  /* <a href> and <area href> in the page, usable or not */
    uint32_t image_elements; /* <img> in the page */
    uint32_t link_count, image_count;
    const struct record_link *links;   /* unique by URL, in order of first appearance */
    const struct record_image *images; /* in tree order */
    void *owned;                       /* the view's own arrays */
};

/* 0, -EBADMSG where anything does not hold, or -ENOMEM. The view points into data, which must
 * outlive it. */
int record_open(const void *data, size_t bytes, struct page_record *ret_record);
void record_close(struct page_record *record);

#endif
