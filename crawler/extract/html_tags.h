/* What HTML's tree construction (section 13.2.6) says of each element, as far as the guard needs
 * it. */
#ifndef IMGCRAWL_EXTRACT_HTML_TAGS_H
#define IMGCRAWL_EXTRACT_HTML_TAGS_H

#include <stddef.h>
#include <stdint.h>

enum html_tag_traits {
    TAG_VOID = 1 << 0,        /* has no content: never open */
    TAG_SPECIAL = 1 << 1,     /* stops the search of an end tag that is not its own */
    TAG_FORMATTING = 1 << 2,  /* lives on past its container's end, until its own end tag */
    TAG_SCOPE = 1 << 3,       /* end tags do not reach out of it */
    TAG_LIST = 1 << 4,        /* nor do list items */
    TAG_BUTTON = 1 << 5,      /* nor paragraphs */
    TAG_CLOSES_P = 1 << 6,    /* its start ends an open paragraph */
    TAG_RAW = 1 << 7,         /* its content is text up to its end tag */
    TAG_TRANSPARENT = 1 << 8, /* not counted: there is one of it at most */
    TAG_HEADING = 1 << 9,     /* any heading's end tag ends it */
    TAG_LIST_ITEM = 1 << 10,  /* li: its start ends an open one */
    TAG_OPTION = 1 << 11,
    TAG_TABLE_GROUP = 1 << 12, /* caption, colgroup, tbody, thead, tfoot */
    TAG_TABLE_ROW = 1 << 13,
    TAG_TABLE_CELL = 1 << 14,   /* with caption: a marker for formatting elements */
    TAG_FOREIGN_ROOT = 1 << 15, /* svg, math */
    TAG_SVG_HTML = 1 << 16,     /* in svg: what is inside is HTML again */
    TAG_BREAKS_OUT = 1 << 17,   /* in foreign content: ends it */
    TAG_MARKER = 1 << 18,       /* formatting elements inside end with it */
    TAG_ENDS_SELECT = 1 << 19,  /* its start ends an open select */
    TAG_ROOT = 1 << 20,         /* html, body: later ones add their attributes to the first */
    TAG_PASSED = 1 << 21,       /* special, but an item looks through it for the one that it ends */
    TAG_TERM_ITEM = 1 << 22,    /* dd, dt: either's start ends an open one of both */
    TAG_MATH_HTML = 1 << 23,    /* in math: what is inside is HTML again */
    TAG_ENDS_OPTION = 1 << 24,  /* its start ends an option that is the current element */
    TAG_RUBY_TEXT = 1 << 25,    /* in ruby, its start ends what has an implied end */
    TAG_IMPLIED_END = 1 << 26,  /* p, li, dd, dt: closed early, it is no nearer to nesting */
    TAG_REPLACES = 1 << 27      /* a, nobr: its start is the end of an open one */
};

/* The tags that the guard treats by name. */
enum html_tag_id {
    TAG_ID_NONE,
    TAG_ID_TABLE,
    TAG_ID_TEMPLATE,
    TAG_ID_SELECT,
    TAG_ID_SCRIPT,
    TAG_ID_P,
    TAG_ID_PLAINTEXT,
    TAG_ID_A,
    TAG_ID_RUBY,
    TAG_ID_FONT,
    TAG_ID_FORM,
    TAG_ID_SVG,
    TAG_ID_MATH,
    TAG_ID_MATH_GLYPH, /* stays foreign where other tags would be HTML */
    TAG_ID_ANNOTATION_XML,
    TAG_ID_COUNT
};

enum { HTML_TAG_NAME_BYTES = 16 };

struct html_tag_info {
    char name[HTML_TAG_NAME_BYTES]; /* NUL-padded */
    uint32_t traits;
    enum html_tag_id id;
};

/* name in lower case, NUL-padded to HTML_TAG_NAME_BYTES. Always answers: for a name of no special
 * meaning with html_tag_unknown. */
const struct html_tag_info *html_tag_find(const char *name);
extern const struct html_tag_info html_tag_unknown;

#endif
