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

/* The elements of the HTML namespace that anyone collects from; all others are HTML_OTHER. */
enum html_tag {
    HTML_OTHER,
    HTML_A,
    HTML_AREA,
    HTML_ASIDE,
    HTML_BASE,
    HTML_FOOTER,
    HTML_FRAME,
    HTML_H1,
    HTML_HEADER,
    HTML_IFRAME,
    HTML_IMG,
    HTML_LINK,
    HTML_META,
    HTML_NAV,
    HTML_SCRIPT,
    HTML_STYLE,
    HTML_TITLE
};

/* Name in lower case; value with character references decoded, "" where none is written. */
struct html_attribute {
    const char *name;
    const char *value;
    size_t bytes; /* of value; it is NUL-ended and holds no NUL */
};

struct html_element {
    enum html_tag tag;
    size_t attribute_count; /* 0 for HTML_OTHER, whose attributes nobody needs */
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
