/* The guard's stack of open elements, which tree_rules.c fills and empties as tree construction
 * would.
 *
 * An element past the limit is kept as a blank: its tags are taken out of the page, so it holds
 * nothing open, but its end tag must find it. Formatting elements stay when what they are in is
 * closed: the parser makes them anew in what follows (HTML 13.2.4.3), unless a marker lies between.
 */
#ifndef IMGCRAWL_EXTRACT_OPEN_TAGS_H
#define IMGCRAWL_EXTRACT_OPEN_TAGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crawler/extract/html_tags.h"

enum {
    OPEN_TAGS_MAX = 512, /* blanks included; further ones are blank and forgotten */
    OPEN_TAGS_BUCKETS = 256,
    NOT_OPEN = -1
};

enum html_space { SPACE_HTML, SPACE_SVG, SPACE_MATH };

/* The last three say what counts for what follows; a blank has them from the element before it. */
struct open_tag {
    uint64_t name_hash;
    uint32_t traits; /* none for elements of svg and math */
    unsigned id : 8; /* enum html_tag_id */
    bool is_blank : 1;
    unsigned space : 2;  /* enum html_space: the element's namespace */
    bool opens_html : 1; /* an integration point: foreign itself, HTML inside */
    bool is_select : 1;
};
_Static_assert(sizeof(struct open_tag) == 16, "searches go through many of them");

struct open_tags {
    size_t count; /* of entries */
    /* Of those that are not blank: */
    size_t depth, formatting, foreign;
    /* How many entries there are by name's hash and by id: most searches end before they begin. */
    uint16_t by_hash[OPEN_TAGS_BUCKETS];
    uint16_t by_id[TAG_ID_COUNT];
    struct open_tag tags[OPEN_TAGS_MAX];
};

void open_tags_init(struct open_tags *open);

/* The innermost; where nothing is open, a nameless one of HTML. */
const struct open_tag *open_tags_top(const struct open_tags *open);
/* The same, formatting elements left out of account: these may have been closed since. */
const struct open_tag *open_tags_current(const struct open_tags *open);
/* Whether a formatting element would be one too many. */
bool open_tags_formatting_is_full(const struct open_tags *open);

/* False: it is past a limit, and blank. */
bool open_tags_push(struct open_tags *open, struct open_tag tag);
/* Closes the element at index and all inside it, but formatting elements up to the first marker. */
void open_tags_close(struct open_tags *open, size_t index);
/* Closes the one element and leaves what is inside open. */
void open_tags_remove(struct open_tags *open, size_t index);

static inline bool open_tag_has(const struct open_tag *tag, uint32_t traits)
{
    return (tag->traits & traits) != 0;
}

/* The innermost such element with none of the barrier traits further in, or NOT_OPEN. */
long open_tags_find_trait(const struct open_tags *open, uint32_t traits, uint32_t barriers);
long open_tags_find_id(const struct open_tags *open, enum html_tag_id id, uint32_t barriers);
long open_tags_find_name(const struct open_tags *open, uint64_t name_hash, uint32_t barriers);
/* The innermost of that name, further in than the innermost HTML element. */
long open_tags_find_foreign(const struct open_tags *open, uint64_t name_hash);
/* The innermost table or template. */
long open_tags_find_table(const struct open_tags *open);

#endif
