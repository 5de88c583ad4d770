/* Drafts of image references: what the walk of a page notes of each element that refers to images,
 * until the end of the page tells the rest. Rows are made of them in image_rows.h.
 *
 * Drafts live in the page's arena and borrow their texts from the document.
 */
#ifndef IMGCRAWL_EXTRACT_IMAGE_DRAFT_H
#define IMGCRAWL_EXTRACT_IMAGE_DRAFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crawler/extract/record_format.h"

struct arena;
struct html_element;

/* A link or a button, and what is found in it. */
struct image_control {
    const char *href; /* NULL of a button */
    size_t href_bytes;
    bool is_named; /* by an attribute of its own */
    bool has_text;
    uint32_t named_images[2]; /* outside of noscript, and in it */
    bool is_resolved;
    struct flat_text url; /* once resolved */
};

/* A text that several rows share; written to the record at most once. */
struct shared_text {
    const char *text; /* NULL: none */
    bool is_written;
    struct flat_text flat;
};

struct image_figure {
    struct image_figure *parent;
    struct shared_text caption;
};

struct image_heading {
    struct shared_text text; /* of an empty heading the one before */
};

struct image_picture {
    struct image_draft *img; /* NULL until it has come */
};

/* What is around an element. */
struct image_surroundings {
    struct image_control *link;    /* the nearest <a href>, itself included */
    struct image_control *control; /* the nearest of links and buttons */
    struct image_figure *figure;
    struct image_heading *heading;
    struct image_picture *picture;
    enum landmark landmark;
    uint32_t flags; /* IMAGE_ARIA_HIDDEN, IMAGE_NOSCRIPT */
};

enum image_ref_kind {
    IMAGE_REF_URL,
    IMAGE_REF_SRCSET,
    IMAGE_REF_CSS,    /* declarations or a style sheet */
    IMAGE_REF_JSON_LD /* a script's text */
};

struct image_ref {
    struct image_ref *next;
    const char *text;
    size_t bytes;
    enum image_ref_kind kind;
    enum image_source source;
};

enum image_kind {
    IMAGE_KIND_IMG,
    IMAGE_KIND_INPUT,
    IMAGE_KIND_SOURCE,   /* its texts are those of its picture's img */
    IMAGE_KIND_SVG,      /* svg, or an image in it */
    IMAGE_KIND_EMBEDDED, /* object, embed, video */
    IMAGE_KIND_BOX,      /* any element, by its background or a lazy attribute */
    IMAGE_KIND_LINK,     /* <a> to an image file */
    IMAGE_KIND_SOCIAL,   /* og:image, twitter:image: may have an alt */
    IMAGE_KIND_METADATA  /* link, style, script */
};

/* Attributes as written; NULL where not there. */
struct image_texts {
    const char *alt, *title, *width, *height, *loading, *sizes, *media, *type;
    const char *aria_label, *aria_labelledby, *role, *value;
};

struct image_name {
    const char *text; /* NULL: none */
    size_t bytes;
    enum name_source source;
    bool is_presentational;
};

struct image_draft {
    struct image_draft *next;
    struct image_ref *refs, *last_ref;
    struct image_texts texts;
    struct image_surroundings around;
    const char *svg_title;
    const struct image_draft *same_image; /* which shares all that is said of it, or NULL */
    const char *dom_path, *place;
    struct image_name name;
    enum image_kind kind;
    bool has_lazy;       /* one of its references is in a lazy attribute */
    bool has_shared_row; /* then what its rows have in common is written already */
    struct flat_image shared_row;
};

/* In document order. No more of them than a record has rows for. */
struct image_drafts {
    struct arena *arena;
    struct image_draft *first, *last;
    uint32_t count;
    uint32_t left_out;
    bool has_labels; /* one has aria-labelledby */
};

/* A draft with the element's attributes at the end of the list; NULL when it is full. */
struct image_draft *image_draft_new(struct image_drafts *drafts, enum image_kind kind,
                                    const struct html_element *element,
                                    const struct image_surroundings *around);

/* One more reference of the draft; text is borrowed until the page ends. */
void image_draft_refer(struct image_drafts *drafts, struct image_draft *draft,
                       enum image_source source, enum image_ref_kind kind, const char *text,
                       size_t bytes);

#endif
