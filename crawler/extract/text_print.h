/* Text print: the words of a page as one number, by which pages that say the same are known.
 *
 * White space does not count, nor do numbers that follow those of the page's own query: near one of
 * them, or near a usual multiple, as "page 7" and "items 61 to 70" of "?page=7". A price or a year
 * stays. Plain data; runs in a parse process.
 */
#ifndef IMGCRAWL_EXTRACT_TEXT_PRINT_H
#define IMGCRAWL_EXTRACT_TEXT_PRINT_H

#include <stddef.h>
#include <stdint.h>

enum { TEXT_PRINT_NUMBERS = 8 };

struct text_print {
    uint64_t hash;
    size_t number_count;
    uint64_t numbers[TEXT_PRINT_NUMBERS]; /* of the query */
};

/* url: of the page; may be NULL. */
void text_print_begin(struct text_print *print, const char *url, size_t bytes);
void text_print_add(struct text_print *print, const char *text, size_t bytes);
/* Never 0. */
uint64_t text_print_value(const struct text_print *print);

#endif
