/* Images in CSS: tokens (css_tokens) with just so much grammar that each URL's place is known:
 * which brackets are open, which statement has begun. Runs in parse processes; the caller turns
 * references into rows. */
#include "crawler/extract/css_images.h"

#include <stdbool.h>
#include <stdint.h>

#include "crawler/extract/arena.h"
#include "crawler/extract/css_tokens.h"
#include "crawler/extract/html_text.h"

enum { DEPTH_MAX = 256 };

/* What a string means that stands in a function. */
enum string_meaning {
    STRING_IS_TEXT,
    STRING_IS_URL,      /* the first alone: url("a" modifier) */
    STRING_IS_CANDIDATE /* each: image-set("a" 1x, "b" 2x) */
};

struct open_bracket {
    char closer;
    bool is_ignored; /* no images inside, however deep */
    enum string_meaning meaning;
};

/* What stands between two of ; { } outside of parentheses. */
struct statement {
    bool has_begun;
    bool names_no_images;     /* an @rule before its block, or a property without images */
    bool block_has_no_images; /* of an @rule such as @font-face */
};

struct css_reader {
    struct arena *arena;
    css_image_fn fn;
    void *arg;
    struct statement statement;
    size_t depth;
    struct open_bracket open[DEPTH_MAX];
};

static bool is_one_of(const struct css_token *token, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (css_token_is(token, names[i]))
            return true;
    return false;
}

#define IS_ONE_OF(token, names) is_one_of(token, names, sizeof(names) / sizeof((names)[0]))

/* Rules whose URLs are fonts and colour profiles. */
static bool has_no_images(const struct css_token *at_keyword)
{
    static const char *const names[] = {"font-face", "color-profile"};
    return IS_ONE_OF(at_keyword, names);
}

/* Properties whose URLs are elements of SVG or scripts. */
static bool takes_no_images(const struct css_token *property)
{
    static const char *const names[] = {
        "filter",     "-webkit-filter", "backdrop-filter", "clip-path",    "-webkit-clip-path",
        "fill",       "stroke",         "marker",          "marker-start", "marker-mid",
        "marker-end", "offset-path",    "behavior",        "-moz-binding",
    };
    return IS_ONE_OF(property, names);
}

static enum string_meaning meaning_in(const struct css_token *function)
{
    static const char *const urls[] = {"url", "src", "image"};
    static const char *const sets[] = {"image-set", "-webkit-image-set"};
    if (IS_ONE_OF(function, urls))
        return STRING_IS_URL;
    return IS_ONE_OF(function, sets) ? STRING_IS_CANDIDATE : STRING_IS_TEXT;
}

static struct open_bracket *innermost(struct css_reader *reader)
{
    return reader->depth ? &reader->open[reader->depth - 1] : NULL;
}

/* Whether ; { and } are those of statements: not inside of parentheses or square brackets. */
static bool is_between_statements(struct css_reader *reader)
{
    return reader->depth == 0 || innermost(reader)->closer == '}';
}

static void tell(struct css_reader *reader, const struct css_token *token)
{
    const struct open_bracket *around = innermost(reader);
    if (reader->statement.names_no_images || (around && around->is_ignored))
        return;
    size_t bytes;
    const char *url = css_token_text(reader->arena, token, &bytes);
    if (!url)
        return;
    url = html_trim(url, bytes, &bytes);
    if (bytes && *url != '#')
        reader->fn(url, bytes, reader->arg);
}

static void begin_statement(struct css_reader *reader, const struct css_token *token)
{
    struct statement *statement = &reader->statement;
    if (statement->has_begun)
        return;
    statement->has_begun = true;
    if (token->kind == CSS_AT_KEYWORD) {
        statement->names_no_images = true;
        statement->block_has_no_images = has_no_images(token);
    } else if (token->kind == CSS_IDENT) {
        statement->names_no_images = takes_no_images(token);
    }
}

static bool open_bracket(struct css_reader *reader, char closer, enum string_meaning meaning)
{
    if (reader->depth == DEPTH_MAX)
        return false;
    const struct open_bracket *around = innermost(reader);
    bool is_ignored = around && around->is_ignored;
    if (closer == '}' && is_between_statements(reader)) {
        is_ignored = is_ignored || reader->statement.block_has_no_images;
        reader->statement = (struct statement){0};
    }
    reader->open[reader->depth++] =
        (struct open_bracket){.closer = closer, .is_ignored = is_ignored, .meaning = meaning};
    return true;
}

/* One that closes nothing says nothing (CSS Syntax 5.4.8: a block ends with its own bracket). */
static void close_bracket(struct css_reader *reader, char closer)
{
    const struct open_bracket *around = innermost(reader);
    if (!around || around->closer != closer)
        return;
    reader->depth--;
    if (closer == '}' && is_between_statements(reader))
        reader->statement = (struct statement){0};
}

static void read_string(struct css_reader *reader, const struct css_token *token)
{
    struct open_bracket *around = innermost(reader);
    if (!around || around->meaning == STRING_IS_TEXT)
        return;
    tell(reader, token);
    if (around->meaning == STRING_IS_URL)
        around->meaning = STRING_IS_TEXT;
}

static char closer_of(char opener)
{
    return opener == '(' ? ')' : opener == '[' ? ']' : '}';
}

/* False where reading ends. */
static bool read_token(struct css_reader *reader, const struct css_token *token)
{
    if (token->kind != CSS_SPACE && token->kind != CSS_SEMICOLON && token->kind != CSS_CLOSE)
        begin_statement(reader, token);
    switch (token->kind) {
    case CSS_END:
        return false;
    case CSS_FUNCTION:
        return open_bracket(reader, ')', meaning_in(token));
    case CSS_OPEN:
        return open_bracket(reader, closer_of(token->bracket), STRING_IS_TEXT);
    case CSS_CLOSE:
        close_bracket(reader, token->bracket);
        return true;
    case CSS_SEMICOLON:
        if (is_between_statements(reader))
            reader->statement = (struct statement){0};
        return true;
    case CSS_STRING:
        read_string(reader, token);
        return true;
    case CSS_BAD_STRING: /* the quote that was to end it begins another */
        if (innermost(reader))
            innermost(reader)->meaning = STRING_IS_TEXT;
        return true;
    case CSS_URL:
        tell(reader, token);
        return true;
    default:
        return true;
    }
}

void css_images_each(struct arena *arena, const char *css, size_t bytes, css_image_fn fn, void *arg)
{
    struct css_tokens in = {.at = css, .end = css + bytes};
    struct css_reader reader = {.arena = arena, .fn = fn, .arg = arg};
    struct css_token token;
    do {
        token = css_tokens_next(&in);
    } while (read_token(&reader, &token));
}
