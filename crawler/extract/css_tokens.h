/* CSS Syntax Level 3, section 4 (tokenization): as much of it as finding URLs needs. Numbers,
 * hashes and delimiters are told as one kind. One pass, linear, nothing allocated but the text of a
 * token that has escapes. Pure functions, run in parse processes. */
#ifndef IMGCRAWL_EXTRACT_CSS_TOKENS_H
#define IMGCRAWL_EXTRACT_CSS_TOKENS_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

enum css_token_kind {
    CSS_END,
    CSS_SPACE, /* white space, a comment, <!-- and --> */
    CSS_IDENT,
    CSS_FUNCTION,   /* its name; the parenthesis is open */
    CSS_AT_KEYWORD, /* without the @ */
    CSS_STRING,
    CSS_BAD_STRING,
    CSS_URL, /* url(unquoted) */
    CSS_BAD_URL,
    CSS_OPEN,  /* ( [ { */
    CSS_CLOSE, /* ) ] } */
    CSS_SEMICOLON,
    CSS_OTHER
};

/* text: a slice of the style sheet as written, of names, strings and URLs what is inside. */
struct css_token {
    enum css_token_kind kind;
    const char *text;
    size_t bytes;
    bool has_escapes; /* text is not yet what it means */
    char bracket;     /* of CSS_OPEN and CSS_CLOSE */
};

struct css_tokens {
    const char *at;
    const char *end;
};

/* Moves past one token. */
struct css_token css_tokens_next(struct css_tokens *in);

/* Whether a name is this one, given in lower case. */
bool css_token_is(const struct css_token *token, const char *name);
/* What the token's text means; a slice of the style sheet or in the arena, NULL where the arena is
 * full. */
const char *css_token_text(struct arena *arena, const struct css_token *token, size_t *ret_bytes);

#endif
