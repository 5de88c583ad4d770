/* Wildcards without backtracking: with '*' as the only wildcard, the leftmost place for each
 * literal between two stars is always a right one, so every literal is searched for once, from
 * where the one before it ended. Pure functions; linear in pattern and text. */
#include "crawler/extract/wildcard.h"

#include <string.h>

struct cursor {
    const char *at;
    const char *end;
};

static size_t left(const struct cursor *in)
{
    return (size_t)(in->end - in->at);
}

/* Moves past the literal that pattern begins with, up to its next star; false at the pattern's end.
 */
static bool next_literal(struct cursor *pattern, struct cursor *ret_literal)
{
    const char *star = memchr(pattern->at, '*', left(pattern));
    *ret_literal = (struct cursor){.at = pattern->at, .end = star ? star : pattern->end};
    pattern->at = star ? star + 1 : pattern->end;
    return star != NULL;
}

static bool take_literal(struct cursor *text, const struct cursor *literal)
{
    if (left(literal) > left(text) || memcmp(text->at, literal->at, left(literal)) != 0)
        return false;
    text->at += left(literal);
    return true;
}

static bool find_literal(struct cursor *text, const struct cursor *literal)
{
    const char *found = memmem(text->at, left(text), literal->at, left(literal));
    if (!found)
        return false;
    text->at = found + left(literal);
    return true;
}

static bool ends_with(const struct cursor *text, const struct cursor *literal)
{
    return left(literal) <= left(text) &&
           memcmp(text->end - left(literal), literal->at, left(literal)) == 0;
}

static bool match(struct cursor pattern, struct cursor text, bool whole)
{
    struct cursor literal;
    bool more = next_literal(&pattern, &literal);
    if (!take_literal(&text, &literal))
        return false;
    if (!more)
        return !whole || left(&text) == 0;
    while (next_literal(&pattern, &literal))
        if (!find_literal(&text, &literal))
            return false;
    return whole ? ends_with(&text, &literal) : find_literal(&text, &literal);
}

bool wildcard_match(const char *pattern, size_t pattern_bytes, const char *text, size_t text_bytes)
{
    return match((struct cursor){pattern, pattern + pattern_bytes},
                 (struct cursor){text, text + text_bytes}, true);
}

bool wildcard_match_start(const char *pattern, size_t pattern_bytes, const char *text,
                          size_t text_bytes)
{
    return match((struct cursor){pattern, pattern + pattern_bytes},
                 (struct cursor){text, text + text_bytes}, false);
}
