/* The guard's idea of which elements are open: a stack that follows tree construction closely
 * enough that no page can grow a tree much deeper than the stack is.
 *
 * Where the two differ the stack errs towards too deep. An element past the limit is kept as a
 * blank: its tags are taken out of the page, so it holds nothing open, but its end tag must find
 * it.
 */
#ifndef IMGCRAWL_EXTRACT_OPEN_TAGS_H
#define IMGCRAWL_EXTRACT_OPEN_TAGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crawler/extract/html_tags.h"

struct html_scan_tag;

enum {
    OPEN_TAGS_MAX = 512, /* blanks included; further ones are blank and forgotten */
    OPEN_TAGS_BUCKETS = 256
};

enum html_space { SPACE_HTML, SPACE_SVG, SPACE_MATH };

/* The last three say what counts for what follows; a blank has them from the element before it. */
struct open_tag {
    uint64_t name_hash;
    uint32_t traits;
    unsigned id : 8; /* enum html_tag_id */
    bool is_blank : 1;
    unsigned space : 2;  /* enum html_space: the element's namespace */
    bool opens_html : 1; /* an integration point: foreign itself, HTML inside */
    bool is_select : 1;
};
_Static_assert(sizeof(struct open_tag) == 16, "searches go through many of them");

struct open_tags {
    size_t count;      /* of entries */
    size_t depth;      /* of those that are not blank */
    size_t formatting; /* of these, formatting elements */
    /* How many entries there are by name's hash and by id: most searches end before they begin. */
    uint16_t by_hash[OPEN_TAGS_BUCKETS];
    uint16_t by_id[TAG_ID_COUNT];
    struct open_tag tags[OPEN_TAGS_MAX];
};

/* What becomes of a tag, and of what follows. */
enum open_tags_verdict {
    TAG_KEPT,
    TAG_BLANKED,
    TAG_STARTS_RAW,  /* kept; text up to its end tag */
    TAG_STARTS_PLAIN /* kept; text up to the end of the page */
};

void open_tags_init(struct open_tags *open);
/* Whether the current element is of svg or math, so that CDATA sections count. */
bool open_tags_in_foreign(const struct open_tags *open);

enum open_tags_verdict open_tags_start(struct open_tags *open, const struct html_scan_tag *tag);
enum open_tags_verdict open_tags_end(struct open_tags *open, const struct html_scan_tag *tag);

#endif
