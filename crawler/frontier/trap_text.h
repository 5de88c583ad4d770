/* Trap texts: a URL with its dates and session ids replaced by words in braces. Used by
 * trap_shape.c. Pure functions. */
#ifndef IMGCRAWL_TRAP_TEXT_H
#define IMGCRAWL_TRAP_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crawler/extract/url.h"

enum { TRAP_TEXT_BYTES = 3072 };

struct trap_text {
    size_t bytes;
    bool has_date;
    int month; /* of the first date, as year * 12 + month - 1 */
    bool has_token;
    bool token_is_sure;     /* by its name */
    struct url_slice token; /* the first, in the URL itself */
    size_t token_prefix;    /* bytes of text up to it */
    char text[TRAP_TEXT_BYTES];
};

/* Counts: numbers of sessions and clocks, which may be numbers of things. */
enum { TRAP_TEXT_DATES = 1, TRAP_TEXT_TOKENS = 2, TRAP_TEXT_COUNTS = 4 };

/* url: at most TRAP_MAX_URL_BYTES. */
void trap_text_of(const char *url, size_t bytes, unsigned replace, struct trap_text *ret_text);

/* Puts "{number}" for each whole number that is a parameter's value: false where there is none, or
 * no room. */
bool trap_text_without_numbers(const struct trap_text *text, char *pattern, size_t bytes);

#endif
