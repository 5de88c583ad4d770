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

/* What refers to an image. The names are those of the table in record_names.c. */
enum image_source {
    IMAGE_SOURCE_IMG,              /* img src */
    IMAGE_SOURCE_SRCSET,           /* a candidate of img srcset */
    IMAGE_SOURCE_PICTURE,          /* a candidate of a picture's source srcset */
    IMAGE_SOURCE_LAZY_SRC,         /* data-src and the like */
    IMAGE_SOURCE_LAZY_SRCSET,      /* a candidate of data-srcset and the like */
    IMAGE_SOURCE_LAZY_BACKGROUND,  /* data-bg and the like */
    IMAGE_SOURCE_INPUT,            /* input type=image */
    IMAGE_SOURCE_POSTER,           /* video poster */
    IMAGE_SOURCE_SVG_IMAGE,        /* image in svg, href or xlink:href */
    IMAGE_SOURCE_SVG,              /* an inline svg element itself; it has no URL */
    IMAGE_SOURCE_OBJECT,           /* object data of an image type */
    IMAGE_SOURCE_EMBED,            /* embed src of an image type */
    IMAGE_SOURCE_STYLE_ATTRIBUTE,  /* url() in a style attribute */
    IMAGE_SOURCE_STYLE_ELEMENT,    /* url() in a style element */
    IMAGE_SOURCE_STYLE_SHEET,      /* url() in a linked style sheet; in a record of its own */
    IMAGE_SOURCE_ICON,             /* link rel=icon, shortcut icon, mask-icon */
    IMAGE_SOURCE_APPLE_TOUCH_ICON, /* link rel=apple-touch-icon */
    IMAGE_SOURCE_PRELOAD,          /* link rel=preload as=image, href or imagesrcset */
    IMAGE_SOURCE_IMAGE_SRC,        /* link rel=image_src */
    IMAGE_SOURCE_OG_IMAGE,         /* meta property=og:image */
    IMAGE_SOURCE_TWITTER_IMAGE,    /* meta name=twitter:image */
    IMAGE_SOURCE_JSON_LD,          /* image, thumbnailUrl, logo in JSON-LD */
    IMAGE_SOURCE_LINK,             /* a or area href to an image file */
    IMAGE_SOURCE_SITEMAP,          /* an image entry of a sitemap; never in a page record */
    IMAGE_SOURCE_COUNT
};
const char *image_source_name(enum image_source source);

/* The nearest of these around it: by element or by ARIA role. */
enum landmark {
    LANDMARK_NONE,
    LANDMARK_HEADER,
    LANDMARK_NAV,
    LANDMARK_MAIN,
    LANDMARK_ASIDE,
    LANDMARK_FOOTER,
    LANDMARK_COUNT
};
const char *landmark_name(enum landmark landmark); /* "header" …; NULL of none */

/* What gave the accessible name (accname 1.2, HTML-AAM 1.0 for images). */
enum name_source {
    NAME_NONE,
    NAME_ARIA_LABELLEDBY,
    NAME_ARIA_LABEL,
    NAME_ALT,
    NAME_TITLE,     /* title attribute */
    NAME_SVG_TITLE, /* title child of an svg */
    NAME_VALUE,     /* value of an input */
    NAME_SOURCE_COUNT
};
const char *name_source_name(enum name_source source); /* "aria-labelledby" …; NULL of none */

enum image_flags {
    IMAGE_LINK_ONLY = 1,      /* nothing else names its link or button: it is all that is in it */
    IMAGE_IN_BUTTON = 2,      /* its enclosing control is a button, not a link */
    IMAGE_ARIA_HIDDEN = 4,    /* itself or by an element around it */
    IMAGE_PRESENTATIONAL = 8, /* role none or presentation, or alt="" without another name */
    IMAGE_NOSCRIPT = 16,      /* in noscript */
    IMAGE_PLACEHOLDER = 32,   /* stands in until a lazy attribute of its element is used */
    IMAGE_LAZY = 64,          /* loading=lazy, or by a lazy attribute */
    IMAGE_FLAGS_ALL = 127
};
const char *image_flag_name(uint32_t flag); /* of one flag: "link_only" … */

enum link_flags { LINK_NOFOLLOW = 1 };

/* A URL that the page leads to by http or https: through <a href> or <area href>, the src of a
 * <frame> or <iframe>, or a meta refresh. Flags and rel are those of its most permissive link. */
struct record_link {
    struct record_text url; /* canonical */
    struct record_text rel; /* as written */
    uint32_t flags;
};

/* The texts of an image reference.
 *     url         resolved; absent where the reference has no usable URL
 *     raw         as written, of a data: URI its head; absent: no URL is written at all
 *     descriptor  of a srcset candidate
 *     alt … type  attributes as written, of the img where a picture's source is meant; sizes, media
 *                 and type of the source itself
 *     name        the accessible name
 *     link        resolved href of the link around it
 *     caption     text of the figcaption of its figure
 *     heading     text of the heading before it, the nearest in document order
 *     dom_path    short, for people: "main > article.card:nth-of-type(3) > a > img"
 *     place       the same without what differs from page to page: the template key is made of it
 */
#define RECORD_IMAGE_TEXTS(X)                                                                      \
    X(url)                                                                                         \
    X(raw)                                                                                         \
    X(descriptor)                                                                                  \
    X(alt)                                                                                         \
    X(title)                                                                                       \
    X(width)                                                                                       \
    X(height)                                                                                      \
    X(loading)                                                                                     \
    X(sizes)                                                                                       \
    X(media)                                                                                       \
    X(type)                                                                                        \
    X(aria_label)                                                                                  \
    X(role)                                                                                        \
    X(name)                                                                                        \
    X(link)                                                                                        \
    X(caption)                                                                                     \
    X(heading)                                                                                     \
    X(dom_path)                                                                                    \
    X(place)

/* One image reference: one URL in one attribute of one element, or an svg element. */
struct record_image {
#define X(text) struct record_text text;
    RECORD_IMAGE_TEXTS(X)
#undef X
    uint64_t data_bytes; /* of a data: URI, whose url is its head and a fingerprint: data_uri.h */
    uint32_t position;   /* of the element among those of the page that refer to images, 1-based */
    uint32_t flags;      /* enum image_flags */
    enum alt_state alt_state;
    enum image_source source;
    enum landmark landmark;
    enum name_source name_source;
};

enum record_flags {
    RECORD_TRUNCATED = 1,       /* more links or images than the record may hold */
    RECORD_DEPTH_FLATTENED = 2, /* elements nested deeper than the guard allows were flattened */
    RECORD_ATTRIBUTES_CUT = 4,  /* a tag had more attributes than the guard allows */
    RECORD_META_NOFOLLOW = 8,   /* meta robots of this page says nofollow or none */
    RECORD_STYLE_SHEET = 16     /* of a style sheet: all its images are of that source */
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
    uint32_t image_places;   /* elements that refer to images, whatever they are: the positions */
    uint64_t text_print;     /* of title, alts and words: text_print.h; 0: not known */
    uint32_t link_count, image_count;
    const struct record_link *links;   /* unique by URL, in order of first appearance */
    const struct record_image *images; /* in tree order */
    uint32_t style_sheet_count;
    const struct record_text *style_sheets; /* URLs that link elements name, canonical */
    void *owned;                            /* the view's own arrays */
};

/* 0, -EBADMSG where anything does not hold, or -ENOMEM. The view points into data, which must
 * outlive it. */
int record_open(const void *data, size_t bytes, struct page_record *ret_record);
void record_close(struct page_record *record);

#endif
