/* The small rules of text in HTML: white space, token lists, and cutting UTF-8. Pure functions. */
#ifndef IMGCRAWL_EXTRACT_HTML_TEXT_H
#define IMGCRAWL_EXTRACT_HTML_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* ASCII white space of HTML: tab, LF, FF, CR, space. */
bool html_is_space(char c);

/* A slice without the control characters and spaces at its ends, as a URL is read. */
const char *html_trim(const char *text, size_t bytes, size_t *ret_bytes);

/* Adds text to what is there, each run of white space as one space, none at the beginning, until
 * capacity. The caller drops the last space at the end of the element. */
void html_append_collapsed(char *buffer, size_t *bytes, size_t capacity, const char *text);

/* Nothing that a reader would see: only white space, Unicode's included (U+00A0, U+200B …). */
bool html_is_blank(const char *text, size_t bytes);

/* Whether the list, separated by white space or commas, has the token, in any ASCII case. */
bool html_has_token(const char *list, const char *token);

/* The most bytes, at most limit, that end with a whole character. */
size_t utf8_cut(const char *text, size_t bytes, size_t limit);

#endif
