/* HTML reader: a document as a stream of events in tree order.
 *
 * The face between whatever understands HTML and whatever collects from it. A document is read
 * once into the caller's arena and can then be walked any number of times, each walk giving the
 * same events. Runs in a parse process.
 */
#ifndef IMGCRAWL_EXTRACT_HTML_READER_H
#define IMGCRAWL_EXTRACT_HTML_READER_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

/* The elements that anyone collects from or that give context to others: of the HTML namespace, and
 * three of SVG. All others are HTML_OTHER. */
enum html_tag {
    HTML_OTHER,
    HTML_A,
    HTML_AREA,
    HTML_ARTICLE,
    HTML_ASIDE,
    HTML_BASE,
    HTML_BODY,
    HTML_BUTTON,
    HTML_EMBED,
    HTML_FIGCAPTION,
    HTML_FIGURE,
    HTML_FOOTER,
    HTML_FRAME,
    HTML_H1,
    HTML_H2,
    HTML_H3,
    HTML_H4,
    HTML_H5,
    HTML_H6,
    HTML_HEADER,
    HTML_HTML,
    HTML_IFRAME,
    HTML_IMG,
    HTML_INPUT,
    HTML_LINK,
    HTML_MAIN,
    HTML_META,
    HTML_NAV,
    HTML_NOSCRIPT,
    HTML_OBJECT,
    HTML_PICTURE,
    HTML_SCRIPT,
    HTML_SECTION,
    HTML_SOURCE,
    HTML_STYLE,
    HTML_SVG, /* the svg element itself */
    HTML_SVG_IMAGE,
    HTML_SVG_TITLE,
    HTML_TITLE,
    HTML_VIDEO
};

/* Name in lower case, of an attribute of the XLink namespace "xlink:href" and the like; value with
 * character references decoded, "" where none is written. */
struct html_attribute {
    const char *name;
    const char *value;
    size_t bytes; /* of value; it is NUL-ended and holds no NUL */
};

struct html_element {
    enum html_tag tag;
    const char
        *name; /* of the tag, not NUL-ended; of elements that HTML does not know as written */
    size_t name_bytes;
    const char *source; /* where its start tag stands in the text; NULL: it is implied there */
    bool has_end_tag;   /* and that it was closed by an end tag of its own */
    size_t attribute_count;
    const struct html_attribute *attributes;
};

/* The attribute of that name, or NULL. */
const struct html_attribute *html_attribute(const struct html_element *element, const char *name);

/* What a walk calls; the elements' memory is borrowed for the call, the strings live as long as the
 * arena. Each start has its end. start answers whether to go on: false ends the walk. */
struct html_events {
    bool (*start)(const struct html_element *element, void *arg);
    void (*end)(enum html_tag tag, void *arg); /* may be NULL */
    void (*text)(const char *text, void *arg); /* may be NULL; NUL-ended */
    void *arg;
};

struct html_document;

/* Reads UTF-8 text, which must live as long as the arena's contents. -ENOMEM when the arena is
 * full: then its contents are to be thrown away. */
int html_document_read(struct arena *arena, const char *html, size_t bytes,
                       struct html_document **ret_document);

/* The contents of template elements are not part of the page and are left out. -ENOMEM. */
int html_document_walk(const struct html_document *document, const struct html_events *events);

#endif
